"""Lists of disputes: the tabs of the list, page by page, the own reports, and one dispute by its code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.policy import Scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.disputes_reach import reaches, reported_by_account
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

PAGE_SIZE: Final = 50
URGENT_GRADES: Final = ("red", "orange")
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
    finish_due: datetime | None

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


@dataclass(frozen=True)
class _Cut:
    """Which part of a list is asked for: so many lines beyond one of two cursors, or from the top."""

    older_than: Cursor | None
    newer_than: Cursor | None
    size: int

    @property
    def backwards(self) -> bool:
        return self.newer_than is not None and self.older_than is None


def tab_condition(tab: Tab) -> ColumnElement[bool]:
    """Return the condition of a tab; it never replaces the scope."""
    conditions: dict[Tab, ColumnElement[bool]] = {
        Tab.REPORTED: Dispute.state == "reported",
        Tab.HANDLING: Dispute.state.in_(HANDLING_STATES),
        Tab.URGENT: and_(Dispute.grade.in_(URGENT_GRADES), Dispute.state.in_(OPEN_STATES)),
        Tab.ENDED: Dispute.state.not_in(OPEN_STATES),
        Tab.ALL: true(),
    }
    return conditions[tab]


def tallies(session: Session, *, scope: Scope) -> dict[Tab, int]:
    """Return how many disputes of the scope each tab holds; each question is answered from an index alone."""
    totals = dict.fromkeys(Tab, 0)
    for reached in reaches(session, scope):
        open_ones = session.execute(
            select(Dispute.state, Dispute.grade, func.count())
            .where(reached.condition, Dispute.state.in_(OPEN_STATES))
            .group_by(Dispute.state, Dispute.grade)
        )
        for state, grade, number in open_ones:
            for tab in _tabs_of(state, grade):
                totals[tab] += number
        in_tab = (reached.condition, tab_condition(Tab.ENDED))
        ended = session.scalar(select(func.count()).select_from(Dispute).where(*in_tab))
        totals[Tab.ENDED] += ended or 0
        totals[Tab.ALL] += ended or 0
    return totals


def _tabs_of(state: str, grade: str) -> list[Tab]:
    """Return the tabs that an open dispute stands in."""
    stage = Tab.REPORTED if state == "reported" else Tab.HANDLING
    return [stage, Tab.ALL, *([Tab.URGENT] if grade in URGENT_GRADES else [])]


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
    cut = _Cut(older_than, newer_than, size)
    questions = [_lines().where(reached.for_lists, tab_condition(tab)) for reached in reaches(session, scope)]
    return _page(session, questions, cut)


def own_reports(
    session: Session, *, scope: Scope, account_id: UUID, older_than: Cursor | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return what the account itself reported, the newest first, whatever became of it."""
    own = replace(scope, reporter_account=account_id)
    return _page(session, [_lines().where(reported_by_account(session, own))], _Cut(older_than, None, size))


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
    return list(_page(session, [question], _Cut(None, None, len(ids))).lines)


def _lines() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Dispute, name) for name in COLUMNS))


def _page(session: Session, questions: list[Select[*tuple[Any, ...]]], cut: _Cut) -> Page:
    """Return the page of several questions that share no line, merged in the order of the list."""
    found = [row for question in questions for row in session.execute(_cut(question, cut)).mappings()]
    found.sort(key=lambda row: (row["received_at"], row["id"].hex), reverse=not cut.backwards)
    kept = [dict(row) for row in found[: cut.size]]
    if cut.backwards:
        kept.reverse()
    names = place_names(session, {row["division_code"] for row in kept})
    due = _finish_dues(session, [row["id"] for row in kept if row["state"] in HANDLING_STATES])
    lines = tuple(
        DisputeLine(place=names[row.pop("division_code")], finish_due=due.get(row["id"]), **row) for row in kept
    )
    more = len(found) > cut.size
    older, newer = more or cut.backwards, more if cut.backwards else cut.older_than is not None
    return _with_ends(lines, older=older, newer=newer)


def _finish_dues(session: Session, ids: list[UUID]) -> dict[UUID, datetime]:
    """Return when the clock of finishing ends, for those of one page that have one running."""
    if not ids:
        return {}
    rows = session.execute(
        select(Deadline.dispute_id, Deadline.due_at).where(
            Deadline.dispute_id.in_(ids), Deadline.rule_code == "finish_target", Deadline.done_at.is_(None)
        )
    ).all()
    return dict(rows)


def _cut(question: Select[*tuple[Any, ...]], cut: _Cut) -> Select[*tuple[Any, ...]]:
    limited = question.limit(cut.size + 1)
    if cut.backwards and cut.newer_than is not None:
        return limited.where(_beyond(cut.newer_than, newer=True)).order_by(Dispute.received_at, Dispute.id)
    if cut.older_than is not None:
        limited = limited.where(_beyond(cut.older_than, newer=False))
    return limited.order_by(Dispute.received_at.desc(), Dispute.id.desc())


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
