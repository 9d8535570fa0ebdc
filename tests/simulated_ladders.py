"""Escalations that climb in memory: chance ladders, chance answers, a machine that sleeps and whose clock jumps.

The engine moves them and the history is written as the services write it, so that the auditor can be asked about it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from notifications.auditor import AskedRung, Entry, Queued, Told
from notifications.engine import Climb, Course, Exhausted, Idle, Repeat, act_due_at, next_step, rung_due_at
from notifications.hours import OfficeHours, QuietHours
from notifications.ladder import Ladder, Rung

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSED_ON = 0.05
MINUTE = timedelta(minutes=1)
QUIET = QuietHours()
KINDS = ("township_government", "county_office", "county_lead_office", "department")


def works(day: date) -> bool:
    """Say whether people work on a day of the simulation: Monday to Friday."""
    return day.weekday() < 5


HOURS = OfficeHours(works)


@dataclass
class Simulated:
    """One escalation of the simulation; ``empty`` are the rungs on which nobody may be told."""

    ladder: Ladder
    is_danger: bool
    grade: str
    empty: frozenset[int]
    course: Course | None = None
    entries: list[Entry] = field(default_factory=list)
    messages: list[Queued] = field(default_factory=list)
    lies_with: list[str] = field(default_factory=list)
    holder: str = ""
    bounces: int = 0

    def told(self) -> Told:
        """Return what the auditor is asked about."""
        assert self.course is not None
        return Told(
            state=self.course.state,
            is_red=self.grade == "red",
            rungs=tuple(AskedRung(rung.wait, rung.hours == "working", rung.repeat) for rung in self.ladder.rungs),
            idle=self.ladder.idle,
            entries=tuple(self.entries),
            lies_with=tuple(self.lies_with),
            messages=tuple(self.messages),
            idle_working=self.ladder.idle_hours == "working",
        )

    def tell(self, rung: int, now: datetime) -> None:
        """Tell the first rung from ``rung`` on that has somebody, or exhaust the ladder."""
        for number in range(rung, len(self.ladder.rungs)):
            if number in self.empty:
                self.entries.append(Entry(now, "nobody", number))
                continue
            self._lay(f"unit-{number}", number, now)
            return
        stands_on = self.course.rung if self.course else 0
        self.entries.append(Entry(now, "exhausted", stands_on))
        self.course = Course("exhausted", stands_on, now, now)

    def _lay(self, unit: str, rung: int, now: datetime) -> None:
        if unit not in self.lies_with:
            self.lies_with.append(unit)
        self.holder = unit
        self._knock("told", rung, now)
        heard = self._heard_at(now)
        self.course = Course("open", rung, heard, rung_due_at(self.ladder.rungs[rung], heard_at=heard, hours=HOURS))

    def _knock(self, kind: str, rung: int, now: datetime) -> None:
        self.entries.append(Entry(now, kind, rung, self.holder, promised=1, danger=self.is_danger))
        self.messages.append(Queued(now, rung, self.holder))

    def _heard_at(self, moment: datetime) -> datetime:
        return QUIET.heard_at(moment, danger=self.is_danger, grade=self.grade, hours=HOURS)

    def hand_over(self, now: datetime) -> None:
        """Let the office that has it pass it on to another one, if there is such an office."""
        assert self.course is not None
        if not self.holder or self.course.state == "exhausted":
            return
        self.bounces += 1
        self.entries.append(Entry(now, "handed_over", self.course.rung, self.holder))
        self._lay(f"other-{self.bounces}", self.course.rung, now)

    def look(self, now: datetime) -> None:
        """Do what the engine asks for at this moment."""
        assert self.course is not None
        step = next_step(self.ladder, self.course, now=now)
        if isinstance(step, Climb):
            self.entries.append(Entry(now, "climbed", step.to_rung))
            self.tell(step.to_rung, now)
        elif isinstance(step, Exhausted):
            self.entries.append(Entry(now, "exhausted", self.course.rung))
            self.course = replace(self.course, state="exhausted")
        elif isinstance(step, Repeat):
            self._knock("repeated", self.course.rung, now)
            self.course = replace(self.course, told_at=self._heard_at(now))
        elif isinstance(step, Idle):
            self.entries.append(Entry(now, "idle", self.course.rung, self.holder))
            self._lay(self.holder, self.course.rung, now)

    def answer(self, now: datetime) -> None:
        """Let an office take it up."""
        assert self.course is not None
        if self.course.state not in {"open", "exhausted"} or not self.holder:
            return
        self.entries.append(Entry(now, "acknowledged", self.course.rung, self.holder, danger=self.is_danger))
        act_due = act_due_at(self.ladder, taken_at=now, hours=HOURS)
        act_due = self._heard_at(act_due) if act_due else None
        self.course = replace(self.course, state="acknowledged", act_due_at=act_due)


def chance_ladder(rng: random.Random) -> Ladder:
    """Return a ladder of two to five rungs."""
    rungs = tuple(
        Rung(
            rng.choice(KINDS),
            timedelta(minutes=rng.choice((5, 30, 60, 120, 480, 1440))),
            ("inbox", "webpush"),
            hours=rng.choice(("always", "working")),
            repeat=timedelta(minutes=rng.choice((0, 0, 0, 10, 45, 200))),
        )
        for _ in range(rng.randint(2, 5))
    )
    idle = timedelta(minutes=rng.choice((0, 0, 60, 600)))
    return Ladder(rungs, idle=idle, idle_hours=rng.choice(("always", "working")))


def simulated(rng: random.Random, *, tick: timedelta = MINUTE, asleep: bool = False) -> tuple[Simulated, datetime]:
    """Return one escalation after chance answers, and the moment at which the story ends.

    Looks come with the ticks of the job: at the moment that the engine asked for, and at most one tick later.
    ``asleep`` lets the machine sleep for up to two days, once.
    """
    one = Simulated(
        chance_ladder(rng),
        is_danger=rng.random() < 0.2,
        grade=rng.choice(("red", "yellow")),
        empty=frozenset(number for number in range(5) if rng.random() < 0.15),
    )
    now = START + timedelta(minutes=rng.randint(0, 14 * 24 * 60))
    one.entries.append(Entry(now, "opened", 0))
    one.tell(0, now)
    answers_at = now + timedelta(minutes=rng.expovariate(1 / 600)) if rng.random() < 0.6 else None
    sleeps = rng.randint(0, 4) if asleep else -1
    for number in range(rng.randint(0, 40)):
        assert one.course is not None
        step = next_step(one.ladder, one.course, now=now)
        until = getattr(step, "until", None)
        if until is None and one.course.state in {"acknowledged", "acted", "exhausted"} and answers_at is None:
            break
        ahead = (until or now + timedelta(hours=3)) + tick * rng.random()
        if number == sleeps:
            ahead += timedelta(hours=rng.randint(1, 48))
        if answers_at is not None and answers_at <= ahead:
            now = max(now + timedelta(microseconds=1), answers_at)
            one.answer(now)
            answers_at = None
            continue
        now = max(now + timedelta(microseconds=1), ahead)
        one.look(now)
        if rng.random() < PASSED_ON:
            now += timedelta(seconds=1)
            one.hand_over(now)
    return one, now


def faults_of(one: Simulated) -> Counter[str]:
    """Return what must never happen: rungs skipped, inboxes doubled, tellings after an answer."""
    found: Counter[str] = Counter()
    expected, taken = 0, False
    for entry in one.entries:
        if entry.kind in {"told", "nobody"}:
            found["skipped"] += entry.rung > expected
            expected = max(expected, entry.rung + 1)
        if entry.kind == "acknowledged":
            taken = True
        elif entry.kind in {"idle", "handed_over"}:
            taken = False
        elif entry.kind in {"told", "repeated", "climbed"}:
            found["after_answer"] += taken
    found["doubled"] = sum(count - 1 for count in Counter(one.lies_with).values())
    return found
