"""Putting a document into the library and taking it out; nothing is changed in place, a new edition follows the old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.library import LibraryDocument
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.policy_versions import refuse_persons

KIND_WORDS: Final = {"rule": "制度、办法", "plan": "年度实施方案", "summary": "年度工作总结", "study": "宣传、培训资料"}
YEARLY: Final = ("plan", "summary")
"""What each office hands in once a year; the page says whose is missing."""
NOT_SAVED: Final = "没有保存,已填的都还在;选过的文件要重新选一次。"
NO_SUCH: Final = "资料库里没有这一份,可能已经撤下。请回到资料库看看。"
LARGEST: Final = 5 * 1024 * 1024
LONGEST: Final = {"title": 100, "edition": 30, "document_no": 60, "words": 20_000}
_SIGNS: Final = {"pdf": b"%PDF", "docx": b"PK\x03\x04"}
_OFFICES: Final = ("township_government", "department", "county_office")
_COUNTY: Final = 6
"""So many figures of a division code name its county: a library is the county's own."""


@dataclass(frozen=True)
class Paper:
    """What is put into the library; ``body`` is empty when only a text is given."""

    kind: str
    title: str
    edition: str
    document_no: str
    valid_from: date | None
    valid_to: date | None
    words: str
    file_name: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class OnShelf:
    """One document as the page lists it."""

    id: UUID
    kind: str
    title: str
    edition: str
    document_no: str
    unit: str
    valid_from: date
    valid_to: date | None
    words: str
    file_name: str


def put(session: Session, *, paper: Paper, actor: Actor, now: datetime) -> UUID:
    """Put a document of the actor's unit into the library and return its id.

    Raises
    ------
    ForbiddenError, InvalidError
        No office; something is missing, too long, of the wrong kind, or speaks of persons.
    """
    if not allows(actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("只有乡镇和县级单位可以往资料库里放文件。")
    wrong = _wrong(paper)
    if wrong or paper.valid_from is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_persons({"title": paper.title})
    row = LibraryDocument(
        unit_id=actor.unit_id, kind=paper.kind, title=paper.title.strip(), edition=paper.edition.strip(),
        document_no=paper.document_no.strip(), valid_from=paper.valid_from, valid_to=paper.valid_to,
        words=paper.words.strip(), file_name=paper.file_name, body=paper.body or None, at=now,
        assignment_id=actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    session.flush()  # the trail names its id
    details: dict[str, str | int | bool | None] = {"kind": paper.kind, "bytes": len(paper.body)}
    record_audit(session, actor, "library.added", now=now, target=("library", str(row.id)), details=details)
    return row.id


def withdraw(session: Session, *, document_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Take a document of the own unit out; it stays stored, with the reason.

    Raises
    ------
    NotFoundError, ForbiddenError, InvalidError, ConflictError
        No such document; another unit's; no reason; out already.
    """
    row = session.get(LibraryDocument, document_id)
    if row is None:
        raise NotFoundError(NO_SUCH)
    if not allows(actor, Action.HANDLE_DISPUTE) or row.unit_id != actor.unit_id:
        raise ForbiddenError("只能撤下本单位放进来的文件。")
    if row.withdrawn_at is not None:
        raise ConflictError("这一份已经撤下了。")
    if not 0 < len(reason.strip()) <= LONGEST["title"]:
        raise InvalidError("没有撤下。", fields={"reason": "请写明为什么撤下,最多 100 个字。"})
    row.withdrawn_at, row.withdrawal_reason = now, reason.strip()
    record_audit(session, actor, "library.withdrawn", now=now, target=("library", str(document_id)))


def on_shelf(session: Session, *, actor: Actor) -> list[OnShelf]:
    """Return what is in the library of the actor's county, by kind and title, the newest edition first."""
    rows = session.execute(
        select(LibraryDocument, Unit.name)
        .join(Unit, Unit.id == LibraryDocument.unit_id)
        .where(LibraryDocument.withdrawn_at.is_(None), _same_county(actor))
        .order_by(LibraryDocument.kind, LibraryDocument.title, LibraryDocument.valid_from.desc())
    )
    return [
        OnShelf(
            row.id, row.kind, row.title, row.edition, row.document_no, unit, row.valid_from, row.valid_to, row.words,
            row.file_name,
        )
        for row, unit in rows
    ]  # fmt: skip


def file_of(session: Session, document_id: UUID, *, actor: Actor) -> tuple[str, bytes]:
    """Return name and bytes of a document's file.

    Raises
    ------
    NotFoundError
        No such document in the actor's county, or it has no file.
    """
    row = session.scalar(
        select(LibraryDocument)
        .join(Unit, Unit.id == LibraryDocument.unit_id)
        .where(LibraryDocument.id == document_id, _same_county(actor))
    )
    if row is None or row.body is None or row.withdrawn_at is not None:
        raise NotFoundError(NO_SUCH)
    return row.file_name, row.body


def units_without(session: Session, *, kind: str, year: int, actor: Actor) -> list[str]:
    """Return the offices of the actor's county whose document of this kind and year is missing."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    handed_in = select(LibraryDocument.unit_id).where(
        LibraryDocument.kind == kind,
        LibraryDocument.withdrawn_at.is_(None),
        LibraryDocument.valid_from.between(first, last),
    )
    rows = select(Unit.name).where(
        Unit.kind.in_(_OFFICES), Unit.closed_at.is_(None), Unit.id.not_in(handed_in), _same_county(actor)
    )
    return list(session.scalars(rows.order_by(Unit.division_code, Unit.name)))


def _same_county(actor: Actor) -> ColumnElement[bool]:
    return Unit.division_code.startswith(actor.division_code[:_COUNTY], autoescape=True)


def _wrong(paper: Paper) -> dict[str, str]:
    wrong = {name: f"最多 {most} 个字。" for name, most in LONGEST.items() if len(getattr(paper, name).strip()) > most}
    wrong |= {name: "请填写。" for name in ("title", "edition") if not getattr(paper, name).strip()}
    if paper.kind not in KIND_WORDS:
        wrong["kind"] = "请从列表里选。"
    if paper.valid_from is None:
        wrong["valid_from"] = "日期要写成 2026-11-20 这样。"
    elif paper.valid_to is not None and paper.valid_to < paper.valid_from:
        wrong["valid_to"] = "失效的日子要写成 2026-11-20 这样,并且在生效以后。"
    if not paper.body and not paper.words.strip():
        wrong["words"] = "请写正文,或者选一个文件。"
    if paper.body and (problem := _file_problem(paper)):
        wrong["file"] = problem
    return wrong


def _file_problem(paper: Paper) -> str:
    ending = paper.file_name.rsplit(".", 1)[-1].lower()
    if ending not in _SIGNS or not paper.body.startswith(_SIGNS[ending]):
        return "只收 PDF 和 Word(.docx)文件;这个文件打不开,或者不是这两种。"
    return f"文件最大 {LARGEST // 1024 // 1024} MB。" if len(paper.body) > LARGEST else ""
