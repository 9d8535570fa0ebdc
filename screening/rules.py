"""The count rule asks whether enough households, each by itself, have the same unsolved problem."""

from collections.abc import Sequence
from dataclasses import dataclass

from screening.inputs import BAND_FLOORS, Incident
from screening.parameters import Parameters

SEVERAL_HOUSEHOLDS = "several_households"
ONE_BIG_ENTRY = "one_big_entry"
NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What the count rule answered, with the counts it saw.

    ``which`` is ``several_households``, ``one_big_entry`` or ``neither``; ``band_floor`` is the fewest households
    the largest band stands for (0 without a band) and ``band_confirmed`` says whether somebody confirmed it.
    """

    holds: bool
    which: str
    disputes: int
    households: int
    independent: int
    band_floor: int
    band_confirmed: bool


def count_rule(incidents: Sequence[Incident], households: Sequence[str], params: Parameters) -> RuleAnswer:
    """Apply the shared-grievance count rule to one group of incidents of the window.

    It holds for at least ``min_disputes`` disputes from ``min_households`` households by ``min_independent``
    channels or reporters, or for one entry naming ``big_band_households`` or more with one confirmation: the
    township asked back, or a second household or channel told the same. Three households logged by one worker in
    like words are three; a household that reports again counts once; a band is severity, never a count.

    Parameters
    ----------
    incidents : sequence of Incident
        The group, already without "same household, same matter" repeats.
    households : sequence of str
        Household of each incident, in the same order.
    params : Parameters
        The figures of the rule.

    Returns
    -------
    RuleAnswer
        ``holds`` is False for an empty group.
    """
    disputes, told_by = len(incidents), len(set(households))
    independent = max(told_by, len({one.channel for one in incidents}))
    band_floor = max((BAND_FLOORS[one.band] for one in incidents if one.band), default=0)
    confirmed = _band_confirmed(incidents, independent, params)
    several = (
        disputes >= params.min_disputes and told_by >= params.min_households and independent >= params.min_independent
    )
    which = SEVERAL_HOUSEHOLDS if several else ONE_BIG_ENTRY if confirmed else NEITHER
    return RuleAnswer(
        holds=which != NEITHER, which=which, disputes=disputes, households=told_by, independent=independent,
        band_floor=band_floor, band_confirmed=confirmed,
    )  # fmt: skip


def _band_confirmed(incidents: Sequence[Incident], independent: int, params: Parameters) -> bool:
    """Tell whether one entry names enough households and somebody else stands behind it."""
    big = [one for one in incidents if one.band and BAND_FLOORS[one.band] >= params.big_band_households]
    return bool(big) and (independent >= 2 or any(one.band_status == "confirmed" for one in big))
