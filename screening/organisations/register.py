"""The register of names, and which of them a name written freely means.

Candidates share rare pairs of letters, told by their sound and in either order, so that a name with one wrong or two
swapped letters still finds its own. Few of them are compared part by part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.organisations.comparing import Likeness, likeness
from screening.organisations.parts import Name, parse_name
from screening.organisations.regions import Places, places_of
from screening.organisations.shapes import look_alikes
from screening.organisations.sounds import rough_sound

SURE: Final = 0.8
"""Below it nothing is said."""
AHEAD: Final = 0.03
"""By so much the best has to lead the best of another organisation; else the name could mean either."""
TAKEN: Final = 0.15
"""What a slip costs when the name as it is written is the name of another registered organisation."""
CANDIDATES: Final = 40
POSTINGS: Final = 6_000
"""Pairs are taken from the rarest on until so many names share one of them."""
MISREAD: Final = 0.4
"""Weight of a pair that would stand there if a letter were one that looks like it."""
_PAIR: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class Match:
    """What a name probably means.

    Attributes
    ----------
    identity : str
        Of the registered organisation.
    name : str
        The registered name or alias that was met.
    score : float
        How surely, 0 to 1.
    why : tuple of str
        In zh-CN, what differs; empty when nothing does.
    runner_up : float
        Score of the best other organisation; 0 when there is none.
    """

    identity: str
    name: str
    score: float
    why: tuple[str, ...]
    runner_up: float


class Register:
    """Names and aliases of organisations, ready to be asked.

    Parameters
    ----------
    entries : iterable of (str, str)
        Identity and name; an identity comes once for each of its names and aliases.
    places : iterable of str
        Whole names of the places around, such as 青溪县 or 云岭镇; provinces and cities are known.

    Examples
    --------
    >>> firms = [("1", "青溪县华兴建材有限公司"), ("2", "青溪县禾眠农业开发有限公司"), ("2", "禾眠公司")]
    >>> register = Register(firms, ["青溪县"])
    >>> register.best_match("青溪禾棉农业公司").identity
    '2'
    >>> register.best_match("青溪华兴建材第二项目部"), register.best_match("建材公司")
    (None, None)
    """

    def __init__(self, entries: Iterable[tuple[str, str]], places: Iterable[str] = ()) -> None:
        self._places: Places = places_of(places)
        rows = list(entries)
        self._identities = [identity for identity, _ in rows]
        self._names = [name for _, name in rows]
        self._parts = [parse_name(name, self._places) for name in self._names]
        self._cores = Counter(part.core for part in self._parts)
        self._whole: dict[str, list[int]] = {}
        for at, part in enumerate(self._parts):
            self._whole.setdefault(part.text, []).append(at)
        self._tokens, self._starts, self._posted = _postings(self._parts)
        rarity = np.diff(self._starts)
        self._weight = np.log1p(len(rows) / np.maximum(1, rarity))

    def best_match(self, name: str, *, sure: float = SURE, other_than: Collection[str] = ()) -> Match | None:
        """Give the organisation that a name means, or None when it could be none or several.

        Parameters
        ----------
        name : str
            As somebody wrote it.
        sure : float
            The least score that is told.
        other_than : collection of str
            Identities it is known not to mean.
        """
        found = self.ranked(name, other_than=other_than)
        if not found or found[0].score < sure or found[0].score - found[0].runner_up < AHEAD:
            return None
        return found[0]

    def ranked(self, name: str, *, most: int = 3, other_than: Collection[str] = ()) -> list[Match]:
        """Give the organisations most like a name, the best first, also those that it cannot mean."""
        written = parse_name(name, self._places)
        if not written.text:
            return []
        best: dict[str, tuple[Likeness, int]] = {}
        for at in self._candidates(written):
            identity = self._identities[at]
            if identity in other_than:
                continue
            found = self._likeness(written, at)
            if identity not in best or found.score > best[identity][0].score:
                best[identity] = (found, at)
        order = sorted(best.items(), key=lambda item: (-item[1][0].score, item[1][1]))
        scores = [found.score for _, (found, _) in order] + [0.0, 0.0]
        return [
            Match(identity, self._names[at], found.score, found.why, scores[1] if rank == 0 else scores[0])
            for rank, (identity, (found, at)) in enumerate(order[:most])
        ]

    def _likeness(self, written: Name, at: int) -> Likeness:
        right = self._parts[at]
        if written.text == right.text and written.branch == right.branch:
            return Likeness(1.0, ())
        found = likeness(written, right)
        if written.core != right.core and self._cores[written.core]:
            return Likeness(round(max(0.0, found.score - TAKEN), 4), found.why)
        return found

    def _candidates(self, written: Name) -> list[int]:
        """Give the positions of names worth comparing, those with the same text first."""
        same = self._whole.get(written.text, [])[:CANDIDATES]
        taken: list[NDArray[np.int64]] = []
        weights: list[NDArray[np.float64]] = []
        for tokens, trust in ((_tokens_of(written), 1.0), (_misread(written), MISREAD)):
            room = POSTINGS
            for at in self._rarest_first(tokens):
                posted = self._posted[self._starts[at] : self._starts[at + 1]]
                if taken and len(posted) > room:
                    break
                room -= len(posted)
                taken.append(posted)
                weights.append(np.full(len(posted), trust * self._weight[at]))
        if not taken:
            return same
        total = np.bincount(np.concatenate(taken), np.concatenate(weights), minlength=len(self._names))
        some = np.flatnonzero(total > 0)
        if len(some) > CANDIDATES:
            some = some[np.argpartition(-total[some], CANDIDATES)[:CANDIDATES]]
        return list(dict.fromkeys([*same, *some.tolist()]))

    def _rarest_first(self, tokens: Iterable[int]) -> list[int]:
        """Give the places of the tokens that some name has, those that fewest names have first."""
        asked = np.array(sorted(set(tokens)), dtype=np.int64)
        at = np.searchsorted(self._tokens, asked)
        inside = at < len(self._tokens)
        at = at[inside][self._tokens[at[inside]] == asked[inside]]
        order = np.argsort(self._starts[at + 1] - self._starts[at], kind="stable")
        return [int(one) for one in at[order]]


def _postings(parts: Sequence[Name]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give the tokens, where the names of each begin, and the names."""
    each = [sorted(set(_tokens_of(part))) for part in parts]
    tokens = np.array([token for own in each for token in own], dtype=np.int64)
    owner = np.repeat(np.arange(len(parts), dtype=np.int64), [len(own) for own in each])
    order = np.argsort(tokens, kind="stable")
    known, first = np.unique(tokens[order], return_index=True)
    return known, np.append(first, len(tokens)).astype(np.int64), owner[order]


def _tokens_of(name: Name) -> Iterator[int]:
    """Give the pairs of neighbouring sounds in either order; in the core also of next but one, and of the letters."""
    for left, right in pairwise(map(_code, name.stem)):
        yield _pair(left, right)
    core = [_code(letter) for letter in name.core]
    for left, right in zip(core, core[2:], strict=False):
        yield _pair(left, right)
    for one, other in pairwise(map(ord, name.core)):
        yield _pair(one, other)


def _misread(name: Name) -> Iterator[int]:
    """Give the pairs of the core that would stand there if one of its letters were one that looks like it."""
    for left, right in pairwise(name.core):
        for other in look_alikes(left):
            yield _pair(_code(other), _code(right))
        for other in look_alikes(right):
            yield _pair(_code(left), _code(other))


def _code(letter: str) -> int:
    sound = rough_sound(letter)
    return ord(letter) if sound == letter else (1 << 17) + int.from_bytes(sound.encode(), "big") % (1 << 17)


def _pair(one: int, other: int) -> int:
    return min(one, other) * _PAIR + max(one, other)
