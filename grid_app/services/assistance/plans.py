"""Help for a party that wants it (困难帮扶档案; 信访工作条例 37): consent, plan, measures, each with its unit and day.

Without the party's recorded consent nothing is planned; one word ends it, and nobody asks why. What is planned stands
in no history and no list of people, and changes nothing about the dispute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.assistance import AssistanceMeasure, AssistancePlan, ConsentRecord
from grid_app.models.disputes import Dispute, Party
from grid_app.policy import Action, Actor, allows
from grid_app.queries.assistance import helping_units
from grid_app.queries.parts import is_department, units_with_a_part
from grid_app.services.assistance.ties import refuse_ties
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import AlreadyDoneError, Step, opened, permitted, write, written
from grid_app.vocabulary.assistance import (
    COUNSELLING,
    COUNSELLING_TEXT,
    HELP,
    MEASURE_WORDS,
    MOST_CENTS,
    MOST_MEASURES,
    WITH_AMOUNT,
)
from grid_app.vocabulary.mediation import CONSENT_WAY_WORDS

KEPT: Final = "填写的内容还在页面上。"
NOT_SAVED: Final = "没有保存,已填的都还在。"
LONGEST: Final = timedelta(days=731)
TWICE: Final = "这一步刚才已经记录了,没有重复记录。"


@dataclass(frozen=True)
class Measure:
    """One measure as it was typed; ``amount`` in yuan, empty for none."""

    kind: str
    what: str
    unit_id: UUID | None
    due_on: date | None
    amount: str = ""


def agree_to_help(session: Session, step: Step, *, party: str, way: str) -> None:
    """Write down that a party wants to be helped, and how it said so."""
    dispute, step = taken(session, step)
    label = _label(session, dispute, party)
    if way not in CONSENT_WAY_WORDS:
        raise InvalidError(NOT_SAVED, fields={"way": "请选本人是怎么说的。"})
    if consent_in_force(session, dispute.id, label) is not None:
        raise AlreadyDoneError(TWICE)
    session.add(
        ConsentRecord(
            dispute_id=dispute.id, label=label, purpose=HELP, way=way, given_at=step.now,
            given_to=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="help_agreed")


def withdraw_help(session: Session, step: Step, *, party: str) -> None:
    """End at once everything that is not done, because the party does not want help, or not any longer."""
    dispute, step = taken(session, step)
    consent = consent_in_force(session, dispute.id, party)
    if consent is None:
        raise AlreadyDoneError("本人现在没有同意帮扶,没有什么要停的。")
    consent.withdrawn_at, consent.withdrawn_to = step.now, step.actor.assignment_id
    plan = open_plan(session, dispute.id, party)
    if plan is not None:
        _end(session, plan, step, why="refused", state="declined")
    write(session, step, dispute, kind="help_withdrawn")


def make_plan(session: Session, step: Step, *, party: str, unit_id: UUID | None, due_on: date | None,
              agreed: bool) -> None:  # fmt: skip
    """Make the plan that was talked over with the party: which unit answers for it, until when."""
    dispute, step = taken(session, step)
    consent = consent_in_force(session, dispute.id, party)
    if consent is None:
        raise ConflictError(f"还没有记下本人同意帮扶。本人同意了才能定计划。{KEPT}", code="consent_missing")
    if open_plan(session, dispute.id, party) is not None:
        raise ConflictError(f"已经有一份帮扶计划,可以往里加措施。{KEPT}", code="planned_before")
    wrong = _wrong_duty(session, dispute, step, unit_id, due_on)
    if not agreed:
        wrong["agreed"] = "计划要和本人商量,本人同意了再保存。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    session.add(
        AssistancePlan(
            dispute_id=dispute.id, label=party, consent_id=consent.id, unit_id=unit_id, due_on=due_on,
            agreed_on=local_date(step.now), made_at=step.now, made_by=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="help_planned")


def add_measure(session: Session, step: Step, *, plan_id: UUID | None, measure: Measure) -> None:
    """Add one measure of the closed list; counselling is offered and has no words of its own."""
    dispute, step = taken(session, step)
    plan = _the_plan(session, dispute, plan_id)
    if measure.kind not in MEASURE_WORDS:
        raise InvalidError(NOT_SAVED, fields={"kind": "请从列表里选一种帮扶。"})
    told = COUNSELLING_TEXT if measure.kind == COUNSELLING else measure.what
    what = written(told, field="what", what="具体做什么", least=4)
    refuse_ties({"what": what})
    cents = cents_of(measure)
    wrong = _wrong_duty(session, dispute, step, measure.unit_id, measure.due_on)
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    rows = session.scalars(select(AssistanceMeasure).where(AssistanceMeasure.plan_id == plan.id)).all()
    if any((row.kind, row.what, row.amount_cents) == (measure.kind, what, cents) for row in rows):
        raise AlreadyDoneError(TWICE)
    if len(rows) >= MOST_MEASURES:
        raise ConflictError(f"一份计划最多 {MOST_MEASURES} 项措施。{KEPT}", code="too_many")
    last = session.scalar(select(func.max(AssistanceMeasure.number)).where(AssistanceMeasure.plan_id == plan.id))
    session.add(
        AssistanceMeasure(
            plan_id=plan.id, dispute_id=dispute.id, number=(last or 0) + 1, kind=measure.kind, what=what,
            unit_id=measure.unit_id, due_on=measure.due_on, amount_cents=cents,
            amount_state="none" if cents is None else "asked", added_at=step.now, added_by=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="help_measure_added")


def measure_done(session: Session, step: Step, *, measure_id: UUID | None, done_on: date | None, result: str) -> None:
    """Record that a measure was carried out; an amount only when two people agreed to it."""
    dispute, step = taken(session, step)
    measure = the_measure(session, dispute, measure_id)
    note = "" if measure.kind == COUNSELLING else written(result, field="note", what="落实的情况", least=4)
    refuse_ties({"note": note})
    if measure.state == "done" and measure.result == note:
        raise AlreadyDoneError(TWICE)
    require_planned(measure)
    if measure.amount_state in ("asked", "refused"):
        raise ConflictError(f"这笔钱还没有两个人同意,不能发。{KEPT}", code="amount_not_approved")
    if done_on is None or done_on > local_date(step.now):
        raise InvalidError(NOT_SAVED, fields={"day": "请填落实的日期,不能晚于今天。"})
    measure.state, measure.done_on, measure.result = "done", done_on, note
    write(session, step, dispute, kind="help_measure_done")


def decline_measure(session: Session, step: Step, *, measure_id: UUID | None) -> None:
    """End one measure that the party does not want; the others go on, and nobody asks why."""
    dispute, step = taken(session, step)
    measure = the_measure(session, dispute, measure_id)
    if measure.state == "declined":
        raise AlreadyDoneError(TWICE)
    require_planned(measure)
    measure.state = "declined"
    write(session, step, dispute, kind="help_measure_declined")


def finish_plan(session: Session, step: Step, *, plan_id: UUID | None) -> None:
    """End a plan when nothing is left to do."""
    dispute, step = taken(session, step)
    plan = _the_plan(session, dispute, plan_id)
    rows = session.scalars(select(AssistanceMeasure).where(AssistanceMeasure.plan_id == plan.id)).all()
    if any(row.state == "planned" for row in rows):
        raise ConflictError("还有措施没有落实。落实了,或者本人说不要了,才能结束。", code="measures_open")
    _end(session, plan, step, why="done" if any(row.state == "done" for row in rows) else "stopped", state="dropped")
    write(session, step, dispute, kind="help_finished")


def may_help(session: Session, actor: Actor, dispute_id: UUID, owner_unit_id: UUID | None) -> bool:
    """Say whether ``actor`` sees and does what belongs to help: offices, departments with a part in it, who helps."""
    if not allows(actor, Action.ADD_TO_DISPUTE):
        return False
    if actor.unit_id == owner_unit_id:
        return True
    if not allows(actor, Action.HANDLE_DISPUTE):
        return actor.unit_id in helping_units(session, dispute_id)
    return not is_department(session, actor.unit_id) or actor.unit_id in units_with_a_part(session, dispute_id)


def taken(session: Session, step: Step) -> tuple[Dispute, Step]:
    """Return the dispute, locked, for an actor who may help.

    Steps of help overwrite nothing of the dispute, so another person's step in between is no conflict; each looks at
    what it changes.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        As ``opened``; the actor has no part in it; the matter is only passed on.
    """
    dispute = opened(session, step)
    if not may_help(session, step.actor, dispute.id, dispute.owner_unit_id):
        raise ForbiddenError("帮扶由办理单位和帮扶单位来做。什么也没有改。")
    if is_referral_only(dispute.category):
        raise ConflictError(f"这类事项只转交有权机关,不在这里安排帮扶。{KEPT}", code="referral_only")
    action = Action.HANDLE_DISPUTE if allows(step.actor, Action.HANDLE_DISPUTE) else Action.ADD_TO_DISPUTE
    return dispute, permitted(step, action)


def consent_in_force(session: Session, dispute_id: UUID, label: str) -> ConsentRecord | None:
    """Return the word of a party that it wants to be helped, unless it took it back."""
    rows = select(ConsentRecord).where(
        ConsentRecord.dispute_id == dispute_id, ConsentRecord.label == label, ConsentRecord.purpose == HELP,
        ConsentRecord.withdrawn_at.is_(None),
    )  # fmt: skip
    return session.scalars(rows).first()


def open_plan(session: Session, dispute_id: UUID, label: str) -> AssistancePlan | None:
    """Return the plan of a party that has not ended."""
    rows = select(AssistancePlan).where(
        AssistancePlan.dispute_id == dispute_id, AssistancePlan.label == label, AssistancePlan.ended_at.is_(None)
    )
    return session.scalars(rows).first()


def the_measure(session: Session, dispute: Dispute, measure_id: UUID | None) -> AssistanceMeasure:
    """Return one measure of this very dispute.

    Raises
    ------
    InvalidError
        It is none of them.
    """
    row = session.get(AssistanceMeasure, measure_id) if measure_id else None
    if row is None or row.dispute_id != dispute.id:
        raise InvalidError(NOT_SAVED, fields={"measure": "请从列表里选一项措施。"})
    return row


def require_planned(measure: AssistanceMeasure) -> None:
    """Refuse when the measure was done or ended meanwhile."""
    if measure.state != "planned":
        raise ConflictError(f"这项措施刚刚有人处理过了,请看看页面上的最新情况。{KEPT}", code="measure_over")


def cents_of(measure: Measure) -> int | None:
    """Return the amount of a measure in cents; ``None`` when it has none.

    Raises
    ------
    InvalidError
        It is no amount, or this kind of help pays nothing.
    """
    typed = measure.amount.strip().replace(",", "").replace(",", "").removesuffix("元")
    if not typed:
        return None
    if measure.kind not in WITH_AMOUNT:
        raise InvalidError(NOT_SAVED, fields={"amount": "这种帮扶不发钱,金额不用填。"})
    whole, _, part = typed.partition(".")
    is_amount = whole.isascii() and whole.isdecimal() and (not part or (part.isascii() and part.isdecimal()))
    cents = int(whole[:12]) * 100 + int(part.ljust(2, "0")) if is_amount and len(part) <= 2 else 0
    if not 0 < cents <= MOST_CENTS:
        raise InvalidError(NOT_SAVED, fields={"amount": "请填金额,例如 1200 或 1200.50,不超过一百万元。"})
    return cents


def _label(session: Session, dispute: Dispute, party: str) -> str:
    found = session.scalar(select(Party.label).where(Party.dispute_id == dispute.id, Party.label == party))
    if found is None:
        raise InvalidError(NOT_SAVED, fields={"party": "请从列表里选一位当事人;还没有登记的,先在这件事的页面登记。"})
    return found


def _the_plan(session: Session, dispute: Dispute, plan_id: UUID | None) -> AssistancePlan:
    plan = session.get(AssistancePlan, plan_id) if plan_id else None
    if plan is None or plan.dispute_id != dispute.id or plan.ended_at is not None:
        raise ConflictError(f"没有这份帮扶计划,可能已经结束了。{KEPT}", code="no_plan")
    return plan


def _wrong_duty(
    session: Session, dispute: Dispute, step: Step, unit_id: UUID | None, due_on: date | None
) -> dict[str, str]:
    wrong = {}
    unit = session.get(Unit, unit_id) if unit_id else None
    if unit is None or unit.closed_at is not None or unit.id == dispute.about_unit_id:
        wrong["unit"] = "请选由哪个单位负责;撤销的单位和被反映的单位不能选。"
    elif unit.division_code[:6] != dispute.division_code[:6]:
        wrong["unit"] = "请选本县的单位。"
    today = local_date(step.now)
    if due_on is None or not today <= due_on <= today + LONGEST:
        wrong["due_on"] = "请填哪天以前落实,不能早于今天,也不能晚于两年以后。"
    return wrong


def _end(session: Session, plan: AssistancePlan, step: Step, *, why: str, state: str) -> None:
    plan.ended_at, plan.ended_why = step.now, why
    for row in session.scalars(select(AssistanceMeasure).where(AssistanceMeasure.plan_id == plan.id)):
        if row.state == "planned":
            row.state = state
