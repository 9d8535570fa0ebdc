"""What a finding is called and why it is told, in plain zh-CN words: place, matter, numbers; never a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from screening.grievances.parameters import Parameters
from screening.grievances.table import FIRST_PLACE, LETTER_BITS, LetterTable
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


def _weights(table: LetterTable, part: Matrix) -> dict[str, float]:
    """Return what each pair of letters weighs in all rows together, by its two letters in either order."""
    columns, where = np.unique(part.indices, return_inverse=True)
    total = np.bincount(where, part.data, len(columns))
    weights: dict[str, float] = {}
    for code, weight in zip(table.codes[columns].tolist(), total.tolist(), strict=True):
        if code < FIRST_PLACE:
            low, high = chr(code >> LETTER_BITS), chr(code & LETTER_MASK)
            weights[low + high] = weights[high + low] = weight
    return weights


def _shared(titles: Sequence[str], weights: dict[str, float]) -> str:
    """Return the piece of letters that weighs most, times the share of titles that have it."""
    seen: Counter[str] = Counter()
    for title in titles:
        pieces = {
            title[at : at + size] for size in range(2, LONGEST + 1) for at in range(max(0, len(title) - size + 1))
        }
        seen.update(piece for piece in pieces if piece.isalnum())
    least = max(2.0, COMMON * len(titles))
    common = {piece: count for piece, count in seen.items() if count >= least} or dict(seen)
    return max(common, key=lambda piece: (_weight(piece, weights) * common[piece], len(piece), piece), default="")


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
