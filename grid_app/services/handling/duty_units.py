"""The unit with the duty to solve a matter (责任单位): it handles it, another thing than the unit complained of.

A matter that a township has the duty to solve is handled by it, but reviewed and called back by the county.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.duties import DutyUnit
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, dispute_scope
from grid_app.queries.disputes_units import assignable_units, units_over
from grid_app.services.matters.step import Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.words import OPEN_STATES


def name_duty_unit(session: Session, step: Step, *, unit_id: UUID | None, basis: str) -> None:
    """Say which unit has the duty to solve the matter, and by which rule.

    Raises
    ------
    InvalidError
        It is no unit of this place, has ended, or is the unit complained of.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    basis = written(basis, field="note", what="依据(哪条规定、谁主管)", least=4)
    dispute = claimed(session, step, kind="duty_named", note=basis)
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束,不能再改责任单位;填写的内容还在页面上。", code="wrong_state")
    refuse_waivers({"note": basis})
    unit = session.get(Unit, unit_id) if unit_id else None
    if unit is None or unit.id not in {one.id for one in duty_choices(session, dispute, step.actor)}:
        told = "请从列表里选一个单位。被反映的单位要回避,不能同时是责任单位。"
        raise InvalidError("没有保存,已填的还在。", fields={"unit": told})
    row = session.get(DutyUnit, dispute.id) or DutyUnit(dispute_id=dispute.id)
    row.unit_id, row.basis, row.at, row.assignment_id = unit.id, basis, step.now, step.actor.assignment_id
    session.add(row)
    write(session, step, dispute, kind="duty_named", note=basis, details={"unit": str(unit.id)})


def choices_for(session: Session, dispute_id: UUID, actor: Actor) -> list[tuple[UUID, str]]:
    """Return the units that may have the duty for a dispute whose reach was checked, by id and name."""
    dispute = session.get(Dispute, dispute_id)
    return [(one.id, one.name) for one in duty_choices(session, dispute, actor)] if dispute else []


def duty_choices(session: Session, dispute: Dispute, actor: Actor) -> list[Unit]:
    """Return the units that may have the duty at a dispute's place: those over it and the departments of its county."""
    path = session.get_one(Division, dispute.division_code).path
    over = units_over(session, dispute_id=dispute.id)
    given = assignable_units(session, scope=dispute_scope(actor), place_path=path, about_unit_id=dispute.about_unit_id)
    found = {one.id: one for one in (*over, *given) if one.kind not in ("county_lead_office", "mediation_committee")}
    return [one for one in found.values() if one.id != dispute.about_unit_id and one.closed_at is None]
