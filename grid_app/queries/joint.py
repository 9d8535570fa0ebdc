"""What several units do on one matter: its whistles and calls, joint handling, competence, what it crosses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.joint import CrossFlag, JointHandling, JointUnit, JurisdictionDispute, Whistle, WhistleCall
from grid_app.policy import Actor, Role, Scope
from grid_app.queries.disputes_detail import unit_names
from grid_app.queries.disputes_units import DEPARTMENTS, GOVERNMENTS
from grid_app.queries.scoping import codes_under, visible

CENTRES: Final = ("county_office", "county_lead_office")
COMMITTEES: Final = ("village_committee", "mediation_committee")
COUNTY_CODE: Final = 6


@dataclass(frozen=True)
class CallView:
    """A department that was called: where it stands, until when, what it said, what the community says of it."""

    id: UUID
    unit_id: UUID
    unit: str
    state: str
    called_at: datetime | None
    answer_due_at: datetime | None
    site_due_at: datetime | None
    silent_at: datetime | None
    answered_at: datetime | None
    plan: str
    plan_due_on: date | None
    on_site_at: datetime | None
    done_at: datetime | None
    done_note: str
    refusal: str
    ruled_at: datetime | None
    ruling: str
    rating: str
    rating_note: str


@dataclass(frozen=True)
class WhistleView:
    """A whistle with the departments it calls."""

    id: UUID
    unit_id: UUID
    unit: str
    urgent: bool
    problem: str
    state: str
    asked_at: datetime
    calls: tuple[CallView, ...]


@dataclass(frozen=True)
class JointUnitView:
    """A unit that handles the matter with the lead, and its part."""

    unit_id: UUID
    unit: str
    task: str
    joined_at: datetime


@dataclass(frozen=True)
class JointView:
    """A joint handling that has not ended; whoever handles the matter now leads."""

    lead: str
    reason: str
    begun_at: datetime
    units: tuple[JointUnitView, ...]


@dataclass(frozen=True)
class CompetenceView:
    """Organs that disagreed on who handles the matter, and what their superior decided."""

    units: tuple[tuple[UUID, str], ...]
    question: str
    raised_at: datetime
    decided_at: datetime | None
    decided_unit: str
    decision: str


@dataclass(frozen=True)
class Together:
    """Everything that several units have to do with one matter."""

    whistles: tuple[WhistleView, ...] = ()
    joint: JointView | None = None
    competence: tuple[CompetenceView, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def open_whistle(self) -> WhistleView | None:
        """The whistle that has not ended."""
        return next((one for one in self.whistles if one.state in ("asked", "sent")), None)

    @property
    def open_competence(self) -> CompetenceView | None:
        """The question of competence that nobody has decided."""
        return next((one for one in self.competence if one.decided_at is None), None)


def together_on(session: Session, *, scope: Scope, dispute_id: UUID) -> Together:
    """Return what several units have to do with a dispute of the scope; empty when it is not there."""
    if session.scalar(select(Dispute.id).where(Dispute.id == dispute_id, visible(scope))) is None:
        return Together()
    flags = session.scalars(select(CrossFlag.flag).where(CrossFlag.dispute_id == dispute_id))
    return Together(
        tuple(_whistles(session, dispute_id)),
        _joint(session, dispute_id),
        tuple(_competence(session, dispute_id)),
        tuple(sorted(flags)),
    )


def _whistles(session: Session, dispute_id: UUID) -> list[WhistleView]:
    rows = session.execute(
        select(Whistle, Unit.name)
        .join(Unit, Unit.id == Whistle.unit_id)
        .where(Whistle.dispute_id == dispute_id)
        .order_by(Whistle.asked_at.desc(), Whistle.id.desc())
    ).all()
    calls = session.execute(
        select(WhistleCall, Unit.name)
        .join(Unit, Unit.id == WhistleCall.unit_id)
        .where(WhistleCall.dispute_id == dispute_id)
        .order_by(WhistleCall.id)
    ).all()
    return [
        WhistleView(
            row.id, row.unit_id, name, row.urgent, row.problem, row.state, row.asked_at,
            tuple(call_view(call, unit) for call, unit in calls if call.whistle_id == row.id),
        )
        for row, name in rows
    ]  # fmt: skip


def call_view(call: WhistleCall, unit: str) -> CallView:
    """Return a call as pages take it."""
    same = {name: getattr(call, name) for name in CallView.__dataclass_fields__ if name != "unit"}
    return CallView(unit=unit, **same)


def _joint(session: Session, dispute_id: UUID) -> JointView | None:
    found = session.execute(
        select(JointHandling, Unit.name)
        .join(Dispute, Dispute.id == JointHandling.dispute_id)
        .join(Unit, Unit.id == Dispute.owner_unit_id)
        .where(JointHandling.dispute_id == dispute_id, JointHandling.ended_at.is_(None))
    ).first()
    if found is None:
        return None
    row, lead = found
    units = session.execute(
        select(JointUnit.unit_id, Unit.name, JointUnit.task, JointUnit.joined_at)
        .join(Unit, Unit.id == JointUnit.unit_id)
        .where(JointUnit.joint_id == row.id, JointUnit.left_at.is_(None))
        .order_by(JointUnit.joined_at, JointUnit.id)
    )
    return JointView(lead, row.reason, row.begun_at, tuple(JointUnitView(*one) for one in units))


def _competence(session: Session, dispute_id: UUID) -> list[CompetenceView]:
    rows = session.scalars(
        select(JurisdictionDispute)
        .where(JurisdictionDispute.dispute_id == dispute_id)
        .order_by(JurisdictionDispute.raised_at.desc())
    ).all()
    named = {UUID(key) for row in rows for key in row.unit_ids} | {row.decided_unit_id for row in rows}
    names = unit_names(session, {key for key in named if key})
    return [
        CompetenceView(
            tuple((UUID(key), names[UUID(key)]) for key in row.unit_ids), row.question, row.raised_at, row.decided_at,
            names[row.decided_unit_id] if row.decided_unit_id else "", row.decision,
        )
        for row in rows
    ]  # fmt: skip


def unit_kind(session: Session, unit_id: UUID) -> str:
    """Return the kind of a unit, or nothing when it does not exist."""
    return session.scalar(select(Unit.kind).where(Unit.id == unit_id)) or ""


def is_county_centre(session: Session, actor: Actor) -> bool:
    """Say whether ``actor`` acts for the office that stands above departments and townships: no department does."""
    county = actor.role in (Role.COUNTY_OFFICER, Role.COUNTY_LEAD)
    return county and unit_kind(session, actor.unit_id) in CENTRES


def callable_departments(session: Session, dispute: Dispute) -> list[Unit]:
    """Return the open departments of the dispute's county; never the one complained of."""
    return _open_units(session, dispute, Unit.kind == "department", Unit.division_code == _county(dispute))


def joinable_units(session: Session, dispute: Dispute, *, scope: Scope, county_wide: bool) -> list[Unit]:
    """Return the units that may handle a matter with its owner: those of the scope, or of the whole county.

    Only the office above both may ask a unit of another township or a department.
    """
    whole = Unit.division_code.startswith(_county(dispute), autoescape=True)
    place = whole if county_wide else Unit.division_code.in_(codes_under(scope))
    kinds = (*GOVERNMENTS, *COMMITTEES) if not county_wide else (*DEPARTMENTS, "township_government", *COMMITTEES)
    found = _open_units(session, dispute, Unit.kind.in_(kinds), place)
    return [unit for unit in found if unit.id != dispute.owner_unit_id]


def competent_units(session: Session, dispute: Dispute) -> list[Unit]:
    """Return the organs that may handle a matter: the county's, and the governments along its own place."""
    along = [dispute.division_code[:length] for length in (COUNTY_CODE, 9)]
    governing = (Unit.kind.in_(GOVERNMENTS), Unit.division_code.in_(along))
    return _open_units(session, dispute, *governing)


def _county(dispute: Dispute) -> str:
    return dispute.division_code[:COUNTY_CODE]


def _open_units(session: Session, dispute: Dispute, *conditions: ColumnElement[bool]) -> list[Unit]:
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), *conditions))
    order = {"department": 0, "county_office": 1, "township_government": 2}
    return sorted(
        (unit for unit in found if unit.id != dispute.about_unit_id),
        key=lambda unit: (order.get(unit.kind, 3), unit.division_code, unit.name),
    )
