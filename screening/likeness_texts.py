"""What two texts say when nothing else is known: the same names, and the same matter.

The ideas are those of ``screening.grievances`` without a corpus: a report is asked about while it is written, often on
a phone that knows forty other sentences. ``grid_app/static/field/likeness_texts.js`` does the same; tests hold both to
one table of pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import sqrt

from screening.grievances.kinds import KINDS
from screening.grievances.messages import even_letters
from screening.grievances.names import name_spots

RAW_LETTERS, HEAD_LETTERS = 100, 80
"""Letters that are read: a report says first where and what, and twice as many cost twice the time for little."""
NAME_LETTERS = 50
"""Letters in which names are looked for; further down other places are told as examples."""
KIND_WEIGHT = 4
"""A kind of grievance weighs as much as this many pairs of letters: 太吵 and 噪音 share none."""
FEWEST = 3
"""A text with fewer pairs, and no kind, says nothing about the matter: 请领导来看看."""
LEAST_ALIKE = 0.08
"""Below it no two texts are asked about, whatever they name: it spares nine of ten the search for names."""
HALF_A_NAME = 0.4
"""From this share of its names on, a text names what the other tells without the spot of a name."""
KEPT = 2_000
"""Readings that are kept, some 10 KB each: the open matters of the villages about which reports just came in."""
BESIDE = 2
"""Letters behind a name by which its place in a copy of the sentence is found."""

COMMON = (
    "我们|你们|他们|小区|社区|公司|业主|居民|村民|市民|群众|百姓|领导|政府|部门|单位|书记|县长|市长|开发商|问题|情况|严重|影响|生活|"
    "没有|无人|有人|希望|解决|反映|反应|投诉|举报|请求|要求|请问|咨询|建议|质疑|重视|尽快|及时|处理|管理|进行|存在|导致|造成|出现|涉及|"
    "涉嫌|违规|违法|非法|关于|相关|有关|附近|旁边|周边|周围|门口|家里|村里|什么|为何|何时|如何|怎么|可以|不能|能否|是否|到底|时候|"
    "现在|目前|已经|一直|多次|至今|谢谢|感谢"
)
"""Words of every complaint; with a corpus their frequency would say so."""
_NO_PAIR = frozenset({""})
_RARE = re.compile("[\U00010000-\U0010ffff]")
"""Signs that a phone counts as two letters; they are marks on both sides."""
_MARK = re.compile(r"[\W_]")
_GROUP = re.compile("[0-9十]+组")
_AREA_ENDS, _AREA_AFTER, _ESTATE_END = ("村", "镇", "乡"), ("社区", "街道"), "新村"


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch that may be a name: its letters, where it ends, its pairs, and whether it is a village or above."""

    letters: str
    end: int
    pairs: frozenset[str]
    is_area: bool


@dataclass(frozen=True)
class Reading:
    """What is compared of a text; a pair of letters is the same in either order, so that swapped letters match.

    ``words`` are the pairs without what every complaint says, ``kinds`` kinds of grievances. Names are looked for when
    they are asked for: most texts differ already in what they say.
    """

    even: str
    row: tuple[str, ...]
    known: bytes
    words: frozenset[str]
    kinds: frozenset[int]

    @cached_property
    def pairs(self) -> frozenset[str]:
        """All pairs of neighbouring letters."""
        return frozenset(self.row)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups of villagers that are named."""
        return frozenset(_GROUP.findall(self.even))

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Where a place or an organisation is probably named."""
        return tuple(self._spots())

    @cached_property
    def named(self) -> frozenset[str]:
        """The pairs of all names."""
        return frozenset(pair for spot in self.spots for pair in spot.pairs)

    def _spots(self) -> Iterator[Spot]:
        nameable = _outside(self.row, self.known)
        for begin, end in name_spots(self.even[:NAME_LETTERS]):
            name = self.even[begin:end]
            pairs = frozenset(nameable[begin : end - 1]) - _NO_PAIR
            if pairs and not _GROUP.fullmatch(name):
                is_area = name.endswith(_AREA_ENDS) and not name.endswith(_ESTATE_END)
                yield Spot(name, end, pairs, is_area or self.even.startswith(_AREA_AFTER, end))


@dataclass(frozen=True, slots=True)
class Wording:
    """How alike two texts are: shared names and shared matter, 0 to 1, None when the texts do not tell.

    ``is_named_once`` says that one names something which the other does not tell, ``is_elsewhere`` that they name
    different places, ``is_other_group`` different groups of villagers.
    """

    names: float | None
    words: float | None
    is_named_once: bool
    is_elsewhere: bool
    is_other_group: bool


@lru_cache(maxsize=KEPT)
def read(text: str) -> Reading:
    """Return what is compared of a text.

    Examples
    --------
    >>> [spot.letters for spot in read("莲屏村云湖花园夜里施工太吵").spots]
    ['莲屏村', '云湖花园']
    """
    even = _RARE.sub("□", even_letters(text[:RAW_LETTERS]))[:HEAD_LETTERS]
    plain = _MARK.sub(" ", even)
    row = tuple([one + other if one < other else other + one for one, other in pairwise(plain)])
    common, known, kinds = _known_words(plain)
    words = frozenset(_outside(row, common)) - _NO_PAIR
    return Reading(even, row, bytes(known), words, frozenset(kinds))


def say_different_things(one: Reading, other: Reading) -> bool:
    """Tell whether two texts share next to nothing, names or words, so that names need not be looked for."""
    alike = _cosine(one, other, one.words, other.words)
    return alike is not None and alike < LEAST_ALIKE


def wording(one: Reading, other: Reading, gate: float, least: float, copied: float) -> Wording:
    """Compare two texts; ``gate``, ``least`` and ``copied`` are those of ``screening.likeness.HintParameters``.

    They are about different places when both name some and share too few of their names, or fewer than their words let
    one expect: in a copied sentence the name is what differs.
    """
    own, others = _names_of(one, other), _names_of(other, one)
    shares = [len(found) / len(names) for names, found in (own, others) if names]
    words = _words(one, other)
    alike = words or 0.0
    away = False
    names: float | None = None
    if len(shares) == 2:
        names = sqrt(shares[0] * shares[1])
        away = names < max(least, gate * alike)
    elif shares:
        names = shares[0] if shares[0] > HALF_A_NAME else None
        telling, silent = (one, other) if own[0] else (other, one)
        away = names is None and alike >= copied and _puts_another(silent, telling)
    apart = bool(one.groups and other.groups and not one.groups & other.groups)
    once = len(shares) == 1 and names is None and words is not None
    return Wording(names, words, once, away, apart)


def _names_of(one: Reading, other: Reading) -> tuple[set[str], set[str]]:
    """Return the pairs of one text's names, and those of them that the other text has, its letters in any order.

    The village that both name says nothing: reports are compared inside a village.
    """
    names: set[str] = set()
    found: set[str] = set()
    for spot in one.spots:
        if spot.is_area and spot.pairs <= other.pairs:
            continue
        names |= spot.pairs
        shared = spot.pairs & other.pairs
        is_swapped = 0 < len(shared) < len(spot.pairs) and _has_letters(other.even, spot.letters)
        found |= spot.pairs if is_swapped else shared
    return names, found


def _has_letters(text: str, name: str) -> bool:
    """Tell whether a text holds the letters of a name beside each other, in any order."""
    size, letters = len(name), sorted(name)
    return any(sorted(text[at : at + size]) == letters for at in range(len(text) - size + 1))


def _puts_another(silent: Reading, telling: Reading) -> bool:
    """Tell whether a copied sentence has something else where the other text has its name."""
    for spot in telling.spots:
        end = spot.end
        while end < len(telling.even) and telling.known[end]:
            end += 1
        beside = telling.even[end : end + BESIDE]
        at = silent.even.find(beside) - 1 if len(beside) == BESIDE else -1
        if at >= 0 and not silent.known[at]:
            return True
    return False


def _words(one: Reading, other: Reading) -> float | None:
    """Return the cosine of the words beside the names, kinds counted as several pairs; None when one says nothing."""
    names = one.named | other.named
    return _cosine(one, other, one.words - names, other.words - names)


def _cosine(one: Reading, other: Reading, left: frozenset[str], right: frozenset[str]) -> float | None:
    sizes = [len(pairs) + KIND_WEIGHT * len(text.kinds) for pairs, text in ((left, one), (right, other))]
    if min(sizes) < FEWEST:
        return None
    return (len(left & right) + KIND_WEIGHT * len(one.kinds & other.kinds)) / sqrt(sizes[0] * sizes[1])


def _outside(pairs: tuple[str, ...], known: bytes | bytearray) -> list[str]:
    """Return the pairs in their order, those that touch a known letter emptied."""
    return ["" if first or second else pair for pair, first, second in zip(pairs, known, known[1:], strict=False)]


def _known_words(plain: str) -> tuple[bytearray, bytearray, set[int]]:
    """Return which letters stand in common words, which in these or words of grievances, and the kinds of these.

    A mark, blank by now, is as good as a common word.
    """
    common, known, kinds = bytearray(len(plain)), bytearray(len(plain)), set[int]()
    for found in _KNOWN.finditer(plain):
        begin, end = found.span()
        known[begin:end] = b"\1" * (end - begin)
        kinds_of_word = _KINDS_OF.get(found[0], frozenset())
        if not kinds_of_word:
            common[begin:end] = b"\1" * (end - begin)
        kinds |= kinds_of_word
    return common, known, kinds


def _kinds_of_words() -> dict[str, frozenset[int]]:
    """Return the kinds of every known word and of the words inside it, longest first; common words have none."""
    kinds = [(word, kind) for kind, words in enumerate(KINDS) for word in words.pattern.split("|")]
    known = {*COMMON.split("|"), *(word for word, _ in kinds)}
    ordered = sorted(known, key=lambda word: (-len(word), word))
    return {word: frozenset(kind for part, kind in kinds if part in word) for word in ordered}


_KINDS_OF = _kinds_of_words()
_KNOWN = re.compile("|".join((*_KINDS_OF, " +")))
