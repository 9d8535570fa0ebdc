"""Seeded names: a register of whole names on real short ones, variants of them, and names that mean none of them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from screening.organisations.shapes import look_alikes
from screening.organisations.sounds import syllable_of

_TRADES = """
建筑工程 建设工程 建筑劳务 装饰工程 市政工程 园林绿化 房地产开发 置业 物业管理 物业服务 农业开发 生态农业 种植
养殖 食品 餐饮管理 酒店管理 商贸 贸易 电子商务 网络科技 信息技术 生物科技 新材料 建材 混凝土 水泥 砂石 矿业 采石
化工 机械制造 机电设备 汽车销售 汽车服务 运输 物流 供应链管理 文化传媒 广告 教育咨询 医疗器械 医药 能源
新能源科技 燃气 环保科技 劳务派遣 人力资源 保安服务 旅游开发 投资 实业 服饰 家具 木业 陶瓷 茶业 水产 烟花
再生资源 供水
"""
TRADES = tuple(_TRADES.split())
FORMS = ("有限公司",) * 6 + ("有限责任公司",) * 2 + ("股份有限公司", "集团有限公司")
COMMON = (
    "的一是在人有中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能"
    "下过子说产种面而方后多定行学法所民得经"
)
SHORTER = {
    "建筑工程": "建筑", "建设工程": "建设", "房地产开发": "房产", "物业管理": "物业", "物业服务": "物业",
    "餐饮管理": "餐饮", "酒店管理": "酒店", "机械制造": "机械", "汽车销售": "汽车", "旅游开发": "旅游",
    "农业开发": "农业", "网络科技": "网络", "教育咨询": "教育", "保安服务": "保安", "市政工程": "市政",
    "供应链管理": "供应链",
}  # fmt: skip
BEFORE = ("督促", "我们要求", "投诉", "当地的", "关于")
AFTER = ("的老板", "的工地", "工地上", "的负责人", "那边", "门口")
NUMBERS = "一二三四五六七八九"


@dataclass(frozen=True)
class Firm:
    """One registered firm by the parts of its name."""

    identity: str
    place: str
    brand: str
    trade: str
    form: str

    @property
    def name(self) -> str:
        return self.place + self.brand + self.trade + self.form


@dataclass(frozen=True)
class Asked:
    """A name to ask for; ``identity`` is empty when it means none of the register."""

    kind: str
    name: str
    identity: str = ""


def firms_of(brands: Sequence[str], places: Sequence[str], rng: random.Random, size: int) -> list[Firm]:
    """Return so many firms; while brands last each has its own, then they come again in other places and trades."""
    order = list(brands)
    rng.shuffle(order)
    found: dict[str, Firm] = {}
    at = 0
    while len(found) < size:
        place = rng.choice(places)
        place = rng.choice((place, place, place, shortened(place), "湖南省" + place))
        firm = Firm(str(at), place, order[at % len(order)], rng.choice(TRADES), rng.choice(FORMS))
        found.setdefault(firm.name, firm)
        at += 1
    return list(found.values())


def variants(firms: Sequence[Firm], rng: random.Random, each: int) -> list[Asked]:
    """Return so many variants of each kind, of firms chosen at random."""
    makers: dict[str, Callable[[Firm, random.Random], str]] = {
        "full width, spaces, quotes": lambda firm, _: "“" + _wide(firm.name[:3]) + " " + firm.name[3:] + "”",
        "without the place": lambda firm, _: firm.brand + firm.trade + firm.form,
        "place in brackets": lambda firm, _: f"{firm.brand}{firm.trade}（{firm.place}）{firm.form}",
        "place shortened": lambda firm, _: shortened(firm.place) + firm.brand + firm.trade + firm.form,
        "without the legal form": lambda firm, _: firm.place + firm.brand + firm.trade,
        "another legal form": lambda firm, one: firm.place + firm.brand + firm.trade + one.choice(
            [form for form in ("公司", "有限公司", "有限责任公司") if form != firm.form]
        ),
        "brand and trade": lambda firm, _: firm.brand + firm.trade,
        "brand and 公司": lambda firm, _: firm.brand + "公司",
        "trade shortened": lambda firm, _: firm.place + firm.brand + SHORTER.get(firm.trade, firm.trade) + "公司",
        "one letter wrong by sound": lambda firm, one: _wrong(firm, one, same_sound) + firm.form,
        "one letter wrong by shape": lambda firm, one: _wrong(firm, one, same_shape) + firm.form,
        "wrong by sound, without the place": lambda firm, one: _wrong(firm, one, same_sound, "") + firm.form,
        "two letters swapped": lambda firm, one: _swapped(firm.place + firm.brand + firm.trade, one) + firm.form,
        "one letter left out": lambda firm, one: _left_out(firm.place + firm.brand + firm.trade, one) + firm.form,
        "one letter wrong at random": lambda firm, one: _wrong(firm, one, any_letter) + firm.form,
        "words around it": lambda firm, one: (
            one.choice(BEFORE) + firm.place + firm.brand + firm.trade + "公司" + one.choice(AFTER)
        ),
    }  # fmt: skip
    asked: list[Asked] = []
    for kind, make in makers.items():
        chosen = 0
        while chosen < each:
            firm = rng.choice(firms)
            name = make(firm, rng)
            if name not in (firm.name, firm.form):
                asked.append(Asked(kind, name, firm.identity))
                chosen += 1
    return asked


def others(
    firms: Sequence[Firm], brands: Sequence[str], places: Sequence[str], rng: random.Random, each: int
) -> list[Asked]:
    """Return so many names of each kind that mean no firm of the register."""
    free = sorted(set(brands) - {firm.brand for firm in firms})
    sisters = _sisters([firm.brand for firm in firms], free)
    with_sister = [firm for firm in firms if firm.brand in sisters]
    asked: list[Asked] = []
    for _ in range(each):
        firm = rng.choice(firms)
        number, other = rng.sample(NUMBERS, 2)
        away = rng.choice([place for place in places if place[:2] not in firm.place])
        twin = rng.choice(with_sister)
        brand = rng.choice(sisters[twin.brand])
        asked += [
            Asked("a branch", firm.name + shortened(rng.choice(places)) + "分公司"),
            Asked("a project office", firm.brand + firm.trade + "第" + number + "项目部"),
            Asked("a sister, one letter apart", twin.place + brand + twin.trade + twin.form),
            Asked("a sister, one letter apart, without the place", brand + twin.trade + twin.form),
            Asked("the same brand and trade elsewhere", away + firm.brand + firm.trade + firm.form),
            Asked("the same brand, another trade", firm.place + firm.brand + _other_trade(firm.trade, rng) + firm.form),
            Asked("another brand, the rest the same", firm.place + rng.choice(free) + firm.trade + firm.form),
            Asked("the next of a series", firm.place + "第" + other + firm.trade + firm.form),
            Asked("only a trade", firm.trade + "公司"),
        ]
    return asked


def shortened(place: str) -> str:
    """Return a county as people call it: without 县 when two letters are left, without the names of peoples."""
    plain = re.sub("(?<=..)([^族]{1,3}族)+自治(?=县)", "", place)
    return plain[:-1] if len(plain) > 2 else plain


def same_sound(letter: str, rng: random.Random) -> str:
    """Return another common letter of the same syllable, or an empty text."""
    return _choice([one for one in _by_sound()[syllable_of(letter)] if one != letter], rng)


def same_shape(letter: str, rng: random.Random) -> str:
    """Return another letter that looks like it, or an empty text."""
    return _choice(sorted(look_alikes(letter) - {letter}), rng)


def any_letter(letter: str, rng: random.Random) -> str:
    """Return any other common letter."""
    return rng.choice([one for one in COMMON if one != letter])


def _wrong(firm: Firm, rng: random.Random, other: Callable[[str, random.Random], str], place: str | None = None) -> str:
    """Return the name without its form, with one letter of it replaced; empty when none can be."""
    letters = (firm.place if place is None else place) + firm.brand + firm.trade
    for at in rng.sample(range(len(letters)), len(letters)):
        new = other(letters[at], rng)
        if new:
            return letters[:at] + new + letters[at + 1 :]
    return ""


def _swapped(letters: str, rng: random.Random) -> str:
    at = rng.randrange(len(letters) - 1)
    return letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]


def _left_out(letters: str, rng: random.Random) -> str:
    at = rng.randrange(len(letters))
    return letters[:at] + letters[at + 1 :]


def _wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def _other_trade(trade: str, rng: random.Random) -> str:
    return rng.choice([one for one in TRADES if not set(one) & set(trade)])


def _sisters(taken: Sequence[str], free: Sequence[str]) -> dict[str, list[str]]:
    """Return for each taken brand the free ones that differ from it by one letter in its place."""
    holes: dict[str, list[str]] = defaultdict(list)
    for brand in free:
        for at in range(len(brand)):
            holes[f"{brand[:at]}_{brand[at + 1 :]}"].append(brand)
    found: dict[str, list[str]] = {}
    for brand in taken:
        near = [
            one for at in range(len(brand)) for one in holes.get(f"{brand[:at]}_{brand[at + 1 :]}", ()) if one != brand
        ]
        if near:
            found[brand] = near
    return found


@cache
def _by_sound() -> dict[str, list[str]]:
    """Return the common characters by their syllables."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):
        for letter in bytes(at for cell in range(0xA1, 0xFF) for at in (row, cell)).decode("gb2312", "ignore"):
            found[syllable_of(letter)].append(letter)
    return found


def _choice(letters: Sequence[str], rng: random.Random) -> str:
    return rng.choice(letters) if letters else ""
