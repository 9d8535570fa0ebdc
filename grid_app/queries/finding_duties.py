"""Which units have an own part in a finding: those with the duty to solve its members, and those complained of.

The duty holder (责任单位) of a member is the unit that was named for it, or the unit that the report names as the
organisation. Neither kind of unit ever decides about the finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.duties import DutyUnit
from grid_app.models.findings import FindingCourse
from grid_app.models.rounds import Finding, FindingMember
from grid_app.queries.chunks import chunks


def has_duty(unit_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a unit has the duty to solve a member of the finding, or was named to answer it."""
    member, named, course = aliased(FindingMember), aliased(DutyUnit), aliased(FindingCourse)
    dispute, organisation, unit = aliased(Dispute), aliased(Organisation), aliased(Unit)
    return or_(
        exists().where(
            member.finding_id == Finding.id, named.dispute_id == member.dispute_id, named.unit_id == unit_id
        ),
        exists().where(
            member.finding_id == Finding.id,
            dispute.id == member.dispute_id,
            organisation.id == dispute.organisation_id,
            unit.name == organisation.name,
            unit.id == unit_id,
        ),
        exists().where(course.finding_id == Finding.id, course.unit_id == unit_id),
    )


def is_complained_of(unit_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a member of the finding complains of a unit (信访工作条例 28, 30)."""
    member, dispute = aliased(FindingMember), aliased(Dispute)
    return exists().where(
        member.finding_id == Finding.id, dispute.id == member.dispute_id, dispute.about_unit_id == unit_id
    )


def duty_units(session: Session, finding_id: UUID) -> list[Unit]:
    """Return the units that have the duty to solve a finding or one of its members, by name."""
    named = select(DutyUnit.unit_id).join(FindingMember, FindingMember.dispute_id == DutyUnit.dispute_id)
    written = (
        select(Unit.id)
        .join(Organisation, Organisation.name == Unit.name)
        .join(Dispute, Dispute.organisation_id == Organisation.id)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
    )
    answering = select(FindingCourse.unit_id).where(FindingCourse.finding_id == finding_id)
    own = FindingMember.finding_id == finding_id
    return _by_name(
        session, or_(Unit.id.in_(named.where(own)), Unit.id.in_(written.where(own)), Unit.id.in_(answering))
    )


def complained_units(session: Session, finding_id: UUID) -> list[Unit]:
    """Return the units that a member complains of, by name."""
    about = (
        select(Dispute.about_unit_id)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding_id)
    )
    return _by_name(session, Unit.id.in_(about))


def _by_name(session: Session, condition: ColumnElement[bool]) -> list[Unit]:
    return list(session.scalars(select(Unit).where(condition).order_by(Unit.name, Unit.id)))


def complained_of_disputes(session: Session, disputes: Sequence[UUID]) -> Mapping[UUID, Sequence[Unit]]:
    """Return the units that each of these disputes complains of."""
    return _by_dispute(session, disputes, [select(Dispute.id, Unit).join(Unit, Unit.id == Dispute.about_unit_id)])


def duties_of_disputes(session: Session, disputes: Sequence[UUID]) -> Mapping[UUID, Sequence[Unit]]:
    """Return the units that have the duty to solve each of these disputes, named by somebody or by the report."""
    named = (
        select(Dispute.id, Unit)
        .join(DutyUnit, DutyUnit.dispute_id == Dispute.id)
        .join(Unit, Unit.id == DutyUnit.unit_id)
    )
    written = (
        select(Dispute.id, Unit)
        .join(Organisation, Organisation.id == Dispute.organisation_id)
        .join(Unit, Unit.name == Organisation.name)
    )
    return _by_dispute(session, disputes, [named, written])


def _by_dispute(
    session: Session, disputes: Sequence[UUID], questions: Sequence[Select[UUID, Unit]]
) -> Mapping[UUID, Sequence[Unit]]:
    found: dict[UUID, list[Unit]] = defaultdict(list)
    for some in chunks(disputes):
        for question in questions:
            for dispute, unit in session.execute(question.where(Dispute.id.in_(some))):
                found[dispute].append(unit)
    return dict(found)
