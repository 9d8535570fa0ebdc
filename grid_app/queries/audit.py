"""The audit trail as the auditor reads it: by day, action and target, page by page or as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.clock import start_of_day
from grid_app.models.accounts import Account, Assignment, AuditEvent

PER_PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class AuditFilter:
    """What is asked for; empty parts ask for everything. Days are Asia/Shanghai, both included."""

    first_day: date | None = None
    last_day: date | None = None
    action: str = ""
    target: str = ""


@dataclass(frozen=True)
class AuditRow:
    """One event: who (and in whose name), what, on what; names of staff, never of parties."""

    number: int
    at: datetime
    person: str
    role: str
    in_the_name_of: str
    action: str
    target_kind: str
    target_id: str
    succeeded: bool
    details: Mapping[str, object]


@dataclass(frozen=True)
class AuditPage:
    """One page of events, the newest first, and how many there are in all."""

    rows: list[AuditRow]
    total: int


def audit_page(session: Session, wanted: AuditFilter, *, page: int) -> AuditPage:
    """Return one page (counted from 1) of the events that ``wanted`` asks for, the newest first."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count(AuditEvent.number)).where(*conditions)) or 0
    question = _rows().where(*conditions).order_by(AuditEvent.number.desc())
    return AuditPage(_read(session, question.limit(PER_PAGE).offset((page - 1) * PER_PAGE)), total)


def audit_export(session: Session, wanted: AuditFilter) -> list[AuditRow]:
    """Return every event that ``wanted`` asks for, the oldest first, one more than ``MOST_EXPORTED`` at most."""
    question = _rows().where(*_conditions(wanted)).order_by(AuditEvent.number).limit(MOST_EXPORTED + 1)
    return _read(session, question)


def known_actions(session: Session) -> list[str]:
    """Return the actions that stand in the trail, in the order of the alphabet."""
    return list(session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action)))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.first_day:
        conditions.append(AuditEvent.at >= start_of_day(wanted.first_day))
    if wanted.last_day:
        conditions.append(AuditEvent.at < start_of_day(wanted.last_day + timedelta(days=1)))
    if wanted.action:
        conditions.append(AuditEvent.action == wanted.action)
    if wanted.target:
        conditions.append((AuditEvent.target_id == wanted.target) | (AuditEvent.target_kind == wanted.target))
    return conditions


_Person, _Lender = aliased(Account), aliased(Account)
_Acting, _Lent = aliased(Assignment), aliased(Assignment)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(AuditEvent, _Person.display_name, _Acting.role, _Lender.display_name)
        .join(_Person, _Person.id == AuditEvent.account_id, isouter=True)
        .join(_Acting, _Acting.id == AuditEvent.assignment_id, isouter=True)
        .join(_Lent, _Lent.id == AuditEvent.acting_for, isouter=True)
        .join(_Lender, _Lender.id == _Lent.account_id, isouter=True)
    )


def _read(session: Session, question: Select[*tuple[Any, ...]]) -> list[AuditRow]:
    return [_row(*found) for found in session.execute(question).all()]


def _row(event: AuditEvent, person: str | None, role: str | None, lender: str | None) -> AuditRow:
    return AuditRow(
        number=event.number,
        at=event.at,
        person=person or "",
        role=role or "",
        in_the_name_of=lender or "",
        action=event.action,
        target_kind=event.target_kind,
        target_id=event.target_id,
        succeeded=event.succeeded,
        details=event.details,
    )
