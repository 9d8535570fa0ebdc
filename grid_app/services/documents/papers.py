"""Signed and handwritten papers: photos or scans with the key fields are a full record, entered with their true day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.documents.kinds import Kind
from grid_app.documents.words import day_words
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.documents import IssuedDocument, PaperPage, PaperRecord
from grid_app.ports import AttachmentFiles, PreparedFile
from grid_app.services.matters.step import AlreadyDoneError, Step, may_handle, opened, write, written
from grid_app.services.matters.waivers import refuse_waivers

MOST_PAGES: Final = 10
LARGEST_PAGE: Final = 8 * 1024 * 1024
EARLIEST: Final = date(2000, 1, 1)
MOST_TERMS: Final = 8
NOT_KEPT: Final = "没有保存,已填的都还在;照片要重新选一次。"
BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True)
class Term:
    """One promise on the paper: who does what by when."""

    who: str
    what: str
    due_on: date


@dataclass(frozen=True)
class Paper:
    """A paper as it was typed in; ``document_id`` names the issued document that was signed."""

    paper_id: UUID
    kind: Kind
    signed_on: date | None
    terms: Sequence[Term]
    note: str = ""
    document_id: UUID | None = None


@dataclass(frozen=True)
class WaitingPage:
    """A page that was sealed and waits beside its place."""

    id: UUID
    type: str
    bytes: int
    sha256: str
    file: PreparedFile


def type_of(body: bytes) -> str:
    """Return the media type of a photo or scan by its first bytes, or empty for anything else."""
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    return next((media for begin, media in BEGINNINGS if body.startswith(begin)), "")


def check_pages(pages: Sequence[bytes]) -> None:
    """Refuse pages that are missing, too many, too large, or no photo or scan.

    Raises
    ------
    InvalidError
        At the field ``pages``, saying which page and what to do.
    """
    problem = ""
    if not pages:
        problem = "请选纸质文书的照片或扫描件。"
    elif len(pages) > MOST_PAGES:
        problem = f"一次最多 {MOST_PAGES} 页。多的请再登记一次,或者扫描成一个 PDF。"
    for place, body in enumerate(pages, start=1):
        if len(body) > LARGEST_PAGE:
            problem = f"第 {place} 页有 {len(body) // 1024 // 1024} MB,最大 8 MB。请缩小后再选。"
        elif not type_of(body):
            problem = f"第 {place} 页不是照片或 PDF。可以用 JPG、PNG、WEBP、PDF。"
    if problem:
        raise InvalidError(NOT_KEPT, fields={"pages": problem})


def seal_pages(pages: Sequence[bytes], files: AttachmentFiles) -> list[WaitingPage]:
    """Write every page sealed beside its place; call it with no transaction open."""
    found = []
    for body in pages:
        key = new_id()
        digest = hashlib.sha256(body).hexdigest()
        found.append(WaitingPage(key, type_of(body), len(body), digest, files.prepare_whole(key, body)))
    return found


def record_paper(session: Session, step: Step, paper: Paper, pages: Sequence[WaitingPage]) -> None:
    """Keep a paper with its pages and terms, and write it into the history with its own day.

    Raises
    ------
    InvalidError
        The day is missing or lies ahead, a term is not whole, or a text signs a right away.
    AlreadyDoneError
        The form was sent twice.
    """
    signed_on = _checked_day(paper, today=local_date(step.now))
    terms = [_checked_term(one) for one in paper.terms[:MOST_TERMS]]
    note = written(paper.note, field="note", what="补充说明", least=0)
    refuse_waivers({"note": note, "term_0": "\n".join(one.what for one in terms)})
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    _refuse_twice(session, paper, dispute_id=dispute.id)
    _check_document(session, paper, dispute_id=dispute.id)
    for page in pages:
        page.file.put()
    session.add(
        PaperRecord(
            id=paper.paper_id,
            dispute_id=dispute.id,
            kind=paper.kind.code,
            document_id=paper.document_id,
            signed_on=signed_on,
            terms=[{"who": one.who, "what": one.what, "due_on": one.due_on.isoformat()} for one in terms],
            note=note,
            entered_at=step.now,
            assignment_id=step.actor.assignment_id,
        )
    )
    session.flush()  # the pages point to the paper
    session.add_all(
        PaperPage(
            id=page.id,
            paper_id=paper.paper_id,
            number=number,
            type=page.type,
            bytes=page.bytes,
            sha256=page.sha256,
            key_number=page.file.key_number,
        )
        for number, page in enumerate(pages, start=1)
    )
    told = [f"《{paper.kind.title}》签字件,{day_words(signed_on)}签,{len(pages)} 页"]
    told += [f"{one.who}:{one.what},{day_words(one.due_on)}前" for one in terms]
    details: dict[str, str | int] = {
        "document": paper.kind.code,
        "pages": len(pages),
        "signed_on": signed_on.isoformat(),
    }
    words = "\n".join([*told, note] if note else told)
    write(session, step, dispute, kind="paper_recorded", note=words, details=details)


def _checked_day(paper: Paper, *, today: date) -> date:
    if paper.signed_on is None or not EARLIEST <= paper.signed_on <= today:
        raise InvalidError(NOT_KEPT, fields={"signed_on": "请填纸上写的日期,不能晚于今天。"})
    return paper.signed_on


def _checked_term(term: Term) -> Term:
    who = written(term.who, field="term_0", what="谁来做")
    if len(who) > 100:
        raise InvalidError(NOT_KEPT, fields={"term_0": "“谁来做”最多 100 个字。"})
    return Term(who, written(term.what, field="term_0", what="做什么"), term.due_on)


def _refuse_twice(session: Session, paper: Paper, *, dispute_id: UUID) -> None:
    row = session.get(PaperRecord, paper.paper_id)
    if row is not None and row.dispute_id == dispute_id:
        raise AlreadyDoneError("这份纸质文书刚才已经登记,没有重复登记。")
    if row is not None:
        raise NotFoundError("这张表单不属于这件事。请回到那件事重新登记。")


def _check_document(session: Session, paper: Paper, *, dispute_id: UUID) -> None:
    if paper.document_id is None:
        return
    found = session.scalar(
        select(IssuedDocument.id).where(IssuedDocument.id == paper.document_id, IssuedDocument.dispute_id == dispute_id)
    )
    if found is None:
        raise InvalidError(NOT_KEPT, fields={"document": "没有这份文书,请重新选。"})
