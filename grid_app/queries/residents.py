"""What a resident is shown: the place of a code, the offices that answer there, and how far the own matter is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division, MediationRoom
from grid_app.models.residents import Evaluation, PublicNotice
from grid_app.queries.disputes_places import place_names

LEVELS: Final = ("county", "township", "village", "grid")
OFFICE_KINDS: Final = ("county_office", "township_government", "mediation_committee", "village_committee")
FINISHING: Final = ("finish_target", "petition_finish")
ACCEPTING: Final = ("accept_simple", "accept_complex")


@dataclass(frozen=True)
class PublicRoom:
    """An open mediation room as anybody may know it (人民调解法 8)."""

    id: UUID
    name: str
    opening_hours: str
    phone: str

    @classmethod
    def of(cls, room: MediationRoom) -> PublicRoom:
        """Return what is public of a room."""
        return cls(room.id, room.name, room.opening_hours, room.phone)


@dataclass(frozen=True)
class Entrance:
    """Where a code leads: a division that exists today; ``room`` is the open mediation room, if it is one's code."""

    code: str
    level: str
    path: str
    name: str
    room: PublicRoom | None = None

    @property
    def county(self) -> str:
        """Return the code of the county that answers here."""
        return self.path.strip("/").partition("/")[0]

    @property
    def is_settled(self) -> bool:
        """Say whether the code itself says in which village somebody stands."""
        return self.level in ("village", "grid")


@dataclass(frozen=True)
class PlaceChoice:
    """A division one level below."""

    code: str
    name: str


@dataclass(frozen=True)
class OfficeContact:
    """An office as it is published; everything but the name may be empty. ``notice`` tells its days."""

    unit_id: UUID
    name: str
    kind: str
    phone: str
    notice: PublicNotice | None


@dataclass(frozen=True)
class Progress:
    """How far a matter is: nothing of what it is about, and nothing of anybody."""

    dispute_id: UUID
    state: str
    category: str
    received_at: datetime
    closed_at: datetime | None
    closure_ground: str | None
    unit_id: UUID | None
    unit: str
    unit_phone: str
    path: str
    due_at: datetime | None
    is_evaluated: bool


def county_entrances(session: Session, *, today: date) -> list[Entrance]:
    """Return the counties of this installation, which anybody may know."""
    rows = session.scalars(select(Division).where(Division.level == "county", _exists(today)).order_by(Division.code))
    return [Entrance(row.code, row.level, row.path, row.name) for row in rows]


def entrance_of(session: Session, *, division: str, room: UUID | None, today: date) -> Entrance | None:
    """Return where a code leads today; a division that has ended leads to what took its place, or to what it lay in."""
    public = None
    if room is not None:
        found = session.get(MediationRoom, room)
        if found is None:
            return None
        division, public = found.division_code, PublicRoom.of(found) if found.status == "active" else None
    node = _living(session, division, today)
    if node is None or node.level not in LEVELS:
        return None
    return Entrance(node.code, node.level, node.path, place_names(session, {node.code})[node.code], public)


def _living(session: Session, code: str, today: date) -> Division | None:
    node = session.get(Division, code)
    for _ in range(len(LEVELS) + 4):
        if node is None or node.valid_to is None or node.valid_to > today:
            return node
        following = node.successor_code or node.parent_code
        node = session.get(Division, following) if following else None
    return None


def _exists(today: date) -> ColumnElement[bool]:
    return or_(Division.valid_to.is_(None), Division.valid_to > today)


def places_under(session: Session, code: str, *, today: date) -> list[PlaceChoice]:
    """Return the divisions directly under one, by code."""
    rows = session.execute(
        select(Division.code, Division.name).where(Division.parent_code == code, _exists(today)).order_by(Division.code)
    )
    return [PlaceChoice(*row) for row in rows]


def offices_along(session: Session, path: str) -> list[OfficeContact]:
    """Return the offices that answer at a place, the nearest first: village, township, county."""
    codes = path.strip("/").split("/")[:3]
    rows = session.execute(
        select(Unit, PublicNotice)
        .outerjoin(PublicNotice, PublicNotice.unit_id == Unit.id)
        .where(Unit.division_code.in_(codes), Unit.kind.in_(OFFICE_KINDS), Unit.closed_at.is_(None))
        .order_by(Unit.division_code.desc(), Unit.kind.desc(), Unit.id)
    )
    return [OfficeContact(unit.id, unit.name, unit.kind, unit.duty_phone, notice) for unit, notice in rows]


def rooms_at(session: Session, path: str) -> list[PublicRoom]:
    """Return the open mediation rooms of a township or village, by name; they are public (人民调解法 8)."""
    root = path.strip("/").split("/")[:3]
    rooms = session.scalars(
        select(MediationRoom)
        .where(MediationRoom.status == "active", MediationRoom.division_code.startswith(root[-1], autoescape=True))
        .order_by(MediationRoom.name)
        .limit(60)
    )
    return [PublicRoom.of(room) for room in rooms]


def progress_of(session: Session, dispute_id: UUID) -> Progress | None:
    """Return how far a matter is; the caller has checked who asks."""
    row = session.execute(
        select(Dispute, Unit, Division.path)
        .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
        .join(Division, Division.code == Dispute.division_code)
        .where(Dispute.id == dispute_id)
    ).first()
    if row is None:
        return None
    dispute, unit, path = row
    return Progress(
        dispute_id=dispute.id,
        state=dispute.state,
        category=dispute.category,
        received_at=dispute.received_at,
        closed_at=dispute.closed_at,
        closure_ground=dispute.closure_ground,
        unit_id=dispute.owner_unit_id,
        unit=unit.name if unit else "",
        unit_phone=unit.duty_phone if unit else "",
        path=path,
        due_at=_due(session, dispute.id, accepted=dispute.accepted_at is not None),
        is_evaluated=_is_evaluated(session, dispute),
    )


def _due(session: Session, dispute_id: UUID, *, accepted: bool) -> datetime | None:
    codes = FINISHING if accepted else ACCEPTING
    return session.scalar(
        select(Deadline.due_at)
        .where(Deadline.dispute_id == dispute_id, Deadline.done_at.is_(None), Deadline.rule_code.in_(codes))
        .order_by(Deadline.due_at)
        .limit(1)
    )


def _is_evaluated(session: Session, dispute: Dispute) -> bool:
    if dispute.closed_at is None:
        return False
    found = session.scalar(
        select(Evaluation.id).where(Evaluation.dispute_id == dispute.id, Evaluation.closed_at == dispute.closed_at)
    )
    return found is not None
