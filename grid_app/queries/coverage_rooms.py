"""What is known of each mediation room, and whether it is effective: open, staffed and used, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from geo.coverage.opening import Opening, read_opening
from grid_app.clock import local_date
from grid_app.models.mediation import CommitteeComposition, MediationSession
from grid_app.models.places import Division, MediationRoom
from grid_app.queries.committees import term_ends
from grid_app.queries.map_area import village_of

Answer = Literal["yes", "no", "unknown"]
RoomState = Literal["effective", "nominal", "unknown", "closed"]
LEAST_MEDIATORS: Final = 2
USED_WITHIN: Final = timedelta(days=90)
LOOK_BACK: Final = timedelta(days=400)
opening_of = lru_cache(maxsize=4096)(read_opening)


@dataclass(frozen=True)
class Check:
    """One of the three questions about a room: ``open``, ``staffed`` or ``used``, its answer and the sentence why."""

    key: str
    answer: Answer
    sentence: str


@dataclass(frozen=True)
class RoomFacts:
    """One room with all that is known of it; ``None`` is not known.

    ``village`` is the village that has the room, empty for a room of a township or the county. ``term_until`` is what
    was told (``term_told``) or follows from the committee's election; ``valid_mediators`` are those in their term on
    the day; ``last_use`` is the newest of meetings on record (``use_on_record``) and of what was told.
    """

    id: UUID
    code: str
    name: str
    brand: str
    kind: str
    division_code: str
    division_name: str
    path: str
    village: str
    lon: float | None
    lat: float | None
    opening_hours: str
    opening: Opening
    mediators: int | None
    term_told: date | None
    term_until: date | None
    valid_mediators: int | None
    last_use: date | None
    use_on_record: date | None
    tested_on: date | None
    accessible: bool | None
    woman_mediator: bool | None
    languages: str
    seats: int | None
    phone: str
    status: str
    closed_on: date | None
    closed_why: str
    place_confirmed: bool
    version: int
    state: RoomState
    checks: tuple[Check, ...]

    @property
    def why(self) -> str:
        """Say what keeps the room from being effective; empty when nothing does."""
        return ";".join(check.sentence for check in self.checks if check.answer != "yes")


def county_path(path: str) -> str:
    """Return the path of the county that a division's path begins with."""
    return f"/{path.strip('/').split('/')[0]}/"


def room_facts(session: Session, *, root_path: str, now: datetime) -> list[RoomFacts]:
    """Return the rooms under a path by code, closed ones too; which rooms there are is public (人民调解法 8)."""
    return _answered(session, Division.path.startswith(root_path, autoescape=True), now)


def room_by_id(session: Session, *, room_id: UUID, now: datetime) -> RoomFacts | None:
    """Return one room, ``None`` when there is none of that id."""
    found = _answered(session, MediationRoom.id == room_id, now)
    return found[0] if found else None


def _answered(session: Session, condition: ColumnElement[bool], now: datetime) -> list[RoomFacts]:
    question = (
        select(MediationRoom, Division.name, Division.path, CommitteeComposition.elected_on)
        .join(Division, Division.code == MediationRoom.division_code)
        .outerjoin(CommitteeComposition, CommitteeComposition.unit_id == MediationRoom.unit_id)
        .where(condition)
        .order_by(MediationRoom.code)
        .options(defer(MediationRoom.point))  # the same as lon and lat
    )
    held = _last_held(session, now)
    today = local_date(now)
    return [
        _facts(room, (name, path), elected, held.get(room.id), today)
        for room, name, path, elected in session.execute(question)
    ]


def _last_held(session: Session, now: datetime) -> dict[UUID, date]:
    rows = session.execute(
        select(MediationSession.room_id, func.max(MediationSession.held_at))
        .where(
            MediationSession.room_id.is_not(None),
            MediationSession.held_at >= now - LOOK_BACK,
            MediationSession.held_at <= now,
        )
        .group_by(MediationSession.room_id)
    )
    return {room: local_date(held) for room, held in rows if room is not None and held is not None}


def _facts(
    room: MediationRoom, place: tuple[str, str], elected: date | None, recorded: date | None, today: date
) -> RoomFacts:
    name, path = place
    until = room.term_until or (term_ends(elected) if elected else None)
    valid = _valid(room.mediators, until, today)
    last_use = max((day for day in (recorded, room.used_on) if day is not None), default=None)
    opening = opening_of(room.opening_hours)
    checks = (
        _open_check(opening),
        _staffed_check(room.mediators, until, valid),
        _used_check(last_use, room.tested_on, today),
    )
    return RoomFacts(
        room.id, room.code, room.name, room.brand, room.kind, room.division_code, name, path, village_of(path),
        room.lon, room.lat, room.opening_hours, opening, room.mediators, room.term_until, until, valid, last_use,
        recorded, room.tested_on, room.accessible, room.woman_mediator, room.languages, room.seats, room.phone,
        room.status, room.closed_on, room.closed_why, room.place_confirmed, room.version,
        _state(room.status, checks), checks,
    )  # fmt: skip


def _state(status: str, checks: tuple[Check, ...]) -> RoomState:
    answers = {check.answer for check in checks}
    if status != "active":
        return "closed"
    if "no" in answers:
        return "nominal"
    return "unknown" if "unknown" in answers else "effective"


def _valid(mediators: int | None, until: date | None, today: date) -> int | None:
    """Return how many mediators are in their term; not known when it could still be enough and the term is not."""
    if mediators is None or mediators < LEAST_MEDIATORS:
        return mediators
    if until is None:
        return None
    return mediators if until >= today else 0


@lru_cache(maxsize=4096)
def _open_check(opening: Opening) -> Check:
    if opening.state == "unknown":
        return Check("open", "unknown", "没有登记开放时间")
    if opening.state == "unreadable":
        return Check("open", "unknown", "登记的开放时间读不懂,请写成“周一至周五 8:30-12:00”这样")
    if opening.state == "never":
        return Check("open", "no", "按登记的开放时间,一分钟也不开放")
    halves = opening.half_days()
    if halves:
        return Check("open", "yes", f"每周有 {halves} 天开放半天以上")
    return Check("open", "no", "每周没有一天开放满半天")


def _staffed_check(mediators: int | None, until: date | None, valid: int | None) -> Check:
    if mediators is None:
        return Check("staffed", "unknown", "没有登记调解员人数")
    if mediators < LEAST_MEDIATORS:
        return Check("staffed", "no", f"调解员 {mediators} 名,不到 {LEAST_MEDIATORS} 名")
    if until is None:
        return Check("staffed", "unknown", f"调解员 {mediators} 名,任期到哪一天没有登记")
    if not valid:
        return Check("staffed", "no", f"调解员任期 {until} 已满")
    return Check("staffed", "yes", f"调解员 {mediators} 名,任期到 {until}")


def _used_check(last_use: date | None, tested_on: date | None, today: date) -> Check:
    days = [(day, word) for day, word in ((last_use, "用过"), (tested_on, "试开过")) if day is not None]
    if not days:
        return Check("used", "unknown", "没有用过或试开过的记录")
    day, word = max(days)
    if today - day <= USED_WITHIN:
        return Check("used", "yes", f"{day} {word}")
    return Check("used", "no", f"最近一次{word}是 {day},超过 90 天")
