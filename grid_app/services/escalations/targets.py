"""Who is told of an escalation: units by kind and place, then the devices of their people, within their rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, PushSubscription
from grid_app.models.findings import FindingCourse
from grid_app.models.incidents import Incident
from grid_app.models.places import Division
from grid_app.models.rounds import Finding
from grid_app.policy import Action, Actor, allows, covers, dispute_scope
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.finding_duties import complained_units, duty_units
from grid_app.queries.on_duty import on_duty
from grid_app.services.accounts.actors import actor_of, actors_of
from grid_app.services.escalations.events import BY_CODE
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED, group_of
from grid_app.vocabulary.findings import COUNTY_LEAD, LEVEL_UNITS
from notifications.ladder import EVERYONE, ON_DUTY

UNDECIDED: Final = "finding_undecided"


@dataclass(frozen=True)
class Matter:
    """What an escalation is about, as far as rights and messages need it.

    ``case_code`` is the number of the dispute or the finding; ``place`` the village (or the division itself when
    it is larger); ``kept_out`` are units that are never told: those complained of, and those with the duty;
    ``what`` the words that stand in place of a category where there is none.
    """

    case_code: str
    place: str
    path: str
    category: str
    kept_out: frozenset[UUID] = frozenset()
    what: str = ""


def matter_of(session: Session, escalation: Escalation) -> Matter:
    """Return what an escalation is about."""
    division = session.get_one(Division, escalation.division_code)
    matter = Matter("", place_name(session, division), division.path, escalation.category)
    if escalation.dispute_id is not None:
        dispute = session.get_one(Dispute, escalation.dispute_id)
        about = {dispute.about_unit_id} if dispute.about_unit_id else set()
        return replace(matter, case_code=dispute.case_code, kept_out=frozenset(about))
    if escalation.finding_id is not None:
        code = session.get_one(Finding, escalation.finding_id).code
        return replace(matter, case_code=code, kept_out=_of_finding(session, escalation, escalation.finding_id))
    if escalation.incident_id is not None:
        incident = session.get_one(Incident, escalation.incident_id)
        about = {incident.about_unit_id} if incident.about_unit_id else set()
        return replace(matter, case_code=incident.code, kept_out=frozenset(about))
    return replace(matter, case_code=escalation.code, what=BY_CODE[escalation.event_kind].words)


def _of_finding(session: Session, escalation: Escalation, finding_id: UUID) -> frozenset[UUID]:
    """Return the units with an own part in a finding, and of an undecided one those that should have decided it."""
    units = [*complained_units(session, finding_id), *duty_units(session, finding_id)]
    course = session.get(FindingCourse, finding_id)
    if (
        escalation.event_kind == UNDECIDED and course is not None and course.level != COUNTY_LEAD
    ):  # nobody is above that
        kind = LEVEL_UNITS[course.level]
        units += session.scalars(select(Unit).where(Unit.kind == kind, Unit.division_code == course.owner_code)).all()
    return frozenset(unit.id for unit in units)


def place_name(session: Session, division: Division) -> str:
    """Return the name of the village that a division lies in, or its own name when it is larger."""
    village = session.scalar(
        select(Division.name).where(Division.code.in_(codes_on(division.path)), Division.level == "village")
    )
    return village or division.name


def codes_on(path: str) -> list[str]:
    """Return the codes on a division's path, county first, the division itself last."""
    return [code for code in path.split("/") if code]


def may_be_told(actor: Actor, matter: Matter) -> bool:
    """Say whether ``actor`` may know of a matter: the same rights as in lists, pages and maps.

    Sealed matters (15xx) and county-only matters (16xx) need their right; the unit complained of is left out
    (信访工作条例 28, 30).
    """
    scope = dispute_scope(actor)
    group = group_of(matter.category)
    return (
        allows(actor, Action.READ_INBOX)
        and covers(actor, matter.path)
        and (group != SEALED or scope.sees_sealed)
        and (group != COUNTY_ONLY or scope.sees_county_only)
        and actor.unit_id not in matter.kept_out
    )


def units_to_tell(session: Session, matter: Matter, *, kind: str, now: datetime) -> list[Unit]:
    """Return the open units of a kind whose division holds the matter, oldest first.

    Of a matter that not everybody may know, only units with somebody who may.
    """
    units = session.scalars(
        select(Unit)
        .where(Unit.kind == kind, Unit.closed_at.is_(None), Unit.division_code.in_(codes_on(matter.path)))
        .order_by(Unit.id)
    ).all()
    allowed = [unit for unit in units if unit.id not in matter.kept_out]
    if group_of(matter.category) in (SEALED, COUNTY_ONLY):
        return [unit for unit in allowed if _has_somebody(session, unit, matter, now)]
    return allowed


def devices_to_tell(
    session: Session, unit: Unit, matter: Matter, *, now: datetime, whom: str = EVERYONE
) -> list[PushSubscription]:
    """Return the live push subscriptions of a unit's people who may know of the matter, oldest first.

    ``whom``: everyone, who is on duty, or those of one role. Where nobody of them has a device, everyone's are
    returned: an office that left a gap in its roster is told all the same.
    """
    subscriptions = session.scalars(
        select(PushSubscription)
        .where(PushSubscription.unit_id == unit.id, PushSubscription.dropped_at.is_(None))
        .order_by(PushSubscription.id)
    ).all()
    told = []
    for subscription in subscriptions:
        actor = actor_of(session, subscription.assignment_id, now=now)
        if actor is not None and may_be_told(actor, matter):
            told.append((subscription, actor))
    if whom != EVERYONE:
        meant = _on_duty(session, unit, now) if whom == ON_DUTY else None
        chosen = [
            device for device, actor in told if (actor.role == whom if meant is None else actor.assignment_id in meant)
        ]
        if chosen:
            return chosen
    return [device for device, _ in told]


def _on_duty(session: Session, unit: Unit, now: datetime) -> set[UUID]:
    """Return the assignments that are on duty for a unit at this moment, substitutes put in."""
    return {one.assignment_id for one in on_duty(session, unit.id, now)}


def accounts_of(session: Session, *, role: str, path: str, now: datetime) -> list[UUID]:
    """Return the accounts that hold ``role`` over the division with ``path``, each once."""
    return list(
        session.scalars(
            select(Account.id)
            .join(Assignment, Assignment.account_id == Account.id)
            .where(
                Assignment.role == role,
                Assignment.division_code.in_(codes_on(path)),
                Account.disabled_at.is_(None),
                assignment_is_valid(now),
            )
            .distinct()
        )
    )


def _has_somebody(session: Session, unit: Unit, matter: Matter, now: datetime) -> bool:
    accounts = session.scalars(
        select(Assignment.account_id).where(Assignment.unit_id == unit.id, assignment_is_valid(now)).distinct()
    ).all()
    actors = [actor for account in accounts for actor in actors_of(session, account, now=now)]
    return any(actor.unit_id == unit.id and may_be_told(actor, matter) for actor in actors)
