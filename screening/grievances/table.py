"""Every pair of neighbouring letters in every message: how often, how prominently, and whether in a name's spot."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.grievances.kinds import kinds_in
from screening.grievances.messages import KEPT, Message, compared_text, even_letters
from screening.grievances.names import name_spots
from screening.grievances.places import Gazetteer, Place

TITLE_WEIGHT = 3.0
"""A pair in the title counts as three in the body: the title says where and what."""
NAME_LETTERS = 120
"""Letters of the body in which the place is looked for; further down other places are told as examples."""
LETTER_BITS = 21
FIRST_PLACE = 1 << 2 * LETTER_BITS
"""Codes from here on are places of the office's list, not letters."""
FIRST_KIND = 2 * FIRST_PLACE
"""Codes from here on are kinds of grievances."""
ROW_BITS = 2 * LETTER_BITS + 2
CODE_MASK = (1 << ROW_BITS) - 1
CHUNK = 1_000
"""Messages that are counted in one go."""


@dataclass(frozen=True)
class LetterTable:
    """A sparse table, rows in the order of the messages: ``starts`` as in CSR, and per entry column and counts.

    ``anywhere`` counts the pair in all that is read, ``near_top`` in title and first letters; ``is_named`` tells
    whether it stands in the spot of a name there. ``codes`` are the columns' letters, ``same_text`` the first row with
    the very same words.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    anywhere: NDArray[np.float64]
    near_top: NDArray[np.float64]
    is_named: NDArray[np.bool_]
    codes: NDArray[np.int64]
    same_text: NDArray[np.int64]
    titles: tuple[str, ...]

    @cached_property
    def rows(self) -> NDArray[np.int32]:
        """The row of each entry."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))

    @cached_property
    def place_counts(self) -> NDArray[np.float64]:
        """What each entry counts for the place: the root of how prominently it stands."""
        return np.sqrt(self.near_top)

    @cached_property
    def matter_counts(self) -> NDArray[np.float64]:
        """What each entry counts for the matter: by the logarithm of how often it stands."""
        return np.asarray(1 + np.log(np.maximum(1.0, self.anywhere)))

    @property
    def size(self) -> int:
        """Number of messages."""
        return len(self.starts) - 1


def letter_table(messages: Sequence[Message], places: Sequence[Place] = ()) -> LetterTable:
    """Return the table of messages; names of known places become one column per place, whatever alias is used.

    A pair of letters is the same in either order, so that a name whose letters were swapped is still found.
    """
    gazetteer = Gazetteer([Place(even_letters(one.name), one.code) for one in places])
    number = {code: at for at, code in enumerate(sorted({one.code for one in places}))}
    first: dict[str, int] = {}
    texts = [compared_text(one) for one in messages]
    same = [first.setdefault(text, at) for at, (text, _) in enumerate(texts)]
    parts = [
        _entries(texts[at : at + CHUNK], gazetteer, number) for at in range(0, max(1, len(texts)), CHUNK)
    ]  # one part at least, so that there is something to join
    sizes, codes, anywhere, near_top, is_named = (np.concatenate(part) for part in zip(*parts, strict=True))
    known, columns = np.unique(codes, return_inverse=True)
    return LetterTable(
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        columns.astype(np.int32),
        anywhere,
        near_top,
        is_named,
        known,
        np.array(same, dtype=np.int64),
        tuple(text[:title_end] for text, title_end in texts),
    )


@lru_cache(maxsize=1)
def _letters() -> NDArray[np.bool_]:
    """Return which of all code points are letters or digits."""
    return np.fromiter((chr(at).isalnum() for at in range(sys.maxunicode + 1)), dtype=bool, count=sys.maxunicode + 1)


def _entries(
    texts: Sequence[tuple[str, int]], gazetteer: Gazetteer, number: dict[str, int]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return how many entries each text has, and of all of them code, count, count near the top, and named or not."""
    length = np.array([len(text) for text, _ in texts], dtype=np.int64)
    starts = np.cumsum(length) - length
    row = np.repeat(np.arange(len(texts)), length)
    letters = np.frombuffer("".join(text for text, _ in texts).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    named = np.zeros(len(letters), dtype=bool)
    extra = _Extra()
    for at, (start, (text, title_end)) in enumerate(zip(starts.tolist(), texts, strict=True)):
        mentions = gazetteer.mentions(text) if gazetteer else []
        spots, kinds = _read(text, title_end)
        for begin, end in [*spots, *((begin, end) for begin, end, _ in mentions)]:
            named[start + begin : start + end] = True
        extra.add(at, {number[code] for _, _, code in mentions}, kinds)
    told = _letters()[letters]
    pair = told[:-1] & told[1:] & (row[:-1] == row[1:])
    low, high = np.minimum(letters[:-1], letters[1:]), np.maximum(letters[:-1], letters[1:])
    after_title = np.arange(len(letters)) - starts[row] - np.array([end for _, end in texts], dtype=np.int64)[row]
    weight = np.where(after_title < 0, TITLE_WEIGHT, 1.0)
    top = np.where(after_title < NAME_LETTERS, weight, 0.0)
    keys = (row[:-1] << ROW_BITS | low << LETTER_BITS | high)[pair]
    known, where = np.unique(np.concatenate([keys, np.array(extra.keys, dtype=np.int64)]), return_inverse=True)
    sides = ((weight, extra.anywhere), (top, extra.near_top), ((named[:-1] & named[1:]) * 1.0, extra.is_named))
    anywhere, near_top, in_names = (
        np.bincount(where, np.concatenate([side[: len(pair)][pair], more]), len(known)) for side, more in sides
    )
    return np.bincount(known >> ROW_BITS, minlength=len(texts)), known & CODE_MASK, anywhere, near_top, in_names > 0


@lru_cache(maxsize=KEPT)
def _read(text: str, title_end: int) -> tuple[tuple[tuple[int, int], ...], Mapping[int, tuple[bool, bool]]]:
    """Return the spots of names in a text and the kinds it speaks of; next week's round reads the same texts again."""
    return tuple(name_spots(text)), MappingProxyType(kinds_in(text[:title_end], text[title_end:]))


class _Extra:
    """Entries beyond the letters: known places and kinds of grievances."""

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.anywhere: list[float] = []
        self.near_top: list[float] = []
        self.is_named: list[float] = []

    def add(self, row: int, places: set[int], kinds: Mapping[int, tuple[bool, bool]]) -> None:
        """Take in the places a text names and the kinds it speaks of, in the title and in the head."""
        for at in places:
            self._add(row << ROW_BITS | FIRST_PLACE + at, 0.0, TITLE_WEIGHT, 1.0)
        for at, (in_title, in_head) in kinds.items():
            self._add(row << ROW_BITS | FIRST_KIND + at, TITLE_WEIGHT * in_title + in_head, 0.0, 0.0)

    def _add(self, key: int, anywhere: float, near_top: float, is_named: float) -> None:
        self.keys.append(key)
        self.anywhere.append(anywhere)
        self.near_top.append(near_top)
        self.is_named.append(is_named)
