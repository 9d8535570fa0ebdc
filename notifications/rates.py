"""How often a service may be asked: exact sliding windows over what was sent before.

A sending counts from the moment at which it was over. The service saw it no later than that, so its own window has
moved on when ours has. One that is under way counts in every window; one whose worker died counts from the end of
its lease, the last moment at which it may have been under way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` sendings within any ``seconds``."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending against a rate: ``at`` in seconds since 1970; one under way has an id and ends by ``at``."""

    at: float
    id: str = ""


RATES: Final[Mapping[str, tuple[Rate, ...]]] = {
    "wecom": (Rate(18, 60.0),),
    "dingtalk": (Rate(18, 60.0),),
    "feishu": (Rate(100, 60.0), Rate(5, 1.0)),
    "sms": (Rate(1, 60.0), Rate(5, 3600.0), Rate(10, 86400.0)),
}
"""By kind of channel. WeCom and DingTalk allow 20 a minute; two are left for what others send by the same robot."""
_SHORTEST_WAIT: Final = 0.5


def free_slots(sendings: Iterable[Sending], now: float, rates: Sequence[Rate]) -> int:
    """Return how many may be sent now.

    Examples
    --------
    >>> free_slots([Sending(30.0), Sending(95.0)], 100.0, (Rate(3, 60.0),))
    2
    """
    ages = _ages(sendings, now)
    return max(0, min(rate.most - sum(age < rate.seconds for age in ages) for rate in rates))


def wait_for_slot(sendings: Iterable[Sending], now: float, rates: Sequence[Rate]) -> float:
    """Return after how many seconds the next may be sent, nought when one may be sent now.

    What is under way is taken to end now, so that the answer may be too early; whoever comes asks again.

    Examples
    --------
    >>> wait_for_slot([Sending(95.0)], 100.0, (Rate(1, 60.0),))
    55.0
    """
    ages = sorted(_ages(sendings, now))
    waits = [rate.seconds - ages[rate.most - 1] for rate in rates if len(ages) >= rate.most]
    wait = max(waits, default=0.0)
    return max(wait, _SHORTEST_WAIT) if wait > 0 else 0.0


def still_counting(sendings: Iterable[Sending], now: float, rates: Sequence[Rate]) -> list[Sending]:
    """Return the sendings that a window still holds; one in the future, left by a clock put back, counts from now."""
    longest = max(rate.seconds for rate in rates)
    kept = [one if one.id else Sending(min(one.at, now)) for one in sendings]
    return [one for one in kept if now - one.at < longest]


def _ages(sendings: Iterable[Sending], now: float) -> list[float]:
    """Return how long ago each sending was over, nought for one under way."""
    return [max(0.0, now - one.at) for one in sendings]
