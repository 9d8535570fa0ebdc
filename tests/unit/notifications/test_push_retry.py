"""Trying again: never too early, never for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.answers import retry_after_seconds
from notifications.messages import Gone, Refused, RetryLater, Sent
from notifications.retry import PATIENCE, RetryPolicy, next_try

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def later(after_seconds=None):
    return RetryLater(after_seconds, "503", "")


@pytest.mark.parametrize("outcome", [Sent("x"), Gone("410"), Refused("400", "")])
def test_a_final_end_is_not_tried_again(outcome):
    assert next_try(1, outcome, NOW) is None


def test_after_the_last_try_it_gives_up():
    assert next_try(PATIENCE.most_tries - 1, later(), NOW) is not None
    assert next_try(PATIENCE.most_tries, later(), NOW) is None
    assert next_try(PATIENCE.most_tries, later(5), NOW) is None


@pytest.mark.parametrize(("tries", "jitter"), [(0, 0.0), (-1, 0.0), (1, -0.1), (1, 1.1)])
def test_figures_out_of_range_are_refused(tries, jitter):
    with pytest.raises(ValueError, match="tries"):
        next_try(tries, later(), NOW, jitter=jitter)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        next_try(1, later(), NOW.replace(tzinfo=None))


def test_the_wait_doubles_up_to_its_cap():
    policy = RetryPolicy(most_tries=100)

    waits = [(next_try(tries, later(), NOW, policy=policy) - NOW).total_seconds() for tries in range(1, 11)]

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_it_gives_up_before_the_shortest_rung_of_two_hours_is_over():
    waits = [next_try(tries, later(), NOW) - NOW for tries in range(1, PATIENCE.most_tries)]

    assert sum(waits, timedelta()) < timedelta(hours=2)


def test_what_the_service_asks_for_is_kept():
    assert next_try(1, later(600), NOW) == NOW + timedelta(seconds=600)


def test_a_short_wait_asked_for_does_not_shorten_ours():
    assert next_try(3, later(1), NOW) == NOW + timedelta(seconds=120)


def test_a_wait_of_years_is_capped_at_a_day():
    assert next_try(1, later(10**9), NOW) == NOW + timedelta(hours=24)


def test_jitter_only_lengthens():
    assert next_try(1, later(600), NOW, jitter=0.5) == NOW + timedelta(seconds=900)


@given(
    tries=st.integers(1, 10**6),
    asked=st.one_of(st.none(), st.integers(-10, 10**12)),
    jitter=st.floats(0, 1),
)
def test_a_next_try_lies_ahead_and_within_two_days(tries, asked, jitter):
    policy = RetryPolicy(most_tries=10**7)

    wait = next_try(tries, later(asked), NOW, policy=policy, jitter=jitter) - NOW

    assert timedelta(seconds=30) <= wait <= timedelta(days=2)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "9" * 5000}, 999_999_999),
        ({"Retry-After": "Mon, 02 Mar 2026 01:10:00 GMT"}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 01:10:00 GMT", "Date": "Mon, 02 Mar 2026 01:00:00 GMT"}, 600),
        ({"Retry-After": "Mon, 02 Mar 2026 00:00:00 GMT", "Date": "Mon, 02 Mar 2026 01:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 02 Mar 2026 01:10:00", "Date": "Mon, 02 Mar 2026 01:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(headers, seconds):
    assert retry_after_seconds(headers) == seconds
