"""Rectification (责令限期整改): a unit puts an issue right until a day and shows what proves it. Units only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.support_work import DutyReview, Inspection, Rectification
from grid_app.services.matters.step import written
from grid_app.services.support_work.asked import (
    NOT_SAVED,
    Desk,
    answer,
    asked_row,
    due_day,
    end,
    is_new,
    refuse_names,
    require_office,
    together,
    told,
    unit_asked,
)


@dataclass(frozen=True)
class Issue:
    """What a unit has to put right, until when, and the inspection or review that found it, if any."""

    unit_id: UUID | None
    issue: str
    due_on: date | None
    inspection_id: UUID | None = None
    duty_review_id: UUID | None = None


def ask_to_rectify(session: Session, desk: Desk, *, key: UUID, asked: Issue) -> Rectification:
    """Ask a unit to put an issue right."""
    require_office(desk)
    is_new(session, Rectification, key)
    together(
        lambda: written(asked.issue, field="issue", what="要整改的问题", least=5),
        lambda: due_day(desk, asked.due_on),
        lambda: unit_asked(session, desk, asked.unit_id),
    )
    issue = written(asked.issue, field="issue", what="要整改的问题", least=5)
    due_on = due_day(desk, asked.due_on)
    unit = unit_asked(session, desk, asked.unit_id)
    refuse_names(session, {"issue": issue}, [unit.id])
    row = Rectification(
        id=key, unit_id=unit.id, by_unit_id=desk.actor.unit_id, issue=issue, due_on=due_on, opened_at=desk.now,
        opened_by=desk.actor.assignment_id,
        inspection_id=_own(session, Inspection, asked.inspection_id, desk),
        duty_review_id=_own(session, DutyReview, asked.duty_review_id, desk),
    )  # fmt: skip
    session.add(row)
    told(session, desk, row, "opened", texts=[issue])
    return row


def show_evidence(session: Session, desk: Desk, *, key: UUID, reply: str) -> None:
    """Keep what shows that the unit has put it right."""
    answer(session, asked_row(session, Rectification, key, desk), desk, reply=reply, what="整改了什么、有什么证明")


def end_rectification(session: Session, desk: Desk, *, key: UUID, closing: str, closed_on: date | None) -> None:
    """End a rectification on a day between its opening and today."""
    row = asked_row(session, Rectification, key, desk)
    if closed_on is None or closed_on > desk.today:
        raise InvalidError(NOT_SAVED, fields={"closed_on": "请填核实整改到位的日期,不能晚于今天。"})
    end(session, row, desk, closing=closing)
    row.closed_on = closed_on


def _own(session: Session, table: type[Inspection] | type[DutyReview], key: UUID | None, desk: Desk) -> UUID | None:
    """Return the id of what found the issue when it is the own unit's, else nothing."""
    rows = select(table.id).where(table.id == key, table.by_unit_id == desk.actor.unit_id)
    return session.scalar(rows) if key else None
