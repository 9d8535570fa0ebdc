"""Figures for the quarterly analysis and the annual report: by place, field, unit and clock, never by person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.handling import Transfer
from grid_app.models.places import Division
from grid_app.models.support_work import Recommendation, Supervision
from grid_app.policy import Scope
from grid_app.queries.scoping import codes_under, visible
from grid_app.vocabulary.categories import SEALED
from grid_app.vocabulary.words import CLOSURE_WORDS

Grouped: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]
VILLAGE_DIGITS: Final = 12
TOWNSHIP_DIGITS: Final = 9


@dataclass(frozen=True)
class Span:
    """A span of time: from ``begin`` up to, but not including, ``end``."""

    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Kept:
    """How many duties of a clock came due in a span, and how many were done in time."""

    rule: str
    due: int
    in_time: int


def received_by(session: Session, *, scope: Scope, span: Span, column: str) -> Counter[str]:
    """Return how many matters were received in a span by ``category`` (two digits) or ``channel``."""
    field: Grouped = Dispute.channel if column == "channel" else func.substr(Dispute.category, 1, 2)
    return _counted(session, field, scope, *_within(Dispute.received_at, span))


def received_by_place(session: Session, *, scope: Scope, span: Span) -> list[tuple[str, int]]:
    """Return how many matters were received by the places next below the scope, in the order of their codes.

    A county sees its townships, a township its villages.
    """
    return [(name, count) for _, name, count in received_by_code(session, scope=scope, span=span)]


def received_by_code(session: Session, *, scope: Scope, span: Span) -> list[tuple[str, str, int]]:
    """Return the same with the code of each place first."""
    whole = any(path.strip("/").count("/") == 0 for path in scope.paths)
    digits = TOWNSHIP_DIGITS if whole else VILLAGE_DIGITS
    counted = _counted(
        session, func.substr(Dispute.division_code, 1, digits), scope, *_within(Dispute.received_at, span)
    )
    level = "township" if whole else "village"
    rows = session.execute(
        select(Division.code, Division.name)
        .where(Division.level == level, Division.code.in_(codes_under(scope)))
        .order_by(Division.code)
    )
    return [(code, name, counted[code]) for code, name in rows]


def closed_by_ground(session: Session, *, scope: Scope, span: Span) -> Counter[str]:
    """Return how many matters were closed in a span by ground; what came in as history is left out."""
    closed = and_(Dispute.state == "closed", Dispute.closure_ground.in_(CLOSURE_WORDS))
    return _counted(session, Dispute.closure_ground, scope, closed, *_within(Dispute.closed_at, span))


def events_of(session: Session, *, scope: Scope, span: Span, kinds: tuple[str, ...]) -> Counter[str]:
    """Return how many steps of each kind were taken on matters of the scope in a span."""
    rows = session.execute(
        select(DisputeEvent.kind, func.count())
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(visible(scope), _unsealed(), DisputeEvent.kind.in_(kinds), *_within(DisputeEvent.at, span))
        .group_by(DisputeEvent.kind)
    )
    return Counter(dict(rows.all()))


def clocks_kept(session: Session, *, scope: Scope, span: Span, now: datetime) -> list[Kept]:
    """Return by clock how many duties came due in a span and how many were done in time; by the name of the clock."""
    in_time = case((and_(Deadline.ended == "done", Deadline.done_at <= Deadline.due_at), 1), else_=0)
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    counts = and_(DeadlineRule.passes == "overdue", Deadline.due_at < now)
    ended = Deadline.ended.is_(None) | (Deadline.ended == "done")
    rows = session.execute(
        select(Deadline.rule_code, func.max(DeadlineRule.name), func.count(), func.sum(in_time))
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .join(DeadlineRule, rule)
        .where(visible(scope), _unsealed(), counts, ended, *_within(Deadline.due_at, span))
        .group_by(Deadline.rule_code)
        .order_by(Deadline.rule_code)
    )
    return [Kept(name, due, int(kept or 0)) for _, name, due, kept in rows]


def complained_of(session: Session, *, scope: Scope, span: Span, least: int) -> list[str]:
    """Return the units complained of at least so often in a span, in the order of their places, without figures."""
    rows = session.execute(
        select(Unit.name, func.count())
        .join(Dispute, Dispute.about_unit_id == Unit.id)
        .where(visible(scope), *_within(Dispute.received_at, span))
        .group_by(Unit.id, Unit.name, Unit.division_code)
        .having(func.count() >= least)
        .order_by(Unit.division_code, Unit.name)
    )
    return [name for name, _ in rows]


def transfers_in(session: Session, *, scope: Scope, span: Span) -> Counter[str]:
    """Return how transfers that were sent in a span stand, by state."""
    rows = session.execute(
        select(Transfer.state, func.count())
        .join(Dispute, Dispute.id == Transfer.dispute_id)
        .where(visible(scope), _unsealed(), *_within(Transfer.sent_at, span))
        .group_by(Transfer.state)
    )
    return Counter(dict(rows.all()))


def supervisions_in(session: Session, *, unit_ids: list[UUID], span: Span) -> Counter[tuple[str, str]]:
    """Return supervisions that units opened in a span, by method and whether they were answered and ended."""
    state = case((Supervision.closed_at.is_not(None), "closed"), (Supervision.replied_at.is_not(None), "answered"),
                 else_="open")  # fmt: skip
    rows = session.execute(
        select(Supervision.method, state, func.count())
        .where(Supervision.by_unit_id.in_(unit_ids), *_within(Supervision.opened_at, span))
        .group_by(Supervision.method, state)
    )
    return Counter({(method, how): count for method, how, count in rows})


def recommendations_in(session: Session, *, unit_ids: list[UUID], span: Span) -> Counter[tuple[str, str]]:
    """Return proposals that units made in a span, by kind and how they were answered (empty: not yet)."""
    rows = session.execute(
        select(Recommendation.kind, Recommendation.adopted, func.count())
        .where(Recommendation.by_unit_id.in_(unit_ids), *_within(Recommendation.opened_at, span))
        .group_by(Recommendation.kind, Recommendation.adopted)
    )
    return Counter({(kind, adopted): count for kind, adopted, count in rows})


def _counted(session: Session, field: Grouped, scope: Scope, *conditions: ColumnElement[bool]) -> Counter[str]:
    rows = session.execute(select(field, func.count()).where(visible(scope), _unsealed(), *conditions).group_by(field))
    return Counter({str(value): count for value, count in rows})


def _unsealed() -> ColumnElement[bool]:
    return Dispute.category.not_like(f"{SEALED}%")


def _within(column: InstrumentedAttribute[Any], span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= span.begin, column < span.end
