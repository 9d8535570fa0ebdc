"""The county's ninety days: background, stories and rounds put onto one timeline and lived through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from grid_app.clock import local
from grid_app.database.base import new_id
from grid_app.demo.asked_units import AskedUnits
from grid_app.demo.background import DAYS, Telling, bases, tell_background
from grid_app.demo.courses import Courses
from grid_app.demo.desk import Desk
from grid_app.demo.duty import Duty
from grid_app.demo.lawful import Lawful
from grid_app.demo.mediated import Mediated
from grid_app.demo.names import names
from grid_app.demo.owned import Owned
from grid_app.demo.published import Published
from grid_app.demo.reached import Reached
from grid_app.demo.report_rows import Arrival
from grid_app.demo.residents import Residents
from grid_app.demo.stories import stories
from grid_app.demo.storyteller import Storyteller
from grid_app.demo.together import Together
from grid_app.demo.urgent import Urgent
from grid_app.demo.visits import Visits
from grid_app.demo.weeks import Weeks

PARTIES_SHARE: Final = 0.3
PARTY_PHONE: Final = "0000-0000000"


def live(desk: Desk, *, generation_id: UUID, say: Callable[[str, float], None]) -> None:
    """Let the ninety days happen; ``say`` is told the day that is reached and the part that was done."""
    reserved = [story.reserved for story in stories()]
    background = tell_background(desk.rng, desk.county, desk.places, as_of=desk.as_of, reserved=reserved)
    weeks = Weeks(desk)
    storyteller = Storyteller(desk, weeks)
    _Background(desk, weeks, generation_id).begin(background)
    storyteller.begin()
    Visits(desk, weeks).begin()
    Lawful(desk, weeks).begin()
    Mediated(desk, weeks).begin()
    Owned(desk, weeks).begin()
    Residents(desk, weeks).begin()
    Together(desk, weeks).begin()
    AskedUnits(desk, weeks).begin()
    Published(desk, weeks).begin()
    Urgent(desk).begin()
    Duty(desk).begin()
    Reached(desk).begin()
    weeks.begin(storyteller.follow_up)
    start, done = desk.end - timedelta(days=DAYS), 0.0

    def watching(moment: datetime) -> None:
        nonlocal done
        reached = max(0.0, (moment - start) / (desk.end - start))
        there = local(moment)
        say(f"{there.month}月{there.day}日", reached - done)
        done = reached

    desk.timeline.run(until=desk.end, watching=watching)


class _Background:
    """Puts the background's reports and their courses onto the timeline."""

    def __init__(self, desk: Desk, weeks: Weeks, generation_id: UUID) -> None:
        self._desk = desk
        self._weeks = weeks
        self._generation_id = generation_id
        self._courses = Courses(desk.rng, desk.staff, bases=bases(), departments=names().departments)

    def begin(self, background: list[Telling]) -> None:
        for told in background:
            self._desk.timeline.note(told.at, partial(self._arrive, told))

    def _arrive(self, told: Telling) -> None:
        desk = self._desk
        code = told.place.code
        by = desk.staff.officer(code) if told.imported else desk.staff.reporter(code, told.channel)
        arrival = Arrival(told, new_id(), by, desk.staff.office_of(code), self._generation_id)
        desk.ledger.report(arrival, self._parties())
        self._weeks.logged(arrival.report_id, told)
        for step in self._courses.plan(told, until=desk.end):
            desk.timeline.note(step.at, partial(desk.ledger.step, arrival.report_id, step))

    def _parties(self) -> list[tuple[str, str]]:
        """Return the parties of some reports: a surname with 某, and a number that nobody can have."""
        rng, surnames = self._desk.rng, names().surnames
        if rng.random() >= PARTIES_SHARE:
            return []
        chosen = rng.permutation(len(surnames))[: 1 + int(rng.integers(2))]
        return [(f"{surnames[int(at)]}某", PARTY_PHONE) for at in chosen]
