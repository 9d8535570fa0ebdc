"""Leave: from when until when, and who stands in. Nobody is asked why, and nothing says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local, local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import Assignment, Notice
from grid_app.models.duty_roster import RosterLeave
from grid_app.policy import Actor
from grid_app.queries.on_duty import able_in, leaves_of
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.keeping import NOT_SAVED, note
from grid_app.services.duty_roster.shifts import NOT_HERE
from grid_app.services.matters.step import take_turn
from notifications.roster import Leave, Span, circle_of, shared

LONGEST: Final = timedelta(days=366)
NO_LEAVE: Final = "没有这条请假,可能刚刚有人取消了。"


@dataclass(frozen=True)
class WantedLeave:
    """A leave as somebody says it; ``None`` stands for what was not filled in."""

    who: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    substitute: UUID | None


def take_leave(session: Session, office: Office, wanted: WantedLeave, *, actor: Actor, now: datetime) -> None:
    """Keep a leave; the substitute is told.

    Raises
    ------
    InvalidError
        Somebody of another office; no such time; a substitute who cannot take anything up then, or a circle of
        substitutes.
    """
    take_turn(session)
    leave = _checked(session, office, wanted, now=now)
    row = RosterLeave(
        id=new_id(), unit_id=office.unit_id, assignment_id=leave.who, substitute_id=leave.substitute,
        starts_at=leave.span.begins, ends_at=leave.span.ends, created_at=now,
    )  # fmt: skip
    session.add(row)
    if leave.substitute is not None:
        _tell(session, office, row, now=now)
    note(session, office, "roster.leave_saved", actor=actor, now=now, count=0)


def end_leave(session: Session, office: Office, *, leave_id: UUID, actor: Actor, now: datetime) -> None:
    """End a leave: one that has not begun is forgotten, a running one ends now.

    Raises
    ------
    NotFoundError
        The office has no such leave.
    """
    take_turn(session)
    row = session.get(RosterLeave, leave_id)
    if row is None or row.unit_id != office.unit_id or row.ends_at <= now:
        raise NotFoundError(NO_LEAVE)
    if row.starts_at >= now:
        session.delete(row)
    else:
        row.ends_at = now
    note(session, office, "roster.leave_ended", actor=actor, now=now, count=0)


def _checked(session: Session, office: Office, wanted: WantedLeave, *, now: datetime) -> Leave:
    able = able_in(session, [office.unit_id])[office.unit_id]
    wrong: dict[str, str] = {}
    if wanted.who not in able:
        wrong["who"] = "请选择谁请假。"
    if wanted.starts_at is None or wanted.starts_at < start_of_day(local_date(now)):
        wrong["starts_at"] = "请填写从什么时候起,最早是今天。"
    if wanted.ends_at is None or wanted.ends_at <= max(now, wanted.starts_at or now):
        wrong["ends_at"] = "请填写到什么时候,要晚于开始,也要晚于现在。"
    elif wanted.starts_at is not None and wanted.ends_at - wanted.starts_at > LONGEST:
        wrong["ends_at"] = "一次最多一年。需要更久,到期后再登记一次。"
    if wrong or wanted.who is None or wanted.starts_at is None or wanted.ends_at is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    leave = Leave(wanted.who, Span(wanted.starts_at, wanted.ends_at), wanted.substitute)
    wrong = _clashes(leave, leaves_of(session, office.unit_id, after=now), able)
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return leave


def _clashes(leave: Leave, standing: list[Leave], able: dict[UUID, tuple[Span, ...]]) -> dict[str, str]:
    if any(one.who == leave.who and shared(one.span, leave.span) for one in standing):
        return {"starts_at": "这段时间已经登记过请假。要改,请先取消原来的。"}
    if leave.substitute is None:
        return {}
    if leave.substitute == leave.who:
        return {"substitute": "代班的人不能是本人。请换人,或者选“没有人代”。"}
    if not any(shared(span, leave.span) for span in able.get(leave.substitute, ())):
        return {"substitute": NOT_HERE}
    if circle_of(standing, leave):
        return {"substitute": "这个人那时也请假,而且请他代的班最后又轮回本人,等于没有人。请换人。"}
    return {}


def _tell(session: Session, office: Office, row: RosterLeave, *, now: datetime) -> None:
    account_id = session.get_one(Assignment, row.substitute_id).account_id
    text = (
        f"{_said(row.starts_at)} 到 {_said(row.ends_at)},请您代班:轮到请假的同事值班时,找的是您。"
        "您到时也来不及的,请在值班表里写明由谁代您。"
    )
    url = f"/roster/{office.unit_id}"
    session.add(Notice(account_id=account_id, kind="roster", text=text, url=url, created_at=now))


def _said(moment: datetime) -> str:
    shown = local(moment)
    return f"{shown.month}月{shown.day}日 {shown:%H:%M}"
