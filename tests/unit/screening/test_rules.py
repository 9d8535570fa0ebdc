from screening.parameters import Parameters
from screening.rules import count_rule
from tests.unit.screening.makers import incident, like_incidents

PLAIN = Parameters()


def test_no_report_and_two_households_are_not_enough() -> None:
    assert not count_rule([], [], PLAIN).holds
    assert not count_rule(like_incidents(2), ["h1", "h2"], PLAIN).holds


def test_one_household_reporting_five_times_counts_once() -> None:
    answer = count_rule(like_incidents(5), ["h1"] * 5, PLAIN)

    assert (answer.holds, answer.disputes, answer.households) == (False, 5, 1)


def test_three_households_logged_by_one_worker_in_like_words_are_three() -> None:
    answer = count_rule(like_incidents(3, channel="field"), ["h1", "h2", "h3"], PLAIN)

    assert (answer.holds, answer.which, answer.households) == (True, "several_households", 3)


def test_a_big_band_that_nobody_confirmed_does_not_flag() -> None:
    for status in ("known", "estimated"):
        assert not count_rule([incident("d1", band="10-29", band_status=status)], ["h1"], PLAIN).holds


def test_a_big_band_flags_once_confirmed_or_told_by_a_second_household() -> None:
    confirmed = incident("d1", band="5-9", band_status="confirmed")
    guessed = incident("d1", band="5-9", band_status="estimated")

    assert count_rule([confirmed], ["h1"], PLAIN).which == "one_big_entry"
    assert count_rule([guessed, incident("d2")], ["h1", "h2"], PLAIN).which == "one_big_entry"
    assert count_rule([guessed, incident("d2", channel="hotline")], ["h1", "h1"], PLAIN).holds


def test_a_confirmed_band_below_five_households_does_not_flag() -> None:
    assert not count_rule([incident("d1", band="2-4", band_status="confirmed")], ["h1"], PLAIN).holds
