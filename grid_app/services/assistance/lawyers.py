"""Lawyers on duty and legal studios, published for residents: an offer, never a condition of anything.

Nothing that receives, handles or closes a matter asks whether somebody has been there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.assistance import LawyerDuty, LawyerTask
from grid_app.models.residents import PublicNotice
from grid_app.policy import Action, Actor, allows
from grid_app.queries.lawyers import CLINIC, clinics_of, task_names
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.vocabulary.assistance import SLOTS

NOT_SAVED: Final = "没有保存,已填的都还在。"
LONGEST: Final = {"firm": 60, "place": 100, "hours": 40, "name": 40, "address": 100, "phone": 40}
WHAT: Final = {
    "firm": "律师事务所",
    "place": "地点",
    "hours": "时间",
    "name": "名称",
    "address": "地址",
    "phone": "电话",
}
LONGEST_TASK: Final = 30
AHEAD: Final = timedelta(days=366)
_PHONE: Final = re.compile(r"[0-9+()\- ]{3,40}")


@dataclass(frozen=True)
class Duty:
    """A day of duty as it was typed."""

    firm: str
    on_day: date | None
    hours: str
    place: str
    clinic_id: UUID | None
    tasks: Sequence[int]


def add_duty(session: Session, *, actor: Actor, duty: Duty, now: datetime) -> None:
    """Publish that a firm receives residents on a day."""
    county = _county(actor)
    values, wrong = _texts({"firm": duty.firm, "place": duty.place, "hours": duty.hours})
    clinics = {one.id: one.name for one in clinics_of(session, county)}
    if duty.clinic_id is not None and duty.clinic_id not in clinics:
        wrong["clinic"] = "没有这个法律工作室,请重新选。"
    if duty.clinic_id in clinics and not duty.place.strip():
        wrong.pop("place", None)
        values["place"] = clinics[duty.clinic_id]
    today = local_date(now)
    if duty.on_day is None or not today <= duty.on_day <= today + AHEAD:
        wrong["on_day"] = "请填值班的日期,从今天起一年以内。"
    known = {slot for slot, name in task_names(session, county).items() if name}
    if not duty.tasks or not set(duty.tasks) <= known:
        wrong["tasks"] = "请选可以请律师做什么。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_control_words(values)
    same = select(LawyerDuty.id).where(
        LawyerDuty.county_code == county, LawyerDuty.on_day == duty.on_day, LawyerDuty.firm == values["firm"],
        LawyerDuty.hours == values["hours"], LawyerDuty.place == values["place"], LawyerDuty.cancelled_at.is_(None),
    )  # fmt: skip
    if session.scalar(same) is not None:
        raise ConflictError("这一天这家律师事务所已经登记过了,没有重复登记。", code="duty_before")
    row = LawyerDuty(
        county_code=county, on_day=duty.on_day, clinic_id=duty.clinic_id, tasks=sorted(set(duty.tasks)), made_at=now,
        made_by=actor.assignment_id, **values,
    )  # fmt: skip
    session.add(row)
    session.flush()  # its id stands in the audit trail
    record_audit(session, actor, "lawyers.duty_added", now=now, target=("lawyer_duty", str(row.id)))


def cancel_duty(session: Session, *, actor: Actor, duty_id: UUID, now: datetime) -> None:
    """Take a day of duty back."""
    row = session.get(LawyerDuty, duty_id)
    if row is None or row.county_code != _county(actor):
        raise NotFoundError("没有这一天的值班,可能已经取消了。")
    if row.cancelled_at is None:
        row.cancelled_at = now
        record_audit(session, actor, "lawyers.duty_cancelled", now=now, target=("lawyer_duty", str(row.id)))


def name_tasks(session: Session, *, actor: Actor, names: Mapping[int, str], now: datetime) -> None:
    """Write the county's own words for the nine kinds of work; an empty one is not offered any more."""
    county = _county(actor)
    plain = {slot: " ".join(name.split()) for slot, name in names.items() if 1 <= slot <= SLOTS}
    wrong = {f"task_{slot}": f"最多 {LONGEST_TASK} 个字。" for slot, name in plain.items() if len(name) > LONGEST_TASK}
    if not any(plain.values()):
        wrong["task_1"] = "至少写一种。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_control_words({f"task_{slot}": name for slot, name in plain.items()})
    for slot, name in plain.items():
        session.merge(LawyerTask(county_code=county, slot=slot, name=name, changed_at=now))
    record_audit(session, actor, "lawyers.tasks_named", now=now)


def open_clinic(session: Session, *, actor: Actor, texts: Mapping[str, str], now: datetime) -> UUID:
    """Register a legal studio (访前法律工作室) with where and when it can be found."""
    county = _county(actor)
    values, wrong = _texts({name: texts.get(name, "") for name in ("name", "address", "hours")})
    phone = " ".join(texts.get("phone", "").split())
    if phone and not _PHONE.fullmatch(phone):
        wrong["phone"] = "请写能打通的号码,例如 0736-1234567。"
    if any(one.name == values.get("name") for one in clinics_of(session, county)):
        wrong["name"] = "已经有这个名称的法律工作室。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_control_words(values)
    unit = Unit(name=values["name"], kind=CLINIC, division_code=county, duty_phone=phone)
    session.add(unit)
    session.flush()  # its notice points to it
    session.add(
        PublicNotice(
            unit_id=unit.id, address=values["address"], hours=values["hours"], market_days="", dates=[],
            changed_at=now, changed_by=actor.assignment_id,
        )
    )  # fmt: skip
    record_audit(session, actor, "lawyers.clinic_opened", now=now, target=("unit", str(unit.id)))
    return unit.id


def close_clinic(session: Session, *, actor: Actor, unit_id: UUID, now: datetime) -> None:
    """Close a legal studio."""
    if unit_id not in {one.id for one in clinics_of(session, _county(actor))}:
        raise NotFoundError("没有这个法律工作室,可能已经撤销了。")
    session.get_one(Unit, unit_id).closed_at = now
    record_audit(session, actor, "lawyers.clinic_closed", now=now, target=("unit", str(unit_id)))


def _county(actor: Actor) -> str:
    if not allows(actor, Action.PUBLISH_LAWYERS):
        raise ForbiddenError("律师值班由县里登记公布。什么也没有改。")
    return actor.division_code[:6]


def _texts(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    values = {name: " ".join(text.split()) for name, text in typed.items()}
    wrong = {}
    for name, text in values.items():
        if len(text) < 2:
            wrong[name] = f"请填{WHAT[name]}。"
        elif len(text) > LONGEST[name]:
            wrong[name] = f"{WHAT[name]}最多 {LONGEST[name]} 个字,现在有 {len(text)} 个字。"
    return values, wrong
