"""One step of handling: who takes it, on which version of the dispute, and how it is written into the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.duties import Recusal
from grid_app.models.joint import JointUnit
from grid_app.policy import Action, Actor, allows, as_used, dispute_scope, joined_scope
from grid_app.queries.masking import mask_text
from grid_app.queries.scoping import visible
from grid_app.services.audit import CHAIN_LOCK, record_audit
from grid_app.services.clocks.running import move_clocks
from grid_app.services.control_words import CONTROL_WORDS, control_words_in
from grid_app.services.matters.alerts import escalate_reopened
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.services.numbering import next_event_number

LONGEST_NOTE = 2_000
NO_SUCH = "没有这件事,或者它不在您的范围内。请检查编号。"
JOINED_ONLY = "这件事由别处牵头,您的单位协办:可以记录本单位做了什么,别的步骤请转告牵头单位。填写的内容还在页面上。"
Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True)
class Step:
    """Who acts on which dispute, when, and the version of it that stood on the screen.

    ``sent`` is a keyed digest of the form as it was posted, empty without one: it tells a form sent twice from other
    words of the same person.
    """

    dispute_id: UUID
    actor: Actor
    version: int
    now: datetime
    sent: str = ""


Change: TypeAlias = Callable[[Session, Step], None]
"""A step with everything that was typed, ready to be taken in a transaction."""


class AlreadyDoneError(ConflictError):
    """The very same step by the same person is in the history already: a form that was sent twice."""

    default_code = "already_done"


def permitted(step: Step, action: Action) -> Step:
    """Return ``step`` with its actor as it uses ``action``.

    Raises
    ------
    ForbiddenError
        The role does not include the action.
    """
    if not allows(step.actor, action):
        raise ForbiddenError("您现在的身份不能做这一步。如果您有别的身份,请先切换。")
    return replace(step, actor=as_used(step.actor, action))


def may_handle(step: Step, dispute: Dispute) -> Step:
    """Return ``step`` when its actor handles this dispute: by an office's role, or as staff of the assigned unit.

    Raises
    ------
    ForbiddenError
        Neither is the case.
    """
    if allows(step.actor, Action.HANDLE_DISPUTE):
        return permitted(step, Action.HANDLE_DISPUTE)
    if allows(step.actor, Action.ADD_TO_DISPUTE) and step.actor.unit_id == dispute.owner_unit_id:
        return permitted(step, Action.ADD_TO_DISPUTE)
    raise ForbiddenError("这件事由别的单位办理,您可以补充情况,但不能替它办理。填写的内容没有保存,请转告办理单位。")


def may_work(session: Session, step: Step, dispute: Dispute) -> Step:
    """Return ``step`` when its actor may record work: who handles the dispute, or staff of a unit that handles it too.

    Raises
    ------
    ForbiddenError
        Neither is the case.
    """
    if allows(step.actor, Action.ADD_TO_DISPUTE) and handles_jointly(session, dispute.id, step.actor.unit_id):
        return permitted(step, Action.ADD_TO_DISPUTE)
    return may_handle(step, dispute)


def handles_jointly(session: Session, dispute_id: UUID, unit_id: UUID) -> bool:
    """Say whether a unit handles a dispute together with the unit that leads (联合办理)."""
    joined = exists().where(
        JointUnit.dispute_id == dispute_id, JointUnit.unit_id == unit_id, JointUnit.left_at.is_(None)
    )
    return bool(session.scalar(select(joined)))


def opened(session: Session, step: Step, *, joined: bool = False) -> Dispute:
    """Return the dispute, locked until the transaction ends, whatever version stood on the screen.

    ``joined``: the step is also open to staff of a unit that handles a matter of another place with its unit.

    Raises
    ------
    NotFoundError
        It does not exist, or not for this actor.
    ForbiddenError
        The actor's unit only handles a part of it.
    """
    take_turn(session)
    scope = joined_scope(step.actor) if joined else dispute_scope(step.actor)
    dispute = session.scalar(
        select(Dispute)
        .where(Dispute.id == step.dispute_id, visible(scope))
        .with_for_update(of=Dispute, key_share=True)
        .execution_options(populate_existing=True)
    )
    if dispute is None and handles_jointly(session, step.dispute_id, step.actor.unit_id):
        raise ForbiddenError(JOINED_ONLY)
    if dispute is None:
        raise NotFoundError(NO_SUCH)
    _refuse_recused(session, step)
    return dispute


def _refuse_recused(session: Session, step: Step) -> None:
    """Refuse whoever has withdrawn from this matter (信访工作条例 28)."""
    withdrawn = exists().where(
        Recusal.dispute_id == step.dispute_id, Recusal.account_id == step.actor.account_id, Recusal.lifted_at.is_(None)
    )
    if session.scalar(select(withdrawn)):
        raise ForbiddenError("您已经申明回避这件事,由别的同事办。要解除的,请负责人或者县级来解除;填写的内容没有保存。")


def take_turn(session: Session) -> None:
    """Wait for the audit chain before any row is locked, so that all writers take their locks in one order."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})


def claimed(session: Session, step: Step, *, kind: str, note: str = "") -> Dispute:
    """Return the dispute like ``opened``, but only when nobody changed it since the screen was shown.

    ``kind`` and ``note`` describe the step about to be taken, so that a form sent twice is told from two people.

    Raises
    ------
    AlreadyDoneError
        This step stands in the history already, by the same person with the same words.
    ConflictError
        Somebody else was first; the sentence says who did what and when.
    """
    dispute = opened(session, step)
    if dispute.version == step.version:
        return dispute
    later = _events_since(session, step)
    if any(_is_same(event, step, kind, note) for event in later):
        raise AlreadyDoneError("这一步刚才已经记录了,没有重复记录。")
    raise ConflictError(_overtaken(session, later), code="overtaken")


def _events_since(session: Session, step: Step) -> list[DisputeEvent]:
    events = session.scalars(
        select(DisputeEvent).where(DisputeEvent.dispute_id == step.dispute_id).order_by(DisputeEvent.number)
    )
    return [event for event in events if int(event.details.get("on_version", 0)) >= step.version]


def _is_same(event: DisputeEvent, step: Step, kind: str, note: str) -> bool:
    alike = event.kind == kind and event.note == note and event.details.get("sent", "") == step.sent
    return alike and event.assignment_id == step.actor.assignment_id


def _overtaken(session: Session, later: list[DisputeEvent]) -> str:
    kept = "您的这一步没有保存,刚才填写的内容还在下面。请先看新的情况,再决定要不要提交。"
    if not later:
        return f"这件事在您打开页面以后已经有了变化。{kept}"
    event = later[0]
    who = session.execute(
        select(Account.display_name, Unit.name)
        .join(Assignment, Assignment.account_id == Account.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.id == event.assignment_id)
    ).first()
    name = f"{who[0]}({who[1]})" if who else "系统"
    at = local(event.at)
    moment = f"{at.month}月{at.day}日 {at:%H:%M}"
    return f"{name}已经在 {moment} 做了“{EVENT_WORDS.get(event.kind, '更新')}”。{kept}"


def write(
    session: Session, step: Step, dispute: Dispute, *, kind: str, to_state: str | None = None, note: str = "",
    details: Details | None = None,
) -> None:  # fmt: skip
    """Move ``dispute`` on and write the step into its history and the audit trail, in the caller's transaction.

    ``details`` holds codes and figures only; ``note`` is what the handler wrote and stays out of the audit trail.
    """
    before = dispute.state
    after = to_state or before
    session.add(
        DisputeEvent(
            dispute_id=dispute.id,
            number=next_event_number(session, dispute.id),
            at=step.now,
            kind=kind,
            from_state=before if after != before else None,
            to_state=after,
            assignment_id=step.actor.assignment_id,
            acting_for=step.actor.acting_for,
            note=note,
            details={**(details or {}), "on_version": dispute.version, **({"sent": step.sent} if step.sent else {})},
        )
    )
    dispute.state = after
    dispute.version += 1
    move_clocks(session, dispute, kind=kind, now=step.now, by_unit=step.actor.unit_id)
    if kind == "reopened":
        escalate_reopened(session, dispute, now=step.now)
    record_audit(
        session, step.actor, f"dispute.{kind}", now=step.now, target=("dispute", str(dispute.id)), details=details
    )
    if words := control_words_in(note):
        named = {"words": "、".join(words), "kind": kind}
        record_audit(
            session, step.actor, CONTROL_WORDS, now=step.now, target=("dispute", str(dispute.id)), details=named
        )


def written(typed: str, *, field: str, what: str, least: int = 2, longest: int = LONGEST_NOTE) -> str:
    """Return a text that somebody had to write, trimmed, personal numbers in it masked; nothing is cut off.

    Raises
    ------
    InvalidError
        It is missing, too short, too long, or holds control characters.
    """
    plain = typed.replace("\r\n", "\n").strip()
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in plain):
        raise _wrong(field, f"“{what}”里有看不见的控制字符。请删掉后重新输入。")
    if len(plain) < least:
        raise _wrong(field, f"请写明{what}。")
    if len(plain) > longest:
        raise _wrong(field, f"“{what}”最多 {longest} 个字,现在有 {len(plain)} 个字。请缩短。")
    return mask_text(plain).text


def _wrong(field: str, sentence: str) -> InvalidError:
    return InvalidError("还有内容要改一下,没有保存;已填的都还在。", fields={field: sentence})
