"""Help on one dispute: who wants it, what is planned, what waits for two people; and what a unit has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.assistance import AmountApproval, AssistanceMeasure, AssistancePlan, ConsentRecord
from grid_app.models.disputes import Dispute
from grid_app.policy import Actor, Scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import visible
from grid_app.vocabulary.assistance import HELP

MOST_LINES: Final = 100


@dataclass(frozen=True)
class MeasureView:
    """One measure with its unit and day; ``agreed`` is how many people have agreed to the amount."""

    id: UUID
    number: int
    kind: str
    what: str
    unit_id: UUID
    unit: str
    due_on: date
    state: str
    done_on: date | None
    result: str
    amount_cents: int | None
    amount_state: str
    agreed: int


@dataclass(frozen=True)
class PlanView:
    """A plan of help of one party, by its label."""

    id: UUID
    label: str
    unit: str
    due_on: date
    agreed_on: date | None
    ended_at: datetime | None
    ended_why: str
    measures: tuple[MeasureView, ...]


@dataclass(frozen=True)
class HelpView:
    """Who wants to be helped in this dispute (labels), and the plans, open ones first."""

    wanting: tuple[str, ...] = ()
    plans: tuple[PlanView, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether a party wants help and has not taken its word back (needs_assistance)."""
        return bool(self.wanting)

    @property
    def open_plans(self) -> tuple[PlanView, ...]:
        """The plans that have not ended."""
        return tuple(plan for plan in self.plans if plan.ended_at is None)


@dataclass(frozen=True)
class DueMeasure:
    """A measure that a unit has to carry out: of which matter, which kind, until when. For whom stands on its page."""

    dispute_id: UUID
    case_code: str
    place: str
    kind: str
    due_on: date


def help_on(session: Session, *, scope: Scope, dispute_id: UUID) -> HelpView:
    """Return the help on a dispute of the scope; empty when it is not there."""
    if session.scalar(select(Dispute.id).where(Dispute.id == dispute_id, visible(scope))) is None:
        return HelpView()
    wanting = session.scalars(
        select(ConsentRecord.label)
        .where(ConsentRecord.dispute_id == dispute_id, ConsentRecord.purpose == HELP)
        .where(ConsentRecord.withdrawn_at.is_(None))
        .order_by(ConsentRecord.label)
    )
    return HelpView(tuple(wanting), tuple(_plans(session, dispute_id)))


def _plans(session: Session, dispute_id: UUID) -> list[PlanView]:
    measures = _measures(session, dispute_id)
    rows = session.execute(
        select(AssistancePlan, Unit.name)
        .join(Unit, Unit.id == AssistancePlan.unit_id)
        .where(AssistancePlan.dispute_id == dispute_id)
        .order_by(AssistancePlan.ended_at.is_not(None), AssistancePlan.made_at.desc())
    ).all()
    return [
        PlanView(
            row.id, row.label, unit, row.due_on, row.agreed_on, row.ended_at, row.ended_why,
            tuple(view for key, view in measures if key == row.id),
        )
        for row, unit in rows
    ]  # fmt: skip


def _measures(session: Session, dispute_id: UUID) -> list[tuple[UUID, MeasureView]]:
    agreed = (
        select(func.count(AmountApproval.id))
        .where(AmountApproval.measure_id == AssistanceMeasure.id, AmountApproval.agrees)
        .scalar_subquery()
    )
    rows = session.execute(
        select(AssistanceMeasure, Unit.name, agreed)
        .join(Unit, Unit.id == AssistanceMeasure.unit_id)
        .where(AssistanceMeasure.dispute_id == dispute_id)
        .order_by(AssistanceMeasure.number)
    ).all()
    return [
        (
            row.plan_id,
            MeasureView(
                row.id, row.number, row.kind, row.what, row.unit_id, unit, row.due_on, row.state, row.done_on,
                row.result, row.amount_cents, row.amount_state, count,
            ),
        )
        for row, unit, count in rows
    ]  # fmt: skip


def helping_units(session: Session, dispute_id: UUID) -> set[UUID]:
    """Return the units with a duty in a plan of the dispute that has not ended."""
    plans = select(AssistancePlan.unit_id).where(
        AssistancePlan.dispute_id == dispute_id, AssistancePlan.ended_at.is_(None)
    )
    measures = select(AssistanceMeasure.unit_id).where(
        AssistanceMeasure.dispute_id == dispute_id, AssistanceMeasure.state == "planned"
    )
    return set(session.scalars(plans)) | set(session.scalars(measures))


def units_that_help(session: Session, dispute_id: UUID) -> list[tuple[UUID, str]]:
    """Return the open units of the county that may take a measure: departments, then along the dispute's place."""
    found = session.execute(
        select(Dispute.division_code, Dispute.about_unit_id).where(Dispute.id == dispute_id)
    ).first()
    if found is None:
        return []
    code, about = found
    along = [code[:6], code[:9], code[:12]]
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.kind)
        .where(Unit.closed_at.is_(None), Unit.division_code.in_(along), Unit.kind != "county_lead_office")
        .order_by(Unit.division_code, Unit.name)
    ).all()
    return [(row.id, row.name) for row in rows if row.id != about]


def measures_due(session: Session, actor: Actor, scope: Scope) -> list[DueMeasure]:
    """Return what the actor's unit has promised in plans of help, the earliest first; never for whom."""
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.division_code, AssistanceMeasure.kind, AssistanceMeasure.due_on)
        .join(AssistanceMeasure, AssistanceMeasure.dispute_id == Dispute.id)
        .where(AssistanceMeasure.unit_id == actor.unit_id, AssistanceMeasure.state == "planned", visible(scope))
        .order_by(AssistanceMeasure.due_on, Dispute.case_code)
        .limit(MOST_LINES)
    ).all()
    places = place_names(session, {row[2] for row in rows})
    return [DueMeasure(key, code, places[place], kind, due) for key, code, place, kind, due in rows]
