"""What a finding is called and why it is told, in plain zh-CN words: place, matter, numbers; never a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from screening.grievances.parameters import Parameters
from screening.grievances.table import LETTER_BITS, LetterTable
from screening.grievances.vectors import Matrix, Vectors

LONGEST = 12
LETTER_MASK = (1 << LETTER_BITS) - 1
_DISTRICT = re.compile(r"[a-z]\d{0,3}[市区县]")
MOST_TITLES = 100
"""The first titles name a finding; more of the same would not change it."""
COMMON = 0.5
"""A piece of text that at least this share of the titles has is what they share."""


def label_of(table: LetterTable, told: Vectors, rows: NDArray[np.int64]) -> str:
    """Return place and matter as the longest pieces that most titles share, a dot between; either may be missing."""
    titles = [_DISTRICT.sub("\n", table.titles[row]) for row in rows[:MOST_TITLES]]
    place = _shared(titles, _weights(table, told.place[rows]))
    rest = [title.replace(place, "\n") if place else title for title in titles]
    matter = _shared(rest, _weights(table, told.matter[rows]))
    return "·".join(part for part in (place, matter) if part) or titles[0][:LONGEST]


Weights = tuple[NDArray[np.int64], NDArray[np.float64]]


def _weights(table: LetterTable, part: Matrix) -> Weights:
    """Return the codes of the pairs of letters, in ascending order, and what each weighs in all rows together."""
    columns, where = np.unique(part.indices, return_inverse=True)
    return table.codes[columns], np.bincount(where, part.data, len(columns)).astype(np.float64)


def _shared(titles: Sequence[str], weights: Weights) -> str:
    """Return the piece of letters that weighs most, times the share of titles that have it."""
    least = max(2.0, COMMON * len(titles))
    common = _common(titles, least) or _common(titles, 1.0)
    of_pair = _of_pairs([piece for piece in common if len(piece) == 2], weights)
    return max(common, key=lambda piece: (_weight(piece, of_pair) * common[piece], len(piece), piece), default="")


def _of_pairs(pairs: Sequence[str], weights: Weights) -> dict[str, float]:
    """Return what pairs of letters weigh, in whichever order they stand; one that is no column has no weight."""
    codes, total = weights
    letters = [sorted(map(ord, pair)) for pair in pairs]
    wanted = np.array([low << LETTER_BITS | high for low, high in letters], dtype=np.int64)
    at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    known = codes[at] == wanted if len(codes) else np.zeros(len(pairs), dtype=bool)
    found = {pair: float(total[place]) for pair, place, has in zip(pairs, at, known, strict=True) if has}
    return found | {pair[::-1]: weight for pair, weight in found.items()}


def _common(titles: Sequence[str], least: float) -> dict[str, int]:
    """Return the pieces of letters that at least so many titles have, with how many do.

    A piece is common only if what it begins and ends with is (the Apriori rule: Agrawal and Srikant 1994), so longer
    pieces are looked for only where shorter ones were found.
    """
    found: dict[str, int] = {}
    open_at = [(title, list(range(len(title) - 1))) for title in titles]
    for size in range(2, LONGEST + 1):
        seen: Counter[str] = Counter()
        for title, starts in open_at:
            seen.update({title[at : at + size] for at in starts})
        common = {piece: count for piece, count in seen.items() if count >= least and piece.isalnum()}
        found |= common
        longer = [(title, [at for at in starts if _goes_on(title, at, size, common)]) for title, starts in open_at]
        open_at = [(title, starts) for title, starts in longer if starts]
    return found


def _goes_on(title: str, at: int, size: int, common: Container[str]) -> bool:
    ends = at + size + 1
    return ends <= len(title) and title[at : ends - 1] in common and title[at + 1 : ends] in common


def _weight(piece: str, weights: dict[str, float]) -> float:
    both = (piece[at : at + 2] for at in range(len(piece) - 1))
    pairs = dict.fromkeys(min(pair, pair[::-1]) for pair in both)
    return sum(weights.get(pair, -0.05) for pair in pairs)


def reason_of(
    *, people: int, recent: int, messages: int, since: datetime, long_ones: int, before: bool, params: Parameters
) -> str:
    """Say how many people wrote about it and since when, and what was not read in full."""
    text = (
        f"近{params.days}天有{people}人分别反映同一地方的同一件事"
        f"(其中近{params.recent_days}天{recent}人),累计{messages}条,最早{since.year}年{since.month}月{since.day}日。"
    )
    if before:
        text += "此前曾提示过,后来不足规定人数,现又有人反映。"
    if long_ones:
        text += f"其中{long_ones}条正文过长,只读了开头。"
    return text


def gone_reason(*, merged: bool, people: int, params: Parameters) -> str:
    """Say why a finding is not told any more."""
    if merged:
        return "已与另一条反映同一件事的提示合并。"
    return f"近{params.days}天反映的只有{people}人,不足{params.people}人,不再提示。"
