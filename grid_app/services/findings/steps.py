"""One step of a finding: who may take it, that nobody was first, and how it is written into history and audit.

The second of two people is told who did what and when; what was typed stays with the page that sent it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.findings import FindingCourse
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.policy import Action, Actor, acting_for
from grid_app.queries.findings import in_reach
from grid_app.queries.masking import mask_text
from grid_app.services.audit import record_audit
from grid_app.services.control_words import CONTROL_WORDS, control_words_in
from grid_app.services.findings.deadlines import move_clocks
from grid_app.services.findings.ownership import settle_owner
from grid_app.services.findings.states import MOVES, Move, move_of
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.step import take_turn
from grid_app.vocabulary.findings import LIVE_STATES

LONGEST: Final = 500
KIND_WORDS: Final = {
    "confirmed": "确认", "dismissed": "判断为不成立", "dismissal_asked": "请上一级判断不成立", "assigned": "定责任单位",
    "answered": "答复群众", "measures": "拿出解决办法", "monitored": "继续观察", "resolved": "记为已解决",
    "reworked": "重新办", "closed": "办结",
}  # fmt: skip
Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True)
class FindingStep:
    """Who acts on which finding, when, with which words, on which version; ``version`` ``None`` is whatever stands."""

    finding_id: UUID
    actor: Actor
    note: str
    now: datetime
    version: int | None = None


@dataclass(frozen=True)
class Claimed:
    """The locked finding with its course; ``repeated`` when this very step is in the history already."""

    finding: Finding
    course: FindingCourse
    move: Move
    words: str
    repeated: bool


def claim(
    session: Session, step: FindingStep, move_name: str, *, kind: str = "", same: Details | None = None
) -> Claimed:
    """Return the finding, locked, when the move is open and nobody was first.

    ``kind`` stands for a step that moves nothing. ``same`` are details by which a repeated step is known besides its
    words.

    Raises
    ------
    NotFoundError, InvalidError, ConflictError
        Not in the actor's reach; no proper words; the state does not allow it, or somebody was first.
    """
    _reach(session, step)
    words = checked_words(step.note)
    take_turn(session)
    wanted = kind or MOVES[move_name].kind
    finding = session.get_one(Finding, step.finding_id, with_for_update=True, populate_existing=True)
    course = settle_owner(session, finding)
    last = _last_step(session, finding.id)
    if last is not None and last.details.get("to") == finding.state and _is_same(last, step, wanted, words, same or {}):
        return Claimed(finding, course, MOVES[move_name], words, repeated=True)
    move = move_of(move_name, state=finding.state, trend=finding.trend)
    if step.version is not None and step.version != course.version:
        raise ConflictError(_overtaken(session, last), code="overtaken")
    return Claimed(finding, course, move, words, repeated=False)


def write_step(
    session: Session, step: FindingStep, claimed: Claimed, *, kind: str = "", details: Details | None = None
) -> None:
    """Move the finding on, its clocks with it, and write the step into the history; members are graded anew."""
    finding, course, move = claimed.finding, claimed.course, claimed.move
    before, after = finding.state, finding.state if kind else move.target
    figures = {"households": finding.households_now, "grade": finding.grade, "from": before, "to": after}
    lender = acting_for(step.actor, Action.DECIDE_FINDING)
    session.add(
        FindingEvent(
            finding_id=finding.id, at=step.now, kind=kind or move.kind, assignment_id=step.actor.assignment_id,
            acting_for=lender, note=claimed.words, details={**figures, **(details or {}), "on_version": course.version},
        )
    )  # fmt: skip
    target = ("finding", str(finding.id))
    record_audit(session, step.actor, f"finding.{kind or move.kind}", now=step.now, target=target)
    finding.state, finding.updated_at = after, step.now
    course.version += 1
    if not kind:
        move_clocks(session, finding_id=finding.id, move=move, now=step.now)
    if (before in LIVE_STATES) != (after in LIVE_STATES):
        _regrade_members(session, finding.id, step.now)
    if found := control_words_in(claimed.words):
        record_audit(
            session, step.actor, CONTROL_WORDS, now=step.now, target=target, details={"words": "、".join(found)}
        )


def checked_words(typed: str) -> str:
    """Return what somebody had to write, trimmed, with personal numbers masked.

    Raises
    ------
    InvalidError
        Nothing, or too much.
    """
    words = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST:
        raise InvalidError("请写明理由(500 字以内),再提交。", fields={"reason": "请写明理由,500 字以内。"})
    return mask_text(words).text


def forbid(sentence: str) -> ForbiddenError:
    """Return the refusal of a step that belongs to somebody else."""
    return ForbiddenError(f"{sentence}您写的没有保存,还在页面上。")


def _reach(session: Session, step: FindingStep) -> None:
    reached = session.scalar(
        select(Finding.id)
        .join(Division, Division.code == Finding.division_code)
        .where(Finding.id == step.finding_id, in_reach(step.actor))
    )
    if reached is None:
        raise NotFoundError("没有这条苗头提示,或它不在您的范围内。")


def _regrade_members(session: Session, finding_id: UUID, now: datetime) -> None:
    session.flush()  # the grade of a member asks for the finding's state
    members = session.scalars(
        select(Dispute)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding_id)
        .order_by(Dispute.id)
    ).all()
    for dispute in members:
        regrade(session, dispute, now=now)


def _last_step(session: Session, finding_id: UUID) -> FindingEvent | None:
    return session.scalar(
        select(FindingEvent)
        .where(FindingEvent.finding_id == finding_id, FindingEvent.assignment_id.is_not(None))
        .order_by(FindingEvent.at.desc(), FindingEvent.id.desc())
        .limit(1)
    )


def _is_same(last: FindingEvent, step: FindingStep, kind: str, words: str, same: Details) -> bool:
    return (
        last.kind == kind
        and last.note == words
        and last.assignment_id == step.actor.assignment_id
        and all(last.details.get(name) == value for name, value in same.items())
        and (step.version is None or last.details.get("on_version") == step.version)
    )


def _overtaken(session: Session, last: FindingEvent | None) -> str:
    kept = "您这一步没有保存,写的还在页面上。请先看新的情况,再决定要不要提交。"
    if last is None:
        return f"这条提示在您打开页面以后已经有了变化。{kept}"
    name, unit = session.execute(
        select(Account.display_name, Unit.name)
        .join(Assignment, Assignment.account_id == Account.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.id == last.assignment_id)
    ).one()
    at = local(last.at)
    done = KIND_WORDS.get(last.kind, "更新")
    return f"{name}({unit})已经在 {at.month}月{at.day}日 {at:%H:%M} 做了“{done}”。{kept}"
