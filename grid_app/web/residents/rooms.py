"""Mediation rooms as residents see them: the hours as they are published, and whether a room is open now by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from grid_app.clock import local, local_date
from grid_app.clocks.calendar import Day
from grid_app.clocks.opening_today import MINUTES, Today, opening_today
from grid_app.database.transaction import reading
from grid_app.queries.coverage_rooms import opening_of
from grid_app.queries.residents import PublicRoom
from grid_app.services.clocks.rules import own_calendar

NO_HOURS: Final = "开放时间没有公布,去以前先打电话问一问。"
ASK_FIRST: Final = "可能不开门,去以前先打电话问一问。"


@dataclass(frozen=True)
class RoomLine:
    """A room with the sentence that says how it stands now; ``is_open`` decides the mark beside it."""

    name: str
    hours: str
    phone: str
    told: str
    is_open: bool


def room_lines(rooms: Iterable[PublicRoom], *, now: datetime) -> list[RoomLine]:
    """Return rooms as they stand at ``now``."""
    with reading() as session:
        day = own_calendar(session).look(local_date(now))
    return [_line(room, local(now), day) for room in rooms]


def _line(room: PublicRoom, moment: datetime, day: Day) -> RoomLine:
    today = opening_today(opening_of(room.opening_hours), moment, day)
    return RoomLine(room.name, room.opening_hours, room.phone, _told(today, day, room), today.state == "open")


def _told(today: Today, day: Day, room: PublicRoom) -> str:
    if today.state == "open":
        return f"按公布的时间,现在开着,开到 {_clock(today.until)}。"
    if today.state == "later":
        return f"现在没开,今天 {_clock(today.since)} 开。"
    if today.state in {"holiday", "make_up"}:
        return f"今天是{day.name},{ASK_FIRST}"
    words = {"over": "今天已经关门。", "shut": "今天不开放。"}
    return words.get(today.state, "" if room.opening_hours else NO_HOURS)


def _clock(minute: int) -> str:
    return f"{minute // MINUTES}:{minute % MINUTES:02}"
