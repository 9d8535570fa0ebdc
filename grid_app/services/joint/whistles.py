"""A whistle (吹哨): village or township calls departments whose powers it lacks; the township's leader checks it first.

What a department does then is in ``answers``. Departments never whistle back down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.joint import Whistle, WhistleCall
from grid_app.policy import Action, Actor, Role
from grid_app.queries.joint import callable_departments, unit_kind
from grid_app.services.clocks.rules import rulebook
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import Details, Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.joint import MOST_CALLS, WHISTLE_RULES
from grid_app.vocabulary.words import OPEN_STATES, STATE_WORDS

KEPT: Final = "填写的内容还在页面上。"
NOT_SAVED: Final = "没有保存,已填的都还在。"
BASE_KINDS: Final = ("village_committee", "township_government")
CHECKERS: Final = (Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD)


@dataclass(frozen=True)
class Asked:
    """A whistle as it was typed: which departments, how pressing, and what village or township cannot do itself."""

    unit_ids: Sequence[UUID]
    urgent: bool | None
    problem: str


def ask_whistle(session: Session, step: Step, *, asked: Asked) -> None:
    """Whistle for departments; from the township's leader it goes out at once, from others when the leader agrees."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    problem = written(asked.problem, field="problem", what="本级办不了什么,要部门来做什么", least=10)
    dispute = claimed(session, step, kind="whistle_asked", note=problem)
    if unit_kind(session, step.actor.unit_id) not in BASE_KINDS:
        raise ForbiddenError("吹哨是村(社区)和乡镇叫部门,部门不能反过来吹哨。什么也没有改。")
    require_in_hand(dispute)
    _check(session, dispute, asked)
    refuse_waivers({"problem": problem})
    if open_whistle(session, dispute.id) is not None:
        raise ConflictError(f"这件事已经吹过哨,还没有结束。要再叫别的部门,请等这一次结束。{KEPT}", code="open_whistle")
    whistle = Whistle(
        dispute_id=dispute.id, unit_id=step.actor.unit_id, urgent=bool(asked.urgent), problem=problem,
        asked_at=step.now, asked_by=step.actor.assignment_id,
    )  # fmt: skip
    session.add(whistle)
    session.flush()  # the calls point to it
    session.add_all(
        WhistleCall(whistle_id=whistle.id, dispute_id=dispute.id, unit_id=unit_id)
        for unit_id in dict.fromkeys(asked.unit_ids)
    )
    details: Details = {"calls": len(set(asked.unit_ids)), "urgent": whistle.urgent}
    write(session, step, dispute, kind="whistle_asked", note=problem, details=details)
    if step.actor.role is Role.TOWNSHIP_LEAD:
        _send(session, step, dispute, whistle)


def check_whistle(session: Session, step: Step, *, send: bool, note: str = "") -> None:
    """Let a whistle go out, or not with the reason: so that no department is called for nothing."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    note = written(note, field="note", what="为什么不吹哨,本级怎么办", least=0 if send else 5)
    dispute = claimed(session, step, kind="whistle_sent" if send else "whistle_refused", note=note)
    whistle = open_whistle(session, dispute.id)
    if whistle is None or whistle.state != "asked":
        raise ConflictError("没有等把关的吹哨,可能已经有人处理了。请看看页面上的最新情况。", code="not_asked")
    if not may_check(step.actor):
        raise ForbiddenError("吹哨要由乡镇领导把关以后发出。什么也没有改。")
    refuse_waivers({"note": note})
    if send:
        _send(session, step, dispute, whistle, note=note)
        return
    whistle.state, whistle.ended_at = "refused", step.now
    whistle.checked_at, whistle.checked_by = step.now, step.actor.assignment_id
    for call in calls_of(session, whistle):
        call.state = "dropped"
    write(session, step, dispute, kind="whistle_refused", note=note)


def end_whistle(session: Session, step: Step, *, reason: str) -> None:
    """End a whistle that nothing more is expected of: the matter is settled, or a department exists no more."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    reason = written(reason, field="note", what="为什么结束这次吹哨", least=5)
    dispute = claimed(session, step, kind="whistle_ended", note=reason)
    whistle = open_whistle(session, dispute.id)
    if whistle is None:
        raise ConflictError(f"没有正在进行的吹哨,可能已经结束了。{KEPT}", code="not_asked")
    if step.actor.unit_id != whistle.unit_id and not may_check(step.actor):
        raise ForbiddenError("吹哨由吹哨的单位或乡镇领导结束,部门不能自己结束。什么也没有改。")
    refuse_waivers({"note": reason})
    whistle.state, whistle.ended_at = "ended", step.now
    for call in calls_of(session, whistle):
        if call.state not in ("done", "rated", "released"):
            call.state = "dropped"
    write(session, step, dispute, kind="whistle_ended", note=reason)


def may_check(actor: Actor) -> bool:
    """Say whether ``actor`` decides that a whistle goes out."""
    return actor.role in CHECKERS


def open_whistle(session: Session, dispute_id: UUID) -> Whistle | None:
    """Return the whistle of a dispute that has not ended."""
    rows = select(Whistle).where(Whistle.dispute_id == dispute_id, Whistle.state.in_(("asked", "sent")))
    return session.scalars(rows).first()


def calls_of(session: Session, whistle: Whistle) -> Sequence[WhistleCall]:
    """Return the calls of a whistle."""
    return session.scalars(
        select(WhistleCall).where(WhistleCall.whistle_id == whistle.id).order_by(WhistleCall.id)
    ).all()


def require_in_hand(dispute: Dispute) -> None:
    """Refuse what is not being handled here: not accepted yet, ended, or a matter that is only passed on.

    Raises
    ------
    ConflictError
        The sentence says which.
    """
    if is_referral_only(dispute.category):
        raise ConflictError(f"这类事项由有权机关处理,只转交,不在这里联合办理。{KEPT}", code="referral_only")
    if dispute.state not in OPEN_STATES or dispute.state == "reported":
        word = STATE_WORDS[dispute.state]
        raise ConflictError(f"这件事现在是“{word}”,要先受理、还没有办结,才能做这一步。{KEPT}", code="wrong_state")


def call_out(session: Session, step: Step, whistle: Whistle, call: WhistleCall) -> None:
    """Start the time of a department: until when it answers, and until when it is on site."""
    codes = WHISTLE_RULES[whistle.urgent]
    book = rulebook(session, codes, now=step.now)
    answer, site = (book.count(book.rule(code, started_at=step.now), started_at=step.now).due_at for code in codes)
    call.state, call.called_at = "called", step.now
    call.answer_due_at, call.site_due_at, call.silent_at = answer, site, None


def _send(session: Session, step: Step, dispute: Dispute, whistle: Whistle, *, note: str = "") -> None:
    whistle.state, whistle.checked_at, whistle.checked_by = "sent", step.now, step.actor.assignment_id
    for call in calls_of(session, whistle):
        call_out(session, step, whistle, call)
        told: Details = {"unit": str(call.unit_id), "urgent": whistle.urgent}
        write(session, step, dispute, kind="whistle_sent", note=note, details=told)


def _check(session: Session, dispute: Dispute, asked: Asked) -> None:
    wrong = {}
    known = {unit.id for unit in callable_departments(session, dispute)}
    closed = [unit_id for unit_id in asked.unit_ids if unit_id not in known]
    if not asked.unit_ids:
        wrong["units"] = "请选要叫哪些部门。"
    elif closed:
        unit = session.get(Unit, closed[0])
        name = f"“{unit.name}”" if unit else "所选的部门"
        wrong["units"] = f"{name}不能叫:已经撤销、不是本县的部门,或者就是被反映的单位。请重新选。"
    elif len(set(asked.unit_ids)) > MOST_CALLS:
        wrong["units"] = f"一次最多叫 {MOST_CALLS} 个部门。"
    if asked.urgent is None:
        wrong["urgent"] = "请选急不急。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
