"""Every pair of neighbouring letters in every message: how often, how prominently, and whether in a name's spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.grievances.kinds import kinds_in
from screening.grievances.messages import Message, compared_text, even_letters
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


@dataclass(frozen=True)
class LetterTable:
    """A sparse table, rows in the order of the messages: ``starts`` as in CSR, and per entry column and counts.

    ``anywhere`` counts the pair in all that is read, ``near_top`` in title and first letters; ``is_named`` tells
    whether it stands in the spot of a name there. ``codes`` are the columns' letters, ``same_text`` the first row with
    the very same words.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    anywhere: NDArray[np.float64]
    near_top: NDArray[np.float64]
    is_named: NDArray[np.bool_]
    codes: NDArray[np.int64]
    same_text: NDArray[np.int64]
    titles: tuple[str, ...]

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
    parts = [_entries(text, title_end, gazetteer, number) for text, title_end in texts]
    empty = np.zeros(0)
    codes = np.concatenate([part[0] for part in parts] or [empty.astype(np.int64)])
    known, columns = np.unique(codes, return_inverse=True)
    return LetterTable(
        np.concatenate([[0], np.cumsum([len(part[0]) for part in parts], dtype=np.int64)]).astype(np.int64),
        columns.astype(np.int64),
        np.concatenate([part[1] for part in parts] or [empty]),
        np.concatenate([part[2] for part in parts] or [empty]),
        np.concatenate([part[3] for part in parts] or [empty.astype(bool)]),
        known,
        np.array(same, dtype=np.int64),
        tuple(text[:title_end] for text, title_end in texts),
    )


_Entries = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


def _entries(text: str, title_end: int, gazetteer: Gazetteer, number: dict[str, int]) -> _Entries:
    """Return code, count, count near the top and named or not of the pairs of one text."""
    letters = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    told = np.fromiter((letter.isalnum() for letter in text), dtype=bool, count=len(text))
    named = np.zeros(len(text), dtype=bool)
    for begin, end in name_spots(text):
        named[begin:end] = True
    mentions = gazetteer.mentions(text) if gazetteer else []
    for begin, end, _ in mentions:
        named[begin:end] = True
    inside = told[:-1] & told[1:]
    low, high = np.minimum(letters[:-1], letters[1:]), np.maximum(letters[:-1], letters[1:])
    at = np.arange(max(0, len(text) - 1))
    weight = np.where(at < title_end, TITLE_WEIGHT, 1.0)
    top = np.where(at < title_end + NAME_LETTERS, weight, 0.0)
    codes, where = np.unique((low << LETTER_BITS | high)[inside], return_inverse=True)
    size = len(codes)
    counted = [np.bincount(where, side[inside], size) for side in (weight, top, (named[:-1] & named[1:]) * 1.0)]
    extra = _extra([number[code] for _, _, code in mentions], kinds_in(text[:title_end], text[title_end:]))
    return (
        np.concatenate([codes, extra[0]]),
        np.concatenate([counted[0], extra[1]]),
        np.concatenate([counted[1], extra[2]]),
        np.concatenate([counted[2] > 0, extra[0] < FIRST_KIND]),
    )


def _extra(listed: list[int], kinds: dict[int, tuple[bool, bool]]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return code, count and count near the top of the known places and of the kinds of grievances."""
    places = sorted(set(listed))
    codes = [FIRST_PLACE + at for at in places] + [FIRST_KIND + at for at in sorted(kinds)]
    said = [TITLE_WEIGHT * kinds[at][0] + kinds[at][1] for at in sorted(kinds)]
    return (
        np.array(codes, dtype=np.int64),
        np.array([0.0] * len(places) + said),
        np.array([TITLE_WEIGHT] * len(places) + [0.0] * len(said)),
    )
