"""Recording the course of an official naming, step by step in its lawful order; nothing asks for a count of petitions.

The village applies, the township checks, the county accepts, names, reviews and withdraws; the county may also record
what the others did on paper. A naming that was recorded from its document alone enters its course as named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.namings import NamingStep
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, Role, allows
from grid_app.queries.naming_course import Course, course_of
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn, written
from grid_app.services.places.naming_words import NOT_SAVED, refuse_counts
from grid_app.services.places.namings import draft_of, record_naming, withdraw_naming
from grid_app.services.policy_versions import refuse_persons
from grid_app.services.typed import is_likely, without_null
from grid_app.services.villages.checks import village_of_actor
from grid_app.vocabulary.namings import (
    ACCEPT,
    APPLY,
    CHECK,
    FOLLOWS,
    NAME,
    ORDER,
    RETURN,
    REVIEW,
    STAGE_WORDS,
    STEP_WORDS,
    WITH_DOCUMENT,
    WITH_REASON,
    WITHDRAW,
)

FIELDS: Final = ("done_on", "document_number", "expires_on", "reason")
LONGEST_DOCUMENT, LONGEST_REASON = 80, 300
ACTIONS: Final = {
    APPLY: Action.APPLY_NAMING,
    CHECK: Action.CHECK_NAMING,
    ACCEPT: Action.RECORD_NAMING,
    NAME: Action.RECORD_NAMING,
    REVIEW: Action.RECORD_NAMING,
    RETURN: Action.CHECK_NAMING,
    WITHDRAW: Action.RECORD_NAMING,
}
_TOWNSHIP: Final = (Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD)
_OFFICES: Final = {APPLY: ("village", "village_committee"), CHECK: ("township", "township_government")}
"""Whose step it is by law, also when the county records it from paper."""


@dataclass(frozen=True)
class Typed:
    """What a form of a step holds; days as text."""

    done_on: date | None
    document_number: str = ""
    expires_on: str = ""
    reason: str = ""


def steps_open_to(actor: Actor, course: Course) -> tuple[str, ...]:
    """Return the steps that this actor may record next."""
    return tuple(kind for kind in FOLLOWS[course.stage] if _may(actor, kind, course.stage))


def record_step(
    session: Session, *, code: str, kind: str, typed: Typed, seen_number: int, actor: Actor, now: datetime
) -> NamingStep:
    """Record the next step of a village's course; ``seen_number`` is how many steps the form's page showed.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        The village is none of the area; another office's step; out of order, or somebody was first; a field is wrong.
    """
    take_turn(session)
    village = village_of_actor(session, code, actor)
    course = course_of(session, code=code, on=local_date(now))
    _refuse_out_of_order(course, kind, seen_number)
    if not _may(actor, kind, course.stage):
        raise ForbiddenError(f"“{STEP_WORDS[kind]}”不由您的单位登记。{ORDER}")
    _refuse_wrong(course, kind, typed, today=local_date(now))
    row = NamingStep(
        id=new_id(),
        village_code=code,
        course=course.number + 1 if kind == APPLY else max(course.number, 1),
        number=1 if kind == APPLY else len(course.steps) + 1,
        kind=kind,
        done_on=typed.done_on,
        unit_id=_unit(session, village, kind, actor),
        document_number=" ".join(without_null(typed.document_number).split()),
        reason=written(typed.reason, field="reason", what="说明", least=0, longest=LONGEST_REASON),
        naming_id=_naming(session, course, kind=kind, typed=typed, actor=actor, now=now),
        recorded_by=actor.assignment_id,
        recorded_at=now,
    )
    session.add(row)
    record_audit(session, actor, f"naming.{kind}", now=now, target=("naming_step", str(row.id)),
                 details={"village": code, "course": row.course})  # fmt: skip
    return row


def _naming(session: Session, course: Course, *, kind: str, typed: Typed, actor: Actor, now: datetime) -> UUID | None:
    """Return the recorded naming that a step makes, withdraws or is about."""
    if kind == NAME:
        values = {
            "division_code": course.code, "document_number": typed.document_number, "named_on": str(typed.done_on),
            "expires_on": typed.expires_on,
        }  # fmt: skip
        return record_naming(session, draft=draft_of(values), actor=actor, now=now)
    if course.naming_id is None or kind not in (REVIEW, WITHDRAW):
        return None
    if kind == WITHDRAW:
        withdraw_naming(session, naming_id=course.naming_id, reason=typed.reason, actor=actor, now=now)
    return course.naming_id


def _may(actor: Actor, kind: str, stage: str) -> bool:
    """Say whether the actor's office may record a step; a township sends back only what waits for its check."""
    return allows(actor, ACTIONS[kind]) and not (kind == RETURN and actor.role in _TOWNSHIP and stage != APPLY)


def _refuse_out_of_order(course: Course, kind: str, seen_number: int) -> None:
    if seen_number != len(course.steps):
        raise ConflictError("别人刚刚登记了一步,这一步没有保存。请看看现在到了哪一步,需要时再登记。")
    if kind in FOLLOWS.get(course.stage, ()):
        return
    if kind not in STEP_WORDS:
        raise InvalidError(NOT_SAVED, fields={"kind": "请选这一步是什么。"})
    now = STAGE_WORDS[course.stage]
    raise ConflictError(f"现在是“{now}”,不能登记“{STEP_WORDS[kind]}”。{ORDER}没有保存。")


def _refuse_wrong(course: Course, kind: str, typed: Typed, *, today: date) -> None:
    fields = {}
    if typed.done_on is None or typed.done_on > today:
        fields["done_on"] = "请填办这一步的那一天,不能是今天以后。"
    elif not is_likely(typed.done_on):
        fields["done_on"] = f"{typed.done_on.year} 年不对,请核对日期。"
    elif course.steps and typed.done_on < course.steps[-1].done_on:
        fields["done_on"] = f"不能早于上一步的日期 {course.steps[-1].done_on}。"
    if kind in WITH_DOCUMENT and not typed.document_number.strip():
        fields["document_number"] = "请填写文件的文号。"
    if len(typed.document_number) > LONGEST_DOCUMENT:
        fields["document_number"] = f"文号最多 {LONGEST_DOCUMENT} 个字。"
    if kind in WITH_REASON and not typed.reason.strip():
        fields["reason"] = "请写明理由和依据。"
    if fields:
        raise InvalidError(NOT_SAVED, fields=fields)
    texts = {"document_number": typed.document_number, "reason": typed.reason}
    refuse_counts(texts)
    refuse_persons(texts)


def _unit(session: Session, village: Division, kind: str, actor: Actor) -> UUID:
    """Return the office whose step it is; the actor's own where the place has none on record."""
    if kind not in _OFFICES:
        return actor.unit_id
    level, office = _OFFICES[kind]
    place = village.code if level == "village" else village.parent_code
    found = session.scalar(
        select(Unit.id).where(Unit.division_code == place, Unit.kind == office, Unit.closed_at.is_(None)).limit(1)
    )
    return found or actor.unit_id
