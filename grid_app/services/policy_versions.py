"""Policies that are lists of rows, as versions: the file is version 1, what a county saves follows it.

A version counts from its day on; what began before keeps the version it began under.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.once import insert_once
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.policies import PolicyVersion
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words

FIRST: Final = 1
LONGEST_BASIS: Final = 200
NOT_SAVED: Final = "没有保存,已填的都还在。"
_ABOUT_PERSONS: Final = re.compile(
    r"(上访|信访|来访|反映|投诉|起诉)的?次数|多次(上访|信访|投诉)|重复(信访|访)|信访人的?(情况|身份|类别)|人员(类别|名单)"
)


@dataclass(frozen=True)
class Version:
    """One version: its number, its rows, its basis, and from which day on it counts."""

    number: int
    rows: Sequence[Mapping[str, Any]]
    basis: str
    valid_from: date
    created_at: datetime


@dataclass(frozen=True)
class NewVersion:
    """What is to be saved; ``replaces`` is the version that the editor was looking at."""

    rows: Sequence[Mapping[str, Any]]
    basis: str
    valid_from: date | None
    replaces: int


def versions_of(session: Session, code: str) -> list[Version]:
    """Return the saved versions of a policy, the newest first; the file is not among them."""
    rows = session.scalars(
        select(PolicyVersion).where(PolicyVersion.code == code).order_by(PolicyVersion.version.desc())
    )
    return [Version(row.version, row.rows, row.basis, row.valid_from, row.created_at) for row in rows]


def version_on(session: Session, code: str, day: date) -> Version | None:
    """Return the saved version that counts on ``day``; ``None``: the file's."""
    return next((one for one in versions_of(session, code) if one.valid_from <= day), None)


def save_version(session: Session, *, code: str, new: NewVersion, actor: Actor, now: datetime) -> int:
    """Write a new version and return its number; what runs keeps the one it has.

    Raises
    ------
    ForbiddenError, InvalidError, ConflictError
        The actor may not edit policies; no basis, or a day in the past; somebody else was first.
    """
    if not allows(actor, Action.EDIT_POLICY):
        raise ForbiddenError("只有安全管理员可以修改策略。")
    wrong = {}
    if not 0 < len(new.basis.strip()) <= LONGEST_BASIS:
        wrong["version_basis"] = "请写明依据(哪部法第几条,或本县哪份文件),最多 200 个字。"
    if new.valid_from is None or new.valid_from < local_date(now):
        wrong["valid_from"] = "请填今天或以后的日子。"
    if wrong or new.valid_from is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_persons({"version_basis": new.basis})
    known = versions_of(session, code)
    newest = known[0].number if known else FIRST
    row = {
        "code": code, "version": newest + 1, "rows": [dict(one) for one in new.rows], "basis": new.basis.strip(),
        "valid_from": new.valid_from, "created_at": now, "created_by": actor.assignment_id,
    }  # fmt: skip
    if new.replaces != newest or not insert_once(session, PolicyVersion, row):
        raise ConflictError("别人刚刚保存了新的一版,您的修改没有保存。请看看新的一版,需要时再改。")
    details: dict[str, str | int | bool | None] = {"code": code, "version": newest + 1, "rows": len(new.rows)}
    record_audit(session, actor, "policy.saved", now=now, target=("policy", code), details=details)
    return newest + 1


def refuse_persons(texts: Mapping[str, str]) -> None:
    """Refuse texts of a policy that hold a word of control, or that ask about persons instead of matters.

    Raises
    ------
    InvalidError
        At the field that holds it.
    """
    refuse_control_words(texts)
    found = {name: hit.group() for name, text in texts.items() if (hit := _ABOUT_PERSONS.search(text))}
    if found:
        raise InvalidError(
            NOT_SAVED,
            fields={name: f"“{word}”说的是人。策略只看事情、地点、单位和时间。" for name, word in found.items()},
            code="about_persons",
        )
