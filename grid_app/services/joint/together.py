"""Joint handling (联合办理): one unit leads, others handle their part with it; what a matter crosses (三跨三分离).

A township asks its own villages; only the county asks departments and other townships. Who is asked sees the matter
and may record its work there, and does nothing else to it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.joint import CrossFlag, JointHandling, JointUnit
from grid_app.policy import Action, dispute_scope
from grid_app.queries.joint import is_county_centre, joinable_units, unit_kind
from grid_app.services.joint.whistles import KEPT, NOT_SAVED, require_in_hand
from grid_app.services.matters.step import AlreadyDoneError, Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.joint import FLAG_WORDS, MOST_UNITS


@dataclass(frozen=True)
class Joining:
    """Which units handle a matter with the lead, what their part is, and why it needs several."""

    unit_ids: Sequence[UUID]
    task: str
    reason: str


def begin_joint(session: Session, step: Step, *, joining: Joining) -> None:
    """Let several units handle the matter together; the unit that handles it now leads."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    task = written(joining.task, field="task", what="协办单位各做什么", least=5)
    reason = written(joining.reason, field="note", what="为什么要联合办理", least=5)
    dispute = claimed(session, step, kind="joint_begun", note=reason)
    require_in_hand(dispute)
    refuse_waivers({"task": task, "note": reason})
    if open_joint(session, dispute.id) is not None:
        raise ConflictError(f"已经在联合办理了,要增加单位请用“增加协办单位”。{KEPT}", code="joint_before")
    if dispute.owner_unit_id is None:
        raise ConflictError(f"还没有办理单位。请先指定由谁牵头办理。{KEPT}", code="no_owner")
    _require_joinable(session, step, dispute, joining.unit_ids)
    joint = JointHandling(
        dispute_id=dispute.id, lead_unit_id=dispute.owner_unit_id, reason=reason, begun_at=step.now,
        begun_by=step.actor.assignment_id,
    )  # fmt: skip
    session.add(joint)
    session.flush()  # its units point to it
    write(session, step, dispute, kind="joint_begun", note=reason, details={"unit": str(dispute.owner_unit_id)})
    for unit_id in dict.fromkeys(joining.unit_ids):
        _join(session, step, joint, unit_id, task)


def add_unit(session: Session, step: Step, *, unit_id: UUID | None, task: str) -> None:
    """Ask one more unit to handle its part."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    task = written(task, field="task", what="这个单位做什么", least=5)
    dispute = claimed(session, step, kind="joint_unit_added", note=task)
    joint = _the_joint(session, dispute)
    refuse_waivers({"task": task})
    _require_joinable(session, step, dispute, [unit_id] if unit_id else [])
    if unit_id in _units_of(session, joint):
        raise ConflictError(f"这个单位已经在协办了。{KEPT}", code="joined_before")
    if unit_id is not None:
        _join(session, step, joint, unit_id, task)


def leave(session: Session, step: Step, *, unit_id: UUID | None, reason: str) -> None:
    """Let a unit leave a joint handling: its part is done, or it is not needed any more."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="为什么退出,它那一部分办得怎样", least=5)
    dispute = claimed(session, step, kind="joint_unit_left", note=reason)
    joint = _the_joint(session, dispute)
    refuse_waivers({"note": reason})
    row = _units_of(session, joint).get(unit_id) if unit_id else None
    if row is None:
        raise InvalidError(NOT_SAVED, fields={"unit": "请从协办单位里选一个。"})
    row.left_at = step.now
    write(session, step, dispute, kind="joint_unit_left", note=reason, details={"unit": str(unit_id)})


def end_joint(session: Session, step: Step, *, reason: str) -> None:
    """End the joint handling; the lead goes on alone."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="为什么结束联合办理", least=5)
    dispute = claimed(session, step, kind="joint_ended", note=reason)
    joint = _the_joint(session, dispute)
    refuse_waivers({"note": reason})
    joint.ended_at = step.now
    for row in _units_of(session, joint).values():
        row.left_at = step.now
    write(session, step, dispute, kind="joint_ended", note=reason)


def mark_crossing(session: Session, step: Step, *, flags: Collection[str]) -> None:
    """Say what the matter crosses; it tells of places and powers, never of a person."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    dispute = claimed(session, step, kind="crossing_marked")
    require_in_hand(dispute)
    if not set(flags) <= set(FLAG_WORDS):
        raise InvalidError(NOT_SAVED, fields={"flags": "请从列表里选。"})
    before = set(session.scalars(select(CrossFlag.flag).where(CrossFlag.dispute_id == dispute.id)))
    if before == set(flags):
        raise AlreadyDoneError("已经是这样,没有变化。")
    session.execute(delete(CrossFlag).where(CrossFlag.dispute_id == dispute.id, CrossFlag.flag.not_in(flags)))
    session.add_all(
        CrossFlag(dispute_id=dispute.id, flag=flag, set_at=step.now, set_by=step.actor.assignment_id)
        for flag in sorted(set(flags) - before)
    )
    write(session, step, dispute, kind="crossing_marked", details={"flags": ",".join(sorted(set(flags)))})


def open_joint(session: Session, dispute_id: UUID) -> JointHandling | None:
    """Return the joint handling of a dispute that has not ended."""
    rows = select(JointHandling).where(JointHandling.dispute_id == dispute_id, JointHandling.ended_at.is_(None))
    return session.scalars(rows).first()


def _the_joint(session: Session, dispute: Dispute) -> JointHandling:
    joint = open_joint(session, dispute.id)
    if joint is None:
        raise ConflictError(f"现在没有联合办理,可能刚刚结束。{KEPT}", code="no_joint")
    return joint


def _units_of(session: Session, joint: JointHandling) -> dict[UUID, JointUnit]:
    rows = session.scalars(select(JointUnit).where(JointUnit.joint_id == joint.id, JointUnit.left_at.is_(None)))
    return {row.unit_id: row for row in rows}


def _require_joinable(session: Session, step: Step, dispute: Dispute, unit_ids: Sequence[UUID]) -> None:
    if not unit_ids:
        raise InvalidError(NOT_SAVED, fields={"units": "请选协办单位。", "unit": "请选协办单位。"})
    if len(set(unit_ids)) > MOST_UNITS:
        raise InvalidError(NOT_SAVED, fields={"units": f"协办单位最多 {MOST_UNITS} 个。"})
    wide = is_county_centre(session, step.actor)
    if not wide and unit_kind(session, step.actor.unit_id) != "township_government":
        raise ForbiddenError("联合办理由乡镇(叫本乡镇的单位)或县里的综合办理单位安排。请联系县里;什么也没有改。")
    known = {unit.id for unit in joinable_units(session, dispute, scope=dispute_scope(step.actor), county_wide=wide)}
    if not set(unit_ids) <= known:
        told = "有单位不能选:已经撤销、就是牵头单位或被反映的单位,或者要由县里来叫(可以吹哨)。请重新选。"
        raise InvalidError(NOT_SAVED, fields={"units": told, "unit": told})


def _join(session: Session, step: Step, joint: JointHandling, unit_id: UUID, task: str) -> None:
    row = JointUnit(joint_id=joint.id, dispute_id=joint.dispute_id, unit_id=unit_id, task=task, joined_at=step.now)
    session.add(row)
    dispute = session.get_one(Dispute, joint.dispute_id)
    write(session, step, dispute, kind="joint_unit_added", note=task, details={"unit": str(unit_id)})
