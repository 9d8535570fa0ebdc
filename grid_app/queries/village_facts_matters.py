"""How matters of villages were served: contacted, found early, told about; duties, ledger and notices of their offices.

Every count is grouped by village and carries ``served``: what arrived as a petition is in none of them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, join, or_, select
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH
from grid_app.clock import local_date
from grid_app.database.elapsed import SecondsBetween
from grid_app.models.accounts import Unit
from grid_app.models.callbacks import CallbackSample
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import Escalation
from grid_app.models.places import Division
from grid_app.models.residents import PublicNotice
from grid_app.models.support_work import Rectification
from grid_app.policy import Scope
from grid_app.queries.indicators_asked import DAY, Expression, within
from grid_app.queries.indicators_lawful import FIRST_CONTACTS
from grid_app.queries.indicators_open import CLOSING
from grid_app.queries.planning import plainly
from grid_app.queries.scoping import visible
from grid_app.standing.rules import Rules
from grid_app.vocabulary.words import OPEN_STATES

NOT_SERVED: Final = ("visit", "letter", "hotline", "assigned", "transferred", "instruction", "import")
"""Channels by which a petition or an order arrives, and histories that were imported."""
ELSEWHERE: Final = ("qr", "phone", "department", "other_office")
"""Channels that count when they knew of a matter before the grid, the village or its room."""
MEDIATION: Final = "mediation"
VILLAGE: Final = func.substr(Dispute.division_code, 1, CODE_LENGTH["village"]).label("village")
_OFFICES: Final = join(Unit, Division, Division.code == Unit.division_code)
Counted = dict[str, dict[str, Any]]


def served(path: str) -> ColumnElement[bool]:
    """Return the condition that a matter of the subtree is looked at: none that came, or was sorted, as a petition."""
    return and_(
        visible(Scope(paths=(path,))),
        Dispute.channel.not_in(NOT_SERVED),
        or_(Dispute.track.is_(None), Dispute.track == MEDIATION),
    )


def matters(session: Session, *, path: str, since: datetime, end: datetime, rules: Rules) -> Counted:
    """Return matters, first contacts in time, dangers answered late, and matters known elsewhere first."""
    hours, urgent = timedelta(hours=rules["R3.hours"]), timedelta(hours=rules["R3.urgent_hours"])
    judged = Dispute.received_at <= end - hours
    late = and_(_is_red_at_once(), Dispute.received_at <= end - urgent, ~_answered(urgent))
    old = SecondsBetween(Dispute.since_when, Dispute.noted_on) >= rules["R4.days"] * DAY
    counts = {
        "matters": judged,
        "contacted": and_(judged, _contacted(FIRST_CONTACTS, hours)),
        "urgent_late": late,
        "found": Dispute.id.is_not(None),
        "found_late": and_(Dispute.channel.in_(ELSEWHERE), old),
    }
    question = (
        select(VILLAGE, *[count_if(condition) for condition in counts.values()])
        .where(served(path), Dispute.received_at >= since, Dispute.received_at < end)
        .group_by("village")
    )
    return {row[0]: dict(zip(counts, map(int, row[1:]), strict=True)) for row in session.execute(question)}


def calls(session: Session, *, path: str, since: datetime, end: datetime) -> Counted:
    """Return closings, parties somebody else asked about them, and parties who had been told how it went."""
    window = (served(path), closings(since, end))
    events = join(DisputeEvent, Dispute, Dispute.id == DisputeEvent.dispute_id)
    ended = select(VILLAGE, func.count()).select_from(events).where(*window).group_by("village")
    reached = and_(CallbackSample.told.is_not(None), CallbackSample.ended_at < end)
    asked = (
        select(VILLAGE, count_if(reached), count_if(and_(reached, CallbackSample.told.is_(True))))
        .select_from(events.join(CallbackSample, CallbackSample.event_id == DisputeEvent.id))
        .where(*window)
        .group_by("village")
    )
    found: Counted = {code: {"ended": int(count)} for code, count in session.execute(ended)}
    for code, count, told in session.execute(asked):
        found.setdefault(code, {}).update(asked=int(count), told=int(told))
    return found


def closings(since: datetime, end: datetime) -> ColumnElement[bool]:
    """Return the condition that an event is a closing of a span."""
    return plainly(and_(CLOSING, DisputeEvent.at >= since, DisputeEvent.at < end))


def duties(session: Session, *, path: str, end: datetime) -> Counted:
    """Return which villages have an office on record, and how many of its duties are missed and open.

    A duty: a statutory time limit of a matter in its hands, or an order to put something right. What somebody
    complained of is none of them.
    """
    units = session.scalars(select(Unit.division_code).select_from(_OFFICES).where(*_standing(path)).distinct()).all()
    breaches: Counter[str] = Counter()
    for question in (_missed_limits(path, end), _open_orders(path, end)):
        breaches.update({str(row[0]): int(row[1]) for row in session.execute(question)})
    return {code: {"has_unit": True, "breaches": breaches[code]} for code in units}


def ledgers(session: Session, *, path: str, end: datetime, rules: Rules) -> Counted:
    """Return open matters in the hands of villages' offices, and those without a new entry for too long."""
    line = end - timedelta(days=rules["R7.ledger_days"])
    is_open = or_(Dispute.closed_at >= end, and_(Dispute.closed_at.is_(None), Dispute.state.in_(OPEN_STATES)))
    touched = exists().where(
        DisputeEvent.dispute_id == Dispute.id, DisputeEvent.at >= line, DisputeEvent.at < end
    )  # fmt: skip
    question = (
        select(Unit.division_code, func.count(), count_if(and_(Dispute.received_at < line, ~touched)))
        .select_from(_OFFICES.join(Dispute, Dispute.owner_unit_id == Unit.id))
        .where(*_standing(path), served(path), Dispute.received_at < end, is_open)
        .group_by(Unit.division_code)
    )
    rows = session.execute(question)
    return {code: {"ledger_open": int(count), "ledger_stale": int(stale)} for code, count, stale in rows}


def notices(session: Session, *, path: str, end: datetime) -> Counted:
    """Return when the address and hours of villages' offices were last confirmed."""
    question = (
        select(Unit.division_code, func.max(PublicNotice.changed_at))
        .select_from(_OFFICES.join(PublicNotice, PublicNotice.unit_id == Unit.id))
        .where(*_standing(path), PublicNotice.address != "", PublicNotice.hours != "", PublicNotice.changed_at < end)
        .group_by(Unit.division_code)
    )
    return {code: {"posted_on": local_date(at)} for code, at in session.execute(question)}


def _missed_limits(path: str, end: datetime) -> Select[str, int]:
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    among = (
        _OFFICES.join(Deadline, Deadline.owner_unit_id == Unit.id)
        .join(DeadlineRule, rule)
        .join(Dispute, Dispute.id == Deadline.dispute_id)
    )
    return (
        select(Unit.division_code, func.count())
        .select_from(among)
        .where(
            *_standing(path), served(path), Deadline.kind == "statutory", DeadlineRule.passes == "overdue",
            Deadline.due_at < end, or_(Deadline.done_at.is_(None), Deadline.done_at >= end),
        )
        .group_by(Unit.division_code)
    )  # fmt: skip


def _open_orders(path: str, end: datetime) -> Select[str, int]:
    is_open = or_(Rectification.closed_at.is_(None), Rectification.closed_at >= end)
    return (
        select(Unit.division_code, func.count())
        .select_from(_OFFICES.join(Rectification, Rectification.unit_id == Unit.id))
        .where(*_standing(path), Rectification.opened_at < end, is_open)
        .group_by(Unit.division_code)
    )


def _standing(path: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Division.level == "village",
        Division.path.startswith(path, autoescape=True),
        Unit.closed_at.is_(None),
    )


def _is_red_at_once() -> ColumnElement[bool]:
    """Return the condition that a matter is red by its own answers from the first moment on.

    One that turned red later, because several households share it, is none: what households share never counts.
    """
    return or_(Dispute.danger.is_(True), Dispute.safety_present.is_(True), Dispute.safety_child.is_(True))


def _answered(length: timedelta) -> ColumnElement[bool]:
    """Return the condition that a danger was answered in time: a call, an acceptance, or an office acknowledged."""
    taken = exists().where(
        Escalation.dispute_id == Dispute.id, within(Dispute.received_at, Escalation.acknowledged_at, length)
    )
    return or_(_contacted((*FIRST_CONTACTS, "accepted"), length), taken)


def _contacted(kinds: tuple[str, ...], length: timedelta) -> ColumnElement[bool]:
    return exists().where(
        DisputeEvent.dispute_id == Dispute.id,
        DisputeEvent.kind.in_(kinds),
        within(Dispute.received_at, DisputeEvent.at, length),
    )


def count_if(condition: Expression) -> Expression:
    """Return the column that counts the rows for which a condition holds."""
    return func.sum(case((condition, 1), else_=0))
