"""What stood open at the end of a past week: walked back from the present by the append-only history.

The state of a dispute at a moment is what the first later step says it moved on from; without a later step it is the
present state. Grade and place go back the same way. What is asked for once is kept for good as one row a week.

The map of a past week is drawn with the boundaries of today: what lay in a division that has ended since is counted
where the turn of the boundaries sent the open disputes of that day, its default successor.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import SHANGHAI, local_date
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.map_weeks import MapWeek
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.map_standing import GRADES, NOT_LOCATED, SERVICE, STATUTORY, Standings
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import ENDED_STATES

WEEKS_BACK: Final = 26
STATUTORY_KIND: Final = "statutory"
GRADED: Final = "graded"
PLACED_ANEW: Final = ("place_settled", "boundary_moved")


class KeptLine(NamedTuple):
    """Open disputes of one place, with what a scope asks for: ``group`` is 15, 16 or empty, ``about`` a unit."""

    path: str
    placed: int
    group: str
    about: str
    counts: tuple[int, ...]


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def end_of(week: date) -> datetime:
    """Return the moment a week ends: the following Monday at midnight in Shanghai."""
    return datetime.combine(week + timedelta(days=7), time(), tzinfo=SHANGHAI)


def past_weeks(now: datetime) -> list[date]:
    """Return the Mondays of the weeks that have ended and can be looked back at, the latest first."""
    this = monday_of(local_date(now))
    return [this - timedelta(weeks=back) for back in range(1, WEEKS_BACK + 1)]


def lines_of_week(session: Session, week: date) -> list[KeptLine]:
    """Return what stood open when a week ended, where it lies now: as it was kept, else counted now."""
    kept = session.get(MapWeek, week)
    lines = opened(kept.content) if kept else lines_at(session, end_of(week))
    living = _living(session)
    if all(line.path in living for line in lines):
        return lines  # as usual: a large county has twenty thousand lines
    onward = _onward(session)
    return [line if line.path in living else line._replace(path=onward(line.path)) for line in lines]


def standing_of(lines: Iterable[KeptLine], scope: Scope) -> Standings:
    """Return the lines that a scope may reach: the rule of ``queries/scoping.visible`` for counts that are kept."""
    if scope.own_and_assigned_only:
        return Standings.of(())  # who handled what was not kept
    about = str(scope.unit_id) if scope.unit_id else None
    reached = [
        one
        for one in lines
        if one.path.startswith(scope.paths)
        and (scope.sees_sealed or one.group != SEALED)
        and (scope.sees_county_only or one.group != COUNTY_ONLY)
        and (about is None or one.about != about)
    ]
    if not reached:
        return Standings.of(())
    paths, placed, groups, _, counts = zip(*reached, strict=True)
    hidden = np.array([group != "" for group in groups], bool)
    return Standings(paths, np.array(placed, bool), hidden, np.array(counts, np.int64))


def lines_at(session: Session, moment: datetime) -> list[KeptLine]:
    """Return what stood open in the whole county at a moment.

    Of late disputes those are counted that a clock on record says; an extension granted since counts as granted.
    """
    graded, moved = _later_details(session, moment)
    late = _late(session, moment)
    paths = _paths(session, set(moved.values()))
    lines: dict[tuple[str, int, str, str], list[int]] = {}
    for row in session.execute(_open_then(moment)):
        key = (
            paths.get(moved.get(row.id, ""), row.path),
            int(row.place_kind != NOT_LOCATED),
            row.category[:2] if row.category[:2] in (SEALED, COUNTY_ONLY) else "",
            str(row.about_unit_id or ""),
        )
        counts = lines.setdefault(key, [0] * (STATUTORY + 1))
        counts[GRADES.index(graded.get(row.id, row.grade))] += 1
        if row.id in late:
            counts[STATUTORY if late[row.id] else SERVICE] += 1
    return sorted(KeptLine(*key, tuple(counts)) for key, counts in lines.items())


def packed(lines: Iterable[KeptLine]) -> tuple[bytes, str]:
    """Return lines as they are kept, with the digest of what they say."""
    plain = json.dumps(sorted(lines), ensure_ascii=True, separators=(",", ":")).encode()
    return zlib.compress(plain, 9), hashlib.sha256(plain).hexdigest()


def opened(content: bytes) -> list[KeptLine]:
    """Return kept lines."""
    return list(map(KeptLine._make, json.loads(zlib.decompress(content))))


def _open_then(moment: datetime) -> Select[UUID, str, str, str, str, UUID | None]:
    """Return the question for the disputes that had been received and were open at a moment."""
    first = (
        select(DisputeEvent.dispute_id, func.min(DisputeEvent.number).label("number"))
        .where(DisputeEvent.at >= moment, DisputeEvent.to_state.is_not(None))
        .group_by(DisputeEvent.dispute_id)
        .subquery()
    )
    then = func.coalesce(DisputeEvent.from_state, DisputeEvent.to_state, Dispute.state)
    return (
        select(Dispute.id, Division.path, Dispute.grade, Dispute.place_kind, Dispute.category, Dispute.about_unit_id)
        .join(Division, Division.code == Dispute.division_code)
        .outerjoin(first, first.c.dispute_id == Dispute.id)
        .outerjoin(
            DisputeEvent,
            and_(DisputeEvent.dispute_id == first.c.dispute_id, DisputeEvent.number == first.c.number),
        )
        .where(Dispute.received_at < moment, then.not_in(ENDED_STATES))
    )


def _later_details(session: Session, moment: datetime) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Return the grade and the division that disputes had before the first later change of each."""
    rows = session.execute(
        select(DisputeEvent.dispute_id, DisputeEvent.kind, DisputeEvent.details)
        .where(DisputeEvent.kind.in_((GRADED, *PLACED_ANEW)), DisputeEvent.at >= moment)
        .order_by(DisputeEvent.dispute_id, DisputeEvent.number.desc())
    )
    graded: dict[UUID, str] = {}
    moved: dict[UUID, str] = {}
    for dispute, kind, details in rows:  # the first later one comes last
        (graded if kind == GRADED else moved)[dispute] = str(details["from"])
    return graded, moved


def _late(session: Session, moment: datetime) -> dict[UUID, bool]:
    """Return the disputes with a clock that had run out and was not answered; true where the law set one of them."""
    running: ColumnElement[bool] = or_(Deadline.done_at.is_(None), Deadline.done_at >= moment)
    rows = session.execute(
        select(Deadline.dispute_id, Deadline.kind).where(
            Deadline.started_at < moment, Deadline.due_at < moment, running
        )
    )
    late: dict[UUID, bool] = {}
    for dispute, kind in rows:
        late[dispute] = late.get(dispute, False) or kind == STATUTORY_KIND
    return late


def _living(session: Session) -> frozenset[str]:
    told = session.scalar(select(func.aggregate_strings(Division.path, " ")).where(Division.valid_to.is_(None)))
    return frozenset((told or "").split(" "))


def _onward(session: Session) -> Callable[[str], str]:
    """Return what leads from a path of any day to the living division that it belongs to now.

    An ended division leads to its default successor, without one to what it lay in; what moved to another township, to
    where it lies now. Paths that no division ever had stay as they are.
    """
    rows = session.execute(select(Division.code, Division.path, Division.valid_to, Division.successor_code))
    divisions = {row.code: row for row in rows}
    living = {row.path for row in divisions.values() if row.valid_to is None}

    def _now(path: str) -> str:
        if path in living:
            return path
        code, seen = path.strip("/").rsplit("/", 1)[-1], set[str]()
        while code in divisions and code not in seen and divisions[code].valid_to is not None:
            seen.add(code)
            steps = divisions[code].path.strip("/").split("/")
            code = divisions[code].successor_code or (steps[-2] if len(steps) > 1 else "")
        return divisions[code].path if code in divisions else path

    return _now


def _paths(session: Session, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = session.execute(select(Division.code, Division.path).where(Division.code.in_(codes)))
    return {row.code: row.path for row in rows}
