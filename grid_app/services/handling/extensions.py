"""More time for a dispute: asked for with a reason, approved once by a leader, never after the limit has passed.

A mediation is extended by the agreement of all parties instead, which the handler records in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.clocks.rules import ExtensionBy, Rule
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.policy import Action, Role
from grid_app.services.clocks.rules import Rulebook, rulebook
from grid_app.services.clocks.running import running_of
from grid_app.services.matters.step import Details, Step, claimed, permitted, write, written

APPROVERS: Final = (Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD)
KEPT: Final = "填写的内容还在页面上。"


@dataclass(frozen=True)
class Extension:
    """How many natural days more for which clock, and why; for a mediation, how all parties agreed."""

    code: str
    days: int
    reason: str


def ask_extension(session: Session, step: Step, *, wanted: Extension) -> None:
    """Ask for more time; it counts when a leader approves it, for a mediation at once by the parties' agreement."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(wanted.reason, field="note", what="为什么要延长", least=5)
    dispute = claimed(session, step, kind="extension_asked", note=reason)
    clock, book = _clock(session, dispute, wanted.code, step)
    rule = _rule(book, clock)
    _require_open(clock, rule, step)
    if clock.extension_asked_at is not None:
        raise ConflictError("已经有人申请延长,正在等领导审批,不用再申请一次。", code="already_asked")
    if not 0 < wanted.days <= rule.extension:
        raise InvalidError(
            "没有提交。延长的天数要改一下。", fields={"days": f"这个期限最多延长 {rule.extension} 天,只能延长一次。"}
        )
    clock.extension_days, clock.extension_reason = wanted.days, reason
    clock.extension_asked_at, clock.extended_by = step.now, step.actor.assignment_id
    details: Details = {"rule": clock.rule_code, "days": wanted.days}
    kind = "extension_asked"
    if rule.extension_by is ExtensionBy.PARTIES:
        kind = "extended_by_parties"
        _lengthen(clock, rule, book, step)
    write(session, step, dispute, kind=kind, note=reason, details=details)


def decide_extension(session: Session, step: Step, *, code: str, approve: bool, note: str = "") -> None:
    """Approve or refuse an extension that somebody else asked for; a refusal leaves the limit as it is.

    The leader of the township or, when there is no second person, a leader of the county decides.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    if step.actor.role not in APPROVERS:
        raise ForbiddenError("延长要由乡镇领导或县级领导批准。您可以申请,不能自己批准;什么也没有改。")
    note = written(note, field="note", what="审批意见", least=0 if approve else 2)
    kind = "extension_approved" if approve else "extension_refused"
    dispute = claimed(session, step, kind=kind, note=note)
    clock, book = _clock(session, dispute, code, step)
    rule = _rule(book, clock)
    if clock.extension_asked_at is None:
        raise ConflictError("这个期限没有待批的延长申请,可能已经批过了。请看看页面上的最新情况。", code="not_asked")
    if clock.extended_by == step.actor.assignment_id:
        raise ForbiddenError("自己申请的延长不能自己批准。请另一位领导办理;本单位没有第二个人的,由县级领导批准。")
    details: Details = {"rule": clock.rule_code, "days": clock.extension_days}
    if approve:
        _require_open(clock, rule, step)
        clock.extension_approver = step.actor.assignment_id
        _lengthen(clock, rule, book, step)
    else:
        clock.extension_asked_at, clock.extended_by, clock.extension_days, clock.extension_reason = None, None, 0, ""
    write(session, step, dispute, kind=kind, note=note, details=details)


def _clock(session: Session, dispute: Dispute, code: str, step: Step) -> tuple[Deadline, Rulebook]:
    clock = next((one for one in running_of(session, dispute.id) if one.rule_code == code), None)
    if clock is None:
        raise NotFoundError("这件事没有这个正在计算的期限,可能刚刚办结。请回到这件事的页面看看。")
    return clock, rulebook(session, [code], now=step.now)


def _rule(book: Rulebook, clock: Deadline) -> Rule:
    """Return the very version that the clock runs by."""
    return next(one for one in book.versions[clock.rule_code] if one.version == clock.rule_version)


def _require_open(clock: Deadline, rule: Rule, step: Step) -> None:
    if not rule.extension:
        raise InvalidError(f"“{rule.name}”不能延长。{KEPT}", fields={"days": "这个期限按规定不能延长。"})
    if clock.extended_at is not None:
        raise ConflictError(f"“{rule.name}”已经延长过一次,按规定只能延长一次。{KEPT}", code="extended_before")
    if step.now > clock.due_at:
        passed = local(clock.due_at)
        raise ConflictError(
            f"“{rule.name}”的期限在 {passed.year} 年 {passed.month} 月 {passed.day} 日已经过了,不能再延长。"
            f"请尽快办理,并把逾期的原因写进办理记录。{KEPT}",
            code="limit_passed",
        )


def _lengthen(clock: Deadline, rule: Rule, book: Rulebook, step: Step) -> None:
    counted = book.count(rule, started_at=clock.started_at, extra_days=clock.extension_days)
    clock.due_at, clock.explanation, clock.extended_at = counted.due_at, counted.as_data(), step.now
