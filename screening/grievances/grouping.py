"""Groups of messages about one place and one matter: average linkage inside the pieces that strong pairs hold.

Average linkage (Sokal and Michener 1958) and never connected components: a chain of pairs each a little alike leads
from any grievance of a district to any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

from screening.grievances.parameters import Parameters
from screening.grievances.vectors import Matrix, Vectors, likeness

CHUNK_ROWS = 512
BLOCK_ROWS = 4_096
NEAREST = 60
"""Pairs of one message with earlier ones that are looked at further."""
SMALL_GROUP = 24
"""Up to so many rows a plain table is multiplied faster than a sparse one."""
LARGEST_PIECE = 3_000
"""Above this many messages a piece is cut at a higher likeness first, so that memory stays bounded."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Pairs of rows at least as alike as groups must be on average: without a chain of them nothing joins."""

    one: Rows
    other: Rows
    alike: NDArray[np.float64]

    def and_also(self, more: Links) -> Links:
        """Return both together."""
        return Links(
            np.concatenate([self.one, more.one]),
            np.concatenate([self.other, more.other]),
            np.concatenate([self.alike, more.alike]),
        )


NO_LINKS = Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def links(told: Vectors, rows: Rows, first: int, params: Parameters) -> Links:
    """Return the links of rows from ``first`` on among ``rows``, to one another and to all before.

    The place alone bounds the likeness, so that only pairs whose place can reach it are looked at further.
    """
    floor = (params.join * (1 + params.half_matter) ** params.matter) ** (1 / (1 - params.matter))
    later = rows[rows >= first]
    found = [NO_LINKS]
    for start in range(0, len(later), BLOCK_ROWS):
        block = later[start : start + BLOCK_ROWS]
        found += _links_of_block(told, block, rows[: np.searchsorted(rows, block[-1])], floor, params)
    return Links(*(np.concatenate([getattr(part, name) for part in found]) for name in ("one", "other", "alike")))


def _links_of_block(told: Vectors, block: Rows, before: Rows, floor: float, params: Parameters) -> Iterator[Links]:
    own, others = _restricted(told.place, block, before)
    turned = others.T.tocsr()
    for start in range(0, len(block), CHUNK_ROWS):
        chunk = block[start : start + CHUNK_ROWS]
        product = own[start : start + CHUNK_ROWS] @ turned
        reach = np.flatnonzero(product.data >= floor)
        of_row = np.searchsorted(product.indptr, reach, side="right") - 1
        one, other = chunk[of_row], before[product.indices[reach]]
        near = other < one
        yield _strong(told, *_nearest(one[near], other[near], product.data[reach][near]), params)


def _restricted(part: Matrix, few: Rows, many: Rows) -> tuple[Matrix, Matrix]:
    """Return few and many rows over the columns that the few have: nothing else can make a product."""
    own, all_of_them = part[few], part[many]
    used = np.zeros(part.shape[1], dtype=bool)
    used[own.indices] = True
    columns = np.flatnonzero(used)
    number = np.full(part.shape[1], -1, dtype=np.int32)
    number[columns] = np.arange(len(columns), dtype=np.int32)
    shown = number[all_of_them.indices]
    kept = np.flatnonzero(shown >= 0)
    starts = np.searchsorted(kept, all_of_them.indptr)
    own = sparse.csr_array((own.data, number[own.indices], own.indptr), shape=(len(few), max(1, len(columns))))
    shape = (len(many), max(1, len(columns)))
    return own, sparse.csr_array((all_of_them.data[kept], shown[kept], starts), shape=shape)


def _nearest(one: Rows, other: Rows, place: NDArray[np.float64]) -> tuple[Rows, Rows, NDArray[np.float64]]:
    """Keep of each row the pairs nearest in place: chains need no more, and thousands may write about one place."""
    order = np.lexsort((other, -place, one))
    one, other, place = one[order], other[order], place[order]
    first = np.searchsorted(one, one, side="left")
    kept = np.arange(len(one)) - first < NEAREST
    return one[kept], other[kept], place[kept]


def _strong(told: Vectors, one: Rows, other: Rows, place: NDArray[np.float64], params: Parameters) -> Links:
    matter = np.concatenate(
        [np.zeros(0)]
        + [
            np.asarray(
                told.matter[one[at : at + 20_000]].multiply(told.matter[other[at : at + 20_000]]).sum(axis=1)
            ).ravel()
            for at in range(0, len(one), 20_000)
        ]
    )
    alike = likeness(place, matter, params)
    strong = alike >= params.join
    return Links(one[strong], other[strong], alike[strong])


def pieces(found: Links, size: int, limit: int = LARGEST_PIECE) -> list[Rows]:
    """Return the sets of rows that links hold together, each cut at higher likeness while too large."""
    done: list[Rows] = []
    waiting = [found]
    while waiting:
        part = waiting.pop()
        graph = sparse.coo_array((np.ones(len(part.one)), (part.one, part.other)), shape=(size, size))
        _, label = connected_components(graph, directed=False)
        for rows in _by_label(label, np.union1d(part.one, part.other)):
            if len(rows) <= limit:
                done.append(rows)
                continue
            inside = label[part.one] == label[rows[0]]
            least = float(part.alike[inside].min())
            if least >= 0.97:
                done += [rows[at : at + limit] for at in range(0, len(rows), limit)]
                continue
            keep = inside & (part.alike >= min(0.97, least * 1.1))
            waiting.append(Links(part.one[keep], part.other[keep], part.alike[keep]))
    return sorted(done, key=lambda rows: int(rows[0]))


def _by_label(label: NDArray[np.int32], rows: Rows) -> list[Rows]:
    """Return the sets of two rows or more with one label, each in ascending order."""
    own = label[rows]
    order = np.argsort(own, kind="stable")
    together = np.split(rows[order], np.flatnonzero(np.diff(own[order])) + 1)
    return [members.astype(np.int64) for members in together if len(members) > 1]


def alike_within(told: Vectors, rows: Rows, params: Parameters) -> NDArray[np.float64]:
    """Return the likeness of every pair of rows, as a square."""
    return likeness(_products(told.place, rows), _products(told.matter, rows), params)


def _products(part: Matrix, rows: Rows) -> NDArray[np.float64]:
    """Return the products of every pair of some rows, as a square; what other rows alone have is left out first.

    A corpus has a million columns and a group a few hundred: small groups are multiplied as a plain table.
    """
    size = part.indptr[rows + 1] - part.indptr[rows]
    ends = np.cumsum(size)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(part.indptr[rows] - ends + size, size)
    known, columns = np.unique(part.indices[at], return_inverse=True)
    data = part.data[at]
    if len(rows) <= SMALL_GROUP:
        plain = np.zeros((len(rows), len(known)))
        plain[np.repeat(np.arange(len(rows)), size), columns] = data
        return np.asarray(np.einsum("ik,jk->ij", plain, plain))
    starts = np.concatenate([[0], ends])
    small = sparse.csr_array((data, columns, starts), shape=(len(rows), max(1, len(known))))
    return np.asarray((small @ small.T).toarray())


def groups_of(told: Vectors, rows: Rows, same_text: Rows, params: Parameters) -> list[Rows]:
    """Return the groups inside one piece; a text that many sent in the same words counts once in the averages."""
    texts, which = np.unique(same_text[rows], return_inverse=True)
    if len(texts) == 1:
        return [rows]
    speakers = np.array([rows[which == at][0] for at in range(len(texts))], dtype=np.int64)
    square = alike_within(told, speakers, params)
    away = (1.0 - square)[np.triu_indices(len(texts), 1)]
    label = fcluster(linkage(np.clip(away, 0.0, 1.0), "average"), 1.0 - params.join, "distance")
    return [rows[label[which] == name] for name in sorted(set(label.tolist()))]


@dataclass(frozen=True)
class Agreement:
    """How far the people of a group say one thing: of the one who agrees best with two others, and of the place."""

    core: float
    place: float


def agreement(told: Vectors, rows: Rows, people: Sequence[str], params: Parameters) -> Agreement:
    """Return how alike a message is to those of two other people, at best, and the mean of the place alone.

    A mean over all pairs hides that two people agree and a third writes about something else; so one message has to be
    near enough to others of enough people: a core point of density clustering (Ester et al. 1996), counted in people.
    """
    known = rows[[people[row] != "" for row in rows]]
    who = np.array([people[row] for row in known])
    order = np.argsort(who, kind="stable")
    known, who = known[order], who[order]
    starts = np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]])) if len(who) else np.zeros(0, np.int64)
    if len(starts) < params.people:
        return Agreement(0.0, 0.0)
    where = np.clip(_products(told.place, known), 0.0, 1.0)
    apart = who[:, None] != who[None, :]
    alike = np.where(apart, likeness(where, _products(told.matter, known), params), 0.0)
    of_people = np.maximum.reduceat(alike, starts, axis=1)
    core = np.partition(of_people, -(params.people - 1), axis=1)[:, -(params.people - 1)].max()
    return Agreement(float(core), float(where[apart].mean()))
