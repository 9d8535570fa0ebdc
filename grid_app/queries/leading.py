"""A hard matter as its page shows it: lead official, diary, promises, plan, re-examination, hearings, questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.clocks import Deadline
from grid_app.models.leading import (
    CaseTeamMember,
    Consultation,
    ExaminationFinding,
    Hearing,
    HearingInvitee,
    HistoricalIssue,
    LeaderAssignment,
    LeaderPromise,
    LeaderVisit,
    PlanStep,
    PolicyQuery,
    ReExamination,
    ResolutionPlan,
)
from grid_app.queries.leading_views import (
    ConsultationView,
    ExaminationView,
    FindingView,
    HearingView,
    LeadingView,
    LeadView,
    MemberView,
    PlanView,
    QueryView,
    Task,
    VisitView,
)

VISIT_CLOCK = "lead_official_visit"


def leading_of(session: Session, dispute_id: UUID, *, now: datetime) -> LeadingView:
    """Return everything about a matter that the caller may see."""
    background = session.scalar(select(HistoricalIssue.background).where(HistoricalIssue.dispute_id == dispute_id))
    return LeadingView(
        lead=lead_of(session, dispute_id, now=now),
        visits=_visits(session, dispute_id),
        plans=_plans(session, dispute_id),
        background=background or "",
        examinations=_examinations(session, dispute_id),
        hearings=_hearings(session, dispute_id),
        consultations=_consultations(session, dispute_id),
        queries=_queries(session, dispute_id),
    )


def lead_of(session: Session, dispute_id: UUID, *, now: datetime) -> LeadView | None:
    """Return who owns the matter, with the team and the day of the next visit."""
    clock = aliased(Deadline)
    runs = (clock.dispute_id == dispute_id) & (clock.rule_code == VISIT_CLOCK) & clock.done_at.is_(None)
    row = session.execute(
        select(LeaderAssignment, Assignment, Account, Unit.name, clock.due_at)
        .join(Assignment, Assignment.id == LeaderAssignment.lead_id)
        .join(Account, Account.id == Assignment.account_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(clock, runs)
        .where(LeaderAssignment.dispute_id == dispute_id, LeaderAssignment.ended_at.is_(None))
    ).first()
    if row is None:
        return None
    lead, post, account, unit, due = row
    ended = post.valid_to is not None and post.valid_to <= now
    return LeadView(
        lead_id=lead.lead_id, name=account.display_name, unit=unit, role=post.role,
        left=ended or account.disabled_at is not None, issue=lead.issue, plan=lead.plan,
        plan_document=lead.plan_document, assigned_at=lead.assigned_at, declined_at=lead.declined_at, due_at=due,
        team=_team(session, lead.id),
    )  # fmt: skip


def _team(session: Session, lead_id: UUID) -> tuple[MemberView, ...]:
    rows = session.execute(
        select(CaseTeamMember.duty, Unit.id, Unit.name, CaseTeamMember.post)
        .join(Unit, Unit.id == CaseTeamMember.unit_id)
        .where(CaseTeamMember.leader_assignment_id == lead_id)
        .order_by(CaseTeamMember.number)
    )
    return tuple(MemberView(*row) for row in rows)


def _visits(session: Session, dispute_id: UUID) -> tuple[VisitView, ...]:
    rows = session.execute(
        select(LeaderPromise, Unit.name)
        .join(Unit, Unit.id == LeaderPromise.unit_id)
        .where(LeaderPromise.dispute_id == dispute_id)
        .order_by(LeaderPromise.number)
    ).all()
    tasks: dict[UUID, list[Task]] = {}
    for one, unit in rows:
        task = Task(one.id, one.number, one.what, one.unit_id, unit, one.due_on, one.kept_on, one.evidence)
        tasks.setdefault(one.visit_id, []).append(task)
    visits = session.scalars(
        select(LeaderVisit)
        .where(LeaderVisit.dispute_id == dispute_id)
        .order_by(LeaderVisit.held_on.desc(), LeaderVisit.number.desc())
    )
    return tuple(
        VisitView(one.number, one.held_on, one.way, one.place, one.asked, one.documents, tuple(tasks.get(one.id, ())))
        for one in visits
    )


def _plans(session: Session, dispute_id: UUID) -> tuple[PlanView, ...]:
    plans = session.scalars(
        select(ResolutionPlan).where(ResolutionPlan.dispute_id == dispute_id).order_by(ResolutionPlan.number.desc())
    ).all()
    rows = session.execute(
        select(PlanStep, Unit.name)
        .join(Unit, Unit.id == PlanStep.unit_id)
        .where(PlanStep.plan_id.in_([one.id for one in plans]))
        .order_by(PlanStep.number)
    ).all()
    steps: dict[UUID, list[Task]] = {}
    for one, unit in rows:
        task = Task(one.id, one.number, one.what, one.unit_id, unit, one.due_on, one.done_on, one.evidence)
        steps.setdefault(one.plan_id, []).append(task)
    return tuple(
        PlanView(
            one.number, one.made_at, one.agreed_on, one.agreed_way, tuple(one.agreed_by), one.replaced_at,
            tuple(steps.get(one.id, ())),
        )
        for one in plans
    )  # fmt: skip


def _examinations(session: Session, dispute_id: UUID) -> tuple[ExaminationView, ...]:
    found = session.scalars(
        select(ReExamination).where(ReExamination.dispute_id == dispute_id).order_by(ReExamination.number.desc())
    ).all()
    findings = _findings(session, [one.id for one in found])
    return tuple(
        ExaminationView(
            one.number, one.earlier, one.begun_at, one.conclusion, one.concluded_at, tuple(findings.get(one.id, ()))
        )
        for one in found
    )


def _findings(session: Session, keys: Sequence[UUID]) -> dict[UUID, list[FindingView]]:
    rows = session.scalars(
        select(ExaminationFinding)
        .where(ExaminationFinding.examination_id.in_(keys))
        .order_by(ExaminationFinding.held_on, ExaminationFinding.at)
    )
    found: dict[UUID, list[FindingView]] = {}
    for one in rows:
        view = FindingView(one.slot, one.held_on, one.way, one.note, one.documents)
        found.setdefault(one.examination_id, []).append(view)
    return found


def _hearings(session: Session, dispute_id: UUID) -> tuple[HearingView, ...]:
    hearings = session.scalars(
        select(Hearing).where(Hearing.dispute_id == dispute_id).order_by(Hearing.number.desc())
    ).all()
    invited: dict[UUID, list[tuple[str, str, tuple[str, ...]]]] = {}
    for one in session.scalars(select(HearingInvitee).where(HearingInvitee.hearing_id.in_([h.id for h in hearings]))):
        invited.setdefault(one.hearing_id, []).append((one.kind, one.who, tuple(one.consented_by)))
    return tuple(
        HearingView(
            one.id, one.number, one.kind, tuple(date.fromisoformat(day) for day in one.days), one.place, one.is_public,
            one.state, one.record, tuple(invited.get(one.id, ())),
        )
        for one in hearings
    )  # fmt: skip


def _consultations(session: Session, dispute_id: UUID) -> tuple[ConsultationView, ...]:
    rows = session.scalars(
        select(Consultation).where(Consultation.dispute_id == dispute_id).order_by(Consultation.held_on.desc())
    )
    return tuple(ConsultationView(one.held_on, one.units, one.question, one.result) for one in rows)


def _queries(session: Session, dispute_id: UUID) -> tuple[QueryView, ...]:
    rows = session.scalars(
        select(PolicyQuery).where(PolicyQuery.dispute_id == dispute_id).order_by(PolicyQuery.number.desc())
    )
    return tuple(
        QueryView(
            one.id, one.number, one.to_organ, one.question, one.document_no, one.asked_on, one.answer_due,
            one.answered_on, one.answer,
        )
        for one in rows
    )  # fmt: skip
