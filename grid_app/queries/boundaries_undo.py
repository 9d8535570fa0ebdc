"""Whether the activation in use may be taken back: what it moved, and what was recorded against it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.boundary_changes import BoundaryPlan, RecordMove
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division, MediationRoom, VillageNaming
from grid_app.models.rounds import Round, RoundRun, ScreeningReturn
from grid_app.queries.boundaries import ACTIVE, PENDING, GenerationRow, generation_in, generations, in_parts

UNDO_DAYS: Final = 7
RECORDED_WORDS: Final = {
    "dispute": "按这一代边界定位的纠纷",
    "return": "新区划报来的排查回执",
    "assignment": "新区划上设的账号身份",
    "unit": "新区划上设的单位",
    "room": "新区划上设的调解室",
    "naming": "新区划上登记的命名",
    "round": "新区划上开的排查",
    "run": "用这一代边界做的排查分析",
}


@dataclass(frozen=True)
class UndoOutlook:
    """What taking the activation back means, or why it is not possible.

    Attributes
    ----------
    active, previous : GenerationRow or None
        What is in use, and what would be again.
    until : datetime or None
        To this moment it may be taken back whatever was recorded.
    back : mapping of str to int
        Records that go back, by kind.
    recorded : mapping of str to int
        What was recorded against the generation since; it is kept and placed by the boundaries before.
    ending : tuple of (str, str)
        Code and name of the divisions that end again.
    why_not : str
        A sentence; empty when it is possible.
    """

    active: GenerationRow | None
    previous: GenerationRow | None
    until: datetime | None
    back: Mapping[str, int]
    recorded: Mapping[str, int]
    ending: tuple[tuple[str, str], ...]
    why_not: str


def undo_outlook(session: Session, *, now: datetime) -> UndoOutlook:
    """Return whether and how the generation in use can be taken back."""
    rows = {row.id: row for row in generations(session)}
    active = next((row for row in rows.values() if row.state == ACTIVE), None)
    plan = session.get(BoundaryPlan, active.id) if active else None
    before = plan.before if plan is not None and plan.before else None
    previous = rows.get(UUID(before["previous"])) if before and before["previous"] else None
    if active is None or before is None or previous is None or active.activated_at is None:
        return UndoOutlook(active, None, None, {}, {}, (), "正在使用的边界以前没有别的边界,没有可以退回的。")
    added = before["added"]
    recorded = _recorded(session, active, added)
    until = active.activated_at + timedelta(days=UNDO_DAYS)
    why = ""
    if generation_in(session, PENDING) is not None:
        why = "有一代边界等着启用。请先放弃它,再撤回正在使用的这一代。"
    elif now > until and recorded:
        told = "、".join(f"{RECORDED_WORDS[kind]} {count} 件" for kind, count in recorded.items())
        why = f"启用已经超过 {UNDO_DAYS} 天,并且已经有{told},不能撤回。要改边界,请导入新的一代,或者拆分、合并村。"
    return UndoOutlook(active, previous, until, _back(session, active.id), recorded, _names(session, added), why)


def _back(session: Session, generation_id: UUID) -> dict[str, int]:
    rows = session.execute(
        select(RecordMove.kind, func.count(RecordMove.record_id.distinct()))
        .where(RecordMove.generation_id == generation_id, RecordMove.undone_at.is_(None))
        .group_by(RecordMove.kind)
        .order_by(RecordMove.kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416 - a row is not a pair to the type checker


def _recorded(session: Session, active: GenerationRow, added: list[str]) -> dict[str, int]:
    own = {kind: count for kind, count in _located(session, active.id).items() if count}
    moved = set(session.scalars(select(RecordMove.record_id).where(RecordMove.generation_id == active.id)))
    columns: dict[str, tuple[InstrumentedAttribute[UUID], InstrumentedAttribute[str]]] = {
        "return": (ScreeningReturn.id, ScreeningReturn.division_code),
        "assignment": (Assignment.id, Assignment.division_code),
        "unit": (Unit.id, Unit.division_code),
        "room": (MediationRoom.id, MediationRoom.division_code),
        "naming": (VillageNaming.id, VillageNaming.division_code),
        "round": (Round.id, Round.division_code),
    }
    found: Counter[str] = Counter()
    for kind, (key, column) in columns.items():
        for part in in_parts(added):
            found[kind] += len(set(session.scalars(select(key).where(column.in_(part)))) - moved)
    return own | {kind: count for kind, count in found.items() if count}


def _located(session: Session, generation_id: UUID) -> dict[str, int]:
    def count(condition: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(condition)) or 0

    return {
        "dispute": count(Dispute.generation_id == generation_id),
        "run": count(RoundRun.generation_id == generation_id),
    }


def _names(session: Session, codes: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (code, name)
        for part in in_parts(codes)
        for code, name in session.execute(
            select(Division.code, Division.name).where(Division.code.in_(part)).order_by(Division.code)
        )
    )
