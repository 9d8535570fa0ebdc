"""The words of a sheet and what they stand for: names of villages and kinds of disputes; the rest a person chooses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from grid_app.policy import Actor, Role
from grid_app.queries.disputes_places import villages_of
from grid_app.vocabulary.categories import SEALED, category_names, group_of, is_category, may_be_reported_in_the_field

COUNTY: Final = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
USUAL: Final[Mapping[str, str]] = {
    "婚姻家庭": "0199", "家庭": "0199", "邻里": "0299", "邻里关系": "0299", "房产宅基地": "0902", "宅基地": "0902",
    "房屋宅基地": "0902", "合同": "0699", "生产经营": "0603", "损害赔偿": "0599", "山林土地": "0903", "土地": "0901",
    "土地承包": "0901", "征地拆迁": "1102", "征地": "1102", "拆迁": "1102", "环境污染": "0504", "环保": "0504",
    "劳动": "0799", "劳动争议": "0799", "劳资": "0799", "欠薪": "0799", "消费": "0601", "旅游": "0601", "医疗": "0502",
    "医患": "0502", "道路交通事故": "0503", "交通事故": "0503", "物业": "0402", "物业管理": "0402", "知识产权": "1001",
    "互联网": "0506", "债务": "0804", "借贷": "0804", "经济": "0804", "其他": "99", "其它": "99",
}  # fmt: skip
"""Kinds as people's mediation counts them and as ledgers write them; ``纠纷`` at the end is left out."""

_KIND_END: Final = re.compile(r"(矛盾)?(纠纷|争议|类)+$")
_VILLAGE_END: Final = re.compile(r"(村民委员会|居民委员会|村委会|居委会|委员会)$")
_VILLAGE_KIND: Final = re.compile(r"(社区|村)$")


def place_words(session: Session, *, actor: Actor) -> dict[str, str]:
    """Return the names of the actor's villages and townships with their codes; a name of two places is left out."""
    found: dict[str, set[str]] = {}
    for one in villages_of(session, actor):
        for said in _said(one.name, one.township):
            found.setdefault(said, set()).add(one.code)
        found.setdefault(plain_place(one.township), set()).add(one.code[:9])
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def plain_place(word: str) -> str:
    """Return a place's name without spaces, marks and the committee at its end."""
    return _VILLAGE_END.sub(_kind_kept, _plain(word))


def kind_words(actor: Actor) -> dict[str, str]:
    """Return the names of categories that the actor may choose, with their codes."""
    found = {plain_kind(word): code for word, code in USUAL.items()}
    for code, name in category_names().items():
        own = name.rpartition("·")[2]
        if is_category(code) and own != "其他" and may_choose(code, actor):
            found.setdefault(plain_kind(own), code)
            found[plain_kind(name)] = code
            found[code] = code
        elif not is_category(code) and f"{code}99" in category_names() and may_choose(f"{code}99", actor):
            found.setdefault(plain_kind(name), f"{code}99")
    return found


def plain_kind(word: str) -> str:
    """Return the name of a kind without spaces, marks and 纠纷 at its end."""
    plain = _plain(word)
    return _KIND_END.sub("", plain) or plain


def may_choose(code: str, actor: Actor) -> bool:
    """Say whether the actor may bring in this category; what is sealed only who will see it again."""
    if may_be_reported_in_the_field(code):
        return code != "1307" or actor.role in COUNTY
    return actor.role is Role.COUNTY_LEAD if group_of(code) == SEALED else actor.role in COUNTY


def matched(words: Iterable[str], *, known: Mapping[str, str], chosen: Mapping[str, str], kind: bool) -> dict[str, str]:
    """Return the code of each word of a sheet, what was chosen for it first; a word nobody knows is left out."""
    plain = plain_kind if kind else plain_place
    found = {}
    for word in dict.fromkeys(words):
        code = chosen.get(word) or known.get(plain(word))
        if word and code:
            found[word] = code
    return found


def _said(name: str, township: str) -> set[str]:
    plain = plain_place(name)
    short = _VILLAGE_KIND.sub("", plain)
    names = {plain} | ({short} if len(short) >= 2 else set())
    return names | {plain_place(township) + one for one in names}


def _kind_kept(match: re.Match[str]) -> str:
    return "村" if match.group().startswith("村") else "社区" if match.group().startswith("居") else ""


def _plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", word) if sign.isalnum())
