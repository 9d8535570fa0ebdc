"""Lists of disputes: the tabs of the list, page by page, the own reports, and one dispute by its code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from grid_app.models.disputes import Dispute
from grid_app.policy import Scope
from grid_app.queries.disputes_filters import NONE, Filters, conditions
from grid_app.queries.disputes_places import place_names
from grid_app.queries.disputes_reach import Reach, is_whole_county, reaches, reported_by_account, unguessed
from grid_app.queries.disputes_shown import next_steps
from grid_app.queries.disputes_words import Found, search
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import ENDED_STATES, OPEN_STATES, SETTLED_ON_SPOT, STATE_WORDS

PAGE_SIZE: Final = 50
COUNTED_TO: Final = 1_000
"""Totals beside the tabs are counted up to this; above it they say 1000+."""
URGENT_GRADES: Final = ("red", "orange")
COLUMNS: Final = (
    "id", "case_code", "tracking_code", "division_code", "place_kind", "summary", "category", "grade", "state",
    "received_at", "accepted_at", "due_at",
)  # fmt: skip
HANDLING_STATES: Final = tuple(state for state in OPEN_STATES if state != "reported")


class Tab(StrEnum):
    """The saved filters of the list."""

    REPORTED = "reported"
    HANDLING = "handling"
    URGENT = "urgent"
    ENDED = "ended"
    ON_SPOT = "on_spot"
    ALL = "all"


STATES_OF: Final[Mapping[Tab, tuple[str, ...]]] = {
    Tab.REPORTED: ("reported",),
    Tab.HANDLING: HANDLING_STATES,
    Tab.URGENT: OPEN_STATES,
    Tab.ENDED: ENDED_STATES,
    Tab.ON_SPOT: ("closed",),
    Tab.ALL: tuple(STATE_WORDS),
}


class Order(StrEnum):
    """How a list is sorted: what is due next first (open disputes alone have a next date), or the newest first."""

    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins or ends: the moment a list is sorted by, and the id, of a line."""

    at: datetime
    dispute_id: UUID


@dataclass(frozen=True)
class DisputeLine:
    """One line of a list; ``summary`` is the matter in the reporter's words, personal numbers masked.

    ``due_what`` is what has to be done by ``due_at``.
    """

    id: UUID
    case_code: str
    tracking_code: str
    place: str
    place_kind: str
    summary: str
    category: str
    grade: str
    state: str
    received_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    due_what: str

    def cursor(self, order: Order) -> Cursor:
        """Return where this line stands in a list of that order."""
        return Cursor((self.due_at if order is Order.DUE else None) or self.received_at, self.id)


@dataclass(frozen=True)
class Page:
    """One page of a list; ``before`` and ``after`` are ``None`` at the ends."""

    lines: tuple[DisputeLine, ...]
    before: Cursor | None
    after: Cursor | None


@dataclass(frozen=True)
class Asked:
    """Which list is asked for: a tab, and how its filters are asked of the database.

    ``found`` is how words are looked for, ``only`` the disputes that the list is confined to, if any.
    """

    tab: Tab = Tab.ALL
    narrowed: tuple[ColumnElement[bool], ...] = ()
    found: Found | None = None
    only: Collection[UUID] | None = None
    is_narrow: bool = False
    tabs: frozenset[Tab] = frozenset(Tab)
    """The tabs that can hold anything under these filters."""


def asking(
    session: Session, *, scope: Scope, now: datetime, tab: Tab = Tab.ALL, filters: Filters = NONE,
    only: Collection[UUID] | None = None,
) -> Asked:  # fmt: skip
    """Return what is asked for: a tab, what narrows it, and the ids it is confined to, if any."""
    narrow = bool(filters.place) or not is_whole_county(scope)
    found = search(session, filters.words, is_narrow=narrow) if filters.words else None
    narrowed = conditions(session, filters, now=now)
    if found:
        narrowed.append(found.condition)
    if only is not None:
        narrowed.append(Dispute.id.in_(only))
    is_narrow = bool(filters.place) or only is not None or (found is not None and found.few)
    return Asked(tab, tuple(narrowed), found, only, is_narrow, _tabs_for(filters))


@dataclass(frozen=True)
class Cut:
    """Which part of a list: so many lines after one of two cursors, or before the other, or from the top."""

    order: Order = Order.NEWEST
    after: Cursor | None = None
    before: Cursor | None = None
    size: int = PAGE_SIZE

    @property
    def backwards(self) -> bool:
        """Whether the lines before a cursor are asked for."""
        return self.before is not None and self.after is None

    @property
    def by(self) -> InstrumentedAttribute[Any]:
        """Return the column the list is sorted by."""
        return Dispute.due_at if self.order is Order.DUE else Dispute.received_at

    @property
    def rising(self) -> bool:
        """Whether the moments rise in the direction of the question."""
        return (self.order is Order.DUE) is not self.backwards


def _tabs_for(filters: Filters) -> frozenset[Tab]:
    """Return the tabs that can hold anything: open disputes alone have a next date, a state belongs to few tabs."""
    fitting = set(Tab) - ({Tab.ENDED, Tab.ON_SPOT} if filters.clock else set())
    if filters.state:
        fitting &= {tab for tab, states in STATES_OF.items() if filters.state in states}
    return frozenset(fitting)


def tab_condition(tab: Tab) -> ColumnElement[bool]:
    """Return the condition of a tab; it never replaces the scope. What was settled on the spot is counted apart."""
    spot = Dispute.closure_ground == literal(SETTLED_ON_SPOT, literal_execute=True)  # so the planner finds its index
    found: dict[Tab, ColumnElement[bool]] = {
        Tab.REPORTED: Dispute.state == "reported",
        Tab.HANDLING: Dispute.state.in_(HANDLING_STATES),
        Tab.URGENT: and_(Dispute.grade.in_(URGENT_GRADES), Dispute.state.in_(OPEN_STATES)),
        Tab.ENDED: and_(Dispute.state.not_in(OPEN_STATES), or_(Dispute.closure_ground.is_(None), not_(spot))),
        Tab.ON_SPOT: spot,
        Tab.ALL: true(),
    }
    return found[tab]


def tallies(session: Session, *, scope: Scope, asked: Asked) -> dict[Tab, int]:
    """Return how many disputes each tab holds, counted to one above ``COUNTED_TO``.

    Nothing is counted for words that very many disputes hold: the answer would take longer than the list itself.
    """
    if asked.found and not asked.found.few:
        return {}
    parts = reaches(session, scope)
    totals = {
        tab: _counted(session, parts, replace(asked, tab=tab)) if tab in asked.tabs else 0
        for tab in Tab
        if tab is not Tab.ALL
    }
    return totals | {Tab.ALL: totals[Tab.REPORTED] + totals[Tab.HANDLING] + totals[Tab.ENDED] + totals[Tab.ON_SPOT]}


def is_any(session: Session, *, scope: Scope, asked: Asked) -> bool:
    """Say whether the list holds anything."""
    questions = [select(literal(1)).select_from(Dispute).where(*_where(one, asked)) for one in reaches(session, scope)]
    return any(session.scalar(one.limit(1)) for one in questions)


def list_disputes(session: Session, *, scope: Scope, asked: Asked, cut: Cut) -> Page:
    """Return one page of a list by keyset: the lines after a cursor, or those before one."""
    is_due = cut.order is Order.DUE
    questions = [_lines().where(*_where(one, asked, walks=is_due)) for one in reaches(session, scope)]
    return _page(session, questions, cut)


def own_reports(
    session: Session, *, scope: Scope, account_id: UUID, after: Cursor | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return what the account itself reported, the newest first, whatever became of it."""
    own = replace(scope, reporter_account=account_id)
    return _page(session, [_lines().where(reported_by_account(session, own))], Cut(after=after, size=size))


def find_by_code(session: Session, *, scope: Scope, code: str) -> UUID | None:
    """Return the dispute in the scope with that case code or tracking code, written in full; else ``None``."""
    asked = "".join(code.split()).upper()
    if not asked:
        return None
    matches = or_(Dispute.case_code == asked, Dispute.tracking_code == asked.replace("-", ""))
    return session.scalar(select(Dispute.id).where(visible(scope), matches))


def lines_by_id(session: Session, *, scope: Scope, ids: list[UUID]) -> list[DisputeLine]:
    """Return the lines of the given disputes that lie in the scope, the newest first."""
    if not ids:
        return []
    question = _lines().where(visible(scope), Dispute.id.in_(ids))
    return list(_page(session, [question], Cut(size=len(ids))).lines)


def _where(reached: Reach, asked: Asked, *, walks: bool = False) -> list[ColumnElement[bool]]:
    """Return the conditions of one part; a list that ``walks`` along the next dates has open disputes before it.

    Its state is then left unguessed: a planner takes state and date for independent and expects far too few.
    """
    reach = reached.condition if asked.is_narrow else reached.for_lists
    tab = tab_condition(asked.tab)
    return [reach, unguessed(tab) if walks and asked.tab is not Tab.ALL else tab, *asked.narrowed]


def _counted(session: Session, parts: list[Reach], asked: Asked) -> int:
    total = 0
    for one in parts:
        some = select(literal(1)).select_from(Dispute).where(*_where(one, asked)).limit(COUNTED_TO + 1 - total)
        total += session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return total


def _lines() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Dispute, name) for name in COLUMNS))


def _page(session: Session, questions: list[Select[*tuple[Any, ...]]], cut: Cut) -> Page:
    """Return the page of several questions that share no line, merged in the order of the list."""
    found = [row for question in questions for row in session.execute(_cut(question, cut)).mappings()]
    found.sort(key=lambda row: (row[cut.by.key], row["id"].hex), reverse=not cut.rising)
    kept = [dict(row) for row in found[: cut.size]]
    if cut.backwards:
        kept.reverse()
    names = place_names(session, {row["division_code"] for row in kept})
    what = next_steps(session, {row["id"]: row["due_at"] for row in kept if row["due_at"]})
    lines = tuple(
        DisputeLine(place=names[row.pop("division_code")], due_what=what.get(row["id"], ""), **row) for row in kept
    )
    more = len(found) > cut.size
    after, before = more or cut.backwards, more if cut.backwards else cut.after is not None
    return _with_ends(lines, cut.order, after=after, before=before)


def _cut(question: Select[*tuple[Any, ...]], cut: Cut) -> Select[*tuple[Any, ...]]:
    limited = question.limit(cut.size + 1)
    cursor = cut.before if cut.backwards else cut.after
    if cut.order is Order.DUE and cursor is None:  # a cursor says it already
        limited = limited.where(Dispute.due_at.is_not(None))
    if cursor is not None:
        limited = limited.where(_beyond(cut, cursor))
    return limited.order_by(*((cut.by, Dispute.id) if cut.rising else (cut.by.desc(), Dispute.id.desc())))


def _beyond(cut: Cut, cursor: Cursor) -> ColumnElement[bool]:
    """Return the keyset condition; its first half alone lets the index of the moments do the work."""
    at, key = cursor.at, cursor.dispute_id
    if cut.rising:
        return and_(cut.by >= at, or_(cut.by > at, Dispute.id > key))
    return and_(cut.by <= at, or_(cut.by < at, Dispute.id < key))


def _with_ends(lines: tuple[DisputeLine, ...], order: Order, *, after: bool, before: bool) -> Page:
    if not lines:
        return Page((), None, None)
    return Page(lines, lines[0].cursor(order) if before else None, lines[-1].cursor(order) if after else None)
