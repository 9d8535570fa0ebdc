"""A chain of rounds over past days: identities, what one leaves for the next, what was told, how soon."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from screening.detection import KnownMatter, detections, judged_by_people, median_days, ripe_day
from screening.parameters import Parameters
from screening.replay import Replay, known_after, replay_round, told_lately
from screening.results import GoneFinding, HeldBack
from screening.round import run_round
from tests.unit.screening.makers import LONG_AGO, NEXT_VILLAGE, incident, like_incidents, round_of

BEGIN = date(2026, 5, 1)
HERE = like_incidents(6)
THERE = [
    incident(f"n{at}", cell=NEXT_VILLAGE, noted_on=date(2026, 5, 10), category="0201", text="路灯坏了很久没有人修")
    for at in range(3)
]


def replay_of(incidents, days, *, closed_from=None) -> tuple[Replay, list]:
    """Replay rounds over days; from ``closed_from`` on nothing is open any more."""
    so_far, results = Replay(), []
    for day in days:
        is_open = closed_from is None or day < closed_from
        heard = [replace(one, is_open=is_open) for one in incidents if one.noted_on <= day]
        data = round_of(
            heard, window_start=day - timedelta(days=89), window_end=day, earlier=so_far.known, history_start=LONG_AGO
        )
        result = run_round(data, Parameters(), 1)
        results.append(result)
        so_far = replay_round(so_far, day, result)
    return so_far, results


def test_a_replay_numbers_findings_in_the_order_of_telling_and_keeps_them_the_same():
    days = [BEGIN + timedelta(days=at) for at in (1, 2, 5, 12, 19)]

    replay, _ = replay_of([*HERE, *THERE], days, closed_from=days[4])

    assert [(one.finding_id, one.first_on, one.last_on) for one in replay.findings] == [
        ("R0001", days[1], days[3]),
        ("R0002", days[3], days[3]),
    ]
    first = replay.findings[0]
    assert [day for _, day in first.joined] == [days[1]] * 3 + [days[2]] * 3
    assert (first.disputes_first, first.households_first, first.households_ever, first.rounds) == (3, 3, 6, 3)
    counts = [
        [(one.new, one.growing, one.steady, one.shrinking, one.gone) for one in made.kinds] for made in replay.rounds
    ]
    assert counts == [[], [(1, 0, 0, 0, 0)], [(0, 1, 0, 0, 0)], [(1, 0, 1, 0, 0)], [(0, 0, 0, 0, 2)]]
    assert replay == replay_of([*THERE[::-1], *HERE[::-1]], days, closed_from=days[4])[0]


def test_one_that_is_told_no_more_is_gone_once_and_comes_back_under_its_own_name():
    days = [BEGIN + timedelta(days=at) for at in (5, 12, 19)]
    gone, _ = replay_of(HERE, days, closed_from=days[1])
    more = [incident("d900", noted_on=days[2] + timedelta(days=1), text=HERE[0].text)]
    again = round_of(
        [*HERE, *more], window_start=days[2] - timedelta(days=60), window_end=days[2] + timedelta(days=7),
        earlier=gone.known,
    )  # fmt: skip

    back = replay_round(gone, again.window_end, run_round(again, Parameters(), 1))

    assert [sum(one.gone for one in made.kinds) for made in gone.rounds] == [0, 1, 0]
    assert [one.finding_id for one in back.findings] == ["R0001"]
    assert back.findings[0].last_on == again.window_end


def test_a_round_that_took_a_finding_over_leaves_one_name_for_the_next():
    _, (result, *_) = replay_of(HERE, [BEGIN + timedelta(days=5)])
    (found,) = result.findings
    earlier = known_after((), result, ["R0001"])
    other = replace(earlier[0], finding_id="R0000")
    swallowed = replace(result, gone=(replace(_gone(found), finding_id="R0000", merged_into="R0001"),))

    assert known_after([other], swallowed, ["R0001"]) == earlier
    assert [one.finding_id for one in known_after([other], replace(result, gone=()), ["R0001"])] == ["R0000", "R0001"]
    with pytest.raises(ValueError, match="zip"):
        known_after([], result, [])


def _gone(found):
    return GoneFinding(
        finding_id="", key=found.key, member_ids=found.member_ids, households_ever=3, households_current=0, reason="-"
    )


def test_what_was_held_back_is_one_line_with_how_often_and_the_budget_counts_thirty_days():
    day = BEGIN + timedelta(days=5)
    _, (result, *_) = replay_of(HERE, [day])
    held = HeldBack(
        kind="scan", cell=NEXT_VILLAGE, category2="02", member_ids=("n1",), observed=4, expected=1.0,
        recurrence_days=40.0, reason="本月名额已满",
    )  # fmt: skip
    scan = replace(result.findings[0], kind="scan")
    one = replace(result, findings=(scan,), held=(held, replace(held, observed=6, member_ids=("n2", "n1"))))

    replay = replay_round(replay_round(Replay(), day, one), day + timedelta(days=7), replace(one, findings=()))

    (line,) = replay.held
    assert (line.observed, line.rounds, line.first_on, line.last_on) == (6, 2, day, day + timedelta(days=7))
    assert line.member_ids == ("n1", "n2")
    assert told_lately(replay, day + timedelta(days=29)) == 1
    assert told_lately(replay, day + timedelta(days=30)) == 0
    with pytest.raises(ValueError, match="order of their days"):
        replay_round(replay, day, one)


def test_days_to_detection_run_from_the_third_household():
    days = [BEGIN + timedelta(days=at) for at in (4, 11)]
    replay, _ = replay_of([*HERE, *THERE], days)
    reports = tuple((one.dispute_id, one.noted_on) for one in HERE)
    ripe = ripe_day((one.noted_on, one.reporter) for one in HERE)
    late = date(2026, 6, 1)
    matters = [
        KnownMatter(matter_id="found", reports=reports, ripe_on=ripe, confirmed_on=late),
        KnownMatter(matter_id="strange", reports=(("x", BEGIN),), ripe_on=BEGIN, confirmed_on=late),
        KnownMatter(
            matter_id="dismissed", reports=tuple((one.dispute_id, one.noted_on) for one in THERE),
            ripe_on=THERE[0].noted_on, confirmed_on=None,
        ),
    ]  # fmt: skip

    found, missed = detections(matters, replay.findings)

    assert (found.finding_id, found.found_on, found.days, found.ahead) == ("R0001", days[0], 2, 27)
    assert (missed.finding_id, missed.days, missed.ahead) == (None, None, None)
    assert judged_by_people(matters, replay.findings) == {"R0001": True, "R0002": False}
    assert (median_days([found, missed]), median_days([missed])) == (2.0, None)
    assert ripe_day([(BEGIN, "a"), (late, "a")]) == BEGIN
