"""What the rate test compares with: the past of the same matter here, and the same matter elsewhere now.

Like is compared with like. In a village with a narrow category nearly everything of that place and category is the
same kind of matter; in the mixed category 99, or at a place known only to the township, next to nothing is. So an
incident counts as like a group when it would have joined it by the rule of ``screening.linkage``: the same
two-digit category, and the same organisation in the same cell, or alike on average by ``join_likeness``.

*Base*: like households of the same place in up to a year before the window. *Elsewhere*: like households of other
places inside the window, scaled by how much this place reports compared with them. Without it a first autumn of
full recording, or a rainy month in the whole county, would flag every village.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from scipy import sparse

from screening.households import Entry
from screening.inputs import MIXED_CATEGORY, Incident, RoundInput
from screening.parameters import Parameters
from screening.places import may_be_one_place
from screening.rates import RateTest, rate_test
from screening.texts import Matrix, text_vectors


@dataclass(frozen=True, slots=True)
class Cut:
    """Entries of the window and of the base before it, with one text vector each; ``base_days`` is its length."""

    window: tuple[Entry, ...]
    base: tuple[Entry, ...]
    window_vectors: Matrix
    base_vectors: Matrix
    base_days: int


def cut_entries(entries: Sequence[Entry], data: RoundInput, params: Parameters) -> Cut:
    """Cut entries into window and base.

    The base goes back at most ``base_days_max`` and not beyond the first day of recording. Letter pairs are weighed
    over window and base together.
    """
    recorded = data.history_start or min((one.noted_on for one in data.incidents), default=data.window_start)
    first = max(recorded, data.window_start - timedelta(days=params.base_days_max))
    window = tuple(one for one in entries if one.incident.noted_on >= data.window_start)
    base = tuple(one for one in entries if first <= one.incident.noted_on < data.window_start)
    vectors = text_vectors([one.incident.text for one in (*window, *base)])
    days = max(0, (data.window_start - first).days)
    return Cut(window, base, vectors[: len(window)], vectors[len(window) :], days)


def rates_of_groups(
    groups: Sequence[tuple[int, ...]], cut: Cut, data: RoundInput, params: Parameters
) -> tuple[RateTest, ...]:
    """Test the households of each group (positions in the window) against the base and against elsewhere.

    A household counts once per stretch of one window length, in the base as in the window.
    """
    if not groups:
        return ()
    means = _means(groups, cut.window_vectors)
    before = _like_rows(cut.base_vectors, means, params.join_likeness)
    now = _like_rows(cut.window_vectors, means, params.join_likeness)
    by_organisation = _organisations(cut.base)
    volume = Counter(one.incident.cell for one in cut.window)
    sample = {one.incident.cell: one.incident for one in cut.window}
    answers = []
    for group, like_before, like_now in zip(groups, before, now, strict=True):
        own = [cut.window[at] for at in group]
        named = {at for one in own for at in by_organisation.get(_organisation_key(one.incident), ())}
        past = _here([cut.base[at] for at in sorted(named.union(like_before))], own)
        observed = len({one.household for one in own})
        level = _level_elsewhere([cut.window[at] for at in like_now], own, volume, sample)
        answers.append(
            rate_test(observed, _stretches(past, data), cut.base_days, data.window_days, params, elsewhere=level)
        )
    return tuple(answers)


def _means(groups: Sequence[tuple[int, ...]], vectors: Matrix) -> Matrix:
    """Give the mean vector of each group."""
    rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    columns = np.array([at for group in groups for at in group], dtype=np.int64)
    share = np.array([1 / len(group) for group in groups])[rows]
    chooser = sparse.coo_array((share, (rows, columns)), shape=(len(groups), vectors.shape[0])).tocsr()
    return sparse.csr_array(chooser @ vectors)


def _like_rows(vectors: Matrix, means: Matrix, floor: float) -> Iterator[list[int]]:
    """Give for each mean the rows that are alike by at least ``floor``."""
    turned = sparse.csc_array(vectors.T)
    for start in range(0, means.shape[0], 100):
        product = sparse.csr_array(means[start : start + 100] @ turned)
        for row in range(product.shape[0]):
            span = slice(product.indptr[row], product.indptr[row + 1])
            yield sorted(product.indices[span][product.data[span] >= floor].tolist())


def _organisations(entries: Sequence[Entry]) -> dict[tuple[str, str, str], list[int]]:
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, one in enumerate(entries):
        key = _organisation_key(one.incident)
        if key[2]:
            found[key].append(at)
    return dict(found)


def _organisation_key(one: Incident) -> tuple[str, str, str]:
    named = "" if one.category2 == MIXED_CATEGORY else one.organisation or ""
    return (one.category2, one.cell, named)


def _here(candidates: Sequence[Entry], own: Sequence[Entry]) -> list[Entry]:
    """Keep candidates of the group's category that can lie in its places."""
    categories = {one.incident.category2 for one in own}
    places = {one.incident.cell: one.incident for one in own}.values()
    return [
        one
        for one in candidates
        if one.incident.category2 in categories and any(may_be_one_place(one.incident, place) for place in places)
    ]


def _stretches(past: Sequence[Entry], data: RoundInput) -> int:
    """Count households of the base, each once per stretch of one window length."""
    ages = ((one.household, (data.window_start - one.incident.noted_on).days - 1) for one in past)
    return len({(household, age // data.window_days) for household, age in ages})


def _level_elsewhere(
    like_now: Sequence[Entry], own: Sequence[Entry], volume: Counter[str], sample: dict[str, Incident]
) -> float:
    """Give the households this place would have if it shared the general level of the matter, itself left out."""
    categories = {one.incident.category2 for one in own}
    places = {one.incident.cell: one.incident for one in own}
    near = {
        cell
        for cell, one in sample.items()
        if cell in places or any(may_be_one_place(one, place) for place in places.values())
    }
    away = {one.household for one in like_now if one.incident.category2 in categories and one.incident.cell not in near}
    reports_here = sum(volume[cell] for cell in places) - len(own)
    reports_away = sum(times for cell, times in volume.items() if cell not in near)
    return len(away) * max(0, reports_here) / reports_away if away else 0.0
