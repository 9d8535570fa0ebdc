"""Forgetting what nobody needs any more: desk sessions that are long over, chunks of uploads that nobody finishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import SignIn
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from grid_app.ports import AttachmentFiles
from grid_app.queries.chunks import chunks

ABANDONED: Final = timedelta(days=90)
"""How long an upload may rest before its chunks go; its report stays, and the phone begins anew."""


def forget_old_sign_ins(session: Session, *, now: datetime, absolute: timedelta) -> int:
    """Delete the desk sessions that began longer than ``absolute`` ago and return how many.

    They could not be used any more; that somebody signed in stays in the audit trail.
    """
    gone = session.execute(delete(SignIn).where(SignIn.started_at < now - absolute).returning(SignIn.id))
    return len(gone.all())


def chunks_to_forget(session: Session, resting: Mapping[UUID, datetime], *, now: datetime) -> list[UUID]:
    """Return the attachments whose chunks nobody needs: all of it is here, or nothing has come for 90 days.

    ``resting`` tells when the last chunk of each was put. What was announced less than 90 days ago is kept, and so is
    what no report here has announced: another database may know it.
    """
    found: list[UUID] = []
    for ids in chunks(list(resting)):
        rows = session.execute(
            select(Attachment.id, Attachment.completed_at, Dispute.received_at)
            .join(Dispute, Dispute.id == Attachment.dispute_id)
            .where(Attachment.id.in_(ids))
            .order_by(Attachment.id)
        )
        found += [
            row.id
            for row in rows
            if row.completed_at is not None or max(row.received_at, resting[row.id]) <= now - ABANDONED
        ]
    return found


def begin_anew(session: Session, attachment_id: UUID) -> None:
    """Let the phone send an attachment from its first byte again, unless all of it is here."""
    row = _locked(session, attachment_id)
    if row.completed_at is None:
        row.received = 0


def forget_chunks(session: Session, attachment_id: UUID, *, files: AttachmentFiles) -> bool:
    """Remove the chunks of an attachment and say so; not when the phone has begun to send it anew meanwhile.

    Call it after `begin_anew` was committed: a server killed between the two leaves chunks that count for nothing.
    """
    row = _locked(session, attachment_id)
    if row.completed_at is None and row.received:
        return False
    files.forget_parts(attachment_id)
    return True


def _locked(session: Session, attachment_id: UUID) -> Attachment:
    return session.scalars(select(Attachment).where(Attachment.id == attachment_id).with_for_update()).one()
