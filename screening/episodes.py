"""Signals of the scan that are one episode from day to day, and when to speak of one again.

A scan made daily finds a rise again and again while it lasts, in a zone that moves a little. People must see one
matter. Two signals of one stream belong together when their places overlap and not more than ``GAP_DAYS`` lie
between them. To be told again every day wears people out: so only when incidents were added, and besides the tier
rose, or a fifth more incidents are known, or a week has passed (Greene et al. 2016 ask for at least one added case).

Findings keep their identity by common members instead (`screening.identity`); zones have no members of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum
from typing import Final

from screening.telling import weighs_something

GAP_DAYS: Final = 14


class Tier(IntEnum):
    """How rare chance alone would make a signal."""

    WATCH = 1
    ALERT = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Tiers:
    """The recurrence intervals, in days, from which each tier begins.

    Raises
    ------
    ValueError
        When they do not rise.
    """

    watch: float = 30.0
    alert: float = 100.0
    urgent: float = 365.0

    def __post_init__(self) -> None:
        if not 0 < self.watch <= self.alert <= self.urgent:
            raise ValueError("Tiers need 0 < watch <= alert <= urgent.")


def tier_of(recurrence_interval: float, tiers: Tiers) -> Tier | None:
    """Give the tier of a recurrence interval in days; None below the lowest.

    Examples
    --------
    >>> [tier_of(days, Tiers()) for days in (29.9, 30, 365)]
    [None, <Tier.WATCH: 1>, <Tier.URGENT: 3>]
    """
    reached = zip(Tier, (tiers.watch, tiers.alert, tiers.urgent), strict=True)
    return max((tier for tier, least in reached if recurrence_interval >= least), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One cluster of one day's scan.

    ``day`` is a number such as ``date.toordinal()``; ``incidents`` are identities, so that added ones are known.
    """

    stream: str
    day: int
    places: frozenset[str]
    incidents: frozenset[str]
    p: float
    recurrence_interval: float


@dataclass(frozen=True, slots=True)
class Seen:
    """An episode on one day; several signals of that day are one."""

    day: int
    places: frozenset[str]
    incidents: int
    p: float
    recurrence_interval: float


@dataclass(frozen=True, slots=True)
class Told:
    """When people were last told, of which tier, and with how many incidents known."""

    day: int
    tier: Tier
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One rise from day to day.

    Parameters
    ----------
    number : int
        Given in the order of beginning; the identity.
    stream : str
    seen : tuple of Seen
        The days with a signal, earliest first: the history of the recurrence interval.
    incidents : frozenset of str
        All that were ever in one of its signals.
    merged : tuple of int
        Younger episodes that turned out to be this one.
    told : Told or None
    """

    number: int
    stream: str
    seen: tuple[Seen, ...]
    incidents: frozenset[str]
    merged: tuple[int, ...] = ()
    told: Told | None = None

    @property
    def first_day(self) -> int:
        """The day of the first signal."""
        return self.seen[0].day

    @property
    def last_day(self) -> int:
        """The day of the newest signal."""
        return self.seen[-1].day

    def places_since(self, day: int) -> frozenset[str]:
        """Give the places of its signals from a day on."""
        return frozenset().union(*(one.places for one in self.seen if one.day >= day))


@dataclass(frozen=True, slots=True)
class Followed:
    """The episodes after one day's scan: those that may go on, and those that ended with it."""

    live: tuple[Episode, ...]
    ended: tuple[Episode, ...]


def follow(
    earlier: Sequence[Episode], signals: Sequence[Signal], day: int, *, next_number: int, gap: int = GAP_DAYS
) -> Followed:
    """Give the episodes after the signals of one day.

    A signal continues the episode of its stream with which it shares a place of the last ``gap`` days. When it meets
    several, the first of them lives and takes the others in. An episode ends when it has been absent ``gap`` days.

    Parameters
    ----------
    earlier : sequence of Episode
        The live ones of the day before, in any order.
    signals : sequence of Signal
        All of ``day``, in any order.
    day : int
        The day of the scan.
    next_number : int
        The number of the next new episode.
    gap : int
        Days.

    Returns
    -------
    Followed
        By number.

    Raises
    ------
    ValueError
        When a signal is of another day, or an episode already knows the day.

    Examples
    --------
    >>> rise = Signal(stream="09", day=1, places=frozenset("ab"), incidents=frozenset({"i1"}), p=0.01,
    ...               recurrence_interval=100.0)
    >>> first = follow((), [rise], 1, next_number=1).live
    >>> again = replace(rise, day=15, places=frozenset("bc"))
    >>> follow(first, [again], 15, next_number=2).live[0].number
    1
    """
    if any(one.day != day for one in signals) or any(one.last_day >= day for one in earlier):
        raise ValueError("Signals must be of the day that is followed, and every day is followed once.")
    live = {one.number: one for one in earlier}
    for signal in sorted(signals, key=lambda one: (one.stream, -one.recurrence_interval, sorted(one.places))):
        met = sorted(number for number, one in live.items() if _is_same(one, signal, gap))
        if not met:
            live[next_number] = Episode(
                number=next_number, stream=signal.stream, seen=(_seen(signal),), incidents=signal.incidents
            )
            next_number += 1
            continue
        whole = _joined([live.pop(number) for number in met])
        live[whole.number] = _continued(whole, signal)
    found = [live[number] for number in sorted(live)]
    ended = tuple(one for one in found if day - one.last_day >= gap)
    return Followed(tuple(one for one in found if day - one.last_day < gap), ended)


def should_notify(episode: Episode, day: int, tiers: Tiers) -> bool:
    """Tell whether people are to be told of an episode on a day.

    The first time always, once it reaches the lowest tier. Again only when it is seen on that day with at least one
    added incident, and its tier rose, or a fifth more incidents are known, or seven days have passed.
    """
    tier = tier_of(episode.seen[-1].recurrence_interval, tiers)
    if episode.last_day != day or tier is None:
        return False
    told = episode.told
    if told is None:
        return True
    waited = timedelta(days=day - told.day)
    return weighs_something(told.incidents, len(episode.incidents), rose=tier > told.tier, waited=waited)


def told_of(episode: Episode, day: int, tiers: Tiers) -> Episode:
    """Give the episode as it is once people were told on a day; one below the lowest tier stays as it is."""
    tier = tier_of(episode.seen[-1].recurrence_interval, tiers)
    return episode if tier is None else replace(episode, told=Told(day, tier, len(episode.incidents)))


def _is_same(episode: Episode, signal: Signal, gap: int) -> bool:
    return episode.stream == signal.stream and bool(episode.places_since(signal.day - gap) & signal.places)


def _seen(signal: Signal) -> Seen:
    return Seen(signal.day, signal.places, len(signal.incidents), signal.p, signal.recurrence_interval)


def _continued(episode: Episode, signal: Signal) -> Episode:
    new, seen = _seen(signal), episode.seen
    if seen[-1].day == signal.day:
        new, seen = _together(seen[-1], new), seen[:-1]
    return replace(episode, seen=(*seen, new), incidents=episode.incidents | signal.incidents)


def _joined(episodes: Sequence[Episode]) -> Episode:
    """Take all episodes into the first."""
    first, *others = episodes
    if not others:
        return first
    days: dict[int, Seen] = {}
    for one in sorted((one for episode in episodes for one in episode.seen), key=lambda one: one.day):
        days[one.day] = _together(days[one.day], one) if one.day in days else one
    told = [one.told for one in episodes if one.told]
    return replace(
        first,
        seen=tuple(days.values()),
        incidents=frozenset().union(*(one.incidents for one in episodes)),
        merged=tuple(sorted({*first.merged, *(n for one in others for n in (one.number, *one.merged))})),
        told=max(told, key=lambda one: (one.day, one.tier), default=None),
    )


def _together(one: Seen, other: Seen) -> Seen:
    """Give two signals of one day as one; the rarer of them gives the interval."""
    rarer = max(one, other, key=lambda seen: seen.recurrence_interval)
    return replace(rarer, places=one.places | other.places, incidents=one.incidents + other.incidents)
