"""The duty phone of an office: what a worker in danger calls, and what an unanswered reminder names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.policy import Actor, covers
from grid_app.queries.accounts import under
from grid_app.queries.field import DUTY_KINDS
from grid_app.services.audit import record_audit

LONGEST = 40
_PHONE = re.compile(r"\+?[0-9][0-9 ()()转-]*")


@dataclass(frozen=True)
class Office:
    """One office whose duty phone workers are shown; ``duty_phone`` may be empty."""

    unit_id: UUID
    name: str
    duty_phone: str


def offices_under(session: Session, *, path: str) -> list[Office]:
    """Return the open offices with a duty in the subtree of ``path``, the county's first."""
    question = (
        select(Unit.id, Unit.name, Unit.duty_phone)
        .join(Division, Division.code == Unit.division_code)
        .where(under(path), Unit.kind.in_(DUTY_KINDS), Unit.closed_at.is_(None))
        .order_by(Unit.division_code, Unit.name, Unit.id)
    )
    return [Office(*row) for row in session.execute(question)]


def set_duty_phone(session: Session, *, unit_id: UUID, phone: str, actor: Actor, now: datetime) -> None:
    """Name the telephone of an office's duty desk; an empty one takes it back.

    Raises
    ------
    NotFoundError
        There is no such office in the actor's area.
    InvalidError
        It is no telephone number.
    """
    row = session.execute(
        select(Unit, Division.path)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.id == unit_id, Unit.kind.in_(DUTY_KINDS), Unit.closed_at.is_(None))
    ).first()
    if row is None or not covers(actor, row.path):
        raise NotFoundError("没有这个单位,或者它不归您管理。请刷新页面再看。")
    number = " ".join(phone.split())
    if number and not _is_phone(number):
        raise InvalidError(
            "值班电话没有保存,请看下面。", fields={"duty_phone": "请写能打通的号码,例如 0736-1234567,最多 40 个字。"}
        )
    if row.Unit.duty_phone == number:
        return
    row.Unit.duty_phone = number
    record_audit(session, actor, "office.duty_phone_saved", now=now, target=("unit", str(unit_id)))


def _is_phone(number: str) -> bool:
    digits = [sign for sign in number if sign in "0123456789"]
    return len(number) <= LONGEST and len(digits) >= 3 and _PHONE.fullmatch(number) is not None
