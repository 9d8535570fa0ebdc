"""A refusal of our identity is one subscription's fault or ours, by what the same push service says to others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.doubts import PATIENCE, Doubts
from notifications.messages import Gone, Misconfigured, Outcome, RetryLater, Sent
from notifications.targets import MailTarget, PushTarget
from tests.world import NOW

REFUSED = Misconfigured("403", "")
MINUTE = timedelta(minutes=1)


def device(name: str, *, key: str = "today", host: str = "fcm.googleapis.com") -> PushTarget:
    return PushTarget(f"https://{host}/{name}", "p", "a", vapid_public=key)


class Service:
    """Says one thing after the other and keeps what was made of it."""

    def __init__(self) -> None:
        self.doubts = Doubts("today")
        self.now = NOW

    def says(self, outcome: Outcome, target: PushTarget, *, after: timedelta = timedelta(seconds=1)) -> Outcome:
        self.now += after
        return self.doubts.judge("webpush", target, outcome, self.now)


@pytest.mark.parametrize("key", ["today", "older", ""])
def test_a_device_that_is_refused_while_another_is_not_has_ended(key: str):
    service, bad = Service(), device("bad", key=key)

    first = service.says(REFUSED, bad)
    service.says(Sent(""), device("good"))
    second = service.says(REFUSED, bad)

    assert isinstance(first, RetryLater)
    assert second == Gone("403")


def test_what_was_taken_before_the_refusal_or_by_another_service_proves_nothing():
    service, bad = Service(), device("bad")
    service.says(Sent(""), device("good"))

    service.says(REFUSED, bad)
    service.says(Sent(""), device("good", host="web.push.apple.com"))
    answers = [service.says(REFUSED, bad), service.says(REFUSED, bad, after=PATIENCE)]

    assert isinstance(answers[0], RetryLater)
    assert answers[1] == REFUSED


@pytest.mark.parametrize(("key", "end"), [("today", REFUSED), ("", REFUSED), ("older", Gone("403"))])
def test_with_nobody_to_compare_the_key_decides_after_two_minutes(key: str, end: Outcome):
    service, only = Service(), device("only", key=key)

    answers = [service.says(REFUSED, only, after=MINUTE) for _ in range(3)]

    assert [type(answer) for answer in answers[:2]] == [RetryLater, RetryLater]
    assert answers[2] == end


def test_three_devices_refused_at_once_are_our_fault_and_none_of_them_ends():
    service = Service()
    service.says(Sent(""), device("good"))

    answers = [service.says(REFUSED, device(f"{number}", key="older")) for number in range(4)]

    assert [type(answer) for answer in answers] == [RetryLater, RetryLater, Misconfigured, Misconfigured]


def test_a_fault_of_ours_that_comes_again_the_same_day_takes_two_devices_at_most():
    service = Service()
    for number in range(5):
        service.says(REFUSED, device(f"{number}"))
    for number in range(5, 7):
        service.says(Sent(""), device(f"{number}"), after=MINUTE)

    answers = [service.says(REFUSED, device(f"{number}"), after=MINUTE) for number in range(5)]

    assert [type(answer) for answer in answers] == [Gone, Gone, Misconfigured, Misconfigured, Misconfigured]


def test_refusals_hours_apart_are_not_together_and_a_success_ends_the_doubt():
    service = Service()
    apart = [service.says(REFUSED, device(f"{number}"), after=timedelta(hours=2)) for number in range(4)]
    service.says(Sent(""), device("0"))
    again = service.says(REFUSED, device("0"))

    assert {type(answer) for answer in [*apart, again]} == {RetryLater}


def test_a_clock_that_was_put_back_makes_no_refusal_older():
    service, only = Service(), device("only")
    service.says(REFUSED, only, after=timedelta(hours=3))

    assert isinstance(service.says(REFUSED, only, after=timedelta(hours=-3)), RetryLater)


@pytest.mark.parametrize(
    ("target", "outcome"),
    [(MailTarget("duty@example.org"), REFUSED), (device("x"), Misconfigured("proxy", "")), (device("x"), Gone("410"))],
)
def test_everything_else_stays_as_it_is(target, outcome):
    assert Doubts("today").judge("webpush", target, outcome, NOW) == outcome
