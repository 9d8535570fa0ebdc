"""The county says which unit answers for which places (分片包干); a more particular area goes before a wider one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.joint import ResponsibilityArea
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.queries.areas import areas_of, units_to_choose
from grid_app.queries.joint import is_county_centre
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words

NOT_SAVED: Final = "没有保存,已填的都还在。"
LONGEST_NAME: Final = 40
LONGEST_TEAM: Final = 100


@dataclass(frozen=True)
class AreaEdit:
    """An area as it was typed; ``version`` is the one that stood on the screen, 0 for a new one."""

    name: str
    team: str
    lead_unit_id: UUID | None
    unit_ids: Sequence[UUID]
    codes: Sequence[str]
    version: int = 0


def save_area(session: Session, *, actor: Actor, area_id: UUID | None, edit: AreaEdit, now: datetime) -> UUID:
    """Make an area or change it, and return its id.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError, InvalidError
        Only the county's own office does this; no such area; somebody else was first; with a sentence per field.
    """
    _require_county(session, actor)
    row = _found(session, actor, area_id) if area_id else None
    if row is not None and row.version != edit.version:
        raise ConflictError("别人刚刚改过这个片区。您填的都还在;请看看现在的内容,再决定要不要改。", code="overtaken")
    _check(session, actor, edit, area_id)
    if row is None:
        row = ResponsibilityArea(county_code=actor.division_code[:6], version=0)
        session.add(row)
    row.name, row.team, row.lead_unit_id = edit.name.strip(), edit.team.strip(), edit.lead_unit_id or UUID(int=0)
    row.unit_ids = [str(key) for key in dict.fromkeys(edit.unit_ids) if key != edit.lead_unit_id]
    row.division_codes = sorted(set(edit.codes))
    row.version, row.changed_at, row.changed_by = row.version + 1, now, actor.assignment_id
    session.flush()  # its id stands in the audit trail
    details: dict[str, str | int | bool | None] = {"unit": str(row.lead_unit_id), "places": len(row.division_codes)}
    record_audit(session, actor, "area.saved", now=now, target=("area", str(row.id)), details=details)
    return row.id


def end_area(session: Session, *, actor: Actor, area_id: UUID, now: datetime) -> None:
    """End an area; what is being handled stays where it is."""
    _require_county(session, actor)
    row = _found(session, actor, area_id)
    row.ended_at, row.changed_at, row.changed_by = now, now, actor.assignment_id
    record_audit(session, actor, "area.ended", now=now, target=("area", str(row.id)))


def _require_county(session: Session, actor: Actor) -> None:
    if not is_county_centre(session, actor):
        raise ForbiddenError("责任片区由县里的综合办理单位划定。什么也没有改。")


def _found(session: Session, actor: Actor, area_id: UUID) -> ResponsibilityArea:
    row = session.scalar(
        select(ResponsibilityArea)
        .where(ResponsibilityArea.id == area_id, ResponsibilityArea.county_code == actor.division_code[:6])
        .where(ResponsibilityArea.ended_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise NotFoundError("没有这个片区,可能已经撤销了。请回到片区列表看看。")
    return row


def _check(session: Session, actor: Actor, edit: AreaEdit, area_id: UUID | None) -> None:
    county = actor.division_code[:6]
    wrong = _lengths(edit)
    units = {unit.id for unit in units_to_choose(session, county)}
    if edit.lead_unit_id not in units:
        wrong["lead"] = "请选责任单位;撤销的单位不能选。"
    if not set(edit.unit_ids) <= units:
        wrong["units"] = "有单位已经撤销或不在本县,请重新选。"
    known = set(
        session.scalars(
            select(Division.code).where(
                Division.code.in_(edit.codes),
                Division.level.in_(("township", "village")),
                Division.path.startswith(f"/{county}/"),
                Division.valid_to.is_(None),
            )
        )
    )
    if not edit.codes or set(edit.codes) != known:
        wrong["codes"] = "请选这个片区包哪些乡镇或村;撤并了的地方不能选。"
    for other in areas_of(session, county):
        if other.id != area_id and (both := set(other.codes) & set(edit.codes)):
            place = dict(zip(other.codes, other.places, strict=True))[min(both)]
            wrong["codes"] = f"{place}已经在“{other.name}”里,一个地方只归一个片区。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_control_words({"name": edit.name, "team": edit.team})


def _lengths(edit: AreaEdit) -> dict[str, str]:
    wrong = {}
    if not 2 <= len(edit.name.strip()) <= LONGEST_NAME:
        wrong["name"] = f"片区名称要有 2 到 {LONGEST_NAME} 个字。"
    if len(edit.team.strip()) > LONGEST_TEAM:
        wrong["team"] = f"最多 {LONGEST_TEAM} 个字。"
    return wrong
