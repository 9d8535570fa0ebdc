"""Mediation rooms: which there are in some subtrees, and the words of their kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Scope
from grid_app.queries.scoping import codes_under

ROOM_KIND_WORDS: Final = {
    "village": "村(社区)调解室",
    "township": "乡镇(街道)调解室",
    "county": "县级调解中心",
    "enterprise": "企事业单位调解室",
    "industry": "行业性专业性调解室",
    "stationed_window": "派驻窗口",
    "personal": "个人调解工作室",
}
ROOM_STATUS_WORDS: Final = {"active": "开放", "closed": "已关闭"}


@dataclass(frozen=True)
class RoomRow:
    """One room as lists and maps show it; ``lon`` and ``lat`` are WGS84, ``None`` when nobody gave them."""

    code: str
    name: str
    brand: str
    kind: str
    division_code: str
    division_name: str
    division_path: str
    lon: float | None
    lat: float | None
    opening_hours: str
    mediators: int | None
    phone: str
    status: str


def rooms_in(session: Session, *, scope: Scope, active_only: bool = False) -> list[RoomRow]:
    """Return the rooms of the scope's subtrees by code; which rooms there are is public knowledge (人民调解法 8)."""
    if not scope.paths:
        return []
    question = (
        select(MediationRoom, Division.name, Division.path)
        .join(Division, Division.code == MediationRoom.division_code)
        .where(MediationRoom.division_code.in_(codes_under(scope)))
        .order_by(MediationRoom.code)
    )
    if active_only:
        question = question.where(MediationRoom.status == "active")
    return [
        RoomRow(
            room.code,
            room.name,
            room.brand,
            room.kind,
            room.division_code,
            name,
            path,
            room.lon,
            room.lat,
            room.opening_hours,
            room.mediators,
            room.phone,
            room.status,
        )
        for room, name, path in session.execute(question)
    ]
