"""The earlier matters of a dispute (同一事由前案), as its handlers see them: what was agreed and not done, what failed.

They are reached from a dispute alone. Nothing here lists, counts or finds them by a person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import DisputeLink
from grid_app.models.mediation import AgreementTerm, MediationAgreement
from grid_app.policy import Scope
from grid_app.queries.related import Linked, linked_to

EARLIER = "earlier_matter"


@dataclass(frozen=True)
class Promised:
    """What was promised in an earlier matter, until when, and the day on which it was done."""

    what: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True)
class EarlierMatter:
    """One linked matter: ``is_earlier`` tells which of the two came first."""

    linked: Linked
    promised: tuple[Promised, ...]

    @property
    def is_earlier(self) -> bool:
        """Say whether it came before the dispute that is looked at."""
        return self.linked.is_earlier


@dataclass(frozen=True)
class EarlierMatters:
    """The linked matters that lie in the scope; ``is_partial`` says that there is another one outside it."""

    rows: tuple[EarlierMatter, ...]
    is_partial: bool


def earlier_matters(session: Session, *, scope: Scope, dispute_id: UUID) -> EarlierMatters:
    """Return the matters that a handler linked to a dispute of the scope as the same matter at another time."""
    linked = [one for one in linked_to(session, scope=scope, dispute_id=dispute_id) if one.relation == EARLIER]
    promised = _promised(session, [one.line.id for one in linked])
    every = session.scalar(
        select(func.count()).where(
            or_(DisputeLink.dispute_id == dispute_id, DisputeLink.other_id == dispute_id),
            DisputeLink.relation == EARLIER,
        )
    )
    rows = tuple(EarlierMatter(one, tuple(promised.get(one.line.id, ()))) for one in linked)
    return EarlierMatters(rows, (every or 0) > len(linked))


def _promised(session: Session, ids: Collection[UUID]) -> dict[UUID, list[Promised]]:
    rows = session.execute(
        select(MediationAgreement.dispute_id, AgreementTerm.what, AgreementTerm.due_on, AgreementTerm.done_on)
        .join(AgreementTerm, AgreementTerm.agreement_id == MediationAgreement.id)
        .where(MediationAgreement.dispute_id.in_(ids), MediationAgreement.effective_on.is_not(None))
        .order_by(MediationAgreement.effective_on, AgreementTerm.number)
    )
    found: dict[UUID, list[Promised]] = {}
    for key, what, due_on, done_on in rows:
        found.setdefault(key, []).append(Promised(what, due_on, done_on))
    return found
