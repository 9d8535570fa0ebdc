"""Signals of following days as one episode, and when people hear of it: worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screening.episodes import Episode, Signal, Tier, Tiers, follow, should_notify, told_of

TIERS = Tiers()


def signal(day: int, places: str, incidents: int = 3, interval: float = 120.0, stream: str = "09") -> Signal:
    known = frozenset(map(str, range(incidents)))
    return Signal(stream=stream, day=day, places=frozenset(places), incidents=known, p=1 / interval,
                  recurrence_interval=interval)  # fmt: skip


def replayed(*signals: Signal, until: int | None = None) -> list[Episode]:
    """Follow day by day; give all episodes, ended or not."""
    live: tuple[Episode, ...] = ()
    ended: list[Episode] = []
    given = 0
    for day in range(1, (until or max(one.day for one in signals)) + 1):
        done = follow(live, [one for one in signals if one.day == day], day, next_number=given + 1)
        given = max([given, *(one.number for one in done.live)])
        live = done.live
        ended += done.ended
    return sorted([*live, *ended], key=lambda one: one.number)


def test_signals_are_one_episode_while_places_overlap_and_the_gap_is_at_most_fourteen_days() -> None:
    assert len(replayed(signal(1, "ab"), signal(15, "bc"))) == 1
    assert len(replayed(signal(1, "ab"), signal(16, "bc"))) == 2
    assert len(replayed(signal(1, "ab"), signal(2, "cd"))) == 2
    assert len(replayed(signal(1, "ab"), signal(1, "ab", stream="07"))) == 2


def test_a_zone_that_moves_is_still_the_same_by_any_place_of_the_last_fourteen_days() -> None:
    assert len(replayed(signal(1, "ab"), signal(2, "bc"), signal(3, "a"))) == 1
    assert len(replayed(signal(1, "ab"), signal(10, "bc"), signal(17, "a"))) == 2


def test_an_episode_ends_when_it_was_absent_fourteen_days() -> None:
    first = follow((), [signal(1, "ab")], 1, next_number=1).live

    assert follow(first, [], 14, next_number=2).live == first
    assert follow(first, [], 15, next_number=2).ended == first


def test_episodes_that_meet_become_the_older_one() -> None:
    (one,) = replayed(signal(1, "a", 3), signal(2, "c", 5, 400), signal(3, "abc", 4, 50))

    assert (one.number, one.merged, len(one.incidents)) == (1, (2,), 5)
    assert [(seen.day, seen.recurrence_interval) for seen in one.seen] == [(1, 120), (2, 400), (3, 50)]


def test_two_signals_of_a_day_in_one_episode_are_one_in_its_history() -> None:
    (one,) = replayed(signal(1, "ab"), signal(2, "a", 3, 150), signal(2, "b", 4, 90))

    assert [(seen.day, sorted(seen.places), seen.recurrence_interval) for seen in one.seen][1:] == [
        (2, ["a", "b"], 150)
    ]


def test_a_day_is_followed_once_and_with_its_own_signals() -> None:
    live = follow((), [signal(3, "a")], 3, next_number=1).live

    for signals, day in (([signal(3, "a")], 3), ([signal(3, "a")], 4)):
        with pytest.raises(ValueError, match="followed"):
            follow(live, signals, day, next_number=2)


@pytest.mark.parametrize(
    ("day", "incidents", "interval", "is_told"),
    [
        (2, 10, 400, False),  # the tier rose, but nothing was added
        (2, 11, 400, True),  # one was added and the tier rose
        (2, 11, 120, False),  # one of ten more is no fifth
        (2, 12, 120, True),  # a fifth
        (7, 11, 120, False),  # six days
        (8, 11, 120, True),  # a week
        (8, 10, 120, False),  # a week, and nothing was added
        (8, 12, 20, False),  # below the lowest tier
    ],
)
def test_people_are_told_again_only_for_a_reason(day: int, incidents: int, interval: float, is_told: bool) -> None:
    (first,) = replayed(signal(1, "a", 10))
    assert should_notify(first, 1, TIERS)
    told = told_of(first, 1, TIERS)
    assert told.told is not None
    assert told.told.tier is Tier.ALERT

    (now,) = follow((told,), [signal(day, "a", incidents, interval)], day, next_number=2).live

    assert should_notify(now, day, TIERS) is is_told
    assert not should_notify(now, day + 1, TIERS)  # not seen on that day


def test_one_below_the_lowest_tier_is_never_told_and_tiers_rise() -> None:
    (quiet,) = replayed(signal(1, "a", 10, 20))

    assert not should_notify(quiet, 1, TIERS)
    assert told_of(quiet, 1, TIERS) == quiet
    assert should_notify(replace(quiet, seen=(replace(quiet.seen[0], recurrence_interval=31.0),)), 1, TIERS)
    with pytest.raises(ValueError, match="watch"):
        Tiers(watch=200)
