"""The counts of the start page: what waits for the acting role, each within its own scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.accounts import Assignment, Notice
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, OutboxMessage
from grid_app.models.places import BoundaryGeneration, Division
from grid_app.models.rounds import Round
from grid_app.policy import Action, Actor, Role, allows, dispute_scope
from grid_app.queries.accounts import grids_without_worker, under
from grid_app.queries.disputes import Asked, Tab, tallies
from grid_app.queries.findings import count_to_decide
from grid_app.queries.follow_ups import AHEAD, own_due_dates, unit_visits
from grid_app.queries.inbox import waiting_count
from grid_app.queries.incidents import waiting_incidents
from grid_app.queries.mediation_work import count_due_terms, count_under_way
from grid_app.queries.report_gaps import count_open_gaps
from grid_app.queries.returns import rounds_over
from grid_app.queries.scoping import visible
from grid_app.queries.support_work import count_asked
from grid_app.queries.whistles import count_calls_waiting
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import OPEN_STATES

LATEST_NOTICES = 5


@dataclass(frozen=True)
class RoundToAnswer:
    """An open round that the acting worker or village has not answered yet."""

    round_id: UUID
    name: str
    due_at: datetime


@dataclass(frozen=True)
class FieldCounts:
    """What a grid worker, mediator or village sees first."""

    own_open: int
    to_answer: tuple[RoundToAnswer, ...]
    visits: tuple[date, ...]
    terms: int
    asked: int
    mediated: int


@dataclass(frozen=True)
class OfficeCounts:
    """What an office sees first."""

    inbox: int
    reported: int
    handling: int
    urgent: int
    findings: int
    open_rounds: int
    empty_grids: int
    visits: int
    phone_gaps: int
    terms: int
    asked: int
    whistles: int
    incidents: int


@dataclass(frozen=True)
class NoticeRow:
    """One line for the signed-in account."""

    notice_id: UUID
    text: str
    url: str
    created_at: datetime


@dataclass(frozen=True)
class Workings:
    """Figures about the platform's own working, for the monitor: nothing about people, places or matters."""

    outbox_due: int
    open_escalations: int


def field_counts(session: Session, actor: Actor, *, now: datetime) -> FieldCounts:
    """Return what waits for a role in the field: own open disputes, rounds to answer and visits, first due first."""
    own = select(Assignment.id).where(Assignment.account_id == actor.account_id)
    told = Dispute.reported_by.in_(own) & Dispute.state.in_(OPEN_STATES)
    count = session.scalar(select(func.count(Dispute.id)).where(visible(dispute_scope(actor)), told)) or 0
    place = session.get_one(Division, actor.division_code)
    answers = allows(actor, Action.RETURN_ROUND) and place.level in ("grid", "village")
    rounds = rounds_over(session, place, now=now) if answers else []
    waiting = tuple(RoundToAnswer(row.round_id, row.name, row.due_at) for row in rounds if not row.answered)
    visits = tuple(_visits(session, actor, until=local_date(now) + AHEAD, now=now))
    asked = count_asked(session, actor, today=local_date(now))
    mediated = count_under_way(session, actor, dispute_scope(actor))
    return FieldCounts(count, waiting, visits, _terms(session, actor, now), asked, mediated)


def office_counts(session: Session, actor: Actor, *, now: datetime) -> OfficeCounts:
    """Return what waits for an office in its own area."""
    by_tab = tallies(session, scope=dispute_scope(actor), asked=Asked())
    return OfficeCounts(
        inbox=waiting_count(session, actor),
        visits=len(_visits(session, actor, until=local_date(now), now=now)),
        reported=by_tab[Tab.REPORTED],
        handling=by_tab[Tab.HANDLING],
        urgent=by_tab[Tab.URGENT],
        findings=count_to_decide(session, actor),
        open_rounds=_open_rounds(session, actor, now),
        empty_grids=len(grids_without_worker(session, path=actor.division_path, now=now)),
        phone_gaps=count_open_gaps(session, path=actor.division_path),
        terms=_terms(session, actor, now),
        asked=count_asked(session, actor, today=local_date(now)),
        whistles=count_calls_waiting(session, actor, dispute_scope(actor)),
        incidents=waiting_incidents(session, actor),
    )


def _terms(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many promises the own unit watches over fall due within the days of the reminder."""
    until = local_date(now) + timedelta(days=mediation_rules().days_ahead)
    return count_due_terms(session, actor, dispute_scope(actor), until=until)


def _visits(session: Session, actor: Actor, *, until: date, now: datetime) -> list[date]:
    """Return the due days of what the account visits and of what its unit has to visit itself, the earliest first."""
    unit = unit_visits(session, actor, dispute_scope(actor), until=until, now=now)
    return sorted([*own_due_dates(session, actor, until=until), *(one.due_on for one in unit)])


def _open_rounds(session: Session, actor: Actor, now: datetime) -> int:
    above = [code for code in actor.division_path.split("/") if code]
    question = select(func.count(Round.id)).join(Division, Division.code == Round.division_code)
    touches = or_(under(actor.division_path), Round.division_code.in_(above))
    return session.scalar(question.where(Round.state == "open", Round.opens_at <= now, touches)) or 0


def notices_of(session: Session, account_id: UUID) -> list[NoticeRow]:
    """Return the account's unread lines, the newest first."""
    question = (
        select(Notice.id, Notice.text, Notice.url, Notice.created_at)
        .where(Notice.account_id == account_id, Notice.read_at.is_(None))
        .order_by(Notice.created_at.desc(), Notice.id)
        .limit(LATEST_NOTICES)
    )
    return [NoticeRow(*row) for row in session.execute(question)]


def workings(session: Session, *, now: datetime) -> Workings:
    """Return the monitor's figures: messages that wait to be sent, and escalations nobody has taken up."""
    due = select(func.count(OutboxMessage.id)).where(OutboxMessage.state == "due", OutboxMessage.due_at <= now)
    waiting = select(func.count(Escalation.id)).where(Escalation.state.in_(("open", "exhausted")))
    return Workings(session.scalar(due) or 0, session.scalar(waiting) or 0)


def has_active_boundaries(session: Session) -> bool:
    """Say whether a boundary generation is in use; without one no report finds its village."""
    found = session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active").limit(1))
    return found is not None


def is_in_the_field(role: Role) -> bool:
    """Say whether the role's start page is the one for phones outdoors."""
    return role in (Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD)
