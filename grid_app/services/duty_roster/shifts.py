"""Changing single shifts by hand; what was changed by hand goes before the pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.duty_roster import RosterPattern, RosterPlace, RosterShift
from grid_app.policy import Actor
from grid_app.queries.on_duty import able_in
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.keeping import NOT_SAVED, note, start_roster
from grid_app.services.duty_roster.pattern import KIND_WORDS
from grid_app.services.matters.step import take_turn
from notifications.roster import Span, shared

LONGEST: Final = timedelta(days=7)
MOST_PEOPLE: Final = 5
GONE: Final = "没有这一班,可能刚刚有人撤掉了。请回到值班表再看。"
OVER: Final = "这一班已经结束,不能再改。"
OVERTAKEN: Final = "别人刚刚改过这一班,您的修改没有保存。请先看新的安排,需要时再改。"
NOT_HERE: Final = "只能排本单位能确认收到提醒的人。请重新选择。"


@dataclass(frozen=True)
class WantedShift:
    """A shift as somebody wants it; the first of ``people`` is asked first."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[UUID, ...]


def add_shift(session: Session, office: Office, wanted: WantedShift, *, actor: Actor, now: datetime) -> UUID:
    """Enter a shift by hand and return its id.

    Raises
    ------
    InvalidError
        It is over, too long, has nobody, or names somebody who could not take anything up.
    """
    take_turn(session)
    check_shift(session, office, wanted, now=now)
    start_roster(session, office.unit_id, now=now)
    row = RosterShift(id=new_id(), unit_id=office.unit_id, pattern_id=None)
    session.add(row)
    put(session, row, wanted, by_hand=True, now=now)
    note(session, office, "roster.shift_saved", actor=actor, now=now, count=1)
    return row.id


def change_shift(
    session: Session, office: Office, wanted: WantedShift, *, shift_id: UUID, seen: str, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Change a shift that is not over; ``seen`` is when the shift on the screen had been changed.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        No such shift; it is over or somebody else was first; as ``add_shift``.
    """
    take_turn(session)
    row = _own(session, office, shift_id, seen=seen, now=now)
    check_shift(session, office, wanted, now=now)
    put(session, row, wanted, by_hand=True, now=now)
    note(session, office, "roster.shift_saved", actor=actor, now=now, count=1)


def call_off(session: Session, office: Office, *, shift_id: UUID, seen: str, actor: Actor, now: datetime) -> None:
    """Take a shift off the roster; one that a pattern makes stays called off until somebody gives it back.

    Raises
    ------
    NotFoundError, ConflictError
        As ``change_shift``.
    """
    take_turn(session)
    row = _own(session, office, shift_id, seen=seen, now=now)
    if row.pattern_id is None:
        session.execute(delete(RosterPlace).where(RosterPlace.shift_id == row.id))
        session.delete(row)
    else:
        row.called_off, row.by_hand, row.changed_at = True, True, now
    note(session, office, "roster.shift_called_off", actor=actor, now=now, count=1)


def give_back(session: Session, office: Office, *, shift_id: UUID, seen: str, now: datetime) -> RosterPattern:
    """Give a shift back to the pattern that made it, and return the pattern, which is to make it anew.

    Raises
    ------
    NotFoundError, ConflictError
        As ``change_shift``; its pattern has ended, or it has begun.
    """
    take_turn(session)
    row = _own(session, office, shift_id, seen=seen, now=now)
    pattern = session.get(RosterPattern, row.pattern_id) if row.pattern_id else None
    if pattern is None or pattern.ended_at is not None or row.starts_at <= now:
        raise ConflictError("这一班不能恢复:它已经开始,或者排它的轮班已经停用。请直接改这一班。")
    row.by_hand, row.called_off = False, False
    return pattern


def put(session: Session, row: RosterShift, wanted: WantedShift, *, by_hand: bool, now: datetime) -> None:
    """Write what is wanted into a shift, with its people."""
    row.kind, row.starts_at, row.ends_at = wanted.kind, wanted.starts_at, wanted.ends_at
    row.day, row.by_hand, row.called_off, row.changed_at = local_date(wanted.starts_at), by_hand, False, now
    session.flush()  # its places refer to it
    session.execute(delete(RosterPlace).where(RosterPlace.shift_id == row.id))
    session.add_all(
        RosterPlace(shift_id=row.id, position=at, assignment_id=who) for at, who in enumerate(wanted.people)
    )
    session.flush()  # a later change of the same shift deletes them


def check_shift(session: Session, office: Office, wanted: WantedShift, *, now: datetime) -> None:
    """Refuse a shift that cannot be.

    Raises
    ------
    InvalidError
        Naming each field.
    """
    fields: dict[str, str] = {}
    if wanted.kind not in KIND_WORDS:
        fields["kind"] = "请选择班次。"
    if wanted.ends_at <= wanted.starts_at or wanted.ends_at - wanted.starts_at > LONGEST:
        fields["ends_at"] = "结束要晚于开始,一班最长 7 天。"
    elif wanted.ends_at <= now:
        fields["ends_at"] = "这一班已经过去,不用再排。"
    fields |= people_problems(wanted, able_in(session, [office.unit_id])[office.unit_id])
    if fields:
        raise InvalidError(NOT_SAVED, fields=fields)


def people_problems(wanted: WantedShift, able: Mapping[UUID, tuple[Span, ...]]) -> dict[str, str]:
    """Return what is wrong with the people of a shift, by field; ``able`` says when who may take something up."""
    if not wanted.people:
        return {"main": "请选择主班是谁。"}
    if len(set(wanted.people)) < len(wanted.people) or len(wanted.people) > MOST_PEOPLE:
        return {"deputy_1": "同一个人在一班里只写一次。"}
    span = Span(wanted.starts_at, wanted.ends_at)
    for at, who in enumerate(wanted.people):
        if not any(shared(one, span) for one in able.get(who, ())):
            return {f"deputy_{at}" if at else "main": NOT_HERE}
    return {}


def _own(session: Session, office: Office, shift_id: UUID, *, seen: str, now: datetime) -> RosterShift:
    row = session.get(RosterShift, shift_id, with_for_update=True)
    if row is None or row.unit_id != office.unit_id:
        raise NotFoundError(GONE)
    if row.ends_at <= now:
        raise ConflictError(OVER)
    if seen and seen != row.changed_at.isoformat():
        raise ConflictError(OVERTAKEN, code="overtaken")
    return row
