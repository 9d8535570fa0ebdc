"""Rules of time limits: what starts a clock, how long it runs, what happens when it has run out, and on which basis."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

LONGEST = {"hours": 24 * 366, "days": 3660, "working_days": 1000, "months": 120, "years": 10}
"""The largest limit per unit; whatever is longer is a slip of the hand."""
LONGEST_EXTENSION = 366


class LimitUnit(StrEnum):
    """What a limit is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"


class Kind(StrEnum):
    """Who set the limit: the county's own promise, the law, or a rule of another place that was taken over."""

    SERVICE = "service"
    STATUTORY = "statutory"
    LOCAL = "local"


class Passes(StrEnum):
    """What it means that the limit has passed: somebody is late, or a right can no longer be used."""

    OVERDUE = "overdue"
    LAPSES = "lapses"


class ExtensionBy(StrEnum):
    """Who may agree to more time: the head of the organ, or all parties of a mediation."""

    APPROVAL = "approval"
    PARTIES = "parties"


class RuleError(ValueError):
    """A rule that cannot be counted by; ``field`` names what is wrong, the message says it (zh-CN)."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One version of one time limit.

    ``extension`` is the most days that may be added, once, by ``extension_by``; 0 means never. ``excludes_hearing``:
    the days of a hearing are not counted (信访工作条例 36). ``repeats``: done once, it starts again. ``valid_from`` is
    the first local day of the trigger that this version counts for.
    """

    code: str
    version: int
    name: str
    trigger: str
    limit: int
    unit: LimitUnit
    kind: Kind
    passes: Passes
    basis: str
    extension: int = 0
    extension_by: ExtensionBy | None = None
    excludes_hearing: bool = False
    repeats: bool = False
    valid_from: date

    def __post_init__(self) -> None:
        """Refuse a rule that cannot be counted by.

        Raises
        ------
        RuleError
            Limit or extension out of bounds, no name or basis, an extension that nobody may agree to.
        """
        if not self.name.strip():
            raise RuleError("name", "请写明这个期限叫什么。")
        if not self.basis.strip():
            raise RuleError("basis", "请写明依据哪条法规或本县哪份文件。")
        if not 0 < self.limit <= LONGEST[self.unit]:
            raise RuleError("limit", f"期限要在 1 到 {LONGEST[self.unit]} 之间。")
        if not 0 <= self.extension <= LONGEST_EXTENSION:
            raise RuleError("extension", f"可延长的天数要在 0 到 {LONGEST_EXTENSION} 之间。")
        if bool(self.extension) != (self.extension_by is not None):
            raise RuleError("extension", "可以延长的期限要写明由谁同意;不能延长的不用写。")
        if self.extension and self.unit in (LimitUnit.HOURS, LimitUnit.WORKING_DAYS):
            raise RuleError("extension", "按小时或工作日算的期限不能延长。")
        if self.excludes_hearing and self.unit is not LimitUnit.DAYS:
            raise RuleError("unit", "扣除听证时间的期限只能按天算。")


def rule_in_force(versions: Iterable[Rule], *, on: date) -> Rule:
    """Return the version of one rule that counts for a trigger on the local day ``on``.

    It is the newest whose ``valid_from`` is not after ``on``; before all of them, the oldest.

    Raises
    ------
    ValueError
        There is no version at all.
    """
    known = sorted(versions, key=lambda one: one.version)
    if not known:
        raise ValueError("a rule without a version")
    fitting = [one for one in known if one.valid_from <= on]
    return fitting[-1] if fitting else known[0]


def read_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules of a TOML text in its order.

    Raises
    ------
    RuleError, ValueError
        A rule cannot be counted by, names no trigger of the text, or stands there twice.
    """
    told = tomllib.loads(text)
    rules = tuple(_rule(row) for row in told["rule"])
    unknown = {rule.trigger for rule in rules} - set(told["triggers"])
    if unknown:
        raise RuleError("trigger", f"没有写明是什么开始计时:{'、'.join(sorted(unknown))}")
    if len({rule.code for rule in rules}) != len(rules):
        raise RuleError("code", "同一个期限写了两次。")
    return rules


def _rule(row: Mapping[str, Any]) -> Rule:
    by = row.get("extension_by")
    return Rule(
        code=row["code"],
        version=row.get("version", 1),
        name=row["name"],
        trigger=row["trigger"],
        limit=row["limit"],
        unit=LimitUnit(row["unit"]),
        kind=Kind(row["kind"]),
        passes=Passes(row["passes"]),
        basis=row["basis"],
        extension=row.get("extension", 0),
        extension_by=ExtensionBy(by) if by else None,
        excludes_hearing=row.get("excludes") == "hearing",
        repeats=row.get("repeats", False),
        valid_from=row["valid_from"],
    )


def _file() -> str:
    return files("grid_app.clocks").joinpath("rules.toml").read_text("utf-8")


STANDING = read_rules(_file())
"""The rules that the platform starts with, version 1 of each."""
TRIGGER_WORDS: Mapping[str, str] = tomllib.loads(_file())["triggers"]
UNIT_WORDS = {
    LimitUnit.HOURS: "小时",
    LimitUnit.DAYS: "天",
    LimitUnit.WORKING_DAYS: "个工作日",
    LimitUnit.MONTHS: "个月",
    LimitUnit.YEARS: "年",
}
KIND_WORDS = {Kind.SERVICE: "服务目标", Kind.STATUTORY: "法定期限", Kind.LOCAL: "参照外地规定"}


def limit_words(rule: Rule) -> str:
    """Return a limit as people say it, such as ``15天`` or ``5个工作日``."""
    return f"{rule.limit}{UNIT_WORDS[rule.unit]}"
