"""Where the next rooms reach most: the maximal covering location problem, solved exactly or with a stated gap.

Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science Association
32, 101-118.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array

from geo.coordinates import Floats
from geo.coverage.places import Basis, Flags, Ints, Rooms, Villages, reach

Proof = Literal["optimal", "gap"]
Solve = Callable[[csr_array, Floats, int, float], tuple[Ints, float]]
"""Who reaches what, gains, number and seconds; the answer is that of `solve_here`."""

SECONDS: Final = 8.0
_WHOLE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Siting:
    """The sites chosen, and how sure it is that none are better.

    Attributes
    ----------
    sites : ndarray of int
        Positions of the candidates: each adds the most that is left when those before it are there, of equals the
        first. Fewer than asked where more would add nothing.
    gains : ndarray of float
        What each adds, in that order.
    basis : str
        Whether households or villages are counted.
    total, before, after : float
        What there is to reach, what is reached without the new rooms, and with them.
    bound : float
        No choice of as many sites reaches more than this.
    proof : str
        ``optimal`` when ``after`` equals the bound, else ``gap``: the time was over.
    out_of_reach : float
        What neither a room nor any candidate reaches.
    """

    sites: Ints
    gains: Floats
    basis: Basis
    total: float
    before: float
    after: float
    bound: float
    proof: Proof
    out_of_reach: float

    @property
    def gap(self) -> float:
        """Return the share of the bound that may be missing; 0 when nothing can be reached."""
        return (self.bound - self.after) / self.bound if self.bound > 0 else 0.0


def solve_here(matrix: csr_array, gains: Floats, number: int, seconds: float) -> tuple[Ints, float]:
    """Return the sites the solver chose, none when it found none in time, and the bound it proved; HiGHS, in place.

    It cannot be interrupted before its time limit: who has to stop it lets it run in a process of its own. Whether a
    site is taken is whole; whether a village is reached need not be asked to be whole, because it is so at once when
    the sites are.
    """
    villages, sites = matrix.shape
    reached = LinearConstraint(block_array([[-matrix, eye_array(villages)]], format="csr"), ub=0)
    spent = LinearConstraint(csr_array(np.concatenate((np.ones(sites), np.zeros(villages)))[None, :]), ub=number)
    answer = milp(
        np.concatenate((np.zeros(sites), -gains)),
        integrality=np.concatenate((np.ones(sites), np.zeros(villages))),
        bounds=Bounds(0, 1),
        constraints=[reached, spent],
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    bound = getattr(answer, "mip_dual_bound", None)
    most = float(gains.sum()) if bound is None or not np.isfinite(bound) else min(-float(bound), float(gains.sum()))
    chosen = np.empty(0, dtype=np.int64) if answer.x is None else np.flatnonzero(answer.x[:sites] > 0.5)
    return chosen.astype(np.int64), most


def next_rooms(
    villages: Villages,
    rooms: Rooms,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    number: int,
    seconds: float = SECONDS,
    solve: Solve = solve_here,
) -> Siting:
    """Return which candidates should get the next rooms so that most households reach one.

    Parameters
    ----------
    villages, rooms : Villages, Rooms
        Active rooms with a point stay where they are.
    lon, lat : array_like of float
        Candidate sites in WGS84 degrees.
    number : int
        Rooms to place; more than candidates is as many as candidates.
    seconds : float
        Time limit of the solver.
    solve : callable
        The solver.

    Examples
    --------
    >>> from geo.coverage.hours import hours_open
    >>> from geo.coverage.opening import read_opening
    >>> villages = Villages.of([111.0, 111.05, 111.1], [29.0] * 3, [50, 90, 60], [False] * 3)
    >>> hours = hours_open([read_opening("24小时")])
    >>> room = Rooms.of([111.05], [29.0], active=[True], home=[1], effective=[1], hours=hours, hours_known=[True])
    >>> found = next_rooms(villages, room, [111.0, 111.05, 111.1], [29.0] * 3, number=1)
    >>> found.sites.tolist(), found.before, found.after, found.proof
    ([2], 90.0, 150.0, 'optimal')
    """
    placed = rooms.placed()
    there = reach(villages, np.where(placed, rooms.lon, np.nan), rooms.lat).sum(axis=1) > 0
    within = reach(villages, lon, lat)
    return cover_most(
        within, villages.weights(), there, number=number, seconds=seconds, basis=villages.basis(), solve=solve
    )


def cover_most(
    within: csr_array,
    weights: Floats,
    there: Flags,
    *,
    number: int,
    seconds: float = SECONDS,
    basis: Basis = "households",
    solve: Solve = solve_here,
) -> Siting:
    """Return the best sites of any matrix of who reaches what; see `next_rooms`.

    Parameters
    ----------
    within : sparse array of ones, shape (villages, candidates)
    weights : ndarray of float
        What each village counts for, not negative.
    there : ndarray of bool
        Villages that reach a room already.
    """
    number = max(0, min(number, within.shape[1]))
    before, total = float(weights[there].sum()), float(weights.sum())
    open_rows = np.flatnonzero(~there & (weights > 0) & (within.sum(axis=1) > 0))
    matrix, gains = _merged(csr_array(within[open_rows]), weights[open_rows])
    reachable = float(gains.sum())
    start = _by_gain(matrix, gains, np.arange(within.shape[1]), number)
    bound = reachable if number else 0.0
    if start[1].sum() < bound:
        start, bound = _better(matrix, gains, start, number=number, seconds=seconds, solve=solve)
    sites, added = start
    after, bound = before + float(added.sum()), before + bound
    proven = after >= bound - _WHOLE * max(1.0, bound)
    return Siting(
        sites,
        added,
        basis,
        total,
        before,
        after,
        after if proven else bound,
        "optimal" if proven else "gap",
        total - before - reachable,
    )


def _better(
    matrix: csr_array, gains: Floats, start: tuple[Ints, Floats], *, number: int, seconds: float, solve: Solve
) -> tuple[tuple[Ints, Floats], float]:
    """Return the better of the sites in hand and the solver's, and the most that any sites can add."""
    columns = _distinct(matrix)
    chosen, most = solve(csr_array(matrix[:, columns]), gains, number, seconds)
    found = _by_gain(matrix, gains, columns[chosen], number)
    best = found if found[1].sum() > start[1].sum() + _WHOLE else start
    if np.array_equal(gains, np.floor(gains)):
        most = float(np.floor(most + _WHOLE * max(1.0, most)))
    return best, max(most, float(best[1].sum()))


def _by_gain(matrix: csr_array, gains: Floats, sites: Ints, number: int) -> tuple[Ints, Floats]:
    """Return up to ``number`` of the sites, each the one that adds most to those before it, and what each adds."""
    left, columns = gains.copy(), csr_array(matrix.T)
    order: list[int] = []
    added: list[float] = []
    while len(order) < number and len(sites):
        adds = (columns @ left)[sites]
        best = int(np.argmax(adds))
        if adds[best] <= 0:
            break
        site = int(sites[best])
        order.append(site)
        added.append(float(adds[best]))
        left[columns.indices[columns.indptr[site] : columns.indptr[site + 1]]] = 0.0
    return np.array(order, dtype=np.int64), np.array(added, dtype=np.float64)


def _merged(matrix: csr_array, weights: Floats) -> tuple[csr_array, Floats]:
    """Return villages that the same candidates reach as one, with their weights added."""
    first, group = _same_rows(matrix)
    return csr_array(matrix[first]), np.bincount(group, weights=weights, minlength=len(first)).astype(np.float64)


def _distinct(matrix: csr_array) -> Ints:
    """Return the candidates worth asking about.

    Of those that reach the same the first, and none of which one other reaches all and more.
    """
    columns = csr_array(matrix.T)
    first, _ = _same_rows(columns)
    first = first[np.diff(columns.indptr)[first] > 0]
    kept = csr_array(columns[first])
    common = (kept @ kept.T).tocoo()
    inside = (common.data >= np.diff(kept.indptr)[common.row]) & (common.row != common.col)
    return np.delete(first, np.unique(common.row[inside]))


def _same_rows(matrix: csr_array) -> tuple[Ints, Ints]:
    """Return the first row of each kind in rising order, and the kind of each row."""
    matrix.sort_indices()
    kinds: dict[bytes, int] = {}
    first: list[int] = []
    group = np.empty(matrix.shape[0], dtype=np.int64)
    for row in range(matrix.shape[0]):
        key = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tobytes()
        if key not in kinds:
            kinds[key] = len(first)
            first.append(row)
        group[row] = kinds[key]
    return np.array(first, dtype=np.int64), group
