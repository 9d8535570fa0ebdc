"""The county's own templates and letterheads: checked when they come, kept in versions."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.documents.check import Checked, check_template
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, Row, Values, fill
from grid_app.documents.kinds import Kind
from grid_app.documents.pdf import typeset
from grid_app.documents.reading import read_docx
from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.documents import DocumentTemplate, Letterhead
from grid_app.policy import Action, Actor, allows, as_used
from grid_app.queries.documents import heading_of, one_template, template_in_force
from grid_app.services.audit import record_audit
from grid_app.services.control_words import control_words_in, refuse_control_words
from grid_app.services.matters.waivers import waiver_in
from grid_app.services.numbering import COUNTY_DIGITS

DEFAULT_NAME: Final = "平台自带.docx"
NOT_USED: Final = "这个模板没有换上,原来的模板还在用。请按下面的提示改好后再上传。"
NO_TEMPLATE: Final = "没有这个版本的模板。请回到文书模板页看看。"


def county_of(actor: Actor) -> str:
    """Return the code of the county that an actor keeps templates for."""
    return actor.division_code[:COUNTY_DIGITS]


def trial(kind: Kind, body: bytes, *, now: datetime) -> tuple[bytes, bytes]:
    """Return DOCX and PDF of a template filled with examples and marked as a draft."""
    values: dict[str, str | list[Row]] = dict(kind.examples)
    for name, columns in kind.rows.items():
        values[name] = [{column: f"(示例){column}{number}" for column in columns} for number in (1, 2)]
    filled: Values = values
    made = Made(kind.title, kind.examples["单位"], now, draft=True)
    docx = fill(body, kind, filled, made)
    return docx, typeset(read_docx(docx), made).body


def check_upload(kind: Kind, *, body: bytes, now: datetime) -> Checked:
    """Check an uploaded template whole, and fill it once; call it with no transaction open.

    Raises
    ------
    InvalidError
        It cannot be used; every problem is a sentence.
    """
    found = check_template(body, kind)
    problems = list(found.problems)
    if words := control_words_in(found.text):
        problems.append(f"模板里不能有“{'、'.join(words)}”。只写事情,不写人。")
    if phrase := waiver_in(found.text):
        problems.append(f"模板里有让人放弃权利的话(“{phrase}”),不能用(人民调解法第三条)。")
    if not problems:
        try:
            trial(kind, body, now=now)
        except Exception:  # noqa: BLE001 - whatever fails in two libraries, the person needs one sentence
            problems.append("用示例试填时出错。请从“下载这个模板”开始改,不要用别的软件转换格式。")
    if problems:
        raise InvalidError(NOT_USED, fields={"file": " ".join(problems)}, code="bad_template")
    return found


def save_template(session: Session, *, kind: Kind, file_name: str, body: bytes, actor: Actor, now: datetime) -> int:
    """Keep a checked template as the next version, and return its number; the same file again changes nothing.

    Raises
    ------
    ForbiddenError
        The role may not change templates.
    """
    actor = _permitted(actor)
    refuse_control_words({"file": file_name})
    digest, county = hashlib.sha256(body).hexdigest(), county_of(actor)
    last = template_in_force(session, county_code=county, kind=kind.code)
    if last is not None and last.digest == digest:
        return last.version
    version = last.version + 1 if last else 1
    session.add(
        DocumentTemplate(
            county_code=county,
            kind=kind.code,
            version=version,
            file_name=file_name[:120],
            digest=digest,
            body=body,
            at=now,
            assignment_id=actor.assignment_id,
        )
    )
    details: dict[str, str | int] = {"kind": kind.code, "version": version, "bytes": len(body)}
    record_audit(session, actor, "template.saved", now=now, target=("template", kind.code), details=details)
    return version


def use_again(session: Session, *, kind: Kind, template_id: UUID | None, actor: Actor, now: datetime) -> int:
    """Use an earlier version again, or the platform's own (``None``), as a new version; nothing is thrown away."""
    if template_id is None:
        name, body = DEFAULT_NAME, default_template(kind.code)
    else:
        found = one_template(session, county_code=county_of(actor), template_id=template_id)
        if found is None or found.kind != kind.code:
            raise NotFoundError(NO_TEMPLATE)
        name, body = found.file_name, found.body
    return save_template(session, kind=kind, file_name=name, body=body, actor=actor, now=now)


def save_letterhead(
    session: Session, *, unit_id: UUID, number_word: str, red_heading: str, actor: Actor, now: datetime
) -> None:
    """Keep the word of a unit's numbers and its red heading; numbers that were given out keep theirs.

    Raises
    ------
    InvalidError
        A text is missing, too long, or holds a word of control.
    NotFoundError
        The unit is not of the actor's county.
    """
    actor = _permitted(actor)
    word, heading = "".join(number_word.split()), " ".join(red_heading.split())
    errors = {
        **({} if 0 < len(word) <= 30 else {"number_word": "请写代字,最多 30 个字,例如 东河镇字。"}),
        **({} if len(heading) <= 60 else {"red_heading": "红头最多 60 个字。"}),
    }
    if errors:
        raise InvalidError("没有保存,已填的都还在。", fields=errors)
    refuse_control_words({"number_word": word, "red_heading": heading})
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.division_code.startswith(county_of(actor)):
        raise NotFoundError("没有这个单位,或者它不在您的县里。")
    row = heading_of(session, unit_id)
    if row is None:
        row = Letterhead(unit_id=unit_id)
        session.add(row)
    row.number_word, row.red_heading, row.changed_at, row.changed_by = word, heading, now, actor.assignment_id
    record_audit(session, actor, "letterhead.saved", now=now, target=("unit", str(unit_id)))


def _permitted(actor: Actor) -> Actor:
    if not allows(actor, Action.EDIT_TEMPLATES):
        raise ForbiddenError("您现在的身份不能改文书模板。请找县级经办或者安全管理员。")
    return as_used(actor, Action.EDIT_TEMPLATES)
