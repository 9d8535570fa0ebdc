"""Mediation in words and figures: states, ways, reasons, and the county's own limits from ``mediation.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

CASE_WORDS: Final = {
    "asking": "正在问各方愿不愿意",
    "mediating": "调解中",
    "agreed": "已达成协议",
    "performed": "协议已履行",
    "refused": "有一方不愿意,调解结束",
    "terminated": "调解终止",
    "dropped": "没有开始调解,事项已办结",
    "pathway": "协议没有履行,走法定途径",
}
SOURCE_WORDS: Final = {
    "offered": "调解委员会主动调解",
    "applied": "当事人申请",
    "referred": "其他单位委托、移送",
}
CHOICE_WORDS: Final = {"appointed": "调解委员会指定,各方接受", "chosen": "各方自己选定"}
CONSENT_WAY_WORDS: Final = {"present": "当面", "phone": "电话", "paper": "书面"}
INVITEE_WORDS: Final = {
    "relative": "当事人的亲属",
    "neighbour": "邻里、同事",
    "expert": "有专门知识的人",
    "experienced": "有特定经验的人",
    "organisation": "社会组织的人",
    "lawyer": "公益律师、法律服务工作者",
}
FORM_WORDS: Final = {"written": "书面协议", "oral": "口头协议"}
WRITTEN_WHY_WORDS: Final = {
    "asked": "有当事人要求写成书面",
    "later": "不是当场履行完",
    "complex": "事项复杂或者影响较大",
}
END_WORDS: Final = {
    "refused": "有一方不愿意调解",
    "no_agreement": "没有谈成",
    "stopped": "当事人要求终止",
    "time_over": "调解期限到了,没有谈成",
    "not_allowed": "依法不能调解",
}
END_CHOICES: Final = tuple(code for code in END_WORDS if code != "refused")
COURT_RESULT_WORDS: Final = {"confirmed": "裁定有效", "refused": "驳回申请", "withdrawn": "当事人撤回申请"}
SESSION_WORDS: Final = {"planned": "约好了", "held": "开过了", "put_off": "没有开成"}
DANGER_WORDS: Final = {
    "violence": "可能激化、动手",
    "public_security": "可能是治安案件",
    "criminal": "可能是刑事案件",
}
REPORTED_TO_WORDS: Final = {"police": "公安机关", "department": "其他有关部门"}
MOST_TERMS: Final = 8


@dataclass(frozen=True)
class Route:
    """A route of the law that stays open; ``rule`` names a time limit of the clock rules, or ``limit`` says one."""

    code: str
    name: str
    where: str
    basis: str
    groups: tuple[str, ...]
    rule: str = ""
    limit: str = ""

    def is_for(self, category: str) -> bool:
        """Say whether the route is open to matters of a category."""
        return any(group == "*" or category.startswith(group) for group in self.groups)


@dataclass(frozen=True)
class MediationKind:
    """One kind of mediation of the county (四调联动), and where one finds it."""

    name: str
    where: str


@dataclass(frozen=True)
class MediationRules:
    """The county's own figures and lists about mediation and about settling on the spot."""

    follow_up_days: tuple[int, ...]
    spot_follow_up_days: tuple[int, ...]
    spot_grades: frozenset[str]
    spot_bands: frozenset[str]
    spot_groups: frozenset[str]
    spot_states: frozenset[str]
    written_grades: frozenset[str]
    written_bands: frozenset[str]
    days_ahead: int
    kinds: tuple[MediationKind, ...]
    routes: tuple[Route, ...]

    def routes_for(self, category: str) -> tuple[Route, ...]:
        """Return the routes that stay open to a matter of ``category``, in the order of the file."""
        return tuple(route for route in self.routes if route.is_for(category))


@lru_cache(maxsize=1)
def mediation_rules() -> MediationRules:
    """Return what ``mediation.toml`` says."""
    told = tomllib.loads(files("grid_app.vocabulary").joinpath("mediation.toml").read_text("utf-8"))
    spot, written = told["settled_on_spot"], told["written_form"]
    return MediationRules(
        follow_up_days=tuple(told["follow_up_days"]["full"]),
        spot_follow_up_days=tuple(told["follow_up_days"]["settled_on_spot"]),
        spot_grades=frozenset(spot["grades"]),
        spot_bands=frozenset(spot["bands"]),
        spot_groups=frozenset(spot["groups"]),
        spot_states=frozenset(spot["states"]),
        written_grades=frozenset(written["grades"]),
        written_bands=frozenset(written["bands"]),
        days_ahead=told["reminders"]["days_ahead"],
        kinds=tuple(MediationKind(**row) for row in told["kind"]),
        routes=tuple(Route(**(row | {"groups": tuple(row["groups"])})) for row in told["route"]),
    )
