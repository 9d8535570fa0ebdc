"""The screening rounds of the county: opened and closed by their jobs, answered by villages, read by the county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.database.transaction import reading
from grid_app.demo.background import Telling
from grid_app.demo.county import Village
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.policy import dispute_scope
from grid_app.queries.returns import entries_since_last_return
from grid_app.services.rounds.calendar import chosen_period
from grid_app.services.rounds.returns import submit_return
from grid_app.services.rounds.steps import open_round, review_round
from grid_app.vocabulary.categories import is_withheld_from_maps

ROUND_DAYS: Final = 42
"""Rounds began when the platform had been in use for some weeks."""
SHARE_BY_HABIT: Final = (0.99, 0.97, 0.9, 0.72)
"""How reliably villages answer; each has one of these habits."""
SPECIAL_BEFORE: Final = timedelta(days=6)
SPECIAL_DAYS: Final = 12
WORKERS_BEFORE: Final = timedelta(hours=9)
"""When, before the present, some workers of the fully staffed village have answered for their own grids."""
SPECIAL_NAME: Final = "近期重点问题专项排查"
LOOKED: Final = (
    "走访了 {count} 户,看了重点路段和山塘,没有新的情况。",
    "开了院坝会,逐组问过,没有新的情况。",
    "入户 {count} 户,电话问了外出的几家,没有新增。",
    "网格员分片走了一遍,调解室没有新登记。",
)


@dataclass(frozen=True)
class _OpenRound:
    """A round that is open: its id and the moments between which it can be answered."""

    id: UUID
    opens_at: datetime
    due_at: datetime


class Weeks:
    """Puts rounds and returns onto the timeline; ``analysed`` is called after each analysis."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: list[_OpenRound] = []
        self._answered: set[tuple[UUID, str]] = set()
        self._entries: dict[str, list[tuple[datetime, UUID]]] = defaultdict(list)
        self._last: dict[str, datetime] = {}

    def begin(self, analysed: Callable[[Session], None]) -> None:
        """Put every round and every return onto the timeline."""
        desk = self._desk
        first = desk.as_of - timedelta(days=ROUND_DAYS)
        for day in (first + timedelta(days=number) for number in range(ROUND_DAYS)):
            if day == first or day.weekday() in (0, 5) or day.day in (1, 29):
                desk.timeline.alone(start_of_day(day) + timedelta(seconds=30), partial(self._turn, analysed))
            if day.weekday() == 0:
                desk.timeline.serve(start_of_day(day) + timedelta(hours=9, minutes=40), self._review)
        desk.timeline.serve(desk.end - SPECIAL_BEFORE, self._open_special)
        desk.timeline.serve(desk.end - WORKERS_BEFORE, self._return_grids)
        monday = first - timedelta(days=first.weekday())
        while monday < desk.as_of:
            self._plan_returns(monday)
            monday += timedelta(days=7)

    def logged(self, dispute_id: UUID, told: Telling) -> None:
        """Remember a report for the village's next return; sealed and county-only matters are in none."""
        village = told.place.village
        if village and not is_withheld_from_maps(told.category):
            self._entries[village].append((told.at, dispute_id))

    def _turn(self, analysed: Callable[[Session], None]) -> None:
        """Run the jobs of rounds as the scheduler would at this moment."""
        self._desk.jobs.open_due()
        self._desk.jobs.close_due()
        with reading() as session:
            analysed(session)
            self._look(session)

    def _look(self, session: Session) -> None:
        rows = session.execute(
            select(Round.id, Round.opens_at, Round.due_at).where(Round.state == "open").order_by(Round.due_at, Round.id)
        )
        self._open = [_OpenRound(*row) for row in rows]

    def _review(self, session: Session) -> None:
        desk = self._desk
        actor = desk.actor(session, desk.staff.county_officer)
        for round_id in session.scalars(select(Round.id).where(Round.state == "analysed").order_by(Round.closed_at)):
            review_round(session, round_id=round_id, actor=actor, now=desk.clock.now())

    def _open_special(self, session: Session) -> None:
        desk = self._desk
        opens = desk.as_of - SPECIAL_BEFORE
        period = chosen_period(opens, opens + timedelta(days=SPECIAL_DAYS - 1))
        actor = desk.actor(session, desk.staff.county_officer)
        open_round(session, actor=actor, template_code="special", division_code=desk.county.code, period=period,
                   name=SPECIAL_NAME, now=desk.clock.now())  # fmt: skip
        self._look(session)

    def _plan_returns(self, monday: date) -> None:
        """Let each village answer on Wednesday, Thursday or Friday of a week, or not at all."""
        desk = self._desk
        for number, village in enumerate(desk.county.villages):
            if desk.rng.random() < SHARE_BY_HABIT[number % len(SHARE_BY_HABIT)]:
                day = monday + timedelta(days=int(desk.rng.integers(2, 5)))
                at = start_of_day(day) + timedelta(minutes=int(desk.rng.integers(8 * 60, 18 * 60)))
                if start_of_day(desk.as_of - timedelta(days=ROUND_DAYS)) < at < desk.end:
                    desk.timeline.note(at, partial(self._return, village, at))

    def _return(self, village: Village, at: datetime) -> None:
        if village.code == FULLY_STAFFED and at >= self._desk.end - SPECIAL_BEFORE:
            return  # its workers answer one by one
        rounds = [one for one in self._open if one.opens_at <= at < one.due_at]
        fresh = [one.id for one in rounds if (one.id, village.code) not in self._answered]
        if not fresh:
            return
        begin = min(one.opens_at for one in rounds)
        entries = [key for told_at, key in self._entries.pop(village.code, []) if told_at >= begin]
        self._answered |= {(one, village.code) for one in fresh}
        note = LOOKED[int(self._desk.rng.integers(len(LOOKED)))].format(count=int(self._desk.rng.integers(6, 40)))
        self._desk.ledger.returned(
            {
                "id": new_id(), "division_code": village.code, "village_code": village.code, "returned_at": at,
                "assignment_id": self._desk.staff.returner(village.code), "zero": not entries,
                "method_note": "" if entries else note, "entries": [str(key) for key in entries],
            },
            fresh,
        )  # fmt: skip

    def _return_grids(self, session: Session) -> None:
        """Let all workers of the fully staffed village but the first answer for their own grids."""
        desk = self._desk
        village = next(one for one in desk.county.villages if one.code == FULLY_STAFFED)
        for grid in village.grids[1:3]:
            actor = desk.actor(session, desk.staff.reporter(grid.code, ""))
            place, now = session.get_one(Division, grid.code), desk.clock.now()
            logged = entries_since_last_return(session, dispute_scope(actor), division=place, now=now)
            note = "" if logged else LOOKED[1]
            submit_return(session, actor=actor, division_code=grid.code, zero=not logged, method_note=note, now=now)
