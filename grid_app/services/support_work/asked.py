"""What every request to a unit shares: who may ask whom, the answer, the end; two people at once; no names of staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local, local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.support_work import DutyReview, Recommendation, Rectification, Resolution, Supervision
from grid_app.policy import Action, Actor, Role, allows, dispute_scope
from grid_app.queries.scoping import visible
from grid_app.queries.support_units import staff_names, units_advised, units_below
from grid_app.services.audit import record_audit
from grid_app.services.control_words import CONTROL_WORDS, control_words_in
from grid_app.services.matters.step import AlreadyDoneError, take_turn, written

Request: TypeAlias = Supervision | DutyReview | Rectification | Recommendation | Resolution
Kind = TypeVar("Kind", bound=Request)
NOT_SAVED: Final = "没有保存,已填的都还在。"
LONGEST_TERM: Final = timedelta(days=366)
LONGEST_TITLE: Final = 100
LONGEST_NUMBER: Final = 60
LEAST_STAFF_NAME: Final = 2
KINDS: Final[Mapping[type[Request], str]] = {
    Supervision: "supervision",
    DutyReview: "duty_review",
    Rectification: "rectification",
    Recommendation: "recommendation",
    Resolution: "resolution",
}


@dataclass(frozen=True)
class Desk:
    """Who acts, and when."""

    actor: Actor
    now: datetime

    @property
    def today(self) -> date:
        """Return the local day."""
        return local_date(self.now)


def require_office(desk: Desk) -> None:
    """Refuse unless the actor works in an office that handles disputes.

    Raises
    ------
    ForbiddenError
        The role does not.
    """
    if not allows(desk.actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("这一步由乡镇、县的经办或领导做,您的身份不能做。")


def unit_asked(session: Session, desk: Desk, unit_id: UUID | None, *, advice: bool = False) -> Unit:
    """Return the unit that is asked: below the actor's unit, or for a proposal also an office beside it.

    Raises
    ------
    InvalidError
        It is none of those, or has ended.
    """
    found = units_advised(session, desk.actor) if advice else units_below(session, desk.actor)
    if not found:
        raise ForbiddenError("您的单位不是督办单位:县联席会议办公室、县领导值班室和乡镇政府才能做这一步。")
    unit = next((one for one in found if one.id == unit_id), None)
    if unit is None:
        raise InvalidError(NOT_SAVED, fields={"unit": "请从列表里选一个单位;已经撤销的单位不能选。"})
    return unit


def due_day(desk: Desk, due_on: date | None, *, field: str = "due_on") -> date:
    """Return a due day that can be kept.

    Raises
    ------
    InvalidError
        It is missing, has passed, or lies more than a year ahead.
    """
    if due_on is None or not desk.today <= due_on <= desk.today + LONGEST_TERM:
        raise InvalidError(NOT_SAVED, fields={field: "请填期限:从今天起一年以内的日期,写成 2026-11-30。"})
    return due_on


def short(typed: str, *, field: str, what: str, longest: int, least: int = 0) -> str:
    """Return a short text on one line, personal numbers masked.

    Raises
    ------
    InvalidError
        Missing, too long, or with control characters.
    """
    plain = " ".join(written(typed, field=field, what=what, least=least).split())
    if len(plain) > longest:
        raise InvalidError(NOT_SAVED, fields={field: f"“{what}”最多 {longest} 个字,现在有 {len(plain)} 个字。请缩短。"})
    return plain


def together(*checks: Callable[[], object]) -> None:
    """Do every check and refuse once with the sentences of all, so that a form is corrected in one go.

    Raises
    ------
    InvalidError
        With the fields of every check that refused.
    """
    wrong: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except InvalidError as refusal:
            wrong = {**refusal.fields, **wrong}
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)


def matter_of(session: Session, desk: Desk, typed: str, *, field: str = "matter") -> Dispute:
    """Return the matter of a whole case code in the actor's area.

    Raises
    ------
    InvalidError
        There is none.
    """
    code = "".join(typed.split()).upper()
    rows = select(Dispute).where(Dispute.case_code == code, visible(dispute_scope(desk.actor)))
    found = session.scalars(rows).first() if code else None
    if found is None:
        raise InvalidError(NOT_SAVED, fields={field: "没有这个编号的事项,或者不在您的范围内。编号要写全。"})
    return found


def refuse_names(session: Session, texts: Mapping[str, str], units: Sequence[UUID]) -> None:
    """Refuse a text about a unit's duty that names somebody who works there.

    Raises
    ------
    InvalidError
        Naming the field, not the person.
    """
    names = [name for name in staff_names(session, list(units)) if len(name) >= LEAST_STAFF_NAME]
    wrong = {
        field: "这里写单位和环节,不写工作人员的姓名。请改成单位或岗位。"
        for field, text in texts.items()
        if any(name in "".join(text.split()) for name in names)
    }
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong, code="names_staff")


def is_new(session: Session, table: type[Kind], key: UUID) -> None:
    """Refuse a form that was sent twice; whoever opens something locks the audit chain first.

    Raises
    ------
    AlreadyDoneError
        A row of that key is there.
    """
    take_turn(session)
    if session.get(table, key) is not None:
        raise AlreadyDoneError("这一份刚才已经保存了,没有重复保存。")


def told(session: Session, desk: Desk, row: Request, step: str, *, texts: Sequence[str] = ()) -> None:
    """Write a step into the audit trail: codes only, and the words of control that a text held."""
    kind = KINDS[type(row)]
    details = {"unit": str(row.unit_id), "by_unit": str(row.by_unit_id), "due_on": row.due_on.isoformat()}
    record_audit(session, desk.actor, f"{kind}.{step}", now=desk.now, target=(kind, str(row.id)), details=details)
    if words := control_words_in("\n".join(texts)):
        named = {"words": "、".join(words), "kind": f"{kind}.{step}"}
        record_audit(session, desk.actor, CONTROL_WORDS, now=desk.now, target=(kind, str(row.id)), details=named)


def asked_row(session: Session, table: type[Kind], key: UUID, desk: Desk) -> Kind:
    """Return a request, locked, when it concerns the actor's unit: it was asked, or asks.

    Raises
    ------
    NotFoundError
        It does not exist, or is between other units.
    """
    take_turn(session)
    row = session.get(table, key, with_for_update=True, populate_existing=True)
    if row is None or desk.actor.unit_id not in (row.unit_id, row.by_unit_id):
        raise NotFoundError("没有这一份,或者它不是您单位的。")
    return row


def answer(session: Session, row: Request, desk: Desk, *, reply: str, what: str) -> None:
    """Keep the unit's written answer; it may be given anew until the asking unit has ended the request.

    Raises
    ------
    ForbiddenError
        The actor does not answer for the unit.
    ConflictError
        It has ended.
    """
    if desk.actor.unit_id != row.unit_id or desk.actor.role is Role.GRID_WORKER:
        raise ForbiddenError("由被要求的单位答复,您的身份不能替它答复。")
    text = written(reply, field="reply", what=what, least=5)
    refuse_names(session, {"reply": text}, [row.unit_id])
    _still_open(row)
    if row.reply == text:
        raise AlreadyDoneError("这份答复刚才已经保存了,没有重复保存。")
    row.reply, row.replied_at, row.replied_by = text, desk.now, desk.actor.assignment_id
    told(session, desk, row, "answered", texts=[text])


def end(session: Session, row: Request, desk: Desk, *, closing: str) -> None:
    """End a request with what was found; without an answer only with a reason.

    Raises
    ------
    ForbiddenError
        The actor's unit did not ask.
    ConflictError
        It has ended already.
    """
    require_office(desk)
    if desk.actor.unit_id != row.by_unit_id:
        raise ForbiddenError("由提出要求的单位办结,您的单位不能替它办结。")
    text = written(closing, field="closing", what="核实的结果(没有答复就办结的,写明理由)", least=5)
    refuse_names(session, {"closing": text}, [row.unit_id])
    if row.closed_at is not None and row.closing == text:
        raise AlreadyDoneError("刚才已经办结了,没有重复记录。")
    _still_open(row)
    row.closing, row.closed_at, row.closed_by = text, desk.now, desk.actor.assignment_id
    told(session, desk, row, "closed", texts=[text])


def _still_open(row: Request) -> None:
    if row.closed_at is not None:
        at = local(row.closed_at)
        raise ConflictError(
            f"提出的单位已经在 {at.month}月{at.day}日 {at:%H:%M} 办结。您的内容没有保存,还在下面。", code="ended"
        )
