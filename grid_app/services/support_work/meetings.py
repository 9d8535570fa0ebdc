"""Joint meetings (联席会议, 信访工作条例 13): an agenda of matters, and resolutions with a unit and a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.support_work import JointMeeting, MeetingMatter, Resolution
from grid_app.queries.support_units import SUPERVISORS
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import AlreadyDoneError, take_turn, written
from grid_app.services.support_work.asked import (
    LONGEST_TITLE,
    NOT_SAVED,
    Desk,
    answer,
    asked_row,
    due_day,
    end,
    is_new,
    matter_of,
    refuse_names,
    require_office,
    short,
    together,
    told,
    unit_asked,
)

MOST_MATTERS: Final = 50
SPAN: Final = timedelta(days=366)


@dataclass(frozen=True)
class Agenda:
    """A meeting as it is called: what for, when, where, which matters (case codes) and topics."""

    title: str
    planned_on: date | None
    place: str
    matters: str = ""
    topics: str = ""


@dataclass(frozen=True)
class Resolving:
    """What is resolved: which unit does what until when, and on which matter of the agenda, if on one."""

    unit_id: UUID | None
    what: str
    due_on: date | None
    matter: str = ""


def call_meeting(session: Session, desk: Desk, *, key: UUID, agenda: Agenda) -> JointMeeting:
    """Call a joint meeting with its agenda."""
    require_office(desk)
    unit = session.get(Unit, desk.actor.unit_id)
    if unit is None or unit.kind not in SUPERVISORS:
        raise ForbiddenError("联席会议由县联席会议办公室、县领导值班室或者乡镇政府召集。")
    take_turn(session)
    if session.get(JointMeeting, key) is not None:
        raise AlreadyDoneError("这次会议刚才已经保存了,没有重复保存。")
    title = short(agenda.title, field="title", what="会议名称", longest=LONGEST_TITLE, least=2)
    refuse_control_words({"title": title})
    place = short(agenda.place, field="place", what="地点", longest=LONGEST_TITLE, least=2)
    topics = written(agenda.topics, field="topics", what="其他议题", least=0)
    if agenda.planned_on is None or abs(agenda.planned_on - desk.today) > SPAN:
        raise InvalidError(NOT_SAVED, fields={"planned_on": "请填开会的日期,写成 2026-11-30。"})
    codes = list(dict.fromkeys(agenda.matters.replace(",", " ").replace("、", " ").split()))
    if len(codes) > MOST_MATTERS or not (codes or topics):
        raise InvalidError(NOT_SAVED, fields={"matters": f"请写议题,或者 1 到 {MOST_MATTERS} 件事项的编号。"})
    matters = [matter_of(session, desk, code, field="matters") for code in codes]
    row = JointMeeting(
        id=key, unit_id=desk.actor.unit_id, title=title, planned_on=agenda.planned_on, place=place, topics=topics,
        opened_at=desk.now, opened_by=desk.actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    session.flush()  # its matters point to it
    session.add_all(MeetingMatter(meeting_id=row.id, dispute_id=one.id) for one in matters)
    _audit(session, desk, row, "called", len(matters))
    return row


def hold_meeting(session: Session, desk: Desk, *, key: UUID, minutes: str) -> None:
    """Keep the minutes of a meeting that was held."""
    row = the_meeting(session, desk, key)
    text = written(minutes, field="minutes", what="会议纪要", least=10)
    if row.held_at is not None:
        if row.minutes == text:
            raise AlreadyDoneError("纪要刚才已经保存了,没有重复保存。")
        raise ConflictError("已经有人记了这次会议的纪要。您写的没有保存,还在下面。", code="overtaken")
    if row.planned_on > desk.today:
        raise InvalidError(NOT_SAVED, fields={"minutes": "会议的日期还没有到,开了以后再记纪要。"})
    row.minutes, row.held_at, row.held_by = text, desk.now, desk.actor.assignment_id
    _audit(session, desk, row, "held", 0)


def resolve(session: Session, desk: Desk, *, meeting_id: UUID, key: UUID, asked: Resolving) -> Resolution:
    """Keep a resolution of a meeting: a unit, what it does, until when."""
    meeting = the_meeting(session, desk, meeting_id)
    is_new(session, Resolution, key)
    together(
        lambda: written(asked.what, field="what", what="由单位做什么", least=5),
        lambda: due_day(desk, asked.due_on),
        lambda: unit_asked(session, desk, asked.unit_id, advice=True),
    )
    what = written(asked.what, field="what", what="由单位做什么", least=5)
    due_on = due_day(desk, asked.due_on)
    unit = unit_asked(session, desk, asked.unit_id, advice=True)
    refuse_names(session, {"what": what}, [unit.id])
    dispute = matter_of(session, desk, asked.matter) if asked.matter.strip() else None
    agenda = select(MeetingMatter.dispute_id).where(MeetingMatter.meeting_id == meeting.id)
    if dispute is not None and dispute.id not in set(session.scalars(agenda)):
        raise InvalidError(NOT_SAVED, fields={"matter": "这件事不在这次会议的议程里。"})
    row = Resolution(
        id=key, meeting_id=meeting.id, dispute_id=dispute.id if dispute else None, unit_id=unit.id,
        by_unit_id=desk.actor.unit_id, what=what, due_on=due_on, opened_at=desk.now,
        opened_by=desk.actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    told(session, desk, row, "opened", texts=[what])
    return row


def answer_resolution(session: Session, desk: Desk, *, key: UUID, reply: str) -> None:
    """Keep what the unit has done."""
    answer(session, asked_row(session, Resolution, key, desk), desk, reply=reply, what="做了什么")


def end_resolution(session: Session, desk: Desk, *, key: UUID, closing: str) -> None:
    """End a resolution that was carried out."""
    end(session, asked_row(session, Resolution, key, desk), desk, closing=closing)


def the_meeting(session: Session, desk: Desk, key: UUID) -> JointMeeting:
    """Return a meeting of the own unit, locked.

    Raises
    ------
    NotFoundError
        There is none.
    """
    require_office(desk)
    take_turn(session)
    row = session.get(JointMeeting, key, with_for_update=True, populate_existing=True)
    if row is None or row.unit_id != desk.actor.unit_id:
        raise NotFoundError("没有这次会议,或者它不是您单位召集的。")
    return row


def _audit(session: Session, desk: Desk, row: JointMeeting, step: str, matters: int) -> None:
    target = ("joint_meeting", str(row.id))
    record_audit(
        session, desk.actor, f"joint_meeting.{step}", now=desk.now, target=target, details={"matters": matters}
    )
