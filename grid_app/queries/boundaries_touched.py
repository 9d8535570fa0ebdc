"""What a change of boundaries touches besides disputes: every record in force that hangs on an ended division."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.boundary_changes import RecordMove
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, PushSubscription
from grid_app.models.findings import FindingCourse
from grid_app.models.follow_ups import FollowUp
from grid_app.models.joint import ResponsibilityArea
from grid_app.models.places import MediationRoom, VillageNaming
from grid_app.models.projects import Project, ProjectPlace
from grid_app.models.rounds import Finding, Round
from grid_app.queries.boundaries import in_parts
from grid_app.queries.boundaries_effects import in_force
from grid_app.vocabulary.findings import UNDER_WAY
from grid_app.vocabulary.words import OPEN_STATES, ROLE_WORDS

KIND_WORDS: Final = {
    "assignment": "账号身份",
    "unit": "单位",
    "room": "调解室",
    "round": "进行中的排查",
    "finding": "未了结的苗头提示",
    "course": "苗头提示的负责地",
    "escalation": "未确认的提醒",
    "area": "责任片区",
    "project": "项目",
}


@dataclass(frozen=True)
class Touched:
    """One record in force on an ended division; ``title`` names staff by office and role, never a resident.

    ``lon`` and ``lat`` are a room's own place, in WGS84.
    """

    kind: str
    id: UUID
    code: str
    title: str
    lon: float | None = None
    lat: float | None = None

    @property
    def key(self) -> str:
        """How a choice for this record is written."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Following:
    """What goes along with its assignment, dispute or old name without being moved itself."""

    subscriptions: int
    follow_ups: int
    namings: int


def touched_by(session: Session, codes: Collection[str], *, now: datetime) -> tuple[Touched, ...]:
    """Return every record in force on the given divisions, by kind and code."""
    questions: dict[str, Callable[[Sequence[str]], Select[*tuple[Any, ...]]]] = {
        "assignment": lambda part: (
            select(Assignment.id, Assignment.division_code, Assignment.role, Account.display_name, Unit.name)
            .join(Account, Account.id == Assignment.account_id)
            .join(Unit, Unit.id == Assignment.unit_id)
            .where(Assignment.division_code.in_(part), in_force(now))
        ),
        "unit": lambda part: select(Unit.id, Unit.division_code, Unit.name).where(
            Unit.division_code.in_(part), Unit.closed_at.is_(None)
        ),
        "room": lambda part: select(
            MediationRoom.id, MediationRoom.division_code, MediationRoom.name, MediationRoom.lon, MediationRoom.lat
        ).where(MediationRoom.division_code.in_(part), MediationRoom.status == "active"),
        "round": lambda part: select(Round.id, Round.division_code, Round.name).where(
            Round.division_code.in_(part), Round.state == "open"
        ),
        "finding": lambda part: select(Finding.id, Finding.division_code, Finding.code).where(
            Finding.division_code.in_(part), Finding.state.in_(UNDER_WAY)
        ),
        "course": lambda part: (
            select(FindingCourse.finding_id, FindingCourse.owner_code, Finding.code)
            .join(Finding, Finding.id == FindingCourse.finding_id)
            .where(FindingCourse.owner_code.in_(part), Finding.state.in_(UNDER_WAY))
        ),
        "escalation": lambda part: select(Escalation.id, Escalation.division_code, Escalation.code).where(
            Escalation.division_code.in_(part), Escalation.state == "open"
        ),
        "project": lambda part: (
            select(Project.id, ProjectPlace.division_code, Project.name)
            .join(ProjectPlace, ProjectPlace.project_id == Project.id)
            .where(ProjectPlace.division_code.in_(part), Project.ended_on.is_(None))
        ),
    }
    wanted = sorted(codes)
    rows = (
        _touched(kind, row)
        for kind, question in questions.items()
        for part in in_parts(wanted)
        for row in session.execute(question(part))
    )
    found = [*rows, *_areas(session, set(wanted))]
    order = list(KIND_WORDS)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.code, one.title, str(one.id))))


def following(session: Session, codes: Collection[str], *, now: datetime, today: date) -> Following:
    """Return what follows without being moved: subscriptions and visits of staff, namings under the old name."""
    wanted = sorted(codes)
    staff = select(Assignment.id).where(Assignment.division_code.in_(wanted), in_force(now))
    in_ended = select(Dispute.id).where(Dispute.division_code.in_(wanted), Dispute.state.in_(OPEN_STATES))
    subscriptions = select(func.count()).where(
        PushSubscription.assignment_id.in_(staff), PushSubscription.dropped_at.is_(None)
    )
    visits = select(func.count()).where(
        FollowUp.state == "due", or_(FollowUp.carrier_id.in_(staff), FollowUp.dispute_id.in_(in_ended))
    )
    namings = select(func.count()).where(
        VillageNaming.division_code.in_(wanted),
        VillageNaming.withdrawn_on.is_(None),
        or_(VillageNaming.expires_on.is_(None), VillageNaming.expires_on > today),
    )
    return Following(*(session.scalar(one) or 0 for one in (subscriptions, visits, namings)))


def listening(session: Session, touched: Collection[Touched]) -> dict[UUID, int]:
    """Return on how many devices the staff among the records are told of escalations, by assignment."""
    staff = [one.id for one in touched if one.kind == "assignment"]
    live = (
        select(PushSubscription.assignment_id, func.count())
        .where(PushSubscription.assignment_id.in_(staff), PushSubscription.dropped_at.is_(None))
        .group_by(PushSubscription.assignment_id)
    )
    return {assignment: count for assignment, count in session.execute(live) if assignment is not None}


def moves_of(session: Session, generation_id: UUID) -> list[RecordMove]:
    """Return what a generation's activation moved and nobody took back, in the order it was moved."""
    return list(
        session.scalars(
            select(RecordMove)
            .where(RecordMove.generation_id == generation_id, RecordMove.undone_at.is_(None))
            .order_by(RecordMove.kind, RecordMove.at, RecordMove.id)
        )
    )


def _touched(kind: str, row: Row[*tuple[Any, ...]]) -> Touched:
    if kind == "assignment":
        return Touched(kind, row[0], row[1], f"{ROLE_WORDS.get(row[2], row[2])} {row[3]}({row[4]})")
    if kind == "room":
        return Touched(kind, *row)
    return Touched(kind, row[0], row[1], row[2])


def _areas(session: Session, wanted: set[str]) -> Iterator[Touched]:
    rows = session.execute(
        select(ResponsibilityArea.id, ResponsibilityArea.name, ResponsibilityArea.division_codes).where(
            ResponsibilityArea.ended_at.is_(None)
        )
    )
    for key, name, codes in rows:
        yield from (Touched("area", key, code, name) for code in sorted(wanted.intersection(codes)))
