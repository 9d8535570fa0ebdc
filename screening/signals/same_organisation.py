"""Which open matters name one organisation, project or site, whatever each is about: a rule, without chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from screening.inputs import Incident
from screening.letters import plain_letters
from screening.parameters import Parameters

LEAST_VILLAGES: Final = 2
"""From two villages on the matter is nobody's own village's."""
LEAST_HOUSEHOLDS: Final = 2
"""One home with fields in two villages is one home."""
OFFICE_SHARE: Final = 0.3
"""An office is named in more than this share of all matters of the places where it is named ..."""
OFFICE_SPREAD: Final = 0.75
"""... and its matters are nearly as mixed as all of them: so much of their effective number of categories ..."""
OFFICE_CATEGORIES: Final = 3.0
"""... which is at least this ..."""
OFFICE_LEAST: Final = 10
"""... and there are enough of them for a share to mean something."""


def shared_by(
    incidents: Sequence[Incident], households: Sequence[str], params: Parameters, *, today: date | None = None
) -> tuple[tuple[int, ...], ...]:
    """Give the groups of open and recent incidents that name one organisation, as positions.

    A group comes from two villages, or from ``min_households`` households. Left out is what everybody names because
    it is the office itself (a village committee, a township government): named in more than 0.3 of all matters of
    its places, ten or more, and for as many kinds of matters as there are. An employer of half a village is named as
    often, but always for the same.

    Parameters
    ----------
    incidents : sequence of Incident
        All matters of the area, closed ones and those that name nobody as well: they tell how often an office is
        named. Organisations are named by identity, projects and sites by their words, in which marks, widths and
        spaces make no difference.
    households : sequence of str
        Household of each incident, in the same order.
    params : Parameters
        ``window_days`` says what is recent, ``min_households`` how many of one village are enough.
    today : date, optional
        Last day of the window; the newest incident's when it is not given.

    Returns
    -------
    tuple of tuple of int
        Each sorted; the one with most households first, of equal ones the one with the earliest position.

    Examples
    --------
    >>> plain = dict(noted_on=date(2026, 6, 1), channel="field", path=("430102",), organisation="云湖 花园")
    >>> wages = Incident(dispute_id="1", category="0402", cell="430102001", reporter="a", **plain)
    >>> noise = Incident(dispute_id="2", category="0901", cell="430102002", reporter="b", **plain)
    >>> shared_by([wages, noise], ["a", "b"], Parameters())
    ((0, 1),)
    """
    if not incidents:
        return ()
    last = today or max(one.noted_on for one in incidents)
    first = last - timedelta(days=params.window_days - 1)
    naming: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(incidents):
        if one.organisation and (key := plain_letters(one.organisation)):
            naming[key].append(at)
    by_cell: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(incidents):
        by_cell[one.cell].append(at)
    found = []
    for named in naming.values():
        group = [at for at in named if incidents[at].is_open and first <= incidents[at].noted_on <= last]
        if _is_shared(group, incidents, households, params) and not _is_the_office(named, incidents, by_cell):
            found.append(tuple(group))
    return tuple(sorted(found, key=lambda group: (-len({households[at] for at in group}), group)))


def _is_shared(
    group: Sequence[int], incidents: Sequence[Incident], households: Sequence[str], params: Parameters
) -> bool:
    """Tell whether enough villages or households name it; a township is no village beside one of its own."""
    homes = len({households[at] for at in group})
    above = {code for at in group for code in incidents[at].path}
    villages = {incidents[at].cell for at in group} - above
    return homes >= params.min_households or (homes >= LEAST_HOUSEHOLDS and len(villages) >= LEAST_VILLAGES)


def _is_the_office(named: Sequence[int], incidents: Sequence[Incident], by_cell: dict[str, list[int]]) -> bool:
    """Tell whether everything of the places goes to it, whatever it is about."""
    everything = [at for cell in {incidents[at].cell for at in named} for at in by_cell[cell]]
    if len(named) < OFFICE_LEAST or len(named) <= OFFICE_SHARE * len(everything):
        return False
    own, every = _kinds(named, incidents), _kinds(everything, incidents)
    return own >= OFFICE_CATEGORIES and own >= OFFICE_SPREAD * every


def _kinds(chosen: Sequence[int], incidents: Sequence[Incident]) -> float:
    """Give the effective number of two-digit categories: 1 / sum of squared shares (Simpson 1949)."""
    counts = Counter(incidents[at].category2 for at in chosen)
    return len(chosen) ** 2 / sum(times**2 for times in counts.values())
