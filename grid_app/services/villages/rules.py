"""Changing the figures of the village status: a new version with its basis; months on record keep theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.queries.village_months import CODE
from grid_app.services.policy_versions import NOT_SAVED, NewVersion, refuse_persons, save_version, versions_of
from grid_app.standing.rules import Rules, rules_of_file, rules_with

LONGEST_BASIS = 120


@dataclass(frozen=True)
class Edit:
    """What every change carries: why, from when, and which version the editor was looking at."""

    basis: str
    valid_from: date | None
    replaces: int


def newest_rules(session: Session) -> Rules:
    """Return the newest version, whether it counts already or not."""
    saved = versions_of(session, CODE)
    return rules_with(saved[0].number, saved[0].rows) if saved else rules_of_file()


def save_rules(session: Session, *, typed: Mapping[str, str], edit: Edit, actor: Actor, now: datetime) -> int:
    """Save the typed figures as a new version; ``typed`` holds the value of each by its code, and its basis.

    Raises
    ------
    InvalidError, ForbiddenError, ConflictError
        A figure is no number or out of its bounds, or its basis is missing; as `save_version`.
    """
    rows, wrong = [], {}
    for code, figure in newest_rules(session).figures.items():
        text = typed.get(code, "").strip()
        value = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
        basis = typed.get(f"{code}.basis", figure.basis).strip()
        if value is None or not figure.lowest <= value <= figure.highest:
            wrong[code] = f"“{figure.name}”要填 {figure.lowest} 到 {figure.highest} 之间的整数。"
        if not 0 < len(basis) <= LONGEST_BASIS:
            wrong[f"{code}.basis"] = f"“{figure.name}”的依据要写,最多 {LONGEST_BASIS} 个字。"
        rows.append({"code": code, "value": value, "basis": basis})
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_persons({f"{row['code']}.basis": str(row["basis"]) for row in rows})
    new = NewVersion(rows, edit.basis, edit.valid_from, edit.replaces)
    return save_version(session, code=CODE, new=new, actor=actor, now=now)
