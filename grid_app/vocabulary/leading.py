"""Lead officials, hearings and receptions in words, and the county's own lists from ``leading.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

VISIT_WAYS: Final = {"visit": "下访(上门)", "invited": "约访(约定地方见面)", "reception": "接访日见面"}
AGREED_WAYS: Final = {"present": "当面", "phone": "电话", "paper": "书面"}
SLOT_WORDS: Final = {
    "on_site": "到现场核实",
    "resident": "当面听当事人说",
    "involved": "听有关单位和人员说",
}
"""The three musts (三个必须) before a new conclusion."""
SLOT_WAYS: Final = {
    "on_site": {"site": "到了现场"},
    "resident": {"met": "当面听了", "written": "当事人愿意用书面", "declined": "请了,当事人不愿意谈"},
    "involved": {"met": "当面听了", "phone": "电话听了", "paper": "书面说明"},
}
HEARING_KINDS: Final = {"hearing": "听证会", "mediation_meeting": "公开调解会"}
HEARING: Final = "hearing"
HEARING_STATES: Final = {"planned": "约好了", "held": "开过了", "put_off": "没有开成"}
HEARING_INVITEES: Final = {
    "lawyer": "律师、法律服务工作者",
    "counsellor": "心理咨询师",
    "relative": "当事人的亲属",
    "neighbour": "邻里、同事",
    "elder": "“五老”(老党员、老干部、老教师、老军人、老模范)",
    "delegate": "人大代表、政协委员",
    "expert": "有专门知识的人",
}
SESSION_STATES: Final = {"planned": "照常接待", "cancelled": "改期或取消"}
MOST_MEMBERS: Final = 6
MOST_PROMISES: Final = 4
MOST_STEPS: Final = 8
MOST_DAYS: Final = 5
MOST_DUTIES: Final = 6


@dataclass(frozen=True)
class LeadingRules:
    """The county's own lists about lead officials and receptions; duties by code."""

    suggested_grades: frozenset[str]
    listed_grades: tuple[str, ...]
    days_ahead: int
    duties: Mapping[str, str]
    reception_duties: Mapping[str, str]
    reception_weekdays: Mapping[str, int]


@lru_cache(maxsize=1)
def leading_rules() -> LeadingRules:
    """Return what ``leading.toml`` says."""
    return read_leading(files("grid_app.vocabulary").joinpath("leading.toml").read_text("utf-8"))


def read_leading(text: str) -> LeadingRules:
    """Return the lists that ``text`` (TOML) spells.

    Raises
    ------
    ValueError
        Fewer than two duties of a team, or a weekday that is none.
    """
    told = tomllib.loads(text)
    rules = LeadingRules(
        suggested_grades=frozenset(told["suggested"]["grades"]),
        listed_grades=tuple(told["suggested"]["listed"]),
        days_ahead=int(told["visits"]["days_ahead"]),
        duties={str(row["code"]): str(row["name"]) for row in told["duty"]},
        reception_duties={str(row["code"]): str(row["name"]) for row in told["reception_duty"]},
        reception_weekdays={str(row["kind"]): int(row["weekday"]) for row in told["reception_day"]},
    )
    if len(rules.duties) < 2 or not all(1 <= day <= 7 for day in rules.reception_weekdays.values()):
        raise ValueError("a team needs at least two duties, and a weekday is 1 to 7")
    return rules
