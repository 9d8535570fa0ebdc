"""What the page of a hard matter shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class MemberView:
    """One of the team: a duty's code, a unit, a post there."""

    duty: str
    unit_id: UUID
    unit: str
    post: str


@dataclass(frozen=True)
class LeadView:
    """Who owns the matter; ``left`` when the official does not hold the post any more; ``due_at`` of the next visit."""

    lead_id: UUID
    name: str
    unit: str
    role: str
    left: bool
    issue: str
    plan: str
    plan_document: str
    assigned_at: datetime
    declined_at: datetime | None
    due_at: datetime | None
    team: tuple[MemberView, ...]


@dataclass(frozen=True)
class Task:
    """Something a unit does until a day: a promise, or a step of a plan."""

    id: UUID
    number: int
    what: str
    unit_id: UUID
    unit: str
    due_on: date
    done_on: date | None
    evidence: str


@dataclass(frozen=True)
class VisitView:
    """One line of the diary with what was promised in it."""

    number: int
    held_on: date
    way: str
    place: str
    asked: str
    documents: str
    promises: tuple[Task, ...]


@dataclass(frozen=True)
class PlanView:
    """A plan with its steps; agreed with the resident or not yet."""

    number: int
    made_at: datetime
    agreed_on: date | None
    agreed_way: str
    agreed_by: tuple[str, ...]
    replaced_at: datetime | None
    steps: tuple[Task, ...]


@dataclass(frozen=True)
class FindingView:
    """What was done for one of the three musts."""

    slot: str
    held_on: date
    way: str
    note: str
    documents: str


@dataclass(frozen=True)
class ExaminationView:
    """One re-examination with its findings."""

    number: int
    earlier: str
    begun_at: datetime
    conclusion: str
    concluded_at: datetime | None
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class HearingView:
    """One hearing with whoever is invited: kind, what they are, which parties agreed."""

    id: UUID
    number: int
    kind: str
    days: tuple[date, ...]
    place: str
    is_public: bool
    state: str
    record: str
    invitees: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ConsultationView:
    """One consultation of units."""

    held_on: date
    units: str
    question: str
    result: str


@dataclass(frozen=True)
class QueryView:
    """One question of policy and its answer."""

    id: UUID
    number: int
    to_organ: str
    question: str
    document_no: str
    asked_on: date
    answer_due: date
    answered_on: date | None
    answer: str


@dataclass(frozen=True)
class LeadingView:
    """Everything about a hard matter; plans and examinations with the newest first."""

    lead: LeadView | None
    visits: tuple[VisitView, ...]
    plans: tuple[PlanView, ...]
    background: str
    examinations: tuple[ExaminationView, ...]
    hearings: tuple[HearingView, ...]
    consultations: tuple[ConsultationView, ...]
    queries: tuple[QueryView, ...]

    @property
    def promises(self) -> tuple[Task, ...]:
        """What was promised in all visits, the earliest due first."""
        return tuple(sorted((one for visit in self.visits for one in visit.promises), key=lambda one: one.due_on))

    @property
    def plan(self) -> PlanView | None:
        """The plan that counts now."""
        return self.plans[0] if self.plans and self.plans[0].replaced_at is None else None

    @property
    def examination(self) -> ExaminationView | None:
        """The re-examination under way."""
        return next((one for one in self.examinations if one.concluded_at is None), None)
