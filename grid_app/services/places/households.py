"""Households of villages and grids, and which villages are urban, from a CSV or Excel file: what coverage counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.places import Division
from grid_app.policy import Actor, covers
from grid_app.queries.boundaries import in_parts
from grid_app.services.audit import record_audit
from grid_app.services.csv_rows import RefusedRow
from grid_app.services.intake.sheet import Sheet
from grid_app.services.typed import whole_of

COLUMNS: Final = ("division_code", "households", "urban")
OTHER_NAMES: Final = {
    "division_code": ("区划代码", "村代码", "网格代码", "代码"),
    "households": ("户数", "总户数"),
    "urban": ("城乡", "是否城区"),
}
MOST: Final = 200_000
URBAN: Final = {"城": True, "城区": True, "城镇": True, "是": True, "1": True}
RURAL: Final = {"乡": False, "农村": False, "乡村": False, "否": False, "0": False}
Values = dict[str, object]


@dataclass(frozen=True)
class HouseholdsImported:
    """What became of every row: ``changed``, ``unchanged`` and ``refused`` add up to ``rows``.

    ``zeros`` names villages that are said to have no household, ``left`` how many living villages still have no number.
    """

    rows: int
    changed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    zeros: tuple[str, ...]
    left: int


@dataclass
class _Sorted:
    changed: list[Values] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    zeros: list[str] = field(default_factory=list)


def import_households(
    session: Session, *, sheet: Sheet, actor: Actor, now: datetime, write: bool = True
) -> HouseholdsImported:
    """Take the good rows over, leave the others out with their reasons; ``write`` false is a trial.

    Raises
    ------
    InvalidError
        A needed column is missing.
    """
    columns = _columns(sheet.file.columns)
    rows = [
        (row.line, {name: row.values.get(column, "").strip() for name, column in columns.items()})
        for row in sheet.file.rows
    ]
    found = _sort(rows, _villages(session, {values["division_code"] for _, values in rows}, actor))
    if write:
        if found.changed:
            session.execute(update(Division), found.changed)
        details = {"changed": len(found.changed), "refused": len(found.refused)}
        record_audit(session, actor, "households.imported", now=now, details=details)
    told = {str(values["code"]) for values in found.changed if values.get("households") is not None}
    return HouseholdsImported(
        len(rows), len(found.changed), found.unchanged, tuple(found.refused), tuple(found.zeros),
        _left(session, actor, told),
    )  # fmt: skip


def _columns(given: Sequence[str]) -> dict[str, str]:
    """Return the file's name of each column; ``urban`` only where there is one."""
    plain = {name.strip().lower(): name for name in given}
    found = {}
    for name in COLUMNS:
        column = next((plain[one] for one in (name, *OTHER_NAMES[name]) if one in plain), None)
        if column is not None:
            found[name] = column
    missing = [f"{name}({OTHER_NAMES[name][0]})" for name in COLUMNS[:2] if name not in found]
    if missing:
        raise InvalidError(
            f"缺少列:{'、'.join(missing)}。文件里有的列是:{'、'.join(given) or '(没有)'};什么也没有导入。"
        )
    return found


def _sort(rows: Sequence[tuple[int, Mapping[str, str]]], villages: Mapping[str, Division]) -> _Sorted:
    found = _Sorted()
    seen: dict[str, int] = {}
    for number, given in rows:
        code = given["division_code"]
        values, reasons = _values(given, villages)
        if code in seen:
            reasons.append(f"代码在第 {seen[code]} 行已出现过")
        if reasons:
            found.refused.append(RefusedRow(number, code, tuple(reasons)))
            continue
        seen[code] = number
        village = villages[code]
        if values.get("households") == 0 and village.level == "village":
            found.zeros.append(village.name)
        if any(getattr(village, name) != value for name, value in values.items()):
            found.changed.append({"code": code, **values})
        else:
            found.unchanged += 1
    return found


def _values(given: Mapping[str, str], villages: Mapping[str, Division]) -> tuple[Values, list[str]]:
    """Return the columns of a village or grid, and every reason against the row."""
    values: Values = {}
    reasons = []
    if not given["division_code"]:
        reasons.append("没有填区划代码")
    elif given["division_code"] not in villages:
        reasons.append(f"{given['division_code']} 不是您辖区里现有的村(社区)或网格")
    text = given["households"].replace(",", "").removesuffix("户").strip()
    number = whole_of(text)
    if number is not None and number <= MOST:
        values["households"] = number
    else:
        reasons.append(f"户数要填 0 到 {MOST:,} 的整数")
    word = given.get("urban", "")
    if word and word not in URBAN | RURAL:
        reasons.append("城乡填“城”或“乡”,不清楚就不填")
    elif word and given["division_code"] in villages and villages[given["division_code"]].level == "grid":
        reasons.append("城乡按村(社区)填,网格跟着所在的村走")
    elif word:
        values["urban"] = (URBAN | RURAL)[word]
    return values, reasons


def _villages(session: Session, codes: set[str], actor: Actor) -> dict[str, Division]:
    question = select(Division).where(Division.level.in_(("village", "grid")), Division.valid_to.is_(None))
    return {
        village.code: village
        for part in in_parts(sorted(codes))
        for village in session.scalars(question.where(Division.code.in_(part)))
        if covers(actor, village.path)
    }


def _left(session: Session, actor: Actor, told: set[str]) -> int:
    codes = session.scalars(
        select(Division.code).where(
            Division.level == "village",
            Division.valid_to.is_(None),
            Division.households.is_(None),
            Division.path.startswith(actor.division_path, autoescape=True),
        )
    )
    return len(set(codes) - told)
