"""Draws and samples of call-backs: what there is to draw from, what a unit has to verify, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.callbacks import CallbackDraw, CallbackSample, CallbackTry
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.indicators_asked import Span, inside
from grid_app.queries.scoping import codes_under, visible
from grid_app.vocabulary.callbacks import CLOSED
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import SETTLED_ON_SPOT

LEFT_OUT: Final = ("duplicate_of",)
MOST: Final = 200
MOST_DONE: Final = 30
KINDS: Final = {CLOSED: ("closed", SETTLED_ON_SPOT), "refused": ("not_accepted",)}


@dataclass(frozen=True)
class Candidate:
    """A decision that may be drawn."""

    event_id: UUID
    dispute_id: UUID
    at: datetime
    stratum: str


@dataclass(frozen=True)
class SampleLine:
    """A sample and the number, place and kind of its matter."""

    row: CallbackSample
    case_code: str
    division_code: str
    category: str
    tries: int


@dataclass(frozen=True)
class DrawLine:
    """A draw and how much of it is done."""

    row: CallbackDraw
    place: str
    drawn: int
    done: int


def candidates(session: Session, *, path: str, kind: str, month: Span, until: datetime) -> list[Candidate]:
    """Return the decisions of a month in a subtree, the last one of each dispute, taken up again by nobody until then.

    Everything is read from the history, which only grows; so the same question has the same answer later.
    """
    later = aliased(DisputeEvent)
    ground = DisputeEvent.details["ground"].as_string()
    undone = exists().where(
        later.dispute_id == DisputeEvent.dispute_id,
        later.number > DisputeEvent.number,
        later.kind.in_((*KINDS[kind], "reopened", "accepted")),
        later.at <= until,
    )
    rows = session.execute(
        select(DisputeEvent.id, DisputeEvent.dispute_id, DisputeEvent.at, DisputeEvent.kind)
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(
            DisputeEvent.kind.in_(KINDS[kind]),
            inside(DisputeEvent.at, month),
            Dispute.division_code.in_(codes_under(Scope(paths=(path,)))),
            Dispute.category.not_like(f"{SEALED}%"),
            Dispute.category.not_like(f"{COUNTY_ONLY}%"),
            func.coalesce(ground, "").not_in(LEFT_OUT),
            ~undone,
        )
        .order_by(DisputeEvent.id)
    )
    return [Candidate(key, dispute, at, _stratum(step)) for key, dispute, at, step in rows]


def townships_to_draw(session: Session, *, month: date, kind: str) -> Sequence[Division]:
    """Return the living townships that have no draw of this kind and month yet."""
    drawn = exists().where(
        CallbackDraw.division_code == Division.code, CallbackDraw.month == month, CallbackDraw.kind == kind
    )
    return session.scalars(
        select(Division)
        .where(Division.level == "township", Division.valid_to.is_(None), ~drawn)
        .order_by(Division.code)
    ).all()


def samples_of_unit(session: Session, *, scope: Scope, unit_id: UUID) -> list[SampleLine]:
    """Return the samples that a unit still has to verify, by their due day."""
    return _lines(session, scope, CallbackSample.verifier_unit_id == unit_id, CallbackSample.state == "waiting")


def samples_done(session: Session, *, scope: Scope, unit_id: UUID) -> list[SampleLine]:
    """Return the samples that a unit has verified, the newest result first."""
    own = CallbackSample.verifier_unit_id == unit_id
    latest = CallbackSample.ended_at.desc()
    return _lines(session, scope, own, CallbackSample.state != "waiting", order=latest, limit=MOST_DONE)


def sample_of_unit(session: Session, *, scope: Scope, unit_id: UUID, sample_id: UUID) -> SampleLine | None:
    """Return one sample that a unit verifies or has verified."""
    own = CallbackSample.verifier_unit_id == unit_id
    return next(iter(_lines(session, scope, own, CallbackSample.id == sample_id)), None)


def days_tried(session: Session, sample_id: UUID) -> list[datetime]:
    """Return the moments at which nobody was reached."""
    return list(
        session.scalars(select(CallbackTry.at).where(CallbackTry.sample_id == sample_id).order_by(CallbackTry.at))
    )


def draws_in(session: Session, *, path: str) -> list[DrawLine]:
    """Return the draws of a subtree that had something to draw from, the newest first."""
    done = func.sum(case((and_(CallbackSample.id.is_not(None), CallbackSample.state != "waiting"), 1), else_=0))
    rows = session.execute(
        select(CallbackDraw, Division.name, func.count(CallbackSample.id), done)
        .join(Division, Division.code == CallbackDraw.division_code)
        .outerjoin(CallbackSample, CallbackSample.draw_id == CallbackDraw.id)
        .where(Division.path.startswith(path, autoescape=True), CallbackDraw.candidates > 0)
        .group_by(CallbackDraw.id, Division.name)
        .order_by(CallbackDraw.month.desc(), CallbackDraw.division_code, CallbackDraw.kind)
        .limit(MOST)
    )
    return [DrawLine(row, name, int(drawn), int(ended or 0)) for row, name, drawn, ended in rows]


def draw_in(session: Session, *, path: str, draw_id: UUID) -> tuple[CallbackDraw, Division, list[UUID]] | None:
    """Return a draw of a subtree, its township, and the decisions that were drawn, in their order."""
    row = session.execute(
        select(CallbackDraw, Division)
        .join(Division, Division.code == CallbackDraw.division_code)
        .where(CallbackDraw.id == draw_id, Division.path.startswith(path, autoescape=True))
    ).first()
    if row is None:
        return None
    drawn = session.scalars(
        select(CallbackSample.event_id).where(CallbackSample.draw_id == draw_id).order_by(CallbackSample.number)
    )
    return row[0], row[1], list(drawn)


def _lines(
    session: Session, scope: Scope, *conditions: object, order: object = CallbackSample.due_on, limit: int = MOST
) -> list[SampleLine]:
    tries = select(func.count()).where(CallbackTry.sample_id == CallbackSample.id).scalar_subquery()
    rows = session.execute(
        select(CallbackSample, Dispute.case_code, Dispute.division_code, Dispute.category, tries)
        .join(Dispute, Dispute.id == CallbackSample.dispute_id)
        .where(visible(scope), *conditions)  # type: ignore[arg-type]  # conditions of SQLAlchemy
        .order_by(order, CallbackSample.id)  # type: ignore[arg-type]  # a column or its descending order
        .limit(limit)
    )
    return [SampleLine(*row) for row in rows]


def _stratum(step: str) -> str:
    return {SETTLED_ON_SPOT: "light", "not_accepted": "refused"}.get(step, "full")
