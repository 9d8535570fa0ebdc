"""Shutting a matter to the unit it complains of (信访工作条例 30): at once, then confirmed or lifted one level up.

The unit complained of is another thing than the unit with the duty to solve the matter: the second sees and handles it.
A seal set by staff counts from that moment; the next level looks at it within one working day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Assignment, Notice, Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.duties import DutyUnit
from grid_app.models.handling import Seal
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, Role
from grid_app.queries.accounts import assignments_in_force
from grid_app.queries.disputes_units import units_over
from grid_app.services.audit import record_audit
from grid_app.services.clocks.running import finish_clock, start_clock
from grid_app.services.escalations.shutting import shut_out
from grid_app.services.handling.recusals import is_recused
from grid_app.services.handling.second import account_of, unit_above
from grid_app.services.handling.transfers import end_transfer
from grid_app.services.matters.step import Step, claimed, permitted, write, written
from grid_app.services.numbering import next_event_number
from grid_app.vocabulary.handling import SEAL_KIND_WORDS
from grid_app.vocabulary.words import OPEN_STATES

DECISION: Final = "seal_decision"
ASKED: Final = "上报时要求对这个单位保密。"
LEVELS: Final = {
    Role.TOWNSHIP_OFFICER: 1, Role.TOWNSHIP_LEAD: 1, Role.COUNTY_OFFICER: 2, Role.COUNTY_LEAD: 3,
}  # fmt: skip
"""Of the roles that handle; everybody else sets seals from the field (0)."""


def set_seal(session: Session, step: Step, *, unit_id: UUID | None, kind: str, reason: str) -> None:
    """Take the matter out of the sight of the unit it complains of, at once."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    reason = written(reason, field="note", what="为什么要对这个单位保密(不写姓名)", least=5)
    dispute = claimed(session, step, kind="sealed", note=reason)
    unit = session.get(Unit, unit_id) if unit_id else None
    wrong = {}
    if unit is None:
        wrong["unit"] = "请选反映的是哪个单位。"
    if kind not in SEAL_KIND_WORDS:
        wrong["kind"] = "请选是哪一种情况。"
    if wrong or unit is None:
        raise InvalidError("没有保存,已填的还在。", fields=wrong)
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束。要保密的,请先“重新办理”;填写的内容还在页面上。", code="wrong_state")
    if seal_of(session, dispute) is not None or dispute.about_unit_id is not None:
        raise ConflictError("这件事已经对一个单位保密了。要改的,先由上一级解除。", code="sealed_before")
    _shut(session, dispute, unit, now=step.now)
    write(session, step, dispute, kind="sealed", note=reason, details={"kind": kind, "unit": str(unit.id)})
    _keep(session, dispute, unit, kind=kind, reason=reason, by=step.actor, now=step.now)


def seal_report(session: Session, *, actor: Actor, report_id: UUID, whom: str, now: datetime) -> None:
    """Shut a report that has just come in to the unit it complains of, in the same transaction, before anybody sees it.

    ``whom`` is village or township; anything else, or a place without such a unit, seals nothing.
    """
    unit, dispute = _kept_from(session, report_id, whom), session.get(Dispute, report_id)
    if unit is not None and dispute is not None:
        step = Step(report_id, actor, dispute.version, now)
        set_seal(session, step, unit_id=unit.id, kind="confidential", reason=ASKED)


def seal_for_resident(session: Session, *, report_id: UUID, whom: str, now: datetime) -> None:
    """Do the same for a resident without an account, who asks for it when reporting."""
    unit, dispute = _kept_from(session, report_id, whom), session.get(Dispute, report_id)
    if unit is None or dispute is None or dispute.about_unit_id is not None:
        return
    _shut(session, dispute, unit, now=now)
    details = {"kind": "confidential", "unit": str(unit.id)}
    session.add(
        DisputeEvent(
            dispute_id=dispute.id, number=next_event_number(session, dispute.id), at=now, kind="sealed",
            to_state=dispute.state, note=ASKED, details={**details, "via": "qr"},
        )
    )  # fmt: skip
    dispute.version += 1
    record_audit(session, None, "dispute.sealed", now=now, target=("dispute", str(dispute.id)), details=details)
    _keep(session, dispute, unit, kind="confidential", reason=ASKED, by=None, now=now)


def _kept_from(session: Session, report_id: UUID, whom: str) -> Unit | None:
    kind = {"village": "village_committee", "township": "township_government"}.get(whom)
    return next((one for one in units_over(session, dispute_id=report_id) if one.kind == kind), None)


def decide_seal(session: Session, step: Step, *, confirm: bool, reason: str) -> None:
    """Confirm a seal or lift it, one level above whoever set it, with the reason."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="确认或者解除的理由", least=5)
    kind = "seal_confirmed" if confirm else "seal_lifted"
    dispute = claimed(session, step, kind=kind, note=reason)
    seal = seal_of(session, dispute)
    if seal is None or seal.confirmed_at is not None:
        raise ConflictError("现在没有等确认的保密,可能已经处理了。请看看页面上的最新情况。", code="not_asked")
    if not decides_on_seal(session, step.actor, seal):
        raise ForbiddenError("保密由设置人的上一级确认或者解除,设置的人自己不能决定。什么也没有改。")
    seal.decided_by, seal.decision = step.actor.assignment_id, reason
    if confirm:
        seal.confirmed_at = step.now
    else:
        seal.lifted_at = step.now
        dispute.about_unit_id = None
    write(session, step, dispute, kind=kind, note=reason, details={"unit": str(seal.unit_id)})
    finish_clock(session, dispute_id=dispute.id, code=DECISION, now=step.now)


def seal_of(session: Session, dispute: Dispute) -> Seal | None:
    """Return the seal in force."""
    return session.scalars(select(Seal).where(Seal.dispute_id == dispute.id, Seal.lifted_at.is_(None))).first()


def decides_on_seal(session: Session, actor: Actor, seal: Seal) -> bool:
    """Say whether ``actor`` stands above whoever set the seal; above the county's leaders stands a second of them."""
    role = session.scalar(select(Assignment.role).where(Assignment.id == seal.set_by)) if seal.set_by else None
    setter = LEVELS.get(Role(role), 0) if role else 0
    mine = LEVELS.get(actor.role, 0)
    another = account_of(session, seal.set_by) != actor.account_id
    if is_recused(session, seal.dispute_id, actor.account_id):
        return False
    return another and (mine > setter or mine == setter == LEVELS[Role.COUNTY_LEAD])


def _drop_duty(session: Session, dispute: Dispute, unit: Unit) -> None:
    """Take the duty from a unit that is complained of: it sees nothing any more, so it cannot solve the matter."""
    row = session.get(DutyUnit, dispute.id)
    if row is not None and row.unit_id == unit.id:
        session.delete(row)


def _shut(session: Session, dispute: Dispute, unit: Unit, *, now: datetime) -> None:
    """Take the matter and its alerts out of a unit's sight; what it was handling goes to the office above."""
    dispute.about_unit_id = unit.id
    if dispute.owner_unit_id == unit.id:
        end_transfer(session, dispute)
        dispute.owner_unit_id = unit_above(session, unit, without=unit.id)
    _drop_duty(session, dispute, unit)
    shut_out(session, dispute_id=dispute.id, unit_id=unit.id, now=now)


def _keep(
    session: Session, dispute: Dispute, unit: Unit, *, kind: str, reason: str, by: Actor | None, now: datetime
) -> None:
    """Keep the seal with its clock, and tell the level that confirms or lifts it."""
    clock = start_clock(session, dispute=dispute, code=DECISION, started_at=now, now=now)
    session.add(
        Seal(
            dispute_id=dispute.id, unit_id=unit.id, kind=kind, reason=reason, set_at=now,
            set_by=by.assignment_id if by else None, due_at=clock.due_at,
        )
    )  # fmt: skip
    _tell_deciders(session, dispute, unit, by=by, now=now)


def _tell_deciders(session: Session, dispute: Dispute, unit: Unit, *, by: Actor | None, now: datetime) -> None:
    """Put a line on the start pages of the level that confirms or lifts; it names neither unit nor person."""
    setter = LEVELS.get(by.role, 0) if by else 0
    wanted = {0: (Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD), 1: (Role.COUNTY_OFFICER, Role.COUNTY_LEAD)}
    roles = wanted.get(setter, (Role.COUNTY_LEAD,))
    if setter == 0 and unit.kind == "township_government":
        roles = wanted[1]
    path = session.get_one(Division, dispute.division_code).path
    staff = assignments_in_force(
        session, Assignment.role.in_([str(role) for role in roles]),
        Assignment.division_code.in_(path.strip("/").split("/")), Assignment.unit_id != unit.id, now=now,
    )  # fmt: skip
    text = f"{dispute.case_code} 对被反映的单位保密了,请在一个工作日内确认或者解除。"
    url = f"/disputes/{dispute.id}/handling"
    session.add_all(
        Notice(account_id=account, kind="seal", text=text, url=url, created_at=now)
        for account in dict.fromkeys(one.account_id for one in staff)
        if by is None or account != by.account_id
    )
