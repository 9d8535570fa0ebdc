"""What a department does when it was called (报到): answers, comes, finishes, or refuses with a reason; and the rating.

A refusal is decided by the county's own office, never by the department. At the end the community that whistled says
in a sentence what came of it: of the department, never of a person.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.joint import Whistle, WhistleCall
from grid_app.policy import Action, Actor
from grid_app.queries.joint import is_county_centre
from grid_app.services.joint.whistles import KEPT, NOT_SAVED, call_out, calls_of
from grid_app.services.matters.step import AlreadyDoneError, Details, Step, opened, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.joint import CALL_WORDS, RATING_WORDS

TWICE = "这一步刚才已经记录了,没有重复记录。"
LONGEST = timedelta(days=366)
ENDED = ("rated", "released", "dropped")


def report_in(session: Session, step: Step, *, plan: str, due_on: date | None) -> None:
    """Answer a call: what the department will do, and by when."""
    plan = written(plan, field="plan", what="准备做什么", least=5)
    dispute, call, step = _own_call(session, step)
    refuse_waivers({"plan": plan})
    if call.state == "answered" and (call.plan, call.answered_by) == (plan, step.actor.assignment_id):
        raise AlreadyDoneError(TWICE)
    _require(call, ("called",))
    today = local_date(step.now)
    if due_on is None or not today <= due_on <= today + LONGEST:
        raise InvalidError(NOT_SAVED, fields={"due_on": "请填哪天以前做完,不能早于今天,也不能晚于一年以后。"})
    call.state, call.answered_at, call.answered_by = "answered", step.now, step.actor.assignment_id
    call.plan, call.plan_due_on, call.silent_at = plan, due_on, None
    details = {"unit": str(call.unit_id), "on": due_on.isoformat()}
    write(session, step, dispute, kind="whistle_answered", note=plan, details=details)


def decline_call(session: Session, step: Step, *, reason: str) -> None:
    """Say why the department does not come; the county decides whether that is so."""
    reason = written(reason, field="note", what="为什么不属于本单位(依据哪条规定,应由谁办)", least=10)
    dispute, call, step = _own_call(session, step)
    refuse_waivers({"note": reason})
    if call.state == "refused" and call.refusal == reason:
        raise AlreadyDoneError(TWICE)
    if call.ruled_at is not None:
        raise ConflictError(f"县里已经裁定由本单位报到,不能再推。{KEPT}", code="ruling")
    _require(call, ("called",))
    call.state, call.refused_at, call.refusal = "refused", step.now, reason
    write(session, step, dispute, kind="whistle_declined", note=reason, details={"unit": str(call.unit_id)})


def arrive(session: Session, step: Step) -> None:
    """Record that the department is on site."""
    dispute, call, step = _own_call(session, step)
    if call.state == "on_site":
        raise AlreadyDoneError(TWICE)
    _require(call, ("answered",))
    call.state, call.on_site_at = "on_site", step.now
    write(session, step, dispute, kind="whistle_on_site", details={"unit": str(call.unit_id)})


def report_done(session: Session, step: Step, *, note: str) -> None:
    """Say what was done; whether it solved anything is for the community to say."""
    note = written(note, field="note", what="做了什么,结果怎样", least=5)
    dispute, call, step = _own_call(session, step)
    refuse_waivers({"note": note})
    if call.state == "done" and call.done_note == note:
        raise AlreadyDoneError(TWICE)
    _require(call, ("answered", "on_site"))
    call.state, call.done_at, call.done_note = "done", step.now, note
    write(session, step, dispute, kind="whistle_done", note=note, details={"unit": str(call.unit_id)})


def rule_on_refusal(session: Session, step: Step, *, call_id: UUID | None, must_come: bool, reason: str) -> None:
    """Decide for the county on a refusal: the department comes after all, with its time anew, or it need not."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="裁定的理由", least=5)
    dispute = opened(session, step)
    call = _call_of(session, dispute, call_id)
    if not is_county_centre(session, step.actor) or step.actor.unit_id == call.unit_id:
        raise ForbiddenError("部门不接的,由县里的综合办理单位裁定,部门不能自己定。什么也没有改。")
    _require(call, ("refused",))
    refuse_waivers({"note": reason})
    whistle = session.get_one(Whistle, call.whistle_id)
    call.ruled_at, call.ruled_by, call.ruling = step.now, step.actor.assignment_id, reason
    if must_come:
        call_out(session, step, whistle, call)
    else:
        call.state = "released"
    details: Details = {"unit": str(call.unit_id), "must_come": must_come}
    write(session, step, dispute, kind="whistle_ruled", note=reason, details=details)
    _end_when_over(session, step, whistle)


def rate(session: Session, step: Step, *, call_id: UUID | None, rating: str, note: str) -> None:
    """Say for the community that whistled what came of a department's work."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    note = written(note, field="note", what="一句话:解决得怎么样", least=4)
    dispute = opened(session, step)
    call = _call_of(session, dispute, call_id)
    whistle = session.get_one(Whistle, call.whistle_id)
    if not may_rate(step.actor, whistle):
        raise ForbiddenError("评价由吹哨的村(社区)或乡镇来写。什么也没有改。")
    if call.state == "rated" and call.rating_note == note:
        raise AlreadyDoneError(TWICE)
    _require(call, ("done",))
    if rating not in RATING_WORDS:
        raise InvalidError(NOT_SAVED, fields={"rating": "请选解决得怎么样。"})
    refuse_waivers({"note": note})
    call.state, call.rated_at, call.rating, call.rating_note = "rated", step.now, rating, note
    details = {"unit": str(call.unit_id), "rating": rating}
    write(session, step, dispute, kind="whistle_rated", note=note, details=details)
    _end_when_over(session, step, whistle)


def may_rate(actor: Actor, whistle: Whistle) -> bool:
    """Say whether ``actor`` belongs to the unit that whistled."""
    return actor.unit_id == whistle.unit_id


def _own_call(session: Session, step: Step) -> tuple[Dispute, WhistleCall, Step]:
    """Return the dispute, locked, and the newest call of the actor's own unit."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    dispute = opened(session, step)
    call = session.scalars(
        select(WhistleCall)
        .join(Whistle, Whistle.id == WhistleCall.whistle_id)
        .where(
            WhistleCall.dispute_id == dispute.id,
            WhistleCall.unit_id == step.actor.unit_id,
            WhistleCall.called_at.is_not(None),
        )
        .order_by(Whistle.asked_at.desc())
    ).first()
    if call is None:
        raise ForbiddenError("这件事没有叫您的单位。填写的内容没有保存。")
    return dispute, call, step


def _call_of(session: Session, dispute: Dispute, call_id: UUID | None) -> WhistleCall:
    call = session.get(WhistleCall, call_id) if call_id else None
    if call is None or call.dispute_id != dispute.id:
        raise InvalidError(NOT_SAVED, fields={"call": "请从列表里选一个部门。"})
    return call


def _require(call: WhistleCall, states: tuple[str, ...]) -> None:
    if call.state not in states:
        word = CALL_WORDS[call.state]
        raise ConflictError(f"现在是“{word}”,不能做这一步,可能刚刚有人做过了。{KEPT}", code="wrong_call_state")


def _end_when_over(session: Session, step: Step, whistle: Whistle) -> None:
    if all(call.state in ENDED for call in calls_of(session, whistle)):
        whistle.state, whistle.ended_at = "ended", step.now
