"""Checking an uploaded template: it must be a whole Word file without programs, and hold what it must.

A template may hold placeholders of its kind, rows of its kind, and nothing that runs: no macros, no embedded objects,
no parts from elsewhere, no expressions. Every problem is a sentence that says what to change in Word or WPS.
"""

from __future__ import annotations

import difflib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from docxtpl import DocxTemplate
from jinja2 import TemplateError, nodes

from grid_app.documents.filling import environment
from grid_app.documents.kinds import LOOP, Kind

LARGEST: Final = 2 * 1024 * 1024
LARGEST_UNPACKED: Final = 30 * 1024 * 1024
MOST_PARTS: Final = 500
OLD_WORD: Final = b"\xd0\xcf\x11\xe0"
HYPERLINK: Final = b"relationships/hyperlink"
_EXTERNAL: Final = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_TAGS: Final = re.compile(r"<[^>]+>")
NO_WORD_FILE: Final = "这不是 Word 的 .docx 文件,或者文件坏了。请在 Word 或 WPS 里打开,用“另存为”存成 .docx 再上传。"


@dataclass(frozen=True)
class Checked:
    """What was found: ``problems`` forbid using the file, ``warnings`` do not; ``text`` is all that it says."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    text: str = ""


def check_template(body: bytes, kind: Kind) -> Checked:
    """Return what is wrong with a file as the template of ``kind``; no problem means that it can be used."""
    if problem := _file_problem(body):
        return Checked((problem,))
    try:
        sources = _sources(body)
    except Exception:  # noqa: BLE001 - a damaged file fails anywhere in two libraries; the person needs one sentence
        return Checked((NO_WORD_FILE,))
    text = "\n".join(_TAGS.sub("", source) for source in sources)
    problems, used = _placeholders(sources, kind)
    if "｛｛" in text or "｛%" in text:
        problems.append("有占位符用了全角大括号“｛｛”。请改成半角的“{{”。")
    if not problems:
        problems += [f"少了必须有的“{{{{{name}}}}}”。请加在合适的地方。" for name in kind.required if name not in used]
    return Checked(tuple(dict.fromkeys(problems)), _warnings(body), text)


def _file_problem(body: bytes) -> str:
    if len(body) > LARGEST:
        return f"文件有 {len(body) // 1024} KB,最大 {LARGEST // 1024} KB。请去掉图片再上传。"
    if body.startswith(OLD_WORD):
        return "这是旧格式的 .doc,或者加了密码。请去掉密码,用“另存为”存成 .docx 再上传。"
    try:
        with zipfile.ZipFile(BytesIO(body)) as parts:
            return _package_problem(parts)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        return NO_WORD_FILE


def _package_problem(parts: zipfile.ZipFile) -> str:
    infos = parts.infolist()
    if len(infos) > MOST_PARTS or sum(one.file_size for one in infos) > LARGEST_UNPACKED:
        return "文件里的内容太多,不像一份文书模板。请新建一个文档,只放文书的文字和表格。"
    names = {one.filename.lower() for one in infos}
    if "word/document.xml" not in names:
        return NO_WORD_FILE
    if any("vbaproject" in name or "activex" in name for name in names):
        return "文件里有宏或控件,不能作为模板。请存成不带宏的 .docx。"
    if any(name.startswith("word/embeddings/") for name in names):
        return "文件里嵌了别的文件(例如 Excel 表格)。请删掉,改成普通的文字或表格。"
    return next((found for info in infos if (found := _part_problem(info.filename.lower(), parts.read(info)))), "")


def _part_problem(name: str, body: bytes) -> str:
    if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in body or b"<!ENTITY" in body):
        return NO_WORD_FILE
    if name == "[content_types].xml" and b"macroEnabled" in body:
        return "文件里有宏或控件,不能作为模板。请存成不带宏的 .docx。"
    if name.endswith(".rels") and any(HYPERLINK not in one for one in _EXTERNAL.findall(body)):
        return "文件里有从别处引用的内容(例如链接的图片或模板)。请改成直接放在文档里。"
    return ""


def _sources(body: bytes) -> list[str]:
    """Return the parts that are filled: body, headers, footers, and the title of the file, as template sources."""
    template = DocxTemplate(BytesIO(body))
    template.render_init()
    edges = (DocxTemplate.HEADER_URI, DocxTemplate.FOOTER_URI)
    parts = [template.get_part_xml(part) for uri in edges for _, part in template.get_headers_footers(uri)]
    about = template.docx.core_properties
    notes = [
        part.blob.decode("utf-8")
        for part in template.docx.part.package.parts
        if part.partname.endswith("/footnotes.xml")
    ]
    told = [about.title, about.author, about.subject, about.comments, about.identifier, about.language]
    return [template.patch_xml(one) for one in (template.get_xml(), *parts, *notes)] + told


def _placeholders(sources: list[str], kind: Kind) -> tuple[list[str], set[str]]:
    problems: list[str] = []
    used: set[str] = set()
    for source in sources:
        try:
            tree = environment().parse(source)
        except TemplateError as error:
            problems.append(
                f"有一个占位符没有写完整({_near(source, getattr(error, 'lineno', 1))})。请对照下面的写法改。"
            )
            continue
        for node in _nodes(tree):
            problems += _node_problems(node, kind)
            used |= {node.name} if isinstance(node, nodes.Name) else set()
    return problems, used


def _near(source: str, line: int) -> str:
    found = re.findall(r"\{[{%][^<>]{0,30}", source)
    return f"在“{found[-1]}”附近" if found else f"第 {line} 行"


def _nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _nodes(child)


def _node_problems(node: nodes.Node, kind: Kind) -> list[str]:
    if isinstance(node, nodes.Name):
        return _name_problems(node.name, kind)
    if isinstance(node, nodes.Getattr):
        columns = {column for found in kind.rows.values() for column in found}
        is_row = isinstance(node.node, nodes.Name) and node.node.name == LOOP
        return [] if is_row and node.attr in columns else [f"没有“{LOOP}.{node.attr}”这一列。"]
    if isinstance(node, nodes.For):
        plain = isinstance(node.target, nodes.Name) and node.target.name == LOOP and isinstance(node.iter, nodes.Name)
        listed = plain and isinstance(node.iter, nodes.Name) and node.iter.name in kind.rows
        simple = listed and not node.else_ and node.test is None and not node.recursive
        return [] if simple else [f"成行的内容要写成“for {LOOP} in 名称”,名称用下面列出的。"]
    if isinstance(node, (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Not)):
        return []
    return ["占位符里只能写名称,不能写算式或程序。请对照下面的写法改。"]


def _name_problems(name: str, kind: Kind) -> list[str]:
    known = [*kind.fields, *kind.rows]
    if name in known or (name == LOOP and kind.rows):
        return []
    like = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    better = f"是不是“{{{{{like[0]}}}}}”?" if like else "请对照下面列出的名称改。"
    return [f"不认识“{{{{{name}}}}}”。{better}"]


def _warnings(body: bytes) -> tuple[str, ...]:
    with zipfile.ZipFile(BytesIO(body)) as parts:
        pictures = any(name.lower().startswith("word/media/") for name in parts.namelist())
    return ("模板里有图片:DOCX 里会有,PDF 里不会印出来。",) if pictures else ()
