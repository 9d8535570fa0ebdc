"""The base of the rate test: how often the same matter was told at the same place before the window.

Like is compared with like. In a village with a narrow category nearly everything of that place and category is the
same kind of matter; in the mixed category 99, or at a place known only to the township, next to nothing is. So the
base holds incidents of the same place and category that would have joined the group by the rule of
``screening.linkage``: the same organisation, or alike on average by ``join_likeness``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from screening.inputs import MIXED_CATEGORY, Incident, RoundInput
from screening.parameters import Parameters
from screening.places import may_be_one_place
from screening.rates import RateTest, rate_test
from screening.texts import Matrix


@dataclass(frozen=True, slots=True)
class Base:
    """Incidents of the base with their vectors, households and places by position; ``days`` is its length."""

    incidents: tuple[Incident, ...]
    households: tuple[str, ...]
    vectors: Matrix
    by_category: dict[str, NDArray[np.int64]]
    days: int


def base_span(data: RoundInput, params: Parameters) -> tuple[date, int]:
    """Give the first day of the base and its days: at most ``base_days_max`` before the window, less if recording began later."""
    recorded = data.history_start or min((one.noted_on for one in data.incidents), default=data.window_start)
    first = max(recorded, data.window_start - timedelta(days=params.base_days_max))
    return first, max(0, (data.window_start - first).days)


def base_of(incidents: Sequence[Incident], households: Sequence[str], vectors: Matrix, days: int) -> Base:
    """Give the base of a round, indexed by two-digit category."""
    positions: dict[str, list[int]] = {}
    for at, one in enumerate(incidents):
        positions.setdefault(one.category2, []).append(at)
    indexed = {name: np.array(own, dtype=np.int64) for name, own in positions.items()}
    return Base(tuple(incidents), tuple(households), vectors, indexed, days)


def rate_of_group(
    members: Sequence[Incident],
    member_vectors: Matrix,
    *,
    observed: int,
    base: Base,
    data: RoundInput,
    params: Parameters,
) -> RateTest:
    """Test the households of one group against the base of the same place, category and matter.

    A household counts once per stretch of one window length, in the base as in the window.
    """
    count = _base_count(members, member_vectors, base, data, params)
    return rate_test(observed, count, base.days, data.window_days, params)


def _base_count(
    members: Sequence[Incident], member_vectors: Matrix, base: Base, data: RoundInput, params: Parameters
) -> int:
    told = base.by_category.get(members[0].category2)
    if told is None:
        return 0
    places = {one.cell: one for one in members}
    near = [at for at in told if any(may_be_one_place(base.incidents[at], one) for one in places.values())]
    if not near:
        return 0
    mean = np.asarray(member_vectors.sum(axis=0)).ravel() / len(members)
    alike = base.vectors[near] @ mean >= params.join_likeness
    organisations = {(one.cell, one.organisation) for one in members if one.organisation}
    mixed = members[0].category2 == MIXED_CATEGORY
    kept = set()
    for at, is_alike in zip(near, alike, strict=True):
        one = base.incidents[at]
        if is_alike or (not mixed and (one.cell, one.organisation) in organisations):
            stretch = ((data.window_start - one.noted_on).days - 1) // data.window_days
            kept.add((base.households[at], stretch))
    return len(kept)
