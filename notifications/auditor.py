"""Checking what an escalation did against what it should have done, from its history alone.

This is a second reckoning on purpose: it shares no line with :mod:`notifications.engine` and
:mod:`notifications.hours`, walks the events forward, works out by itself when each office had to be told, and names
every difference. A fault that both make the same way would have to be made twice.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")
MORNING, EVENING = timedelta(hours=8), timedelta(hours=21, minutes=30)
OPENS, CLOSES = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)
SLACK: Final = timedelta(minutes=3)
"""How late a step may be before it is a difference.

A tick of the job and the time it takes; after a machine died, the lease of the one that led and a tick of the next.
"""
STRAGGLERS: Final = timedelta(minutes=12)
"""How long after an answer a message that a dispatcher already held may still end: its lease and one tick."""
SEARCH_DAYS: Final = 400
MOVES: Final = frozenset({"repeated", "acknowledged", "told", "nobody", "exhausted", "idle", "handed_over"})
"""Events after which a missing repeat is not asked for any more."""


@dataclass(frozen=True, slots=True)
class AskedRung:
    """What one rung promises: its time to answer, whether that counts in office hours, how often it is knocked at."""

    wait: timedelta
    working: bool = False
    repeat: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the history; ``promised`` is how many messages it says were queued, ``danger`` that it was then."""

    at: datetime
    kind: str
    rung: int
    unit: str = ""
    promised: int = 0
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """One message of the outbox: when, for which rung and unit, and when it was sent (``None``: it was not)."""

    at: datetime
    rung: int
    unit: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one escalation: its promises, its history, where it lies and what was queued.

    ``idle`` is the time to act once taken up, ``idle_working`` whether that counts in office hours.
    ``excused`` are units that may not be asked (any more): closed ones, and those with an own part in the matter.
    """

    state: str
    is_red: bool
    rungs: tuple[AskedRung, ...]
    idle: timedelta
    entries: tuple[Entry, ...]
    lies_with: tuple[str, ...]
    messages: tuple[Queued, ...] = ()
    excused: frozenset[str] = frozenset()
    idle_working: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What should have been and was not: a code, when it should have been, and the rung (counted from 0)."""

    code: str
    at: datetime
    rung: int = 0


def differences(told: Told, *, now: datetime, works: Callable[[date], bool]) -> list[Difference]:
    """Return every difference between what an escalation promised and what its history shows; none when all is well.

    ``works`` says of a date whether people work on it. Codes: ``not_begun``, ``not_told``, ``skipped``, ``early``,
    ``late``, ``overdue``, ``not_asked_again``, ``not_repeated``, ``repeated_late`` (or never while there
    was time), ``wrong_office``, ``state``, ``inbox``, ``not_queued``, ``sent_after_answer``.
    """
    walk = _Walk(told, works)
    for at, kinds in _moments(told.entries):
        walk.step(at, kinds)
    walk.end(now)
    return [*walk.found, *_of_inbox(told), *_of_messages(told)]


class _Walk:
    """Goes along the history and keeps what must come next."""

    def __init__(self, told: Told, works: Callable[[date], bool]) -> None:
        self.told, self.works = told, works
        self.found: list[Difference] = []
        self.state = "none"
        self.rung = 0
        self.danger = False
        self.since = told.entries[0].at if told.entries else datetime.min.replace(tzinfo=ZONE)
        self.has_it: frozenset[str] = frozenset()
        self.heard = self.since

    def step(self, at: datetime, entries: Sequence[Entry]) -> None:
        """Take all that happened at one moment."""
        kinds = {entry.kind for entry in entries}
        if kinds & MOVES and self.state == "open" and self._rests(at):
            self.found.append(Difference("repeated_late", self._again(), self.rung))
        self.has_it -= {entry.unit for entry in entries if entry.kind == "shut_out"}
        if "repeated" in kinds:
            self._knocked(at, [entry for entry in entries if entry.kind == "repeated"])
        if "acknowledged" in kinds:
            self.state, self.since = "acknowledged", at
            self.danger = any(entry.danger for entry in entries if entry.kind == "acknowledged")
        elif "acted" in kinds:
            self.state = "acted"
        elif kinds & {"opened", "told", "nobody", "exhausted", "idle", "handed_over"}:
            self._asked(at, entries, kinds)

    def _asked(self, at: datetime, entries: Sequence[Entry], kinds: set[str]) -> None:
        if "opened" in kinds:
            wanted = 0
        elif "shut_out" in kinds:
            wanted = self.rung + 1
        elif self.state == "open" and not kinds & {"idle", "handed_over"}:
            wanted = self.rung + 1
            self._in_time(at)
        else:
            wanted = self.rung
        visited = sorted({entry.rung for entry in entries if entry.kind in {"told", "nobody"}})
        if "handed_over" not in kinds and visited != list(range(wanted, wanted + len(visited))):
            self.found.append(Difference("skipped", at, wanted))
        told = [entry for entry in _since_handed_over(entries) if entry.kind == "told"]
        if told:
            if "idle" in kinds:
                self._knocked(at, told, also=frozenset(entry.unit for entry in entries if entry.kind == "idle"))
            self.state, self.rung, self.since = "open", max(entry.rung for entry in told), at
            self.danger = any(entry.danger for entry in told)
            self.has_it = frozenset(entry.unit for entry in told if entry.rung == self.rung)
            self.heard = self._awake(at)
        elif "exhausted" in kinds:
            self._top(at, max(visited, default=self.rung))
        else:
            self.found.append(Difference("not_told", at, wanted))

    def _knocked(self, at: datetime, knocks: Sequence[Entry], also: frozenset[str] = frozenset()) -> None:
        """Look whether those were knocked at that have it, and nobody besides ``also``; where none can be, whoever."""
        whom, asked = (self.has_it | also) - self.told.excused, {entry.unit for entry in knocks}
        if whom and not whom <= asked <= self.has_it | also:
            self.found.append(Difference("wrong_office", at, self.rung))
        self.heard = at if any(entry.danger for entry in knocks) else self._awake(at)

    def _top(self, at: datetime, rung: int) -> None:
        if rung < len(self.told.rungs) - 1:
            self.found.append(Difference("skipped", at, rung + 1))
        self.state = "exhausted"

    def _in_time(self, at: datetime) -> None:
        due = self._due()
        if at < due:
            self.found.append(Difference("early", due, self.rung))
        elif at > due + SLACK:
            self.found.append(Difference("late", due, self.rung))

    def _rests(self, now: datetime) -> bool:
        """Say whether a repeat is missing while the rung's time goes on."""
        if not self._asked_rung().repeat or not self.has_it - self.told.excused:
            return False
        return self._again() < self._due() and now > self._again() + SLACK

    def _again(self) -> datetime:
        return self.heard + self._asked_rung().repeat

    def _asked_rung(self) -> AskedRung:
        return self.told.rungs[min(self.rung, len(self.told.rungs) - 1)]

    def _due(self) -> datetime:
        rung = self._asked_rung()
        begun = self._awake(self.since)
        return begun + rung.wait if not rung.working else self._office_time(begun, rung.wait)

    def _awake(self, moment: datetime) -> datetime:
        """Return the first moment from ``moment`` on at which a knock may be heard, quarter by quarter of an hour."""
        if self.danger:
            return moment
        asked = moment
        while not self._is_heard(asked):
            asked = _next_mark(asked)
        return asked

    def _is_heard(self, moment: datetime) -> bool:
        day, clock = _on_wall(moment)
        if not MORNING <= clock < EVENING:
            return False
        return self.told.is_red or self.works(day) or not _works_soon(day, self.works)

    def _office_time(self, begun: datetime, wait: timedelta) -> datetime:
        moment, left = begun, wait
        for _ in range(SEARCH_DAYS):
            day, clock = _on_wall(moment)
            if self.works(day) and clock < CLOSES:
                start = moment + max(timedelta(0), OPENS - clock)
                room = CLOSES - max(clock, OPENS)
                if left <= room:
                    return start + left
                left -= room
            moment = moment - clock + timedelta(days=1)
        return begun + wait

    def end(self, now: datetime) -> None:
        """Look at what should have happened by now."""
        if self.state == "none":
            self.found.append(Difference("not_begun", now))
        elif self.state != self.told.state:
            self.found.append(Difference("state", self.since, self.rung))
        elif self.state == "open" and now > self._due() + SLACK:
            self.found.append(Difference("overdue", self._due(), self.rung))
        elif self.state == "open" and self._rests(now):
            self.found.append(Difference("not_repeated", self._again(), self.rung))
        elif self.state == "acknowledged" and self.told.idle:
            idle, since = self.told.idle, self.since
            again = self._awake(self._office_time(since, idle) if self.told.idle_working else since + idle)
            if now > again + SLACK:
                self.found.append(Difference("not_asked_again", again, self.rung))


def _since_handed_over(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return what happened at a moment after the last handing over, all of it where there was none."""
    last = max((number for number, entry in enumerate(entries, start=1) if entry.kind == "handed_over"), default=0)
    return entries[last:]


def _moments(entries: Sequence[Entry]) -> list[tuple[datetime, list[Entry]]]:
    """Return the events by moment, in order; what one transaction wrote has one moment."""
    by_moment: dict[datetime, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.at):
        by_moment.setdefault(entry.at, []).append(entry)
    return list(by_moment.items())


def _of_inbox(told: Told) -> list[Difference]:
    """Return the offices that were told and in whose inbox it does not lie exactly once."""
    shut_out = {entry.unit for entry in told.entries if entry.kind == "shut_out"}
    asked = {entry.unit: entry for entry in told.entries if entry.kind == "told" and entry.unit not in shut_out}
    lies = Counter(told.lies_with)
    return [Difference("inbox", entry.at, entry.rung) for unit, entry in asked.items() if lies[unit] != 1]


def _of_messages(told: Told) -> list[Difference]:
    """Return the tellings with fewer messages than they promised, and messages that were sent after the answer."""
    queued = Counter((message.at, message.rung, message.unit) for message in told.messages)
    found = [
        Difference("not_queued", entry.at, entry.rung)
        for entry in told.entries
        if entry.kind in {"told", "repeated"} and queued[entry.at, entry.rung, entry.unit] < entry.promised
    ]
    answers = [entry.at for entry in told.entries if entry.kind == "acknowledged"]
    for message in told.messages:
        answered = next((at for at in answers if at >= message.at), None)
        if answered and message.sent_at and message.sent_at > answered + STRAGGLERS:
            found.append(Difference("sent_after_answer", message.sent_at, message.rung))
    return found


def _on_wall(moment: datetime) -> tuple[date, timedelta]:
    wall = moment.astimezone(ZONE)
    return wall.date(), timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )


def _next_mark(moment: datetime) -> datetime:
    """Return the next full half hour: what is held ends at one."""
    _, clock = _on_wall(moment)
    step = timedelta(minutes=30)
    return moment - clock + (clock // step + 1) * step


def _works_soon(day: date, works: Callable[[date], bool]) -> bool:
    return any(works(day + timedelta(days=ahead)) for ahead in range(SEARCH_DAYS))
