"""What an escalation's ladder asks for at a moment: pure, deterministic, without a clock of its own.

It goes up one rung at a time, however long the machine was off: an auditor must be able to show that no office was
passed over. Times come in, a step comes out; whoever carries it out writes the new course down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from notifications.hours import OfficeHours
from notifications.ladder import NO_REPEAT, Ladder, LadderError, Rung

State = Literal["open", "exhausted", "acknowledged", "acted"]


@dataclass(frozen=True, slots=True)
class Course:
    """How far an escalation has come.

    ``told_at`` is when the rung was knocked at last; ``rung_due_at`` when its time to answer ends; ``act_due_at`` when
    the office that took it up must have acted, ``None`` when there is no such time.
    """

    state: State
    rung: int
    told_at: datetime
    rung_due_at: datetime
    act_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Repeat:
    """Knock at the same rung again; its time to answer goes on as it was."""


@dataclass(frozen=True, slots=True)
class Climb:
    """Nobody answered in time: tell rung ``to_rung`` (counted from 0) now and start its clock."""

    to_rung: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The last rung did not answer either; a person has to be told by other means."""


@dataclass(frozen=True, slots=True)
class Idle:
    """It was taken up and nothing was done in time: it waits again, and its rung is told anew."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more is asked: an office is at work, has acted, or the alarm of an exhausted ladder stands."""


Step = Wait | Repeat | Climb | Exhausted | Idle | Stop


def next_step(ladder: Ladder, course: Course, *, now: datetime) -> Step:
    """Return what the ladder asks for at this moment.

    Parameters
    ----------
    ladder
        The offices in order, as they were when the escalation began.
    course
        How far it has come; times that lie ahead of ``now`` only mean waiting longer.
    now
        An aware time.

    Returns
    -------
    Step
        While it is open: :class:`Climb` to the very next rung, or :class:`Exhausted` at the top, once the rung's time
        is over; :class:`Repeat` when it is to be knocked at again; else :class:`Wait`. Taken up: :class:`Idle` once
        the time to act is over, :class:`Wait` before. Otherwise :class:`Stop`.

    Raises
    ------
    LadderError
        The course stands on a rung that this ladder does not have.
    ValueError
        A time has no time zone.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> two = Ladder((Rung("township", timedelta(hours=2), ("webpush",)),
    ...               Rung("county", timedelta(hours=2), ("webpush",))))
    >>> noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    >>> next_step(two, Course("open", 0, noon, noon + timedelta(hours=2)), now=noon + timedelta(hours=2))
    Climb(to_rung=1)
    """
    if now.tzinfo is None or course.told_at.tzinfo is None or course.rung_due_at.tzinfo is None:
        raise ValueError("next_step needs aware times")
    if course.state == "acknowledged":
        return _while_taken_up(course, now)
    if course.state != "open":
        return Stop()
    if not 0 <= course.rung < len(ladder.rungs):
        raise LadderError(f"升级顺序里没有第{course.rung + 1}级，没有发出通知；请检查升级规则是否改过。")
    if now >= course.rung_due_at:
        return Exhausted() if course.rung + 1 == len(ladder.rungs) else Climb(to_rung=course.rung + 1)
    return _while_open(ladder.rungs[course.rung], course, now)


def when_due(step: Step, *, now: datetime) -> datetime | None:
    """Return when a step has to be carried out: ``None`` when nothing follows, ``now`` when it is overdue."""
    if isinstance(step, Stop):
        return None
    return step.until if isinstance(step, Wait) else now


def rung_due_at(rung: Rung, *, heard_at: datetime, hours: OfficeHours) -> datetime:
    """Return when a rung's time to answer ends that could be heard of from ``heard_at`` on."""
    return hours.after(heard_at, rung.wait) if rung.hours == "working" else heard_at + rung.wait


def act_due_at(ladder: Ladder, *, taken_at: datetime, hours: OfficeHours) -> datetime | None:
    """Return by when an office that took it up must have acted, ``None`` where the ladder knows no such time."""
    if ladder.idle <= NO_REPEAT:
        return None
    return hours.after(taken_at, ladder.idle) if ladder.idle_hours == "working" else taken_at + ladder.idle


def _while_open(rung: Rung, course: Course, now: datetime) -> Step:
    if rung.repeat <= NO_REPEAT:
        return Wait(course.rung_due_at)
    again = course.told_at + rung.repeat
    if again >= course.rung_due_at:
        return Wait(course.rung_due_at)
    return Repeat() if now >= again else Wait(again)


def _while_taken_up(course: Course, now: datetime) -> Step:
    if course.act_due_at is None:
        return Stop()
    return Idle() if now >= course.act_due_at else Wait(course.act_due_at)
