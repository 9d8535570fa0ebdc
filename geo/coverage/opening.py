"""Opening hours as clerks write them, read into minutes of the week; what cannot be read is said, never guessed."""

import unicodedata
from dataclasses import dataclass, field
from typing import Final, Literal

from geo.coverage.opening_words import DAY_MINUTES, EVERY_DAY, TOKENS, WORKDAYS, Span, days_of, span_of

Week = tuple[tuple[Span, ...], ...]
State = Literal["unknown", "read", "partly", "never", "unreadable"]

HALF_DAY_MINUTES: Final = 150
# Hours that a text only names. The usual ones of a village office, the shorter where offices differ.
NAMED: Final[dict[str, tuple[Span, ...]]] = {
    "上午": ((9 * 60, 12 * 60),),
    "下午": ((14 * 60, 17 * 60),),
    "全天": ((9 * 60, 12 * 60), (14 * 60, 17 * 60)),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """When a room is open in a usual week.

    Attributes
    ----------
    week : tuple of seven tuples of (int, int)
        For Monday to Sunday the spans in minutes after midnight, apart from each other, in rising order.
    state : str
        ``unknown``: nothing is written; ``read``; ``partly``: something more is written than minutes of a week,
        see `rest`; ``never``: read, and open at no minute; ``unreadable``: no minute could be read.
    assumed : tuple of str
        What was taken for granted: hours that are only named (上午), or workdays where no day is named.
    rest : tuple of str
        The pieces of the text that say no minute of the week: market days, "by telephone", a span that ends
        before it begins.
    """

    week: Week
    state: State
    assumed: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()

    def is_open(self, weekday: int, minute: int) -> bool:
        """Return whether it is open at a minute of a weekday (0 is Monday); the last minute of a span is outside."""
        return any(begin <= minute < end for begin, end in self.week[weekday])

    def minutes(self) -> int:
        """Return the minutes it is open in a week."""
        return sum(end - begin for day in self.week for begin, end in day)

    def half_days(self) -> int:
        """Return the days with one unbroken span of at least `HALF_DAY_MINUTES`."""
        return sum(any(end - begin >= HALF_DAY_MINUTES for begin, end in day) for day in self.week)


def read_opening(text: str) -> Opening:
    """Return the opening hours that a Chinese text tells.

    Parameters
    ----------
    text : str
        Free text; full-width and half-width signs are equal.

    Returns
    -------
    Opening
        Never an error: see its `state`.

    Examples
    --------
    >>> read_opening("周一至周五 8:30-12:00、14:30-17:30").week[4]
    ((510, 720), (870, 1050))
    >>> read_opening("周三 14:00-17:00，其他时间电话预约").state
    'partly'
    >>> read_opening("每天 9:00-9:00").state
    'never'
    >>> read_opening("").state, read_opening("有事打电话").state
    ('unknown', 'unreadable')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return Opening(((),) * 7, "unknown")
    reader = _Reader()
    reader.read(plain)
    return reader.result()


@dataclass(slots=True)
class _Reader:
    """What has been read of one text; filled from left to right."""

    days: frozenset[int] = frozenset()
    skipped: frozenset[int] = frozenset()
    spans: list[tuple[frozenset[int], Span]] = field(default_factory=list)
    gaps: list[tuple[frozenset[int], Span]] = field(default_factory=list)
    assumed: dict[str, None] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    in_clause: int = 0
    strange: bool = False
    but: bool = False
    shut: bool = False
    empty: bool = False
    adjacent: bool = False

    def read(self, text: str) -> None:
        """Take in the pieces of a text one after the other."""
        place = 0
        for found in TOKENS.finditer(text):
            self._take_rest(text[place : found.start()])
            place = found.end()
            kind = found.lastgroup or ""
            getattr(self, f"_take_{kind}")(found.group(kind))
            if kind not in {"blank", "word"}:
                self.adjacent = kind == "span"
        self._take_rest(text[place:])

    def result(self) -> Opening:
        """Return what has been read so far."""
        week = tuple(self._day(weekday) for weekday in range(7))
        if any(week):
            state: State = "partly" if self.rest else "read"
        else:
            state = "never" if self.shut or self.empty or self.spans else "unreadable"
        return Opening(week, state, tuple(self.assumed) if any(week) else (), tuple(self.rest))

    def _day(self, weekday: int) -> tuple[Span, ...]:
        here: list[Span] = []
        for days, (begin, end) in self.spans:
            if weekday in days - self.skipped:
                here.append((begin, min(end, DAY_MINUTES)))
            if end > DAY_MINUTES and (weekday - 1) % 7 in days - self.skipped:
                here.append((0, end - DAY_MINUTES))
        return _less(_joined(here), [gap for days, gap in self.gaps if weekday in days])

    def _take_rest(self, text: str) -> None:
        if text.strip(" .\"'[]【】“”"):
            self.rest.append(text.strip())

    def _take_blank(self, text: str) -> None:
        self.adjacent = self.adjacent and text.isspace()

    def _take_word(self, _: str) -> None:
        """Words that add nothing."""

    def _take_outside(self, _: str) -> None:
        self.but = False

    def _take_end(self, _: str) -> None:
        self.strange = False

    def _take_but(self, _: str) -> None:
        self.but = True

    def _take_strange(self, text: str) -> None:
        self.rest.append(text.strip())
        self.strange = True

    def _take_days(self, text: str) -> None:
        named = days_of(text)
        if self.but:
            self.skipped, self.but = self.skipped | named, False
            self.days = self.days or EVERY_DAY
            return
        if self.in_clause:
            self.days, self.in_clause, self.strange = frozenset(), 0, False
        self.days |= named

    def _take_span(self, text: str) -> None:
        span = span_of(text)
        self.in_clause += 1
        if self.strange or span is None:
            self.rest.append(text)
        elif span[0] >= span[1]:
            self.rest.append(text)
            self.empty = True
        else:
            self.spans.append((self._named_days(WORKDAYS), span))

    def _take_named(self, text: str) -> None:
        word = text.replace("全日", "全天")
        self.in_clause += 1
        if self.strange:
            self.rest.append(text)
            return
        self.assumed[word] = None
        self.spans += [(self._named_days(WORKDAYS), span) for span in NAMED[word]]

    def _take_always(self, text: str) -> None:
        if text[:2] in {"每天", "每日"}:
            self.days = EVERY_DAY
        self.in_clause += 1
        self.spans.append((self._named_days(EVERY_DAY), (0, DAY_MINUTES)))

    def _take_closed(self, text: str) -> None:
        if self.strange:
            self.rest.append(text)
        elif self.adjacent and self.in_clause:
            self._turn_into_gap(text)
        elif self.in_clause:
            self.rest.append(text)
        elif self.days:
            self.skipped, self.days, self.shut = self.skipped | self.days, frozenset(), True
        else:
            self.skipped, self.shut = EVERY_DAY, True

    def _turn_into_gap(self, text: str) -> None:
        """Take the span before "rest" out of the others of its clause; alone it says nothing of opening."""
        if not self.spans:
            return
        last = self.spans.pop()
        if self.in_clause > 1:
            self.gaps.append(last)
        else:
            self.rest.append(text)

    def _named_days(self, otherwise: frozenset[int]) -> frozenset[int]:
        if self.days:
            return self.days
        if otherwise == WORKDAYS:
            self.assumed["工作日"] = None
        return otherwise


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return tuple(joined)


def _less(spans: tuple[Span, ...], gaps: list[Span]) -> tuple[Span, ...]:
    for begin, end in gaps:
        parts = [part for one in spans for part in ((one[0], min(one[1], begin)), (max(one[0], end), one[1]))]
        spans = tuple(part for part in parts if part[0] < part[1])
    return spans
