"""Several organs disagree on who handles a matter: else their common superior decides (信访工作条例 24).

Between departments, or a department and a township, that is the county; until it has decided, the unit that handles
the matter goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.joint import JurisdictionDispute
from grid_app.policy import Action
from grid_app.queries.joint import competent_units, is_county_centre
from grid_app.services.handling.transfers import end_transfer
from grid_app.services.joint.whistles import KEPT, NOT_SAVED, require_in_hand
from grid_app.services.matters.step import Step, claimed, may_handle, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers


def raise_competence(session: Session, step: Step, *, unit_ids: Sequence[UUID], question: str) -> None:
    """Put the question before the superior: which organs disagree, and what each of them says."""
    question = written(question, field="question", what="哪些单位各有什么理由,依据哪条规定", least=10)
    dispute = claimed(session, step, kind="competence_disputed", note=question)
    step = may_handle(step, dispute)
    require_in_hand(dispute)
    refuse_waivers({"question": question})
    if open_competence(session, dispute.id) is not None:
        raise ConflictError(f"已经提出过,在等县里裁定。{KEPT}", code="raised_before")
    known = {unit.id for unit in competent_units(session, dispute)}
    named = list(dict.fromkeys(unit_ids))
    if len(named) < 2 or not set(named) <= known:
        told = "请至少选两个有不同意见的单位;撤销的单位和被反映的单位不能选。"
        raise InvalidError(NOT_SAVED, fields={"units": told})
    session.add(
        JurisdictionDispute(
            dispute_id=dispute.id, unit_ids=[str(key) for key in named], question=question, raised_at=step.now,
            raised_by=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="competence_disputed", note=question, details={"units": len(named)})


def decide_competence(session: Session, step: Step, *, unit_id: UUID | None, reason: str) -> None:
    """Decide for the county who handles the matter; the decision ends the dispute about it, and nobody objects."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="裁定的理由和依据", least=10)
    dispute = claimed(session, step, kind="competence_decided", note=reason)
    row = open_competence(session, dispute.id)
    if row is None:
        raise ConflictError(f"没有等裁定的管辖争议,可能已经裁定了。{KEPT}", code="not_asked")
    if not is_county_centre(session, step.actor) or str(step.actor.unit_id) in row.unit_ids:
        raise ForbiddenError("管辖争议由共同的上级裁定:县里的综合办理单位。争议中的单位不能自己定;什么也没有改。")
    refuse_waivers({"note": reason})
    if unit_id not in {unit.id for unit in competent_units(session, dispute)}:
        raise InvalidError(NOT_SAVED, fields={"unit": "请从列表里选由哪个单位办理。"})
    row.decided_at, row.decided_by, row.decided_unit_id = step.now, step.actor.assignment_id, unit_id
    row.decision = reason
    end_transfer(session, dispute)
    dispute.owner_unit_id = unit_id
    write(session, step, dispute, kind="competence_decided", note=reason, details={"unit": str(unit_id)})


def open_competence(session: Session, dispute_id: UUID) -> JurisdictionDispute | None:
    """Return the question of competence that nobody has decided."""
    rows = select(JurisdictionDispute).where(
        JurisdictionDispute.dispute_id == dispute_id, JurisdictionDispute.decided_at.is_(None)
    )
    return session.scalars(rows).first()
