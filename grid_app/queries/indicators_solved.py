"""化解更加有效: whether a matter was really solved; what was settled on the spot is counted apart from the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, join, not_, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.clock import start_of_day
from grid_app.database.elapsed import SecondsBetween
from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase
from grid_app.models.residents import Evaluation
from grid_app.models.rounds import Finding
from grid_app.queries.indicators_asked import Asked, Median, Share, medians, shares, totals, within
from grid_app.queries.indicators_open import CLOSING, EVENTS, NOT_IMPORTED
from grid_app.vocabulary.words import SETTLED_ON_SPOT

OLD_OPEN: Final = timedelta(days=90)
RELAPSE: Final = timedelta(days=90)
NEVER_CLOSED: Final = ("not_accepted", "referred_out", "legally_concluded")
HANDLED: Final = ("contacted", "work_recorded", "session_held")
ON_SPOT = DisputeEvent.kind == SETTLED_ON_SPOT


def resolved(session: Session, asked: Asked) -> list[Share]:
    """Return the closings performed or confirmed that lasted, of all closings and what is open and old.

    Settling on the spot is in neither figure.
    """
    solved = and_(or_(ground_is("agreement_performed"), confirmed()), not_(reopened_after()))
    closed = shares(session, asked, DisputeEvent.at, DisputeEvent.kind == "closed", hit=solved, among=EVENTS)
    old = _old_open(session, asked)
    return [Share(one.part, one.whole + more) for one, more in zip(closed, old, strict=True)]


def on_spot(session: Session, asked: Asked) -> list[int]:
    """Return how many light matters were settled on the spot."""
    return totals(session, asked, DisputeEvent.at, ON_SPOT, among=EVENTS)


def on_spot_confirmed(session: Session, asked: Asked) -> list[Share]:
    """Return the matters settled on the spot that a party confirmed and that lasted, of all of them."""
    solved = and_(confirmed(), not_(reopened_after()))
    return shares(session, asked, DisputeEvent.at, ON_SPOT, hit=solved, among=EVENTS)


def at_once(session: Session, asked: Asked) -> list[Share]:
    """Return the matters solved at the first contact and confirmed, of all that came in."""
    handled = select(func.count()).where(DisputeEvent.dispute_id == Dispute.id, DisputeEvent.kind.in_(HANDLED))
    closing = exists().where(
        DisputeEvent.dispute_id == Dispute.id, CLOSING, confirmed(), not_(reopened_after())
    )  # fmt: skip
    hit = and_(closing, handled.scalar_subquery() <= 1)
    return shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=hit)


def agreed(session: Session, asked: Asked) -> list[Share]:
    """Return the mediations with an agreement in effect, of those begun; signed is not solved."""
    effective = exists().where(
        MediationAgreement.case_id == MediationCase.id, MediationAgreement.effective_on.is_not(None)
    )
    return shares(session, asked, MediationCase.started_at, hit=effective, among=_cases())


def performed(session: Session, asked: Asked) -> list[Share]:
    """Return the agreements all of whose promises were done, of those that came into effect."""
    undone = exists().where(AgreementTerm.agreement_id == MediationAgreement.id, AgreementTerm.done_on.is_(None))
    among = join(MediationAgreement, Dispute, Dispute.id == MediationAgreement.dispute_id)
    return shares(session, asked, MediationAgreement.effective_on, hit=not_(undone), among=among)


def refused(session: Session, asked: Asked) -> list[Share]:
    """Return the mediations that a party did not want, of those offered."""
    return shares(session, asked, MediationCase.opened_at, hit=MediationCase.state == "refused", among=_cases())


def legal_route(session: Session, asked: Asked) -> list[Share]:
    """Return the closings by way of a legal pathway, of all closings."""
    hit = ground_is("moved_to_legal_pathway")
    return shares(session, asked, DisputeEvent.at, CLOSING, hit=hit, among=EVENTS)


def relapse(session: Session, asked: Asked) -> list[Share]:
    """Return the closings after which the matter was taken up again within ninety days, of all closings."""
    return shares(session, asked, DisputeEvent.at, CLOSING, hit=reopened_after(RELAPSE), among=EVENTS)


def finding_days(session: Session, asked: Asked) -> list[Median]:
    """Return the median days from a finding's first sight to somebody's decision on it."""
    placed = Finding.division_code.in_(asked.codes)
    return medians(session, asked, Finding.decided_at, begin=Finding.created_at, among=Finding, placed=placed)


def ground_is(ground: str) -> ColumnElement[bool]:
    """Return the condition that a closing has this ground, as its event says: a later reopening changes nothing."""
    said: ColumnElement[str] = DisputeEvent.details["ground"].as_string()
    return said == ground


def confirmed() -> ColumnElement[bool]:
    """Return the condition that a party confirmed a closing: in a visit, an evaluation or a call-back."""
    visited = exists().where(
        FollowUp.dispute_id == DisputeEvent.dispute_id,
        FollowUp.closed_at == DisputeEvent.at,
        FollowUp.state == "settled",
    )
    said = exists().where(
        Evaluation.dispute_id == DisputeEvent.dispute_id,
        Evaluation.closed_at == DisputeEvent.at,
        Evaluation.satisfied.is_(True),
    )
    asked = exists().where(CallbackSample.event_id == DisputeEvent.id, CallbackSample.state == "verified")
    return or_(visited, said, asked)


def reopened_after(length: timedelta | None = None, *, before: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a closing was followed by taking the matter up again, perhaps within a time.

    ``before`` leaves out what happened from that moment on.
    """
    later = aliased(DisputeEvent)
    conditions: list[Any] = [
        # by number, so that databases look within the one history and not among all that were ever taken up again
        later.dispute_id == DisputeEvent.dispute_id, later.kind == "reopened", later.number > DisputeEvent.number,
    ]  # fmt: skip
    if length is not None:
        conditions.append(within(DisputeEvent.at, later.at, length))
    if before is not None:
        conditions.append(SecondsBetween(later.at, before) > 0)
    return exists().where(*conditions)


def _old_open(session: Session, asked: Asked) -> list[int]:
    """Return how many matters were open and older than ninety days when each span ended."""
    found = []
    for span in asked.spans:
        end = min(start_of_day(span.until), asked.now)
        row = session.scalar(
            select(func.count()).select_from(Dispute).where(
                asked.where, NOT_IMPORTED, Dispute.received_at < end - OLD_OPEN,
                or_(Dispute.closed_at.is_(None), Dispute.closed_at >= end), Dispute.state.not_in(NEVER_CLOSED),
            )
        )  # fmt: skip
        found.append(int(row or 0))
    return found


def _cases() -> FromClause:
    return join(MediationCase, Dispute, Dispute.id == MediationCase.dispute_id)
