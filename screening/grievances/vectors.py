"""Two vectors per message: where or who it is about, and what the matter is.

A pair of letters is a piece of a name as far as the corpus says so: the share of messages with it that have it in the
spot of a name. That share weighs it in the vector of the place, and what is left weighs it in that of the matter. So a
name counts wherever it stands, also without 小区, and 投诉小区 does not become one. Rarity weighs both (inverse
document frequency: Spärck Jones 1972; with the logarithm of the count: Salton and Buckley 1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from screening.grievances.parameters import Parameters
from screening.grievances.table import FIRST_KIND, FIRST_PLACE, LetterTable

Matrix = sparse.csr_array

PRIOR_NAMED, PRIOR_ALL = 0.6, 2.0
"""Before anything is known a pair is a name in three of ten messages, as if two had been seen."""
LEAST_MESSAGES = 2
"""A pair that one message has alone links nothing."""
NAME_SHARE, MATTER_SHARE = 0.05, 0.2
"""A pair in more than these shares of the messages names no place, or no matter."""
KIND_WEIGHT = 3.0
"""A kind of grievance weighs as much as this many pairs of letters of its rarity."""
FEW = 300
"""Below so many messages rarity says little: shares and rarities are those of a corpus of this size."""
LENGTH_POWER = 0.75
"""Rows of the place are divided by their length to this power (pivoted: Singhal, Buckley and Mitra 1996). By the whole
length a petition that lists nine estates would be like none of the letters that name one of them."""


@dataclass(frozen=True)
class Vectors:
    """One row per message known: its place and its matter."""

    place: Matrix
    matter: Matrix


def vectors(table: LetterTable, known: int) -> Vectors:
    """Return the vectors of the first ``known`` messages, weighed by exactly these."""
    end = int(table.starts[known])
    columns, width = table.columns[:end], max(1, len(table.codes))
    found = np.bincount(columns, minlength=width)
    rarity, named = np.log((1 + max(known, FEW)) / (1 + found)), _named(table, end, found)
    least = (found >= LEAST_MESSAGES) * 1.0
    many = max(known, FEW)
    for_place = rarity * named * least * (found <= NAME_SHARE * many)
    for_matter = rarity * (1 - named) ** 2 * least * (found <= MATTER_SHARE * many)
    kind = table.codes >= FIRST_KIND
    for_matter[: len(table.codes)][kind] = KIND_WEIGHT * rarity[: len(table.codes)][kind]
    return Vectors(
        _rows(table, known, table.place_counts[:end] * for_place[columns], LENGTH_POWER),
        _rows(table, known, table.matter_counts[:end] * for_matter[columns], 1.0),
    )


def _named(table: LetterTable, end: int, found: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far each column is a piece of a name, 0 to 1; places of the office's list are names."""
    inside = np.bincount(table.columns[:end][table.is_named[:end]], minlength=len(found))
    share = (inside + PRIOR_NAMED) / (found + PRIOR_ALL)
    share[: len(table.codes)][table.codes >= FIRST_PLACE] = 1.0
    share[: len(table.codes)][table.codes >= FIRST_KIND] = 0.0
    return np.asarray(share)


def _rows(table: LetterTable, known: int, weights: NDArray[np.float64], power: float) -> Matrix:
    """Return weights as rows, each divided by its length to a power, relative to the middle length.

    What weighs nothing is left out; empty rows stay empty.
    """
    told = np.flatnonzero(weights)
    data, of_row = weights[told], table.rows[told]
    size = np.bincount(of_row, minlength=known)
    starts = np.concatenate([[0], np.cumsum(size)])
    length = np.sqrt(np.bincount(of_row, data * data, minlength=known))
    middle = float(np.median(length[length > 0])) if (length > 0).any() else 1.0
    scale = np.divide(1.0, length**power * middle ** (1 - power), out=np.zeros_like(length), where=length > 0)
    shape = (known, max(1, len(table.codes)))
    return sparse.csr_array((data * scale[of_row], table.columns[told], starts), shape=shape)


def likeness(place: NDArray[np.float64], matter: NDArray[np.float64], params: Parameters) -> NDArray[np.float64]:
    """Return how alike pairs are, 0 to 1: the root of place times matter, the matter half counted at ``half_matter``.

    A product, since both are needed: the same words about another place are another matter, and so is the same place
    with another grievance.
    """
    where = np.clip(place, 0.0, 1.0)
    what = np.clip(matter, 0.0, 1.0)
    return np.asarray(where ** (1 - params.matter) * (what / (what + params.half_matter)) ** params.matter)
