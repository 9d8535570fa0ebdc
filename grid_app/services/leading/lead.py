"""One matter, one lead official, one team, one plan, until it is solved (五个一, 领导包案); and who shuns contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.leading import CaseTeamMember, LeaderAssignment
from grid_app.policy import Action, Actor
from grid_app.queries.duties import recused_accounts
from grid_app.services.clocks.running import finish_clock, start_clock
from grid_app.services.leading.access import (
    KEPT,
    in_charge,
    leaders_for,
    line_problem,
    refuse,
    taken,
    the_lead,
    units_for,
)
from grid_app.services.matters.step import Details, Step, permitted, take_turn, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.leading import leading_rules
from grid_app.vocabulary.words import OPEN_STATES

VISIT_CLOCK: Final = "lead_official_visit"
LEAST_TEAM: Final = 2
LONGEST_DOCUMENT: Final = 200
LONGEST_POST: Final = 60


@dataclass(frozen=True)
class Member:
    """One of the team: a duty of the county's list, a unit, and a post there (no name)."""

    duty: str
    unit_id: UUID | None
    post: str = ""


@dataclass(frozen=True)
class Charge:
    """What a lead official takes over: one issue, one plan in words with its document, one team."""

    lead_id: UUID | None
    issue: str
    plan: str
    team: tuple[Member, ...]
    plan_document: str = ""


def assign_lead(session: Session, step: Step, *, charge: Charge) -> None:
    """Give a matter to one lead official, or give its lead official another team or plan.

    Another official takes it over with a clock of visits of their own. A resident who wants no visits is asked
    nothing again.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    issue = written(charge.issue, field="issue", what="要解决的一个问题", least=5)
    plan = written(charge.plan, field="plan", what="方案:谁、怎么解决", least=10)
    document = written(charge.plan_document, field="plan_document", what="方案文件", least=0)
    posts = [written(one.post, field=f"post_{at}", what="职务", least=0) for at, one in enumerate(charge.team, 1)]
    refuse_waivers({"issue": issue, "plan": plan})
    note = f"{issue}\n{plan}"
    step, dispute = taken(session, step, kind="lead_assigned", note=note)
    refuse(_problems(session, step, dispute, charge))
    before = in_charge(session, dispute.id)
    if before is not None:
        before.ended_at = step.now
        session.flush()  # only one row may be in charge at a time
    row = LeaderAssignment(
        dispute_id=dispute.id, lead_id=charge.lead_id, issue=issue, plan=plan, plan_document=document,
        assigned_by=step.actor.assignment_id, assigned_at=step.now,
        declined_at=before.declined_at if before else None,
    )  # fmt: skip
    session.add(row)
    session.flush()  # its members point to it
    session.add_all(
        CaseTeamMember(leader_assignment_id=row.id, number=number, duty=one.duty, unit_id=one.unit_id, post=post)
        for number, (one, post) in enumerate(zip(charge.team, posts, strict=True), 1)
    )
    is_other = before is None or before.lead_id != row.lead_id
    details: Details = {"lead": str(row.lead_id), "team": len(charge.team), "again": not is_other}
    write(session, step, dispute, kind="lead_assigned", note=note, details=details)
    if is_other and row.declined_at is None:
        start_clock(session, dispute=dispute, code=VISIT_CLOCK, started_at=step.now, now=step.now)


def hand_over_matters(session: Session, *, leaver_id: UUID, new_id: UUID, actor: Actor, now: datetime) -> int:
    """Give a leaver's open matters to the successor in office, with issue, plan and team; return how many.

    What complains of the successor's unit, or what the successor has withdrawn from, stays without a leader in office:
    the office finds it in its list of hard matters.
    """
    take_turn(session)
    successor = session.get_one(Assignment, new_id)
    owned = select(LeaderAssignment.dispute_id).where(
        LeaderAssignment.lead_id == leaver_id, LeaderAssignment.ended_at.is_(None)
    )
    disputes = session.scalars(
        select(Dispute)
        .where(Dispute.id.in_(owned), Dispute.state.in_(OPEN_STATES))
        .order_by(Dispute.id)
        .with_for_update(of=Dispute, key_share=True)
    ).all()
    fitting = [
        one for one in disputes
        if one.about_unit_id != successor.unit_id and successor.account_id not in recused_accounts(session, one.id)
    ]  # fmt: skip
    for dispute in fitting:
        _succeed(session, Step(dispute.id, actor, dispute.version, now), dispute, new_id)
    return len(fitting)


def _succeed(session: Session, step: Step, dispute: Dispute, new_id: UUID) -> None:
    """Let another official own a matter as it stands; the clock of visits begins anew with the person."""
    before = the_lead(session, dispute)
    team = session.scalars(
        select(CaseTeamMember).where(CaseTeamMember.leader_assignment_id == before.id).order_by(CaseTeamMember.number)
    ).all()
    before.ended_at = step.now
    session.flush()  # only one row may be in charge at a time
    row = LeaderAssignment(
        dispute_id=dispute.id, lead_id=new_id, issue=before.issue, plan=before.plan,
        plan_document=before.plan_document, assigned_by=step.actor.assignment_id, assigned_at=step.now,
        declined_at=before.declined_at,
    )  # fmt: skip
    session.add(row)
    session.flush()  # its members point to it
    session.add_all(
        CaseTeamMember(
            leader_assignment_id=row.id, number=one.number, duty=one.duty, unit_id=one.unit_id, post=one.post
        )
        for one in team
    )
    details: Details = {"lead": str(new_id), "team": len(team), "again": False, "handed_over": True}
    write(session, step, dispute, kind="lead_assigned", details=details)
    if row.declined_at is None:
        start_clock(session, dispute=dispute, code=VISIT_CLOCK, started_at=step.now, now=step.now)


def decline_contact(session: Session, step: Step) -> None:
    """Record that the resident wants no more visits: contact ends with that, and nobody is asked why."""
    step, dispute = taken(session, step, kind="contact_declined")
    lead = the_lead(session, dispute)
    if lead.declined_at is not None:
        raise ConflictError("已经记过:当事人不愿意再见面。不用再记。", code="declined_before")
    lead.declined_at = step.now
    write(session, step, dispute, kind="contact_declined")
    finish_clock(session, dispute_id=dispute.id, code=VISIT_CLOCK, now=step.now, ended="stopped")


def welcome_contact(session: Session, step: Step) -> None:
    """Record that the resident asks to be met again, of their own accord."""
    step, dispute = taken(session, step, kind="contact_welcomed")
    lead = the_lead(session, dispute)
    if lead.declined_at is None:
        raise ConflictError(f"当事人没有说过不愿意见面,不用记。{KEPT}", code="not_declined")
    lead.declined_at = None
    write(session, step, dispute, kind="contact_welcomed")
    start_clock(session, dispute=dispute, code=VISIT_CLOCK, started_at=step.now, now=step.now)


def _problems(session: Session, step: Step, dispute: Dispute, charge: Charge) -> dict[str, str]:
    leaders = {one.assignment_id for one in leaders_for(session, dispute, step.actor, now=step.now)}
    units = {unit.id for unit in units_for(session, dispute, step.actor)}
    problems = {}
    if charge.lead_id not in leaders:
        problems["lead"] = "请从列表里选一名包案领导。列表里没有的,可能已经不在岗,或者要回避。"
    if len(charge.plan_document.strip()) > LONGEST_DOCUMENT:
        problems["plan_document"] = line_problem(charge.plan_document, longest=LONGEST_DOCUMENT, what="方案文件")
    for number, one in enumerate(charge.team, 1):
        if one.duty not in leading_rules().duties:
            problems[f"duty_{number}"] = "请选这一位管什么。"
        if one.unit_id not in units:
            problems[f"unit_{number}"] = "请从列表里选单位;已经撤销的、被反映的单位不能选。"
        if len(one.post.strip()) > LONGEST_POST:
            problems[f"post_{number}"] = line_problem(one.post, longest=LONGEST_POST, what="职务")
    if len(set(charge.team)) < LEAST_TEAM:
        problems.setdefault("duty_1", f"一套班子至少 {LEAST_TEAM} 个,不算包案领导。")
    return problems
