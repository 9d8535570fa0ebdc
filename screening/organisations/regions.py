"""Places at the beginning of a name: whose they are, and whether two names can be of one place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from screening.organisations.sounds import rough_sound
from screening.organisations.words import CITIES, NO_PLACES, PROVINCES

LEVELS: Final = {
    "特别行政区": "province", "维吾尔自治区": "province", "壮族自治区": "province", "回族自治区": "province",
    "自治区": "province", "省": "province", "自治州": "city", "地区": "city", "盟": "city", "市": "city",
    "自治县": "county", "自治旗": "county", "县": "county", "旗": "county", "区": "county", "街道": "town",
    "镇": "town", "乡": "town", "社区": "village", "村": "village",
}  # fmt: skip
"""By the end of a place's name, how large it is."""
_LONG_FIRST = sorted(LEVELS, key=len, reverse=True)
_SIZES = ("province", "city", "county", "town", "village")
_NAMED = re.compile(
    r"^((?:[\u4e00-\u9fff]{2,4}?|[a-z]\d{0,2}))"
    r"(自治区|自治州|自治县|省|市(?![政场民容])|县(?![城域])|区(?![域块])|旗(?![下舰袍])|街道|镇|乡(?![村镇])|村(?![镇级]))"
)
_PEOPLES = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?:[\u4e00-\u9fff]{1,3}族)+(?=自治[县州旗])")
_WHOLE_LEVELS: Final = ("town", "village")
"""Villages and towns share their bare names with firms, so that they count only with 村, 镇 and the like."""
BARE: Final = "bare"
"""Level of a place written without 县, 市 and the like: 岳阳 is a city and a county."""


@dataclass(frozen=True, slots=True)
class Region:
    """One place: its name without 省, 市, 县 ..., how large it is, and whether it is a known one."""

    bare: str
    level: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Places that are known by name; ``longest`` is the length of the longest, ``towns`` are bare names of towns."""

    known: dict[str, Region]
    longest: int
    towns: frozenset[str] = frozenset()


def places_of(names: Iterable[str]) -> Places:
    """Give the places of the country and those of a caller's list, as whole names such as 青溪县.

    Examples
    --------
    >>> known = places_of(["青溪县", "麻阳苗族自治县"]).known
    >>> known["青溪县"].level, known["青溪"].level, known["麻阳县"].bare
    ('county', 'bare', '麻阳')
    """
    known: dict[str, Region] = {}
    for name in PROVINCES.split():
        known[name] = known[name + "省"] = Region(name, "province", known=True)
    for name in CITIES.split():
        known[name], known[name + "市"] = Region(name, BARE, known=True), Region(name, "city", known=True)
    towns: set[str] = set()
    for name in (re.sub(r"[(（].*", "", one) for one in names):
        region = _split(name)
        if region is None:
            continue
        if region.level == "town" and len(region.bare) >= 2:
            towns.add(region.bare)
        region = Region(region.bare, region.level, known=True)
        known[name] = region
        if region.level not in _WHOLE_LEVELS and len(region.bare) >= 2:
            known.setdefault(region.bare, Region(region.bare, BARE, known=True))
            known[region.bare + name[-1]] = region
    return Places(known, max(map(len, known)), frozenset(towns))


def leading_town(core: str, places: Places) -> str:
    """Give the bare name of a known town at the beginning of a core of at least two more letters, or nothing.

    Examples
    --------
    >>> leading_town("石桥安屿", places_of(["石桥镇"])), leading_town("石桥", places_of(["石桥镇"]))
    ('石桥', '')
    """
    sizes = range(2, min(5, len(core) - 1))
    return next((core[:size] for size in sizes if core[:size] in places.towns), "")


def leading_regions(text: str, places: Places) -> tuple[tuple[Region, ...], str]:
    """Give the places at the beginning of a name and what follows them, which is at least two letters.

    Examples
    --------
    >>> leading_regions("湖南省平江县禾眠农业", places_of(()))[1], leading_regions("本县水利局", places_of(()))
    ('禾眠农业', ((), '水利局'))
    """
    found: list[Region] = []
    text = re.sub(r"^(?:本|我|该)?[省市县镇乡](?=[^\W\d]{2})", "", text) or text
    while True:
        name, region = _first(text, places)
        if region is None or len(text) - len(name) < 2 or not _is_smaller(region, found):
            return tuple(found), text
        found.append(region)
        text = text[len(name) :]


def region_of(text: str, places: Places) -> Region | None:
    """Give the place that a text is, whole; None when it is none."""
    name, region = _first(text, places)
    return region if name == text else None


def same_region(one: tuple[Region, ...], other: tuple[Region, ...]) -> float | None:
    """Give what is lost because two names tell their places differently: 0 for the same, None for two places.

    A county and a city without a common place may be one in the other; nothing here says so, and they count as two.

    Examples
    --------
    >>> here, near, province = Region("青溪", "county"), Region("云岭", "county"), Region("湖南", "province")
    >>> same_region((here,), (province, here)), same_region((here,), (near,)), same_region((), (here,))
    (0.0, None, 0.03)
    """
    if not one or not other:
        return 0.0 if one == other else 0.03
    lone = [place for place in one if not any(_one_place(place, right) for right in other)]
    alone = [place for place in other if not any(_one_place(left, place) for left in one)]
    if any(left.level == right.level or BARE in (left.level, right.level) for left in lone for right in alone):
        return None
    if len(lone) < len(one):
        return 0.0
    large = {"city", "county", BARE}
    both_large = {region.level for region in one} & large and {region.level for region in other} & large
    return None if both_large else 0.06


def _one_place(left: Region, right: Region) -> bool:
    """Tell whether two names are of one place: the same, or alike in sound where one of them is no known place."""
    if left.level != right.level and BARE not in (left.level, right.level):
        return False
    if left.bare == right.bare:
        return True
    sure = left.known and right.known
    return not sure and [*map(rough_sound, left.bare)] == [*map(rough_sound, right.bare)]


def _is_smaller(region: Region, found: list[Region]) -> bool:
    """Tell whether a place may stand after others: a known one always, an unknown one only inside them."""
    if region.known or not found or found[-1].level == BARE:
        return True
    return _SIZES.index(region.level) > _SIZES.index(found[-1].level)


def _first(text: str, places: Places) -> tuple[str, Region | None]:
    """Give the longest known place at the beginning, its ending included, or one told by its ending alone."""
    for size in range(min(places.longest, len(text)), 1, -1):
        region = places.known.get(text[:size])
        if region is not None:
            return text[:size], region
    found = _NAMED.match(_PEOPLES.sub("", text))
    if found and not found[0].endswith(NO_PLACES):
        return text[: len(text) - len(_PEOPLES.sub("", text)) + len(found[0])], _split(found[0])
    return "", None


def _split(name: str) -> Region | None:
    plain = _PEOPLES.sub("", name)
    for end in _LONG_FIRST:
        if plain.endswith(end) and len(plain) > len(end):
            return Region(plain[: -len(end)], LEVELS[end])
    return None
