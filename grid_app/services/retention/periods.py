"""How long what is kept: rows of policy, each with its basis; a county's own versions follow the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.services.policy_versions import FIRST, NOT_SAVED, NewVersion, save_version, version_on

CODE: Final = "retention"
PERIOD_WORDS: Final = {
    "matter": "没有协议的事项:姓名、电话、原始上报、群众说的话",
    "agreed": "有协议或者进入法定途径的事项:姓名、电话、原始上报、群众说的话",
    "incident": "终报了的紧急报告:写的文字",
    "media": "照片和语音",
    "told": "处置了的上级提醒:写的原因、转交时写的理由",
    "call": "打电话通知的记录:写的谁接的电话",
    "alarm": "解除了的系统告警:写的怎样处理的",
    "roster": "值班表:班次、请假和代班",
}
"""What each row clears, by its code; no other row can be saved."""
SHORTEST: Final = 90
LONGEST: Final = 36_500
OWN_LIMITS: Final = {"roster": (30, 90)}
"""Rows with limits of their own: a roster explains an escalation for a while, and no county may keep it longer."""


@dataclass(frozen=True)
class Period:
    """One row: what it is about, how many days after the end, and why."""

    code: str
    days: int
    basis: str


@dataclass(frozen=True)
class Periods:
    """The rows in force and their version."""

    version: int
    rows: tuple[Period, ...]

    def days(self, code: str) -> int:
        """Return the days of a row."""
        return next(row.days for row in self.rows if row.code == code)


@cache
def first_periods() -> Periods:
    """Return the periods of the file."""
    data = tomllib.loads(files("grid_app.services.retention").joinpath("periods.toml").read_text("utf-8"))
    return Periods(FIRST, _read(data["row"]))


def periods_on(session: Session, day: date) -> Periods:
    """Return the periods that count on ``day``."""
    saved = version_on(session, CODE, day)
    return Periods(saved.number, _read(_with_new_rows(saved.rows))) if saved else first_periods()


def save_periods(session: Session, *, days: Mapping[str, str], new: NewVersion, actor: Actor, now: datetime) -> int:
    """Save periods as typed, by the code of their row, as a new version; ``new.rows`` are those looked at.

    Raises
    ------
    InvalidError, ForbiddenError, ConflictError
        A period is no number of days or out of bounds; as `save_version`.
    """
    wrong = {f"days_{code}": sentence for code in PERIOD_WORDS if (sentence := _trouble(code, days.get(code, "")))}
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    rows = [{"code": code, "days": int(days[code]), "basis": new.basis.strip()} for code in PERIOD_WORDS]
    saved = NewVersion(rows, new.basis, new.valid_from, new.replaces)
    return save_version(session, code=CODE, new=saved, actor=actor, now=now)


def _trouble(code: str, typed: str) -> str:
    least, most = OWN_LIMITS.get(code, (SHORTEST, LONGEST))
    is_right = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LONGEST)) and least <= int(typed) <= most
    return "" if is_right else f"请填 {least} 到 {most} 之间的天数。"


def _read(rows: Sequence[Mapping[str, Any]]) -> tuple[Period, ...]:
    found = tuple(Period(str(row["code"]), int(row["days"]), str(row["basis"])) for row in rows)
    if {row.code for row in found} != set(PERIOD_WORDS):
        raise ValueError("a period is missing or unknown")
    return found


def _with_new_rows(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of a saved version, and those of the file that are newer than it."""
    known = {str(row["code"]) for row in rows}
    return [*rows, *(asdict(row) for row in first_periods().rows if row.code not in known)]
