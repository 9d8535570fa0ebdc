"""Which incidents of the window tell of one matter.

Shared grievances are not near-copies: each household uses its own words. So incidents are compared by the rare
letter pairs they share, and groups grow by average linkage (Sokal and Michener 1958): two groups join only when
they are alike on average. Single linkage would chain a whole district together through one talkative message.

What a person said stands above words: "another household, same matter" joins, "unrelated" keeps apart.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import linkage as tree_of
from scipy.sparse.csgraph import connected_components

from screening.inputs import MIXED_CATEGORY, Incident
from screening.letters import plain_letters
from screening.parameters import Parameters
from screening.places import may_be_one_place
from screening.sites import name_other_sites, site_pairs
from screening.texts import SHORTEST, Matrix
from screening.union import Union

NEVER = 1e6
"""Distance between units that may not be one group; no average with it in it stays under any threshold."""

CHUNK_ROWS = 500
"""Rows multiplied at once in the pair search, which bounds its memory."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Incidents that certainly belong together, compared as one.

    ``members`` are positions in the list of incidents, smallest first; ``first`` is the earliest of them, whose
    place and category stand for the unit; ``sites`` are the letter pairs of the estates they name.
    """

    members: tuple[int, ...]
    first: Incident
    organisation: str | None
    sites: frozenset[str]


def link(
    incidents: Sequence[Incident], vectors: Matrix, params: Parameters, named: Sequence[tuple[int, ...]] = ()
) -> tuple[tuple[int, ...], ...]:
    """Group the incidents of a window into matters; every incident is in exactly one group.

    Inside one two-digit category, and in places of which one can contain the other: the same organisation in the
    same cell joins (in the mixed category 99 it only makes joining easier), equal texts in the same cell join, and
    groups alike on average by at least ``join_likeness`` join. ``named`` groups join across places and categories,
    since their texts name one place. A person's answers come first.

    Parameters
    ----------
    incidents : sequence of Incident
        Sorted by identity, so that the result does not depend on the order in which they came.
    vectors : csr_array
        One row per incident from ``screening.texts.text_vectors``.
    params : Parameters
        ``join_likeness``, ``join_likeness_organisation`` and ``block_limit`` are used.
    named : sequence of tuples of int
        Positions of incidents that name one place and tell one matter; see ``screening.named_matters``.

    Returns
    -------
    tuple of tuples of int
        Positions per group, each sorted, groups sorted by their first position.
    """
    units = _units(incidents, named)
    apart = _kept_apart(incidents, units)
    blocks: dict[str, list[int]] = defaultdict(list)
    for at, unit in enumerate(units):
        blocks[unit.first.category2].append(at)
    means = _unit_means(units, vectors)
    groups: list[tuple[int, ...]] = []
    for chosen in blocks.values():
        for places in _place_blocks([units[at] for at in chosen]):
            block = [chosen[at] for at in places]
            groups += _cluster_block(block, units, means, apart, params)
    return tuple(sorted(groups))


def _units(incidents: Sequence[Incident], named: Sequence[tuple[int, ...]]) -> list[Unit]:
    """Join what a person, an organisation or equal words join without doubt."""
    at = {one.dispute_id: position for position, one in enumerate(incidents)}
    joined = Union(len(incidents), _unrelated_pairs(incidents, at))
    for position, one in enumerate(incidents):
        for other in sorted({*one.linked, one.same_as or one.dispute_id}):
            if other in at:
                joined.join(position, at[other])
    for key_of in (_organisation_key, _text_key):
        first_with: dict[tuple[str, str, str], int] = {}
        for position, one in enumerate(incidents):
            key = key_of(one)
            if key is not None:
                joined.join(first_with.setdefault(key, position), position)
    for group in named:
        _join_all(joined, group)
    return [_unit(members, incidents) for members in joined.groups()]


def _join_all(joined: Union, group: Sequence[int]) -> None:
    for position in group[1:]:
        joined.join(group[0], position)


def _unit(members: tuple[int, ...], incidents: Sequence[Incident]) -> Unit:
    own = [incidents[at] for at in members]
    named = {one.organisation for one in own if one.organisation}
    first = min(own, key=lambda one: (one.noted_on, one.dispute_id))
    sites = frozenset(pair for one in own for pair in site_pairs(one.text))
    return Unit(members, first, named.pop() if len(named) == 1 else None, sites)


def _organisation_key(one: Incident) -> tuple[str, str, str] | None:
    if not one.organisation or one.category2 == MIXED_CATEGORY:
        return None
    return (one.category2, one.cell, one.organisation)


def _text_key(one: Incident) -> tuple[str, str, str] | None:
    letters = plain_letters(one.text)
    return (one.category2, one.cell, letters) if len(letters) >= SHORTEST else None


def _unrelated_pairs(incidents: Sequence[Incident], at: dict[str, int]) -> set[tuple[int, int]]:
    pairs = ((position, at[other]) for position, one in enumerate(incidents) for other in one.unrelated if other in at)
    return {(min(pair), max(pair)) for pair in pairs}


def _kept_apart(incidents: Sequence[Incident], units: Sequence[Unit]) -> set[tuple[int, int]]:
    """Give the pairs of units between which a person said "unrelated"."""
    at = {one.dispute_id: position for position, one in enumerate(incidents)}
    unit_of = {member: number for number, unit in enumerate(units) for member in unit.members}
    pairs = ((unit_of[one], unit_of[other]) for one, other in _unrelated_pairs(incidents, at))
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def _unit_means(units: Sequence[Unit], vectors: Matrix) -> Matrix:
    """Give the mean vector of each unit, so that products of means are means of products."""
    rows = np.repeat(np.arange(len(units)), [len(unit.members) for unit in units])
    columns = np.array([member for unit in units for member in unit.members], dtype=np.int64)
    share = np.array([1 / len(unit.members) for unit in units])[rows]
    chooser = sparse.coo_array((share, (rows, columns)), shape=(len(units), vectors.shape[0])).tocsr()
    return sparse.csr_array(chooser @ vectors)


def _place_blocks(units: Sequence[Unit]) -> list[tuple[int, ...]]:
    """Cut units into sets between which no two places can be one."""
    joined = Union(len(units))
    first_in: dict[str, int] = {}
    for position, unit in enumerate(units):
        joined.join(first_in.setdefault(unit.first.cell, position), position)
    for position, unit in enumerate(units):
        for above in unit.first.path:
            if above in first_in:
                joined.join(first_in[above], position)
    return list(joined.groups())


def _cluster_block(
    block: list[int], units: Sequence[Unit], means: Matrix, apart: set[tuple[int, int]], params: Parameters
) -> list[tuple[int, ...]]:
    """Group one block by average linkage; one above the limit is first cut where no two units are alike."""
    if len(block) == 1:
        return [tuple(sorted(units[block[0]].members))]
    own = [units[at] for at in block]
    number = {at: position for position, at in enumerate(block)}
    inside = {(number[a], number[b]) for a, b in apart if a in number and b in number}
    rows = sparse.csr_array(means[block])
    floor = min(params.join_likeness, params.join_likeness_organisation)
    groups: list[tuple[int, ...]] = []
    for piece in _pieces(rows, floor, params.block_limit):
        groups += _average_groups(piece, own, rows, inside, params)
    return [tuple(sorted(member for at in group for member in own[at].members)) for group in groups]


def _pieces(rows: Matrix, floor: float, limit: int) -> list[NDArray[np.int64]]:
    """Cut a block above the limit into connected pieces of at most ``limit`` units.

    Average linkage at a threshold never joins units that no chain of pairs above it connects, so the first cut
    loses nothing. Only a piece still above the limit is cut again, at a higher likeness.
    """
    if rows.shape[0] <= limit:
        return [np.arange(rows.shape[0])]
    heads, tails, likes = _like_pairs(rows, floor)
    done: list[NDArray[np.int64]] = []
    waiting = [(np.arange(rows.shape[0]), floor)]
    while waiting:
        chosen, at_least = waiting.pop()
        strong = likes >= at_least
        graph = sparse.coo_array(
            (np.ones(int(strong.sum())), (heads[strong], tails[strong])), shape=(rows.shape[0],) * 2
        ).tocsr()[chosen][:, chosen]
        for label in _labels(graph):
            piece = chosen[label]
            if len(piece) <= limit or at_least >= 1:
                done += [piece[start : start + limit] for start in range(0, len(piece), limit)]
            else:
                waiting.append((piece, at_least * 1.25))
    return done


def _labels(graph: Matrix) -> list[NDArray[np.int64]]:
    count, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(1, count)))


def _like_pairs(rows: Matrix, floor: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give all pairs of rows whose product reaches the floor, found by sparse products in chunks."""
    heads, tails, likes = [], [], []
    turned = sparse.csc_array(rows.T)
    for start in range(0, rows.shape[0], CHUNK_ROWS):
        product = sparse.coo_array(rows[start : start + CHUNK_ROWS] @ turned)
        strong = product.data >= floor
        heads.append(product.coords[0][strong].astype(np.int64) + start)
        tails.append(product.coords[1][strong].astype(np.int64))
        likes.append(product.data[strong])
    return np.concatenate(heads), np.concatenate(tails), np.concatenate(likes)


def _average_groups(
    piece: NDArray[np.int64], units: Sequence[Unit], rows: Matrix, apart: set[tuple[int, int]], params: Parameters
) -> list[tuple[int, ...]]:
    """Join the units of one piece by average linkage under the hard limits of place and person."""
    if len(piece) == 1:
        return [(int(piece[0]),)]
    own = [units[at] for at in piece]
    chosen = rows if len(piece) == rows.shape[0] else rows[piece]
    alike = np.asarray((chosen @ chosen.T).todense())
    bonus = params.join_likeness - params.join_likeness_organisation
    alike = np.where(name_other_sites([unit.sites for unit in own]), 0, alike)
    away = np.clip(1 - alike - bonus * _share_organisation(own), 0, 1)
    away[~_share_place(own)] = NEVER
    at = {int(unit): position for position, unit in enumerate(piece)}
    for one, other in apart:
        if one in at and other in at:
            away[at[one], at[other]] = away[at[other], at[one]] = NEVER
    upper = np.triu_indices(len(piece), 1)
    label = fcluster(tree_of(away[upper], "average"), 1 - params.join_likeness, "distance")
    groups: dict[int, list[int]] = defaultdict(list)
    for at, name in zip(piece, label, strict=True):
        groups[int(name)].append(int(at))
    return [tuple(group) for group in groups.values()]


def _share_place(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Tell for every pair whether the two places can be one."""
    cells = {unit.first.cell: unit.first for unit in units}
    number = {cell: at for at, cell in enumerate(cells)}
    agree = np.array([[may_be_one_place(one, other) for other in cells.values()] for one in cells.values()])
    index = np.array([number[unit.first.cell] for unit in units])
    return np.asarray(agree[np.ix_(index, index)], dtype=np.bool_)


def _share_organisation(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Tell for every pair whether both name one organisation."""
    number: dict[str, int] = {}
    named = np.array([number.setdefault(u.organisation, len(number)) if u.organisation else -1 for u in units])
    return np.asarray((named[:, None] == named[None, :]) & (named[:, None] >= 0), dtype=np.bool_)
