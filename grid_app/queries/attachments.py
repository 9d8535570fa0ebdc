"""Photos and voice notes: what a phone announced, and what belongs to a dispute of the scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, Submission
from grid_app.policy import Scope
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class Announced:
    """One photo or voice note; ``number`` is its place in the report, ``received`` how many bytes are safe here."""

    id: UUID
    dispute_id: UUID
    number: int
    kind: str
    type: str
    bytes: int
    sha256: str
    received: int
    completed_at: datetime | None

    @property
    def is_complete(self) -> bool:
        """Say whether all of it is here and its digest was right."""
        return self.completed_at is not None


def announced_by(session: Session, *, account_id: UUID, attachment_id: UUID) -> Announced | None:
    """Return what a stored report of this account announced under an id; ``None`` for everybody else's."""
    return _first(
        session,
        _columns()
        .join(Submission, Submission.dispute_id == Attachment.dispute_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Attachment.id == attachment_id, Assignment.account_id == account_id),
    )


def attachments_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[Announced]:
    """Return the attachments of one dispute of the scope in the order of the report, arrived or not."""
    question = _of_dispute(scope, dispute_id).order_by(Attachment.number)
    return [Announced(*row) for row in session.execute(question)]


def attachment_of(session: Session, *, scope: Scope, dispute_id: UUID, attachment_id: UUID) -> Announced | None:
    """Return one attachment of one dispute of the scope, or ``None``."""
    return _first(session, _of_dispute(scope, dispute_id).where(Attachment.id == attachment_id))


def _columns() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Attachment, name) for name in Announced.__dataclass_fields__))


def _of_dispute(scope: Scope, dispute_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        _columns()
        .join(Dispute, Dispute.id == Attachment.dispute_id)
        .where(Attachment.dispute_id == dispute_id, visible(scope))
    )


def _first(session: Session, question: Select[*tuple[Any, ...]]) -> Announced | None:
    row = session.execute(question).first()
    return Announced(*row) if row else None
