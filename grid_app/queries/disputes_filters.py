"""What a list of disputes is narrowed by: place, state, category, clock, unit, grade, channel; and why it is empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED, category_names

SOON_DAYS: Final = 3


class Clock(StrEnum):
    """Where the next date of an open dispute lies."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    STATUTORY = "statutory"


@dataclass(frozen=True)
class Filters:
    """What is asked for beside the tab; everything empty means everything.

    ``place`` is the code of a township or village, ``category`` a group of two digits or a category of four,
    ``words`` what the matter must hold.
    """

    place: str = ""
    state: str = ""
    category: str = ""
    clock: Clock | None = None
    unit: UUID | None = None
    grade: str = ""
    channel: str = ""
    words: tuple[str, ...] = ()

    @property
    def set_ones(self) -> tuple[str, ...]:
        """Return the names of the filters that are set."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))

    def without(self, name: str) -> Filters:
        """Return the same filters with one left out."""
        return replace(self, **{name: getattr(NONE, name)})


NONE: Final = Filters()


def conditions(session: Session, filters: Filters, *, now: datetime) -> list[ColumnElement[bool]]:
    """Return what a dispute must fulfil, the words left out; it never replaces the scope."""
    found: list[ColumnElement[bool]] = []
    if filters.place:
        found.append(Dispute.division_code.in_(codes_in(session, filters.place)))
    if filters.category:
        found.append(Dispute.category.in_(_codes_of(filters.category)))
    if filters.clock:
        found.append(_clock(filters.clock, now))
    plain = {name: getattr(filters, name) for name in ("state", "grade", "channel")}
    found += [getattr(Dispute, name) == value for name, value in plain.items() if value]
    if filters.unit:
        found.append(Dispute.owner_unit_id == filters.unit)
    return found


def codes_in(session: Session, place: str) -> list[str]:
    """Return the codes of a place and of everything in it, named one by one so that the planner sees how few."""
    path = session.scalar(select(Division.path).where(Division.code == place))
    if path is None:
        return []
    return list(session.scalars(select(Division.code).where(Division.path.startswith(path, autoescape=True))))


def is_withheld(category: str, scope: Scope) -> bool:
    """Say whether the rights of ``scope`` withhold a group or category of matters altogether."""
    sealed = category[:2] == SEALED and not scope.sees_sealed
    return sealed or (category[:2] == COUNTY_ONLY and not scope.sees_county_only)


def forbidden(session: Session, filters: Filters, scope: Scope) -> str:
    """Return the sentence why the rights of ``scope`` leave nothing of these filters; empty when they may hold some."""
    return next((told for rule in _RULES if (told := rule(session, filters, scope))), "")


def _place_outside(session: Session, filters: Filters, scope: Scope) -> str:
    path = session.scalar(select(Division.path).where(Division.code == filters.place)) if filters.place else None
    if not filters.place:
        return ""
    if path is None:
        return "没有这个地方,可能已经撤并。请重新选地点。"
    if any(path.startswith(root) for root in scope.paths):
        return ""
    return "这个地方不在您的范围内,这里只能看到您自己上报的。要看那里的,请联系那里或者上一级的单位。"


def _category_withheld(_session: Session, filters: Filters, scope: Scope) -> str:
    if filters.category[:2] == SEALED and not scope.sees_sealed:
        return "这一类(检举控告)依法密封,只有县级领导能看到,所以这里总是空的。"
    if filters.category[:2] == COUNTY_ONLY and not scope.sees_county_only:
        return "这一类由县级受理,您的身份看不到,所以这里总是空的。"
    return ""


_RULES: Final[tuple[Callable[[Session, Filters, Scope], str], ...]] = (_place_outside, _category_withheld)


def _codes_of(category: str) -> list[str]:
    return [code for code in category_names() if code.startswith(category)]


def _clock(clock: Clock, now: datetime) -> ColumnElement[bool]:
    today = local_date(now)
    until = {
        Clock.TODAY: start_of_day(today + timedelta(days=1)),
        Clock.SOON: start_of_day(today + timedelta(days=SOON_DAYS + 1)),
    }
    if clock is Clock.OVERDUE:
        return Dispute.due_at < now
    if clock is Clock.STATUTORY:
        return Dispute.statutory_due_at < now
    return and_(Dispute.due_at >= now, Dispute.due_at < until[clock]) if clock in until else false()
