"""Lists of disputes: the tabs of the list, page by page, the own reports, and one dispute by its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.policy import Scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES, STATE_WORDS

PAGE_SIZE: Final = 50
URGENT_GRADES: Final = ("red", "orange")
ENDED_STATES: Final = tuple(state for state in STATE_WORDS if state not in OPEN_STATES)
COLUMNS: Final = (
    "id", "case_code", "tracking_code", "division_code", "place_kind", "summary", "category", "grade", "state",
    "received_at", "accepted_at",
)  # fmt: skip
HANDLING_STATES: Final = tuple(state for state in OPEN_STATES if state != "reported")


class Tab(StrEnum):
    """The saved filters of the list."""

    REPORTED = "reported"
    HANDLING = "handling"
    URGENT = "urgent"
    ENDED = "ended"
    ALL = "all"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins or ends: the received time and id of a line."""

    received_at: datetime
    dispute_id: UUID


@dataclass(frozen=True)
class DisputeLine:
    """One line of a list; ``summary`` is the matter in the reporter's words, personal numbers masked."""

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

    @property
    def cursor(self) -> Cursor:
        """Return where this line stands in the list."""
        return Cursor(self.received_at, self.id)


@dataclass(frozen=True)
class Page:
    """One page of a list, the newest first; ``newer`` and ``older`` are ``None`` at the ends."""

    lines: tuple[DisputeLine, ...]
    newer: Cursor | None
    older: Cursor | None


def tab_condition(tab: Tab) -> ColumnElement[bool]:
    """Return the condition of a tab; it never replaces the scope."""
    conditions: dict[Tab, ColumnElement[bool]] = {
        Tab.REPORTED: Dispute.state == "reported",
        Tab.HANDLING: Dispute.state.in_(HANDLING_STATES),
        Tab.URGENT: and_(Dispute.grade.in_(URGENT_GRADES), Dispute.state.in_(OPEN_STATES)),
        Tab.ENDED: Dispute.state.in_(ENDED_STATES),
        Tab.ALL: true(),
    }
    return conditions[tab]


def tallies(session: Session, *, scope: Scope) -> dict[Tab, int]:
    """Return how many disputes of the scope each tab holds, from one question."""
    counted = session.execute(
        select(Dispute.state, Dispute.grade, func.count()).where(visible(scope)).group_by(Dispute.state, Dispute.grade)
    )
    totals = dict.fromkeys(Tab, 0)
    for state, grade, number in counted:
        for tab in _tabs_of(state, grade):
            totals[tab] += number
    return totals


def _tabs_of(state: str, grade: str) -> list[Tab]:
    is_open = state in OPEN_STATES
    held = {
        Tab.REPORTED: state == "reported",
        Tab.HANDLING: state in HANDLING_STATES,
        Tab.URGENT: is_open and grade in URGENT_GRADES,
        Tab.ENDED: not is_open,
        Tab.ALL: True,
    }
    return [tab for tab, inside in held.items() if inside]


def list_disputes(
    session: Session,
    *,
    scope: Scope,
    tab: Tab,
    older_than: Cursor | None = None,
    newer_than: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """Return one page of a tab by keyset: the lines after ``older_than``, or those before ``newer_than``."""
    question = _lines().where(visible(scope), tab_condition(tab))
    return _page(session, question, older_than=older_than, newer_than=newer_than, size=size)


def own_reports(
    session: Session, *, scope: Scope, account_id: UUID, older_than: Cursor | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return what the account itself reported, the newest first, whatever became of it."""
    own = select(Assignment.id).where(Assignment.account_id == account_id)
    question = _lines().where(visible(scope), Dispute.reported_by.in_(own))
    return _page(session, question, older_than=older_than, newer_than=None, size=size)


def find_by_code(session: Session, *, scope: Scope, code: str) -> UUID | None:
    """Return the dispute in the scope with that case code or tracking code, written in full; else ``None``.

    Nothing else finds a dispute: no name, no phone, no part of a text.
    """
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
    return list(_page(session, question, older_than=None, newer_than=None, size=len(ids)).lines)


def _lines() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Dispute, name) for name in COLUMNS))


def _page(
    session: Session,
    question: Select[*tuple[Any, ...]],
    *,
    older_than: Cursor | None,
    newer_than: Cursor | None,
    size: int,
) -> Page:
    backwards = newer_than is not None and older_than is None
    if backwards and newer_than is not None:
        question = question.where(_beyond(newer_than, newer=True)).order_by(Dispute.received_at, Dispute.id)
    else:
        if older_than is not None:
            question = question.where(_beyond(older_than, newer=False))
        question = question.order_by(Dispute.received_at.desc(), Dispute.id.desc())
    rows = session.execute(question.limit(size + 1)).mappings().all()
    more, kept = len(rows) > size, [dict(row) for row in rows[:size]]
    if backwards:
        kept.reverse()
    names = place_names(session, {row["division_code"] for row in kept})
    lines = tuple(DisputeLine(place=names[row.pop("division_code")], **row) for row in kept)
    return _with_ends(lines, older=more or backwards, newer=more if backwards else older_than is not None)


def _beyond(cursor: Cursor, *, newer: bool) -> ColumnElement[bool]:
    """Return the keyset condition; its first half alone lets the index of the received time do the work."""
    at, key = cursor.received_at, cursor.dispute_id
    if newer:
        return and_(Dispute.received_at >= at, or_(Dispute.received_at > at, Dispute.id > key))
    return and_(Dispute.received_at <= at, or_(Dispute.received_at < at, Dispute.id < key))


def _with_ends(lines: tuple[DisputeLine, ...], *, older: bool, newer: bool) -> Page:
    if not lines:
        return Page((), None, None)
    return Page(lines, lines[0].cursor if newer else None, lines[-1].cursor if older else None)
