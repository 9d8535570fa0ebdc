"""办理更加规范: time limits kept, promises kept, matters not passed round, decisions that stood up to a second look."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import ScalarSelect, and_, case, exists, func, join, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.handling import Transfer
from grid_app.models.intake import Reception
from grid_app.models.leading import LeaderAssignment, LeaderPromise, PlanStep, ResolutionPlan
from grid_app.queries.indicators_asked import Asked, Share, by_the_day, shares, within
from grid_app.queries.indicators_open import CLOSING, EVENTS, NOT_IMPORTED
from grid_app.vocabulary.words import OPEN_STATES

A_DAY: Final = timedelta(days=1)
FIRST_CONTACTS: Final = (
    "contacted", "work_recorded", "mediation_consented", "mediation_refused", "session_held", "settled_on_spot",
)  # fmt: skip
CLOCKS = join(Deadline, Dispute, Dispute.id == Deadline.dispute_id)
SERVICE_ACCEPTANCE: Final = ("accept_simple", "accept_complex")
MANY_TRANSFERS: Final = 2
MANY_RETURNS: Final = 2
STOCK: Final = timedelta(days=90)
HARD: Final = ("orange", "red")


def first_contact(session: Session, asked: Asked) -> list[Share]:
    """Return the matters with a contact on record within a day of receipt, of all that came in."""
    soon = exists().where(
        DisputeEvent.dispute_id == Dispute.id,
        DisputeEvent.kind.in_(FIRST_CONTACTS),
        within(Dispute.received_at, DisputeEvent.at, A_DAY),
    )
    return shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=soon)


def kept(session: Session, asked: Asked, rules: tuple[str, ...]) -> list[Share]:
    """Return the clocks that were kept, of those that fell due; what is overdue and open counts among the latter.

    A clock that stopped because the matter ended, or that another one replaced, measures nobody.
    """
    return shares(
        session, asked, Deadline.due_at, Deadline.rule_code.in_(rules), Deadline.due_at <= asked.now,
        or_(Deadline.done_at.is_(None), Deadline.ended == "done"),
        hit=and_(Deadline.ended == "done", Deadline.done_at <= Deadline.due_at), among=CLOCKS,
    )  # fmt: skip


def promises(session: Session, asked: Asked) -> list[Share]:
    """Return the promises to residents that were kept by their day, of those whose day has come."""
    told = (_promised_at_reception, _promised_by_leader, _agreed_steps)
    return [Share(sum(x.part for x in each), sum(x.whole for x in each)) for each in
            zip(*(one(session, asked) for one in told), strict=True)]  # fmt: skip


def _promised_at_reception(session: Session, asked: Asked) -> list[Share]:
    finished = exists().where(
        DisputeEvent.dispute_id == Dispute.id, CLOSING, by_the_day(Reception.promised_on, DisputeEvent.at)
    )
    among = join(Reception, Dispute, Dispute.id == Reception.dispute_id)
    return shares(session, asked, Reception.promised_on, Reception.promised_on < asked.today, hit=finished, among=among)


def _promised_by_leader(session: Session, asked: Asked) -> list[Share]:
    among = join(LeaderPromise, Dispute, Dispute.id == LeaderPromise.dispute_id)
    hit = LeaderPromise.kept_on <= LeaderPromise.due_on
    return shares(session, asked, LeaderPromise.due_on, LeaderPromise.due_on < asked.today, hit=hit, among=among)


def _agreed_steps(session: Session, asked: Asked) -> list[Share]:
    among = join(PlanStep, ResolutionPlan, ResolutionPlan.id == PlanStep.plan_id).join(
        Dispute, Dispute.id == ResolutionPlan.dispute_id
    )
    agreed = (ResolutionPlan.agreed_on.is_not(None), ResolutionPlan.replaced_at.is_(None))
    hit = PlanStep.done_on <= PlanStep.due_on
    return shares(session, asked, PlanStep.due_on, PlanStep.due_on < asked.today, *agreed, hit=hit, among=among)


def idle_running(session: Session, asked: Asked) -> list[Share]:
    """Return the matters transferred more than twice or returned at least twice, of all that came in."""
    often = or_(_sent() > MANY_TRANSFERS, _returned() >= MANY_RETURNS)
    return shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=often)


def transfers(session: Session, asked: Asked) -> list[Share]:
    """Return how many transfers the matters that came in have had, and how many matters these are."""
    among = join(Dispute, Transfer, Transfer.dispute_id == Dispute.id, isouter=True)
    rows = shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=Transfer.id.is_not(None), among=among)
    whole = shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=Dispute.id.is_(None))
    return [Share(row.part, one.whole) for row, one in zip(rows, whole, strict=True)]


def corrected(session: Session, asked: Asked) -> list[Share]:
    """Return the matters whose sorting was corrected later, of those first sorted."""
    later = DisputeEvent.__table__.alias("later")
    hit = exists().where(later.c.dispute_id == Dispute.id, later.c.kind == "pathway_corrected")
    return shares(session, asked, DisputeEvent.at, DisputeEvent.kind == "sorted", hit=hit, among=EVENTS)


def repeated(session: Session, asked: Asked) -> list[Share]:
    """Return the matters linked to an earlier one of the same household, of all that came in."""
    other = Dispute.__table__.alias("other")
    earlier = exists().where(
        DisputeLink.relation == "same_household",
        or_(
            and_(DisputeLink.dispute_id == Dispute.id, DisputeLink.other_id == other.c.id),
            and_(DisputeLink.other_id == Dispute.id, DisputeLink.dispute_id == other.c.id),
        ),
        other.c.received_at < Dispute.received_at,
    )
    return shares(session, asked, Dispute.received_at, NOT_IMPORTED, hit=earlier)


def no_lead(session: Session, asked: Asked) -> list[Share]:
    """Return the hard open matters that no leader has taken on, of all hard open ones, as it is now."""
    led = exists().where(LeaderAssignment.dispute_id == Dispute.id, LeaderAssignment.ended_at.is_(None))
    stock = start_of_day(asked.today - STOCK)
    hard = or_(Dispute.grade.in_(HARD), Dispute.received_at < stock)
    row = session.execute(
        select(func.count(), func.sum(case((~led, 1), else_=0))).where(
            asked.where, Dispute.state.in_(OPEN_STATES), hard
        )
    ).one()
    return [Share(int(row[1] or 0), int(row[0]))]


def _sent() -> ScalarSelect[int]:
    return select(func.count()).where(Transfer.dispute_id == Dispute.id).scalar_subquery()


def _returned() -> ScalarSelect[int]:
    return select(func.count()).where(Transfer.dispute_id == Dispute.id, Transfer.state == "returned").scalar_subquery()
