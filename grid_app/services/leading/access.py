"""What every step about a hard matter shares: the matter, the units that may be named, days, units, lead official."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute, Party
from grid_app.models.leading import LeaderAssignment
from grid_app.models.places import Division
from grid_app.policy import Actor, Role, dispute_scope
from grid_app.queries.accounts import AssignmentRow, assignments_in_force
from grid_app.queries.disputes_units import assignable_units
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, Step, claimed, may_handle
from grid_app.vocabulary.words import OPEN_STATES

KEPT: Final = "填写的内容没有丢,还在页面上。"
NOT_SAVED: Final = "没有保存,已填的都还在。"
LEADERS: Final = (Role.TOWNSHIP_LEAD, Role.COUNTY_LEAD)
ALSO_CLOSED: Final = (*OPEN_STATES, "closed")


def taken(
    session: Session, step: Step, *, kind: str, note: str = "", states: Iterable[str] = OPEN_STATES
) -> tuple[Step, Dispute]:
    """Return the matter, locked and unchanged since the screen was shown, for an actor who handles it.

    Raises
    ------
    NotFoundError, ConflictError, ForbiddenError
        As ``claimed`` and ``may_handle``; a matter that is only passed on has no lead official here; the unit
        complained of has no part in it; the matter has ended.
    """
    dispute = claimed(session, step, kind=kind, note=note)
    if is_referral_only(dispute.category):
        raise NotFoundError(NO_SUCH)
    step = may_handle(step, dispute)
    if dispute.about_unit_id is not None and dispute.about_unit_id == step.actor.unit_id:
        raise ForbiddenError("这件事反映的就是您所在的单位,您要回避。")
    if dispute.state not in states:
        raise ConflictError(f"这件事已经结束,不能再做这一步。情况有变化的,请先“重新办理”。{KEPT}", code="wrong_state")
    return step, dispute


def in_charge(session: Session, dispute_id: UUID) -> LeaderAssignment | None:
    """Return who owns the matter now, if anybody does."""
    rows = select(LeaderAssignment).where(
        LeaderAssignment.dispute_id == dispute_id, LeaderAssignment.ended_at.is_(None)
    )
    return session.scalars(rows).first()


def the_lead(session: Session, dispute: Dispute) -> LeaderAssignment:
    """Return who owns the matter now.

    Raises
    ------
    ConflictError
        Nobody does.
    """
    found = in_charge(session, dispute.id)
    if found is None:
        raise ConflictError(f"这件事还没有包案领导。请先确定一名。{KEPT}", code="no_lead")
    return found


def leaders_for(session: Session, dispute: Dispute, actor: Actor, *, now: datetime) -> list[AssignmentRow]:
    """Return the leaders who may own the matter: over its place, under the actor, not of the unit complained of."""
    path = session.get_one(Division, dispute.division_code).path
    above = [code for code in path.strip("/").split("/") if code]
    own = [code for code in actor.division_path.strip("/").split("/") if code][:-1]
    reach = [code for code in above if code not in own]
    leads = (Assignment.role.in_(LEADERS), Assignment.division_code.in_(reach))
    found = assignments_in_force(session, *leads, now=now)
    return [one for one in found if one.unit_id != dispute.about_unit_id]


def units_for(session: Session, dispute: Dispute, actor: Actor) -> list[Unit]:
    """Return the open units that may promise or do something about the matter; never the unit complained of."""
    path = session.get_one(Division, dispute.division_code).path
    return assignable_units(session, scope=dispute_scope(actor), place_path=path, about_unit_id=dispute.about_unit_id)


def labels_of(session: Session, dispute: Dispute) -> list[str]:
    """Return the labels of the parties of the matter."""
    return list(session.scalars(select(Party.label).where(Party.dispute_id == dispute.id).order_by(Party.label)))


def missing_consents(labels: list[str], consented: Iterable[str]) -> str:
    """Return a sentence when a party has not consented or no party is registered; empty when all have."""
    if not labels:
        return "还没有登记当事人。先在纠纷页登记(姓名可以不填),问过以后再填。"
    lacking = [label for label in labels if label not in set(consented)]
    return f"{'、'.join(lacking)}还没有同意。每一位当事人都同意才行。" if lacking else ""


def day_problem(day: date | None, *, earliest: date | None = None, latest: date | None = None) -> str:
    """Return a sentence when a day is missing or lies outside; empty when it fits."""
    if day is None:
        return "请填日期。"
    if latest is not None and day > latest:
        return f"日期不能晚于{latest.year}年{latest.month}月{latest.day}日。"
    if earliest is not None and day < earliest:
        return f"日期不能早于{earliest.year}年{earliest.month}月{earliest.day}日。"
    return ""


def line_problem(text: str, *, longest: int, what: str) -> str:
    """Return a sentence when a line is empty or too long; empty when it fits."""
    if not text.strip():
        return f"请写明{what}。"
    return (
        f"“{what}”最多 {longest} 个字,现在有 {len(text.strip())} 个字。请缩短。" if len(text.strip()) > longest else ""
    )


def refuse(problems: dict[str, str]) -> None:
    """Refuse when a field has a sentence.

    Raises
    ------
    InvalidError
        With every sentence at its field.
    """
    told = {name: sentence for name, sentence in problems.items() if sentence}
    if told:
        raise InvalidError(NOT_SAVED, fields=told)
