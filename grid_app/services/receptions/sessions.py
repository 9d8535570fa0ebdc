"""Naming who receives on a day, or calling a day off; the board at the door and the residents' page follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.models.receptions import ReceptionDuty, ReceptionSession
from grid_app.policy import Action, Actor, allows, covers
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import Details, take_turn
from grid_app.services.receptions.calendar import RECEIVING, OnDuty
from grid_app.vocabulary.leading import SESSION_STATES, leading_rules

NOT_SAVED: Final = "还没有保存,已填的都还在。"
NO_OFFICE: Final = "没有这个单位,或者它不归您管。请从“接待日”页面重新进入。"
LONGEST: Final = {"hours": 60, "place": 100, "note": 200}
WHAT: Final = {"hours": "时间", "place": "地点", "note": "说明"}
UNSEEN: Final = "这里有看不见的控制字符。请删掉后重新输入。"
FIRST_SIGN: Final = 32
LONGEST_NAME: Final = 30
LONGEST_POST: Final = 60
PUBLISHED_BEFORE: Final = 2
"""Days before a reception by which the names are to be posted."""


@dataclass(frozen=True)
class PlannedReception:
    """What was typed about one day: when, where, who receives; ``seen`` is the moment of the version on the screen."""

    day: date | None
    hours: str
    place: str
    people: tuple[OnDuty, ...]
    state: str = "planned"
    note: str = ""
    seen: str = ""


def receiving_unit(session: Session, actor: Actor, unit_id: UUID | None) -> Unit:
    """Return an office of the actor's area that receives residents.

    Raises
    ------
    NotFoundError
        There is none with this id.
    """
    row = session.execute(
        select(Unit, Division.path)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.id == unit_id, Unit.kind.in_(RECEIVING), Unit.closed_at.is_(None))
    ).first()
    if row is None or not covers(actor, row[1]):
        raise NotFoundError(NO_OFFICE)
    unit: Unit = row[0]
    return unit


def plan_reception(
    session: Session, *, unit_id: UUID | None, planned: PlannedReception, actor: Actor, now: datetime
) -> None:
    """Keep who receives on a day.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        Not an office's role; not an office of the area; something is missing; somebody else was first.
    """
    if not allows(actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("接待排班由乡镇、县的工作人员来排。")
    take_turn(session)
    unit = receiving_unit(session, actor, unit_id)
    day = _checked(planned, today=local_date(now))
    asked = select(ReceptionSession).where(ReceptionSession.unit_id == unit.id, ReceptionSession.day == day)
    row = session.scalars(asked).first()
    if (row.changed_at.isoformat() if row else "") != planned.seen:
        raise ConflictError("别人刚刚排过这一天,您的还没有保存,内容还在下面。请先看新的安排。", code="overtaken")
    row = row or ReceptionSession(unit_id=unit.id, day=day)
    row.hours, row.place, row.note = planned.hours.strip(), planned.place.strip(), planned.note.strip()
    row.state, row.changed_at, row.changed_by = planned.state, now, actor.assignment_id
    session.add(row)
    session.flush()  # who receives points to it
    session.execute(delete(ReceptionDuty).where(ReceptionDuty.session_id == row.id))
    session.add_all(
        ReceptionDuty(session_id=row.id, number=at, duty=one.duty, name=one.name.strip(), post=one.post.strip())
        for at, one in enumerate(planned.people, 1)
    )
    details: Details = {"day": day.isoformat(), "state": planned.state, "people": len(planned.people)}
    record_audit(session, actor, "reception.planned", now=now, target=("unit", str(unit.id)), details=details)


def is_posted_late(day: date, *, today: date) -> bool:
    """Say whether the names are posted later than two days before."""
    return (day - today).days < PUBLISHED_BEFORE


def _checked(planned: PlannedReception, *, today: date) -> date:
    cancelled = planned.state == "cancelled"
    problems = {
        name: f"{WHAT[name]}最多 {longest} 个字,现在有 {len(getattr(planned, name).strip())} 个字。"
        for name, longest in LONGEST.items()
        if len(getattr(planned, name).strip()) > longest
    }
    if planned.day is None or planned.day < today:
        problems["day"] = "请选今天或者以后的一天。"
    if planned.state not in SESSION_STATES:
        problems["state"] = "请选照常接待还是改期。"
    if cancelled and not planned.note.strip():
        problems["note"] = "请写明为什么、改到哪天,群众看得到。"
    for name in ("hours", "place"):
        if not cancelled and not getattr(planned, name).strip():
            problems[name] = f"请写明{WHAT[name]}。"
    if not cancelled and not planned.people:
        problems["name_1"] = "至少写一位接待的人:姓名和职务。"
    problems |= _people_problems(planned.people) | _unseen_problems(planned)
    if problems or planned.day is None:
        raise InvalidError(NOT_SAVED, fields=problems)
    posts = {f"post_{at}": one.post for at, one in enumerate(planned.people, 1)}
    refuse_control_words({"place": planned.place, "note": planned.note, **posts})
    return planned.day


def _unseen_problems(planned: PlannedReception) -> dict[str, str]:
    texts = {name: getattr(planned, name) for name in LONGEST}
    for at, one in enumerate(planned.people, 1):
        texts |= {f"name_{at}": one.name, f"post_{at}": one.post}
    return {name: UNSEEN for name, text in texts.items() if any(ord(sign) < FIRST_SIGN for sign in text)}


def _people_problems(people: tuple[OnDuty, ...]) -> dict[str, str]:
    problems = {}
    for at, one in enumerate(people, 1):
        if one.duty not in leading_rules().reception_duties:
            problems[f"duty_{at}"] = "请选这一位做什么。"
        if not 0 < len(one.name.strip()) <= LONGEST_NAME:
            problems[f"name_{at}"] = f"请写姓名,最多 {LONGEST_NAME} 个字。"
        if not 0 < len(one.post.strip()) <= LONGEST_POST:
            problems[f"post_{at}"] = f"请写职务,最多 {LONGEST_POST} 个字。"
    return problems
