"""Checking uploaded templates: every way in which a file can be wrong has its sentence; our own pass."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from grid_app.documents.check import LARGEST, NO_WORD_FILE, check_template
from grid_app.documents.defaults import default_template
from grid_app.documents.kinds import kinds
from grid_app.services.control_words import control_words_in
from grid_app.services.matters.waivers import waiver_in

KIND = kinds()["acceptance_notice"]
EXTERNAL = b'<Relationship Id="r9" Type="http://x/relationships/attachedTemplate" Target="x" TargetMode="External"/>'
LINK = b'<Relationship Id="r9" Type="http://x/relationships/hyperlink" Target="x" TargetMode="External"/>'


def with_parts(changes: dict[str, bytes], body: bytes = b"") -> bytes:
    """Return a template with parts added or replaced."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body or default_template(KIND.code))) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return written.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(default_template(KIND.code))) as old:
        return old.read(name)


def without(placeholder: str) -> bytes:
    document = Document(io.BytesIO(default_template(KIND.code)))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(placeholder, "")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def with_line(line: str) -> bytes:
    document = Document(io.BytesIO(default_template(KIND.code)))
    document.add_paragraph(line)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


RELS = "word/_rels/document.xml.rels"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", NO_WORD_FILE),
        (b"PK\x03\x04 broken", NO_WORD_FILE),
        (default_template("acceptance_notice")[:9000], NO_WORD_FILE),
        (bytes(LARGEST + 1), "最大 2048 KB"),
        (with_parts({"word/vbaProject.bin": b"x"}), "宏或控件"),
        (with_parts({"word/activeX/activeX1.xml": b"<x/>"}), "宏或控件"),
        (with_parts({"word/embeddings/sheet.xlsx": b"x"}), "嵌了别的文件"),
        (with_parts({"word/big.bin": bytes(31 * 1024 * 1024)}), "最大 2048 KB"),
        (
            with_parts({"word/document.xml": b"<!DOCTYPE x [<!ENTITY y 'z'>]>" + part("word/document.xml")}),
            NO_WORD_FILE,
        ),
        (with_parts({"word/document.xml": b"<w:document"}), NO_WORD_FILE),
        (with_parts({RELS: part(RELS).replace(b"</Relationships>", EXTERNAL + b"</Relationships>")}), "从别处引用"),
        (without("{{办理期限}}"), "少了必须有的“{{办理期限}}”"),
        (with_line("{{办理限期}}"), "是不是“{{办理期限}}”"),
        (with_line("{{ 事项|upper }}"), "不能写算式"),
        (with_line("{% set x = 1 %}"), "不能写算式"),
        (with_line("{% for 甲 in 事项 %}{{甲}}{% endfor %}"), "成行的内容要写成"),
        (with_line("{{ 事项.format_map }}"), "这一列"),
        (with_line("{% include 'x' %}"), "不能写算式"),
        (with_line("{% if 红头 %}没有写完"), "没有写完整"),
    ],
)
def test_what_is_wrong_is_named(body: bytes, told: str):
    found = check_template(body, KIND)

    assert told in " ".join(found.problems)


def test_a_bomb_is_not_unpacked():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression=zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", bytes(64 * 1024 * 1024))

    assert "内容太多" in check_template(written.getvalue(), KIND).problems[0]


def test_a_link_to_a_page_is_allowed_and_a_picture_is_mentioned():
    linked = with_parts({RELS: part(RELS).replace(b"</Relationships>", LINK + b"</Relationships>")})
    pictured = with_parts({"word/media/image1.png": b"x"})

    assert check_template(linked, KIND).problems == ()
    assert "PDF 里不会印出来" in check_template(pictured, KIND).warnings[0]


@pytest.mark.parametrize("code", list(kinds()))
def test_the_templates_that_come_along_pass_their_own_check(code: str):
    found = check_template(default_template(code), kinds()[code])

    assert found.problems == ()
    assert waiver_in(found.text) is None
    assert control_words_in(found.text) == ()
