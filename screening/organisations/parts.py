"""A name of an organisation taken apart: where it is, what it is called, its trade, its legal form, which branch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from screening.organisations.regions import Places, Region, leading_regions, leading_town, region_of
from screening.organisations.words import AFTER, BEFORE, BRANCHES, FORMS, PARENTS, SAME_WORDS, TRADES

LONGEST: Final = 120
"""Letters of a name that are looked at; what is longer is no name."""
_BRACKETED = re.compile(r"[(\[<【〔{]([^()\[\]<>【】〔〕{}]{0,40})[)\]>】〕}]")
_DROPPED = re.compile(r"[^\w]|_")
_FIGURES = {letter: str(value) for value, letter in enumerate("零一二三四五六七八九")}
_COUNTED = re.compile(
    r"第([一二三四五六七八九十\d]{1,3})|"
    r"([一二三四五六七八九十]{1,3})"
    r"(?=期|号|标|分|建|局|中$|中学|小$|小学|工程局|处|组|队|栋|项目|工区|车间|医院|幼|公司)"
)
_COMMITTEE = re.compile(r"([村居])委$")
_MATTERS = re.compile(r"\d|期|标|号|区|栋|苑")
_BRANCH_OF_PARENT = re.compile(rf"^(.*?(?:{'|'.join(PARENTS)}))(.{{0,14}}?(?:{'|'.join(BRANCHES)}))$")
_NUMBERED_BRANCH = re.compile(rf"^(.{{2,}}?)(\d+号?(?:{'|'.join(BRANCHES)}))$")
_PLAIN_BRANCH = re.compile(r"^(.{2,}?)(分公司|支公司|分行|支行|分理处|项目部|分店)$")


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of one name.

    Attributes
    ----------
    text : str
        All of it in one width and case, without marks and filler.
    place : str
        Letters of the places at its beginning.
    regions : tuple of Region
        These places and those in brackets.
    core : str
        What tells it from others of its trade and place; empty when the name only says a trade (物业公司).
    trade : str
        The words for trade and kind, as written.
    classes : frozenset of str
        What these words mean; two firms with different ones are two firms.
    form : str
        Class of the legal form, or empty.
    branch : str
        Which branch, shop or project office; empty for the whole.
    town : str
        With which name of a town the core begins; many a firm bears it, and many leave it out.
    """

    text: str
    place: str
    regions: tuple[Region, ...]
    core: str
    trade: str
    classes: frozenset[str]
    form: str
    branch: str
    town: str = ""

    @property
    def stem(self) -> str:
        """The last place, the core and the trade in one."""
        return (self.regions[-1].bare if self.regions else "") + self.core + self.trade

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number of the core and the trade, in order."""
        return tuple(re.findall(r"\d+", self.core + self.trade))


def parse_name(name: str, places: Places) -> Name:
    """Take a name apart.

    Examples
    --------
    >>> from screening.organisations.regions import places_of
    >>> one = parse_name("督促湖南省平江县禾眠农业开发有限责任公司（第二项目部）的老板", places_of(()))
    >>> [region.bare for region in one.regions], one.core, one.trade, one.form, one.branch
    (['湖南', '平江'], '禾眠', '农业开发', 'company', '2项目部')
    >>> parse_name("物业公司", places_of(())).core
    ''
    """
    plain = unicodedata.normalize("NFKC", name[: 4 * LONGEST]).casefold()
    text, asides = _without_brackets(plain)
    text = without_filler(text)[:LONGEST]
    text = _COMMITTEE.sub(r"\1委会", text)
    for long, short in SAME_WORDS:
        text = text.replace(long, short)
    text = _COUNTED.sub(lambda found: _figure(found[1] or found[2]), text)
    whole, branch = split_branch(text)
    regions, rest = leading_regions(whole, places)
    place = whole[: len(whole) - len(rest)]
    stem, form = _without_form(rest)
    core, trade, classes = _without_trade(stem)
    if not core and regions and trade:
        core, regions, place = regions[-1].bare, regions[:-1], ""
    more_regions, extra, aside_branch = _asides(asides, places)
    return Name(
        text=text + extra, place=place, regions=(*regions, *more_regions), core=core + extra, trade=trade,
        classes=classes, form=form, branch=branch or aside_branch, town=leading_town(core, places),
    )  # fmt: skip


def without_filler(text: str) -> str:
    """Give the letters and figures of a name without what people write before and after it.

    Examples
    --------
    >>> without_filler("强烈要求“云湖建材”公司的工地")
    '云湖建材公司'
    """
    text = _DROPPED.sub("", text)
    while word := next((word for word in BEFORE if text.startswith(word) and len(text) - len(word) >= 4), ""):
        text = text[len(word) :]
    while word := next((word for word in AFTER if text.endswith(word) and len(text) - len(word) >= 2), ""):
        text = text[: -len(word)]
    return text


def split_branch(text: str) -> tuple[str, str]:
    """Give the name of the whole and which part of it is meant; an empty part means the whole.

    Examples
    --------
    >>> split_branch("云湖建材有限公司平江分公司"), split_branch("青溪街道办"), split_branch("中建5局2项目部")
    (('云湖建材有限公司', '平江分公司'), ('青溪街道办', ''), ('中建5局', '2项目部'))
    """
    for pattern in (_BRANCH_OF_PARENT, _NUMBERED_BRANCH, _PLAIN_BRANCH):
        found = pattern.match(text)
        if found and len(found[1]) >= 2:
            return found[1], found[2]
    return text, ""


def _without_brackets(text: str) -> tuple[str, list[str]]:
    asides = [_DROPPED.sub("", found) for found in _BRACKETED.findall(text)]
    return _BRACKETED.sub("", text), [aside for aside in asides if aside]


def _asides(asides: Iterable[str], places: Places) -> tuple[tuple[Region, ...], str, str]:
    """Give what stood in brackets: places, words that tell one part of a site from another, and a branch."""
    regions: list[Region] = []
    extra = branch = ""
    for aside in asides:
        counted = _COUNTED.sub(lambda found: _figure(found[1] or found[2]), aside)
        region = region_of(aside, places)
        if region:
            regions.append(region)
        elif counted.endswith(BRANCHES):
            branch = "项目部".join(counted.split("项目经理部"))
        elif _MATTERS.search(counted):
            extra += counted
    return tuple(regions), extra, branch


def _figure(words: str) -> str:
    if words.isdecimal():
        return str(int(words))
    tens, ten, ones = words.partition("十")
    value = _FIGURES.get(tens, "1" if ten else "") if ten else "".join(_FIGURES.get(one, one) for one in words)
    return value + (_FIGURES.get(ones, "0") if ten else "")


def _without_form(text: str) -> tuple[str, str]:
    for word, form in _forms():
        if text.endswith(word) and len(text) > len(word):
            return text[: -len(word)], form
    return text, ""


def _without_trade(stem: str) -> tuple[str, str, frozenset[str]]:
    """Cut words of trade from the end as long as at least two letters, or a number, are left; or nothing is."""
    core, classes = stem, set[str]()
    while core:
        word = next((core[-size:] for size in range(min(8, len(core)), 0, -1) if core[-size:] in _trades()), "")
        rest = core[: len(core) - len(word)]
        if not word or (len(rest) == 1 and not rest.isdecimal()):
            break
        core = rest
        classes |= _trades()[word]
    return core, stem[len(core) :], frozenset(classes - {"nothing"})


@cache
def _forms() -> tuple[tuple[str, str], ...]:
    pairs = [(word, form) for form, words in FORMS.items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _trades() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in TRADES.split("\n"):
        name, _, words = line.partition(": ")
        for word in words.split():
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}
