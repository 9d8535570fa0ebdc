"""After a confirmation: the unit that answers is named, answers the residents, finds a solution, until it is closed.

The level that owns the finding takes every step; the named unit itself may record its answer and its solution. A
finding leads to service alone: answer, meeting, department, mediation, legal aid, a better policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.models.rounds import Finding
from grid_app.policy import Action, Role, allows
from grid_app.queries.disputes_units import DEPARTMENTS
from grid_app.queries.finding_duties import complained_units, duty_units
from grid_app.services.findings.ownership import rights_on, settle_owner
from grid_app.services.findings.states import MOVES
from grid_app.services.findings.steps import Claimed, FindingStep, claim, forbid, write_step
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.notices import Line, put_away_done, tell_unit
from grid_app.vocabulary.findings import ANSWER_WAYS

ASKED_UNITS: Final = (Role.VILLAGE_LEAD, Role.MEDIATOR, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD, Role.COUNTY_OFFICER)
QUESTION: Final = "finding_question"


@dataclass(frozen=True)
class UnitChoice:
    """A unit that may be asked to answer; ``has_duty`` when a member names it already."""

    unit_id: UUID
    name: str
    has_duty: bool


def assign_unit(session: Session, step: FindingStep, *, unit_id: UUID | None) -> None:
    """Name the unit that answers; it is told of the question and the dates, never of the members.

    The finding moves up a level where the named unit would otherwise decide about itself.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for every step; no unit of the list.
    """
    claimed = claim(session, step, "assign", same={"unit": str(unit_id)})
    if claimed.repeated:
        return
    _require_decider(session, step, claimed)
    known = {one.unit_id: one for one in unit_choices(session, claimed.finding)}
    if unit_id not in known:
        raise InvalidError("没有保存,写的还在。", fields={"unit": "请从列表里选一个单位。被反映的单位要回避。"})
    before, claimed.course.unit_id = claimed.course.unit_id, unit_id
    write_step(session, step, claimed, details={"unit": str(unit_id)})
    session.flush()  # who owns the finding follows from the unit
    settle_owner(session, claimed.finding)
    line = _line(claimed.finding)
    put_away_done(session, line, [before], now=step.now)
    tell_unit(session, line, unit_id, roles=ASKED_UNITS, now=step.now)


def record_answer(session: Session, step: FindingStep, *, way: str) -> None:
    """Record how the residents were answered, and with what.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for every step; the way is missing, or the words take a right away.
    """
    if way not in ANSWER_WAYS:
        raise InvalidError("没有保存,写的还在。", fields={"way": "请选是怎么答复的。"})
    _of_unit(session, step, "reply", {"way": way})


def record_measures(session: Session, step: FindingStep) -> None:
    """Record how the problem will be solved: what, by whom, until when.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for every step.
    """
    _of_unit(session, step, "plan", {})


def move_on(session: Session, step: FindingStep, *, move: str) -> None:
    """Take one of the steps that end a finding: monitor, resolve, rework, close.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for every step.
    """
    claimed = claim(session, step, move)
    if claimed.repeated:
        return
    _require_decider(session, step, claimed)
    write_step(session, step, claimed)
    if MOVES[move].stops:
        put_away_done(session, _line(claimed.finding), [claimed.course.unit_id], now=step.now)


def unit_choices(session: Session, finding: Finding) -> list[UnitChoice]:
    """Return the units that may answer a finding: those with the duty first, then of its place and county, by name."""
    duty = {unit.id for unit in duty_units(session, finding.id)}
    about = {unit.id for unit in complained_units(session, finding.id)}
    along = session.get_one(Division, finding.division_code).path.strip("/").split("/")
    here: ColumnElement[bool] = or_(
        Unit.division_code.in_(along) & Unit.kind.in_(("village_committee", "township_government", *DEPARTMENTS)),
        Unit.id.in_(duty),
    )
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), here)).all()
    return sorted(
        (UnitChoice(unit.id, unit.name, unit.id in duty) for unit in found if unit.id not in about),
        key=lambda one: (not one.has_duty, one.name),
    )


def unit_choices_of(session: Session, finding_id: UUID) -> list[UnitChoice]:
    """Return the units that may answer a finding whose reach was checked."""
    return unit_choices(session, session.get_one(Finding, finding_id))


def _of_unit(session: Session, step: FindingStep, move: str, details: dict[str, str]) -> None:
    claimed = claim(session, step, move, same=details)
    if claimed.repeated:
        return
    is_unit = step.actor.unit_id == claimed.course.unit_id and allows(step.actor, Action.ANSWER_FOR_UNIT)
    if not is_unit:
        _require_decider(session, step, claimed)
    refuse_waivers({"reason": claimed.words})
    write_step(session, step, claimed, details={"by_unit": is_unit, **details})


def _require_decider(session: Session, step: FindingStep, claimed: Claimed) -> None:
    rights = rights_on(session, step.actor, claimed.finding, claimed.course)
    if not rights.decides:
        raise forbid(rights.sentence)


def _line(finding: Finding) -> Line:
    words = f"有一个多户反映的问题请您的单位答复(编号 {finding.code})。"
    return Line(QUESTION, words, f"/findings/{finding.id}/question")
