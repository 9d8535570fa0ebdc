"""The ledger (台账): the disputes of a scope read under its own columns, and its bulletin by unit.

Nothing is stored for it, so that there is no second truth. Sealed matters (15xx) stand in no ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.intake import Registration
from grid_app.models.leading import LeaderAssignment
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.chunks import chunks
from grid_app.queries.disputes import Cursor
from grid_app.queries.disputes_places import place_names
from grid_app.queries.disputes_reach import reaches
from grid_app.queries.planning import plainly
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import SEALED
from grid_app.vocabulary.words import CLOSURE_WORDS, OPEN_STATES

REGISTERED: Final = "registered"
STRUCK: Final = "struck"
MOVED: Final = "moved"
MOVED_STATES: Final = ("not_accepted", "referred_out", "legally_concluded")
FINISHING: Final = ("finish_target", "petition_finish")
MEASURES: Final = (
    "work_recorded", "session_held", "agreed", "term_done", "replied", "pathway_taken", "settled_on_spot", "closed",
)  # fmt: skip
MOST_MEASURES: Final = 3


@dataclass(frozen=True)
class LedgerFilter:
    """Which entries are asked for: registered between two days, of a unit, below a place, in a state."""

    first: date | None = None
    last: date | None = None
    unit_id: UUID | None = None
    place: str = ""
    state: str = ""


@dataclass(frozen=True)
class Measure:
    """One thing that was done: the kind of step, when, and what the handler wrote."""

    kind: str
    at: datetime
    note: str


@dataclass(frozen=True)
class LedgerEntry:
    """One entry: a dispute under the columns of the ledger; ``due_at`` is the earliest date that still counts.

    ``is_sealed``: it complains of a unit, so that its words stand in no ledger (信访工作条例 30).
    """

    dispute_id: UUID
    number: str
    received_at: datetime
    place: str
    request: str
    category: str
    track: str
    dispute_state: str
    ground: str
    closed_at: datetime | None
    unit: str
    unit_kind: str
    leader: str
    due_at: datetime | None
    measures: tuple[Measure, ...]
    is_sealed: bool

    @property
    def state(self) -> str:
        """Registered, struck by a ground of closing, or moved to whoever may decide it."""
        if self.dispute_state in OPEN_STATES:
            return REGISTERED
        return MOVED if self.dispute_state in MOVED_STATES else STRUCK

    @property
    def cursor(self) -> Cursor:
        """Return where this entry stands in the list."""
        return Cursor(self.received_at, self.dispute_id)


@dataclass(frozen=True)
class UnitFigures:
    """What a unit was given, closed and is late with; units stand in the order of their places."""

    unit: str
    place_code: str
    opened: int
    closed: int
    overdue: int


def ledger_entries(
    session: Session, *, scope: Scope, wanted: LedgerFilter, size: int, after: Cursor | None = None
) -> tuple[list[LedgerEntry], Cursor | None]:
    """Return entries of the scope, the newest first, and where the next page begins (``None``: nothing more)."""
    rows: list[Any] = []
    for reached in reaches(session, scope):
        question = (
            select(Dispute, Unit.name, Unit.kind)
            .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
            .where(reached.for_lists, *_conditions(session, wanted))
            .order_by(Dispute.received_at.desc(), Dispute.id.desc())
            .limit(size + 1)
        )
        if after is not None:
            at, key = after.at, after.dispute_id
            before = or_(Dispute.received_at < at, Dispute.id < key)
            question = question.where(Dispute.received_at <= at, before)
        rows += session.execute(question).all()
    rows.sort(key=lambda row: (row[0].received_at, row[0].id.hex), reverse=True)
    entries = _entries(session, rows[:size])
    return entries, entries[-1].cursor if len(rows) > size else None


def unit_figures(session: Session, *, scope: Scope, first: date, last: date, now: datetime) -> list[UnitFigures]:
    """Return by unit what was registered and closed in a period and what is late now, by the units' places."""
    begin, end = start_of_day(first), start_of_day(last + timedelta(days=1))
    counted: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    questions = (
        _count(scope, Dispute.received_at >= begin, Dispute.received_at < end, _any_state()),
        _count(scope, Dispute.closed_at >= begin, Dispute.closed_at < end, _struck()),
        _count(scope, Dispute.state.in_(OPEN_STATES), Dispute.id.in_(_late(now))),
    )
    for at, question in enumerate(questions):
        for unit_id, number in session.execute(question):
            if unit_id is not None:
                counted[unit_id][at] += number
    units = session.scalars(select(Unit).where(Unit.id.in_(list(counted))))
    ordered = sorted(units, key=lambda unit: (unit.division_code, unit.kind, unit.name))
    return [UnitFigures(unit.name, unit.division_code, *counted[unit.id]) for unit in ordered]


def _count(scope: Scope, *conditions: ColumnElement[bool]) -> Select[UUID | None, int]:
    return (
        select(Dispute.owner_unit_id, func.count())
        .where(visible(scope), Dispute.category.not_like(f"{SEALED}%"), *conditions)
        .group_by(Dispute.owner_unit_id)
    )


def _late(now: datetime) -> Select[UUID]:
    """Return the disputes with a duty that has passed its day; a right that ended is nobody's delay."""
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    return (
        select(Deadline.dispute_id)
        .join(DeadlineRule, rule)
        .where(Deadline.done_at.is_(None), Deadline.due_at < now, DeadlineRule.passes == "overdue")
    )


def _struck() -> ColumnElement[bool]:
    return and_(Dispute.state == "closed", Dispute.closure_ground.in_(CLOSURE_WORDS))


def _any_state() -> ColumnElement[bool]:
    """Return what stands in a ledger at all: not what came in as history, which nobody here decided."""
    return or_(Dispute.state.in_((*OPEN_STATES, *MOVED_STATES)), _struck())


def _conditions(session: Session, wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    states = {
        REGISTERED: Dispute.state.in_(OPEN_STATES),
        STRUCK: _struck(),
        MOVED: Dispute.state.in_(MOVED_STATES),
    }
    asked = [states.get(wanted.state, _any_state()), Dispute.category.not_like(f"{SEALED}%")]
    if wanted.first:
        asked.append(Dispute.received_at >= start_of_day(wanted.first))
    if wanted.last:
        asked.append(Dispute.received_at < start_of_day(wanted.last + timedelta(days=1)))
    if wanted.unit_id:
        asked.append(Dispute.owner_unit_id == wanted.unit_id)
    if wanted.place:
        path = session.scalar(select(Division.path).where(Division.code == wanted.place)) or "/none/"
        below = select(Division.code).where(Division.path.startswith(path, autoescape=True))
        asked.append(Dispute.division_code.in_(below))
    return asked


def _entries(session: Session, rows: Sequence[Any]) -> list[LedgerEntry]:
    ids = [row[0].id for row in rows]
    names = place_names(session, {row[0].division_code for row in rows})
    measures, dues, leaders = _measures(session, ids), _dues(session, ids), _leaders(session, ids)
    return [
        LedgerEntry(
            dispute_id=dispute.id,
            number=dispute.case_code,
            received_at=dispute.received_at,
            place=names[dispute.division_code],
            request=dispute.summary,
            category=dispute.category,
            track=dispute.track or "",
            dispute_state=dispute.state,
            ground=dispute.closure_ground or "",
            closed_at=dispute.closed_at,
            unit=unit or "",
            unit_kind=kind or "",
            leader=leaders.get(dispute.id, ""),
            due_at=dues.get(dispute.id),
            measures=tuple(measures[dispute.id][-MOST_MEASURES:]),
            is_sealed=dispute.about_unit_id is not None,
        )
        for dispute, unit, kind in rows
    ]


def _leaders(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return by dispute the lead official that it was given to, with the unit; nothing finds a matter by them."""
    found: dict[UUID, str] = {}
    for some in chunks(ids):
        rows = session.execute(
            select(LeaderAssignment.dispute_id, Account.display_name, Unit.name)
            .join(Assignment, Assignment.id == LeaderAssignment.lead_id)
            .join(Account, Account.id == Assignment.account_id)
            .join(Unit, Unit.id == Assignment.unit_id)
            .where(LeaderAssignment.dispute_id.in_(some), LeaderAssignment.ended_at.is_(None))
        )
        found |= {dispute_id: f"{name}({unit})" for dispute_id, name, unit in rows}
    return found


def _measures(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Measure]]:
    found: dict[UUID, list[Measure]] = defaultdict(list)
    for some in chunks(ids):
        events = session.execute(
            select(DisputeEvent.dispute_id, DisputeEvent.kind, DisputeEvent.at, DisputeEvent.note)
            .where(DisputeEvent.dispute_id.in_(some), plainly(DisputeEvent.kind.in_(MEASURES)))
            .order_by(DisputeEvent.dispute_id, DisputeEvent.number)
        )
        for dispute_id, kind, at, note in events:
            found[dispute_id].append(Measure(kind, at, note))
    return found


def _dues(session: Session, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return by dispute until when it is to be finished: our clock or the sender's date, whichever is earlier."""
    dues: dict[UUID, list[datetime]] = defaultdict(list)
    for some in chunks(ids):
        clocks = session.execute(
            select(Deadline.dispute_id, Deadline.due_at).where(
                Deadline.dispute_id.in_(some), Deadline.done_at.is_(None), Deadline.rule_code.in_(FINISHING)
            )
        )
        own = session.execute(
            select(Registration.dispute_id, Registration.due_on).where(
                Registration.dispute_id.in_(some), Registration.due_on.is_not(None)
            )
        )
        for key, due_at in clocks:
            dues[key].append(due_at)
        for key, due_on in own:
            if due_on is not None:
                dues[key].append(start_of_day(due_on + timedelta(days=1)))
    return {key: min(found) for key, found in dues.items()}
