"""One mediation room by hand: its facts, an opening on trial, whether its point is right, closing and reopening it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Actor, covers
from grid_app.services.audit import record_audit
from grid_app.services.places.room_values import COLUMNS, read_room
from grid_app.services.places.rooms import follows, living
from grid_app.services.typed import is_likely, without_null

MISSING: Final = "没有这个调解室,或者它不在您的辖区内。"
NOT_SAVED: Final = "没有保存。请改好下面的内容再提交,填过的都还在。"
CHANGED: Final = "别人刚刚改过这个调解室,没有保存。请看一看现在的内容,再提交一次;填过的都还在。"
LONGEST_REASON: Final = 200
FORM: Final = tuple(name for name in COLUMNS if name not in {"code", "status", "crs", "used_on", "tested_on"})
WORDS: Final = {
    "name": "名称",
    "division_code": "所在区划",
    "brand": "品牌",
    "opening_hours": "开放时间",
    "phone": "电话",
    "languages": "会说的语言",
    "kind": "类型",
    "mediators": "在任调解员",
    "seats": "能坐多少人",
    "term_until": "任期到",
    "accessible": "无障碍",
    "woman_mediator": "有女调解员",
}


def save_room(
    session: Session, *, room_id: UUID, version: int, given: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """Keep the facts of a room as they stand in its form.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        No such room in the actor's area; changed by somebody else meanwhile; fields that cannot be taken.
    """
    room = _own(session, room_id, actor, version)
    told = {name: without_null(given.get(name, "")).strip() for name in FORM} | {"code": room.code}
    allowed = living(session, {told["division_code"]} - {""})
    values, errors = read_room(told, living=allowed, today=local_date(now), words=WORDS)
    division = session.get(Division, told["division_code"])
    if "division_code" not in errors and (division is None or not covers(actor, division.path)):
        errors["division_code"] = "所在区划不在您的辖区内,请另选。"
    if errors:
        raise InvalidError(NOT_SAVED, fields={name: f"{sentence.rstrip('。')}。" for name, sentence in errors.items()})
    _write(room, values | follows(room, values, local_date(now)))
    record_audit(session, actor, "room.changed", now=now, target=_target(room))


def record_trial(session: Session, *, room_id: UUID, day: date | None, actor: Actor, now: datetime) -> None:
    """Record that somebody went there and found it open and staffed.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        No such room in the actor's area; it is closed; no day, or one that is still to come.
    """
    room = _own(session, room_id, actor)
    if room.status != "active":
        raise ConflictError("这个调解室已经关闭,先重新开放,再登记试开。")
    if day is None or day > local_date(now) or not is_likely(day):
        raise InvalidError(NOT_SAVED, fields={"tested_on": "请填写试开的日期,不能晚于今天,年份要写对。"})
    _write(room, {"tested_on": max(day, room.tested_on or day), "version": room.version + 1})
    record_audit(session, actor, "room.tried", now=now, target=_target(room), details={"on": day.isoformat()})


def confirm_place(session: Session, *, room_id: UUID, actor: Actor, now: datetime) -> None:
    """Record that the room's point is right although it lies outside its village.

    Raises
    ------
    NotFoundError
        No such room in the actor's area.
    """
    room = _own(session, room_id, actor)
    _write(room, {"place_confirmed": True, "version": room.version + 1})
    record_audit(session, actor, "room.place_confirmed", now=now, target=_target(room))


def move_to(session: Session, *, room_id: UUID, division_code: str, actor: Actor, now: datetime) -> None:
    """Give the room to the village that its point lies in.

    Raises
    ------
    NotFoundError, InvalidError
        No such room in the actor's area; that village is none of the actor's.
    """
    room = _own(session, room_id, actor)
    village = session.get(Division, without_null(division_code))
    if village is None or village.valid_to is not None or not covers(actor, village.path):
        raise InvalidError("那个村(社区)不在您的辖区内,没有改。请联系县里处理。", fields={})
    details = {"from": room.division_code, "to": village.code}
    _write(room, {"division_code": village.code, "place_confirmed": False, "version": room.version + 1})
    record_audit(session, actor, "room.moved", now=now, target=_target(room), details=details)


def close_room(session: Session, *, room_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Close a room from today on; everything that is on record of it stays.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        No such room in the actor's area; closed already; no reason or too long a one.
    """
    room = _own(session, room_id, actor)
    if room.status != "active":
        raise ConflictError("这个调解室已经关闭了,没有再改。")
    text = " ".join(without_null(reason).split())
    if not text or len(text) > LONGEST_REASON:
        raise InvalidError(NOT_SAVED, fields={"reason": f"请写明为什么关闭(1 到 {LONGEST_REASON} 个字)。"})
    closed = {"status": "closed", "closed_on": local_date(now), "closed_why": text}
    _write(room, closed | {"version": room.version + 1})
    record_audit(session, actor, "room.closed", now=now, target=_target(room))


def reopen_room(session: Session, *, room_id: UUID, actor: Actor, now: datetime) -> None:
    """Open a closed room again.

    Raises
    ------
    NotFoundError, ConflictError
        No such room in the actor's area; it is open.
    """
    room = _own(session, room_id, actor)
    if room.status == "active":
        raise ConflictError("这个调解室本来就开放着,没有再改。")
    _write(room, {"status": "active", "closed_on": None, "closed_why": "", "version": room.version + 1})
    record_audit(session, actor, "room.reopened", now=now, target=_target(room))


def _own(session: Session, room_id: UUID, actor: Actor, version: int | None = None) -> MediationRoom:
    room = session.get(MediationRoom, room_id, with_for_update=True)
    division = session.get(Division, room.division_code) if room else None
    if room is None or division is None or not covers(actor, division.path):
        raise NotFoundError(MISSING)
    if version is not None and version != room.version:
        raise ConflictError(CHANGED)
    return room


def _write(room: MediationRoom, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(room, name, value)


def _target(room: MediationRoom) -> tuple[str, str]:
    return ("room", str(room.id))
