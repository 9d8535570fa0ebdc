"""Sliding windows over what was sent, and services that are left alone while they do not answer."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.breaker import Breaker, service_of
from notifications.messages import RetryLater, Sent
from notifications.rates import Rate, Sending, free_slots, still_counting, wait_for_slot
from notifications.targets import MailTarget, PushTarget, WebhookTarget

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SILENT = RetryLater(None, "timeout", "")
RATES = (Rate(3, 10.0), Rate(5, 60.0))


def test_what_is_under_way_takes_a_slot_in_every_window():
    assert free_slots([Sending(9e9, "a"), Sending(9e9, "b")], 100.0, RATES) == 1


def test_a_sending_whose_worker_died_counts_from_the_end_of_its_lease():
    died = [Sending(100.0, "a")] * 3

    assert free_slots(died, 109.9, RATES) == 0
    assert free_slots(died, 110.0, RATES) == 2


def test_a_sending_in_the_future_counts_from_now():
    assert still_counting([Sending(500.0)], 100.0, RATES) == [Sending(100.0)]


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_window_ever_holds_more_than_its_rate(pauses):
    now, sent = 0.0, []
    for pause in pauses:
        now += pause
        kept = still_counting(sent, now, RATES)
        if free_slots(kept, now, RATES):
            assert wait_for_slot(kept, now, RATES) == 0.0
            sent.append(Sending(now))
        else:
            assert wait_for_slot(kept, now, RATES) > 0.0

    for rate in RATES:
        assert all(sum(0 <= other.at - one.at < rate.seconds for other in sent) <= rate.most for one in sent)


def test_a_silent_service_rests_and_is_then_asked_by_one():
    breaker = Breaker(silences=2, rest=timedelta(seconds=30))
    for _ in range(2):
        assert breaker.may_ask("push", NOW)
        breaker.note("push", SILENT, NOW)

    assert not breaker.may_ask("push", NOW + timedelta(seconds=29))
    assert breaker.may_ask("other", NOW)
    later = NOW + timedelta(seconds=30)
    assert [breaker.may_ask("push", later) for _ in range(2)] == [True, False]
    breaker.note("push", Sent(""), later)
    assert breaker.may_ask("push", later)


def test_an_answer_that_asks_to_wait_is_no_silence():
    breaker = Breaker(silences=1)
    breaker.note("push", RetryLater(60, "503", ""), NOW)

    assert breaker.may_ask("push", NOW)


def test_a_clock_put_back_makes_no_service_rest_longer():
    breaker = Breaker(silences=1)
    breaker.note("push", SILENT, NOW)

    assert breaker.may_ask("push", NOW - timedelta(hours=1))


def test_services_are_told_apart_by_host_where_strangers_name_them():
    assert service_of("webpush", PushTarget("https://a.example/x", "p", "a")) == "webpush:a.example"
    assert service_of("webhook", WebhookTarget("https://b.example/x", "s")) == "webhook:b.example"
    assert service_of("webhook", WebhookTarget("https://[b", "s")) == "webhook:"
    assert service_of("mail", MailTarget("duty@example.org")) == "mail"
