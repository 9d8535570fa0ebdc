"""Issuing documents: what fits now, a draft, the number of the unit and year, the files, withdrawal.

A document is made in three parts, so that nothing is set in type while the database is locked: what it says is read
(and the opening of names logged), the files are made and sealed beside their places, and one short transaction gives
the number out and puts the files in. When somebody took the number or changed the dispute meanwhile, the caller makes
it again. A number exists only together with its document, so that none is lost and none given twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.documents import IssuedDocument
from grid_app.policy import Action, as_used
from grid_app.ports import AttachmentFiles, PreparedFile
from grid_app.queries.documents import number_after
from grid_app.services.audit import record_audit
from grid_app.services.documents.drafts import NO_DOCUMENT, Draft, Rendered, refuse_twice, series_of
from grid_app.services.matters.parties import Reason, needs_reason
from grid_app.services.matters.step import Step, may_handle, opened, permitted, write, written

UNREADABLE: Final = "文书的文件打不开。请告诉系统管理员核对备份和密钥;其他内容不受影响。"
READ: Final = "document.read"


@dataclass(frozen=True)
class Sealed:
    """Both files, sealed and waiting beside their places."""

    rendered: Rendered
    docx_file: UUID
    pdf_file: UUID
    docx: PreparedFile
    pdf: PreparedFile

    def drop(self) -> None:
        """Remove what was not put into its place."""
        self.docx.drop()
        self.pdf.drop()


def seal(rendered: Rendered, files: AttachmentFiles) -> Sealed:
    """Write both files sealed beside their places; call it with no transaction open."""
    docx_file, pdf_file = new_id(), new_id()
    docx = files.prepare_whole(docx_file, rendered.docx)
    return Sealed(rendered, docx_file, pdf_file, docx, files.prepare_whole(pdf_file, rendered.pdf))


def issue(session: Session, step: Step, draft: Draft, sealed: Sealed) -> bool:
    """Give the number out and put the files into their places; ``False`` when the draft has been overtaken.

    Raises
    ------
    AlreadyDoneError
        The form was sent twice; the document is there.
    """
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    refuse_twice(session, step, draft.wanted)
    kind = draft.wanted.kind
    number = number_after(session, unit_id=draft.unit_id, series=series_of(kind), year=draft.year)
    if number != draft.number or dispute.version != draft.version:
        return False
    sealed.docx.put()
    sealed.pdf.put()
    session.add(
        IssuedDocument(
            id=draft.wanted.document_id,
            dispute_id=dispute.id,
            kind=kind.code,
            unit_id=draft.unit_id,
            series=series_of(kind),
            year=draft.year,
            number=number,
            number_text=draft.number_text,
            template_id=draft.template_id,
            template_digest=hashlib.sha256(draft.template).hexdigest(),
            issued_at=step.now,
            assignment_id=step.actor.assignment_id,
            acting_for=step.actor.acting_for,
            docx_file=sealed.docx_file,
            docx_sha256=hashlib.sha256(sealed.rendered.docx).hexdigest(),
            pdf_file=sealed.pdf_file,
            pdf_sha256=hashlib.sha256(sealed.rendered.pdf).hexdigest(),
            key_number=sealed.docx.key_number,
        )
    )
    note = f"《{kind.title}》{draft.number_text}"
    write(session, step, dispute, kind="document_issued", note=note, details={"document": kind.code})
    return True


def withdraw(session: Session, step: Step, *, document_id: UUID, reason: str) -> None:
    """Withdraw an issued document; it stays with its number and files, marked with the reason.

    Raises
    ------
    ConflictError
        It has been withdrawn already.
    InvalidError
        No reason was written.
    """
    reason = written(reason, field="reason", what="为什么撤回", least=5)
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    row = session.scalar(
        select(IssuedDocument).where(IssuedDocument.id == document_id, IssuedDocument.dispute_id == dispute.id)
    )
    if row is None:
        raise NotFoundError(NO_DOCUMENT)
    if row.withdrawn_at is not None:
        raise ConflictError("这份文书已经撤回,没有重复记录。", code="already_done")
    row.withdrawn_at, row.withdrawn_by, row.withdrawal_reason = step.now, step.actor.assignment_id, reason
    kind = row.kind
    write(session, step, dispute, kind="document_withdrawn", note=reason, details={"document": kind})


def log_reading(session: Session, step: Step, *, what: Mapping[str, str | int], per_day: int, reason: Reason) -> None:
    """Log that a paper or document in full is given out; whoever does not handle the matter writes a reason.

    Raises
    ------
    InvalidError
        A reason is needed and missing.
    """
    step = permitted(step, Action.REVEAL_PARTY)
    words = reason.words.strip()
    asked = needs_reason(session, dispute_id=step.dispute_id, actor=step.actor, per_day=per_day, now=step.now)
    if asked and len(words) < 5:
        raise InvalidError(
            "文书里有当事人的姓名,您不是承办单位的人,请先写明为什么要看。没有给出任何内容。",
            fields={"reason": "请写明理由,至少 5 个字。"},
            code="reason_needed",
        )
    told = {**what, "reason_kind": "delivery", "reason_length": len(words)}
    target = ("dispute", str(step.dispute_id))
    record_audit(session, as_used(step.actor, Action.REVEAL_PARTY), READ, now=step.now, target=target, details=told)
