"""The disputes of an export: which ones, fixed once when the file is begun, then their facts portion by portion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeEvent, Organisation
from grid_app.models.places import Division
from grid_app.models.residents import Evaluation
from grid_app.policy import Scope
from grid_app.queries.chunks import chunks
from grid_app.queries.planning import plainly
from grid_app.queries.points import handled_by, shows_a_point
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import SEALED
from grid_app.vocabulary.words import ENDED_STATES, OPEN_STATES

OPEN, ENDED, ANY = "open", "ended", ""
CLOSINGS = ("closed", "settled_on_spot")


@dataclass(frozen=True)
class Wanted:
    """Which disputes are asked for: registered between two days, below a place, open, ended or any.

    ``stock``: of what was registered before ``first`` also what is open still or was closed since then.
    """

    first: date | None = None
    last: date | None = None
    place: str = ""
    state: str = ANY
    stock: bool = False


@dataclass(frozen=True)
class DisputeFacts:
    """A dispute as an export reads it; ``is_sealed``: it complains of a unit, so that its words go nowhere.

    ``point`` (WGS84) only where the asking unit handles the matter and its point is shown to anybody at all.
    """

    id: UUID
    number: str
    received_at: datetime
    since: date | None
    division_code: str
    place_kind: str
    category: str
    summary: str
    band: str
    grade: str
    state: str
    channel: str
    organisation: str
    project: str
    unit: str
    unit_phone: str
    accepted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    ground: str
    basis: str
    is_sealed: bool
    point: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outcome:
    """What was written when a dispute was closed, and whether its resident was content (``None``: nobody said)."""

    note: str = ""
    evaluated_at: datetime | None = None
    satisfied: bool | None = None


def dispute_ids(session: Session, *, scope: Scope, wanted: Wanted) -> list[UUID]:
    """Return the disputes of a scope that are asked for, in the order in which they came.

    Sealed matters (15xx) are in no file: they stay where their right is.
    """
    question = (
        select(Dispute.id)
        .where(visible(scope), Dispute.category.not_like(f"{SEALED}%"), *_conditions(session, wanted))
        .order_by(Dispute.received_at, Dispute.id)
    )
    return list(session.scalars(question))


def dispute_facts(session: Session, *, scope: Scope, ids: Sequence[UUID]) -> list[DisputeFacts]:
    """Return the facts of those of ``ids`` that the scope still reaches, in their order."""
    found: dict[UUID, DisputeFacts] = {}
    for some in chunks(ids):
        rows = session.execute(
            select(
                Dispute.id, Dispute.case_code, Dispute.received_at, Dispute.since_when, Dispute.division_code,
                Dispute.place_kind, Dispute.category, Dispute.summary, Dispute.household_band, Dispute.grade,
                Dispute.state, Dispute.channel, Organisation.name, Dispute.project, Unit.name, Unit.duty_phone,
                Dispute.accepted_at, Dispute.due_at, Dispute.closed_at, Dispute.closure_ground, Dispute.legal_basis,
                Dispute.about_unit_id, Dispute.lon, Dispute.lat, and_(handled_by(scope), shows_a_point()),
            )
            .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
            .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
            .where(plainly(visible(scope)), Dispute.id.in_(some))
        )  # fmt: skip
        for row in rows:
            found[row[0]] = _facts(row)
    return [found[one] for one in ids if one in found]


def outcomes_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Outcome]:
    """Return by dispute what was written at its last closing and what its resident said of it."""
    notes: dict[UUID, str] = {}
    said: dict[UUID, tuple[datetime, bool]] = {}
    for some in chunks(ids):
        events = session.execute(
            select(DisputeEvent.dispute_id, DisputeEvent.note)
            .where(DisputeEvent.dispute_id.in_(some), plainly(DisputeEvent.kind.in_(CLOSINGS)))
            .order_by(DisputeEvent.dispute_id, DisputeEvent.number)
        )
        notes |= {dispute_id: note for dispute_id, note in events}  # noqa: C416 - a row is not a pair to the type checker
        answers = session.execute(
            select(Evaluation.dispute_id, Evaluation.at, Evaluation.satisfied)
            .where(Evaluation.dispute_id.in_(some))
            .order_by(Evaluation.at)
        )
        said |= {dispute_id: (at, satisfied) for dispute_id, at, satisfied in answers}
    return {one: Outcome(notes.get(one, ""), *said.get(one, (None, None))) for one in ids}


def still_reached(session: Session, *, scope: Scope, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of ``ids`` that are still in the scope and in no sealed category."""
    found: set[UUID] = set()
    for some in chunks(list(ids)):
        question = select(Dispute.id).where(
            plainly(visible(scope)), Dispute.id.in_(some), Dispute.category.not_like(f"{SEALED}%")
        )
        found |= set(session.scalars(question))
    return found


def _facts(row: Any) -> DisputeFacts:  # noqa: ANN401 - a row of 25 columns; its own type is longer than the query
    return DisputeFacts(
        id=row[0], number=row[1], received_at=row[2], since=row[3], division_code=row[4], place_kind=row[5],
        category=row[6], summary=row[7], band=row[8] or "", grade=row[9], state=row[10], channel=row[11],
        organisation=row[12] or "", project=row[13], unit=row[14] or "", unit_phone=row[15] or "", accepted_at=row[16],
        due_at=row[17], closed_at=row[18], ground=row[19] or "", basis=row[20], is_sealed=row[21] is not None,
        point=(row[22], row[23]) if row[24] else None,
    )  # fmt: skip


def _conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    begin = start_of_day(wanted.first) if wanted.first else None
    end = start_of_day(wanted.last + timedelta(days=1)) if wanted.last else None
    if end is not None:
        asked.append(Dispute.received_at < end)
    if begin is not None and wanted.stock:
        asked.append(or_(Dispute.received_at >= begin, Dispute.closed_at >= begin, Dispute.state.in_(OPEN_STATES)))
    elif begin is not None:
        asked.append(Dispute.received_at >= begin)
    if wanted.state:
        asked.append(Dispute.state.in_(OPEN_STATES if wanted.state == OPEN else ENDED_STATES))
    if wanted.place:
        path = session.scalar(select(Division.path).where(Division.code == wanted.place)) or "/none/"
        below = select(Division.code).where(Division.path.startswith(path, autoescape=True))
        asked.append(Dispute.division_code.in_(below))
    return asked
