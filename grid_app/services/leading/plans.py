"""The steps by which a matter is solved; agreed with the resident they are the common timetable (限期化解共识).

A matter of earlier years is marked as such (尊重历史、结合实际), so that nobody measures it by today's rules alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.leading import HistoricalIssue, PlanStep, ResolutionPlan
from grid_app.services.leading.access import (
    ALSO_CLOSED,
    KEPT,
    NOT_SAVED,
    day_problem,
    labels_of,
    refuse,
    taken,
    units_for,
)
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.leading import AGREED_WAYS

FARTHEST: Final = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Wanted:
    """One step of a plan: which unit does what until when."""

    what: str
    unit_id: UUID | None
    due_on: date | None


def set_plan(session: Session, step: Step, *, wanted: tuple[Wanted, ...]) -> None:
    """Make a plan; it replaces the one before, which stays, and has to be agreed with the resident anew."""
    texts = [written(one.what, field=f"what_{at}", what="做什么") for at, one in enumerate(wanted, 1)]
    refuse_waivers({f"what_{at}": text for at, text in enumerate(texts, 1)})
    note = "\n".join(f"{text}({one.due_on})" for one, text in zip(wanted, texts, strict=True))
    step, dispute = taken(session, step, kind="plan_set", note=note)
    if not wanted:
        raise InvalidError(NOT_SAVED, fields={"what_1": "至少写一步。"})
    units = {unit.id for unit in units_for(session, dispute, step.actor)}
    today = local_date(step.now)
    problems = {}
    for at, one in enumerate(wanted, 1):
        problems[f"due_{at}"] = day_problem(one.due_on, earliest=today, latest=today + FARTHEST)
        problems[f"unit_{at}"] = "" if one.unit_id in units else "请选由哪个单位做。"
    refuse(problems)
    before = current_plan(session, dispute)
    if before is not None:
        before.replaced_at = step.now
        session.flush()  # only one plan may be current
    counted = select(func.count()).select_from(ResolutionPlan).where(ResolutionPlan.dispute_id == dispute.id)
    plan = ResolutionPlan(
        dispute_id=dispute.id, number=(session.scalar(counted) or 0) + 1, made_at=step.now,
        assignment_id=step.actor.assignment_id, agreed_by=[],
    )  # fmt: skip
    session.add(plan)
    session.flush()  # its steps point to it
    session.add_all(
        PlanStep(plan_id=plan.id, number=at, what=what, unit_id=one.unit_id, due_on=one.due_on)
        for at, (one, what) in enumerate(zip(wanted, texts, strict=True), 1)
    )
    details: Details = {"number": plan.number, "steps": len(texts)}
    write(session, step, dispute, kind="plan_set", note=note, details=details)


def agree_plan(session: Session, step: Step, *, agreed_on: date | None, way: str, labels: Collection[str]) -> None:
    """Record that the resident agreed to the steps and their days; from then on it is the common timetable."""
    step, dispute = taken(session, step, kind="timetable_agreed")
    plan = _plan(session, dispute)
    if plan.agreed_on is not None:
        raise ConflictError(f"这份方案已经记过当事人同意。{KEPT}", code="agreed_before")
    agreed = [label for label in labels_of(session, dispute) if label in labels]
    refuse(
        {
            "day": day_problem(agreed_on, earliest=local_date(plan.made_at), latest=local_date(step.now)),
            "way": "" if way in AGREED_WAYS else "请选怎么同意的。",
            "agreed": "" if agreed else "请勾选哪几位当事人同意。还没有登记当事人的,先在纠纷页登记(姓名可以不填)。",
        }
    )
    plan.agreed_on, plan.agreed_way, plan.agreed_by = agreed_on, way, agreed
    details: Details = {"number": plan.number, "way": way, "parties": len(agreed)}
    write(session, step, dispute, kind="timetable_agreed", details=details)


def do_step(session: Session, step: Step, *, step_id: UUID | None, done_on: date | None, evidence: str) -> None:
    """Record that a step of the plan was done, and what shows it."""
    evidence = written(evidence, field="note", what="怎么知道已经做完")
    step, dispute = taken(session, step, kind="plan_step_done", note=evidence, states=ALSO_CLOSED)
    refuse_waivers({"note": evidence})
    plan = _plan(session, dispute)
    row = session.get(PlanStep, step_id) if step_id else None
    if row is None or row.plan_id != plan.id:
        raise InvalidError(NOT_SAVED, fields={"step": "请选哪一步做完了。"})
    if row.done_on is not None:
        raise ConflictError(f"这一步已经记过做完了。{KEPT}", code="done_before")
    refuse({"day": day_problem(done_on, latest=local_date(step.now))})
    row.done_on, row.evidence, row.done_by = done_on, evidence, step.actor.assignment_id
    write(session, step, dispute, kind="plan_step_done", note=evidence, details={"number": row.number})


def mark_historical(session: Session, step: Step, *, background: str) -> None:
    """Mark the matter as a legacy of earlier years, with what held then and what holds now."""
    background = written(background, field="note", what="当时的情况和政策、现在怎么衔接", least=10)
    step, dispute = taken(session, step, kind="historical_noted", note=background)
    refuse_waivers({"note": background})
    row = session.get(HistoricalIssue, dispute.id) or HistoricalIssue(dispute_id=dispute.id)
    row.background, row.assignment_id, row.at = background, step.actor.assignment_id, step.now
    session.add(row)
    write(session, step, dispute, kind="historical_noted", note=background)


def current_plan(session: Session, dispute: Dispute) -> ResolutionPlan | None:
    """Return the plan that counts now."""
    rows = select(ResolutionPlan).where(ResolutionPlan.dispute_id == dispute.id, ResolutionPlan.replaced_at.is_(None))
    return session.scalars(rows).first()


def _plan(session: Session, dispute: Dispute) -> ResolutionPlan:
    plan = current_plan(session, dispute)
    if plan is None:
        raise ConflictError(f"还没有化解方案,请先写好每一步。{KEPT}", code="no_plan")
    return plan
