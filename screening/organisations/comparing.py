"""How surely two names mean one organisation, and why.

Starts from 1 and pays for what differs. What cannot be one organisation (another place, another trade, another
number, a branch and its whole) is held under ``APART``, however alike the letters are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from screening.organisations.edits import MEANT, Slip, slip_between
from screening.organisations.parts import Name
from screening.organisations.regions import same_region

APART: Final = 0.5
"""The most that two names reach which name two organisations."""
FAR: Final = 0.4
"""The most that two names reach which differ by more than one slip; such are ranked and never told."""
ALIKE: Final = {"none": 1.0, "sound": 0.93, "shape": 0.92, "rough": 0.91}
"""For one letter of the core that sounds or looks like the right one."""
UNSURE: Final = 0.7
"""For a slip that makes another name as easily as a wrong one."""
LONG_CORE: Final = 4
"""A core of so many letters survives a letter dropped, added or moved; in a short one this makes another name."""
MOVED: Final = 0.88
"""For such a slip in a long one, and for two letters swapped where place and trade are the same."""
BOTH: Final = 2
_NEEDED: Final = {"sound": (0, 1, 1, 1, 0), "shape": (0, 1, 1, 1, 0), "rough": (0, 2, 2, 1, 0)}
"""By the length of the core (4 and more are one): how many of place and trade have to be the same beside a slip."""
OUTSIDE_CORE, OTHER_IN_TRADE = 0.93, 0.88
"""For one slip in the words for place or trade, the core being right."""
NO_TRADE, PART_OF_TRADE, OTHER_WORDS = 0.04, 0.03, 0.02
DOUBTFUL_TRADE: Final = 0.21
"""For a trade that one name has and the other has not, or has another general word for: below what is told."""
ONE_TRADE: Final = frozenset(("estate",))
"""A class whose words mean the same without a letter in common: 房地产 and 置业."""
HALF: Final = 0.5
NO_TOWN: Final = 0.03
ONE_PLACE: Final = "地名只有一方写明"
WHY: Final = {
    "sound": "一字同音", "shape": "一字形近", "rough": "一字音近", "swap": "两字颠倒", "dropped": "少一字",
    "added": "多一字", "other": "一字不同",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    """How surely two names mean one organisation (0 to 1), and in zh-CN what differs or speaks against it."""

    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way of reading the written letters as the right ones, and which parts of the name it has accounted for."""

    score: float
    why: str = ""
    has_place: bool = False
    has_trade: bool = False


def likeness(written: Name, right: Name) -> Likeness:
    """Compare a written name with a registered one.

    Examples
    --------
    >>> from screening.organisations.parts import parse_name
    >>> from screening.organisations.regions import places_of
    >>> known = places_of(["青溪县", "云岭县"])
    >>> def told(one, other): return likeness(parse_name(one, known), parse_name(other, known))
    >>> told("华星建材公司", "青溪县华兴建材有限责任公司")
    Likeness(score=0.9, why=('一字同音', '地名只有一方写明'))
    >>> told("云岭华兴建材有限公司", "青溪县华兴建材有限公司")
    Likeness(score=0.5, why=('地名不同',))
    >>> told("华兴建材第二项目部", "华兴建材有限公司").why
    ('分支不同',)
    """
    found = _compared(written, right)
    if bool(written.town) == bool(right.town):
        return found
    bare = _compared(_without_town(written), _without_town(right))
    if bare.score - NO_TOWN <= found.score:
        return found
    return Likeness(round(bare.score - NO_TOWN, 4), tuple(dict.fromkeys((*bare.why, ONE_PLACE))))


def _without_town(name: Name) -> Name:
    return replace(name, core=name.core[len(name.town) :], town="")


def _compared(written: Name, right: Name) -> Likeness:
    """Compare two names as they stand."""
    found = [_judged(reading, written, right) for reading in _readings(written, right)]
    if not found:
        return Likeness(round(FAR * _common(written.stem, right.stem), 4), ("字号不同",))
    return max(found, key=lambda one: one.score)


def _judged(reading: _Reading, written: Name, right: Name) -> Likeness:
    """Give what a reading leaves when the parts it has not accounted for are compared."""
    place = 0.0 if reading.has_place else same_region(written.regions, right.regions)
    trade = 0.0 if reading.has_trade else _trade_loss(written, right)
    against = _against(written, right, place, trade)
    if against or place is None or trade is None:
        return Likeness(round(min(APART, reading.score), 4), (against,))
    notes = (
        reading.why,
        ONE_PLACE if place else "",
        ("行业写法不同" if written.trade else "没有写行业") if trade else "",
    )
    return Likeness(round(reading.score - place - trade, 4), tuple(note for note in notes if note))


def _against(written: Name, right: Name, place: float | None, trade: float | None) -> str:
    """Give what makes two organisations of two names; empty when nothing does."""
    if written.branch != right.branch:
        return "分支不同"
    if written.numbers != right.numbers:
        return "编号不同"
    if written.form and right.form and written.form != right.form:
        return "单位类型不同"
    return "地名不同" if place is None else "行业不同" if trade is None else ""


def _readings(written: Name, right: Name) -> Iterator[_Reading]:
    """Give the ways in which the written letters are the right ones but for one slip."""
    if not written.core or not right.core:
        return
    slip = slip_between(written.core, right.core)
    if slip is not None and slip.kind != "turned":
        yield _Reading(_core_score(slip, written, right), WHY.get(slip.kind, ""))
    letters = written.core + written.trade
    yield from _read(written.place + letters, right.place, right.trade, written, right)
    if written.place or written.trade != right.trade:
        yield from _read(letters, "", right.trade, written, right)
    if right.regions and not written.regions:
        yield from _read(letters, right.regions[-1].bare, right.trade, written, right)
        if not written.trade:
            yield from _read(letters, right.regions[-1].bare, "", written, right)


def _read(letters: str, place: str, trade: str, written: Name, right: Name) -> Iterator[_Reading]:
    """Read the letters as a place, the right core and a trade, with at most one slip among them."""
    slip = slip_between(letters, place + right.core + trade)
    if slip is None or slip.kind == "turned":
        return
    score = 1.0
    if slip.at < len(place):
        known = all(region.known for region in written.regions) and same_region(written.regions, right.regions) is None
        score = UNSURE if slip.kind == "other" or known else OUTSIDE_CORE
    elif slip.kind != "none" and slip.at < len(place) + len(right.core):
        score = _core_score(slip, written, right)
    elif slip.kind != "none":
        meant = written.classes <= right.classes or trade.endswith(written.trade)
        score = UNSURE if not meant else OTHER_IN_TRADE if slip.kind == "other" else OUTSIDE_CORE
    yield _Reading(ALIKE["none"] if slip.kind == "none" else score, WHY.get(slip.kind, ""), bool(place), bool(trade))


def _core_score(slip: Slip, written: Name, right: Name) -> float:
    """Give what a slip in the core leaves: little where the right name stands on two letters and nothing else."""
    if slip.kind == "none":
        return ALIKE["none"]
    same_trade = bool(written.trade) and written.trade == right.trade
    same_place = bool(written.regions) and same_region(written.regions, right.regions) == 0
    size, same = len(right.core), same_trade + same_place
    if slip.kind in MEANT:
        return ALIKE[slip.kind] if same >= _NEEDED[slip.kind][min(size, 4)] else UNSURE
    if slip.kind == "swap":
        return MOVED if size >= LONG_CORE or same == BOTH else UNSURE
    return MOVED if size >= LONG_CORE + (slip.kind == "other") else UNSURE


def _trade_loss(written: Name, right: Name) -> float | None:
    """Give what is lost for trades told differently; None for two trades."""
    if written.trade == right.trade:
        return 0.0
    if not written.trade:
        return NO_TRADE
    shared = len(set(written.trade) & set(right.trade)) / len(set(written.trade))
    if not written.classes or not right.classes:
        return OTHER_WORDS if written.trade in right.trade else DOUBTFUL_TRADE
    if written.classes == right.classes and (shared or written.classes == ONE_TRADE):
        return OTHER_WORDS
    if written.classes < right.classes and shared > HALF:
        return PART_OF_TRADE
    return DOUBTFUL_TRADE if right.classes & written.classes else None


def _common(one: str, other: str) -> float:
    """Give the share of letter pairs two texts have in common (Dice 1945)."""
    left = {one[at : at + 2] for at in range(len(one) - 1)}
    right = {other[at : at + 2] for at in range(len(other) - 1)}
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0
