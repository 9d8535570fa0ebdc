"""Trying a ladder on what has happened: what it would have sent, without sending anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications.engine import Climb, Course, Exhausted, Repeat, Wait, next_step, rung_due_at
from notifications.hours import OfficeHours, QuietHours
from notifications.ladder import Ladder

MOST_STEPS: Final = 10_000
"""A ladder that repeats every ten minutes for thirty days makes fewer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One matter as it was: when it was raised, when an office took it up (``None``: nobody has), how grave it was."""

    raised_at: datetime
    answered_at: datetime | None
    grade: str
    danger: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a ladder would have sent.

    ``told`` counts tellings of each rung, first rung first, repeats included; ``held`` those that would have waited for
    the morning; ``exhausted`` the matters that no rung would have answered.
    """

    cases: int
    told: tuple[int, ...]
    held: int
    exhausted: int


def rehearse(
    ladder: Ladder, cases: Iterable[Case], *, until: datetime, hours: OfficeHours, quiet: QuietHours
) -> Rehearsal:
    """Return what ``ladder`` would have sent for these matters up to ``until``, had offices answered when they did.

    The ladder of a matter depends on its grade; pass the matters of one grade.
    """
    told, held, exhausted, tried = [0] * len(ladder.rungs), 0, 0, 0
    for case in cases:
        tried += 1
        told_here, held_here, at_the_top = _one(ladder, case, until=until, hours=hours, quiet=quiet)
        told = [before + count for before, count in zip(told, told_here, strict=True)]
        held, exhausted = held + held_here, exhausted + at_the_top
    return Rehearsal(tried, tuple(told), held, exhausted)


def _one(
    ladder: Ladder, case: Case, *, until: datetime, hours: OfficeHours, quiet: QuietHours
) -> tuple[list[int], int, int]:
    told, held, now, rung = [0] * len(ladder.rungs), 0, case.raised_at, 0
    ends = min(until, case.answered_at or until)
    course: Course | None = None
    for _ in range(MOST_STEPS):
        heard = quiet.heard_at(now, danger=case.danger, grade=case.grade, hours=hours)
        told[rung] += 1
        held += heard > now
        due = course.rung_due_at if course else rung_due_at(ladder.rungs[rung], heard_at=heard, hours=hours)
        course = Course("open", rung, heard, due)
        step = next_step(ladder, course, now=now)
        if isinstance(step, Wait):
            now = step.until
            step = next_step(ladder, course, now=now)
        if now >= ends:
            return told, held, 0
        if isinstance(step, Exhausted):
            return told, held, 1
        if isinstance(step, Climb):
            rung, course = step.to_rung, None
        elif not isinstance(step, Repeat):
            return told, held, 0
    return told, held, 0
