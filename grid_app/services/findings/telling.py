"""Telling people of a finding: its deciders by a line on their start page, the offices of a ladder once confirmed.

Told again only when incidents were added and the grade rose, they grew by a fifth, or a week has passed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Notice
from grid_app.models.findings import FindingCourse
from grid_app.models.places import Division
from grid_app.models.rounds import Finding
from grid_app.policy import Role
from grid_app.queries.accounts import assignments_in_force
from grid_app.queries.finding_duties import complained_units, duty_units
from grid_app.services.escalations.steps import raise_escalation
from grid_app.services.notices import Line, tell
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.findings import COUNTY, COUNTY_LEAD, LIVE_STATES, SUSPECTED, TOWNSHIP, subject_of
from screening.inputs import SILENCE
from screening.telling import Told, is_told_again

NOTICE: Final = "finding"
DECIDERS: Final = {
    TOWNSHIP: (Role.TOWNSHIP_LEAD,),
    COUNTY: (Role.COUNTY_OFFICER, Role.COUNTY_LEAD),
    COUNTY_LEAD: (Role.COUNTY_LEAD,),
}


def tell_deciders(session: Session, finding: Finding, course: FindingCourse, *, now: datetime) -> None:
    """Put a line on the start page of those who decide about a suspected finding; never of a unit with an own part."""
    own = {unit.id for unit in (*duty_units(session, finding.id), *complained_units(session, finding.id))}
    roles = [str(role) for role in DECIDERS[course.level]]
    staff = assignments_in_force(
        session,
        Assignment.role.in_(roles),
        Assignment.division_code == course.owner_code,
        Assignment.unit_id.not_in(own),
        now=now,
    )
    place = session.get_one(Division, finding.division_code).name
    about = subject_of(
        finding.kind, category=name_of(finding.category), households=f" {finding.households_now} 户",
        disputes=f" {finding.observed} 件",
    )  # fmt: skip
    words = f"{place}{about if finding.kind == SILENCE else f'有{about}'},请您判断(编号 {finding.code})。"
    tell(session, Line(NOTICE, words, _url(finding.id)), (one.account_id for one in staff), now=now)
    _note_told(finding, course, now)


def put_away(session: Session, finding_id: UUID, *, now: datetime) -> None:
    """Take the lines of a finding that was decided off every start page."""
    session.execute(
        update(Notice)
        .where(Notice.kind == NOTICE, Notice.url == _url(finding_id), Notice.read_at.is_(None))
        .values(read_at=now)
    )


def tell_again(session: Session, finding: Finding, course: FindingCourse, *, now: datetime) -> None:
    """Tell people again of a finding that a run has brought up to date, when there is something new that weighs."""
    told = Told(at=course.told_at or finding.created_at, grade=course.told_grade, incidents=course.told_disputes)
    if not course.told_grade or not is_told_again(told, grade=finding.grade, incidents=finding.disputes_ever, now=now):
        return
    if finding.state == SUSPECTED:
        put_away(session, finding.id, now=now)
        tell_deciders(session, finding, course, now=now)
    elif finding.state in LIVE_STATES:
        escalate_finding(session, finding, course, now=now)


def escalate_finding(session: Session, finding: Finding, course: FindingCourse, *, now: datetime) -> UUID | None:
    """Escalate a confirmed finding; ``None`` when it has escalated with as many incidents at this grade."""
    _note_told(finding, course, now)
    return raise_escalation(
        session,
        event_kind="finding_confirmed",
        finding_id=finding.id,
        division_code=finding.division_code,
        category=finding.category,
        grade=finding.grade,
        reason=finding.reason,
        now=now,
        part=f"{finding.id}:{finding.disputes_ever}",
    )


def _note_told(finding: Finding, course: FindingCourse, now: datetime) -> None:
    course.told_at, course.told_grade, course.told_disputes = now, finding.grade, finding.disputes_ever


def _url(finding_id: UUID) -> str:
    return f"/findings/{finding_id}"
