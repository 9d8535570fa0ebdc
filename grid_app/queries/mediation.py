"""The mediation of one dispute as its page shows it: cases, consents, sessions, agreement; parties by label only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute, Party
from grid_app.models.mediation import (
    AgreementTerm,
    JudicialConfirmation,
    MediationAgreement,
    MediationCase,
    MediationConsent,
    MediationInvitee,
    MediationSession,
)
from grid_app.models.places import MediationRoom
from grid_app.policy import Scope
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class ConsentView:
    """A party's label and what it said to being mediated: ``yes``, ``no`` or nothing yet."""

    label: str
    answer: str
    at: datetime | None
    way: str


@dataclass(frozen=True)
class SessionView:
    """One meeting; ``invitees`` are kinds with what they are, ``room`` the place in words."""

    id: UUID
    number: int
    planned_at: datetime
    place: str
    state: str
    held_at: datetime | None
    record: str
    invitees: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TermView:
    """One promise of an agreement."""

    id: UUID
    number: int
    who: str
    what: str
    due_on: date
    done_on: date | None
    evidence: str


@dataclass(frozen=True)
class CourtView:
    """The application for judicial confirmation and what became of it."""

    court: str
    applied_on: date
    accepted: bool | None
    answered_on: date | None
    result: str
    decided_on: date | None
    document_no: str


@dataclass(frozen=True)
class AgreementView:
    """An agreement: a draft until ``effective_on``."""

    id: UUID
    form: str
    written_why: tuple[str, ...]
    facts: str
    issues: str
    responsibility: str
    performance_method: str
    signed_by: tuple[str, ...]
    mediator_signed: bool
    sealed: bool
    effective_on: date | None
    terms: tuple[TermView, ...]
    court: CourtView | None

    @property
    def next_term(self) -> TermView | None:
        """The promise that is due first and not done."""
        return min((one for one in self.terms if one.done_on is None), key=lambda one: one.due_on, default=None)


@dataclass(frozen=True)
class CaseView:
    """One attempt to mediate, whole."""

    id: UUID
    state: str
    source: str
    unit_id: UUID
    unit: str
    mediator_id: UUID | None
    mediator: str
    mediator_choice: str
    room_id: UUID | None
    room: str
    is_public: bool
    opened_at: datetime
    looked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    told_on: date | None
    pathway: str
    consents: tuple[ConsentView, ...]
    sessions: tuple[SessionView, ...]
    agreement: AgreementView | None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


def labels_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[str]:
    """Return the labels of a dispute's parties in their order; none outside the scope."""
    rows = session.scalars(
        select(Party.label)
        .join(Dispute, Dispute.id == Party.dispute_id)
        .where(Party.dispute_id == dispute_id, visible(scope))
        .order_by(Party.label)
    )
    return list(rows)


def mediations_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[CaseView]:
    """Return every attempt to mediate a dispute of the scope, the newest first."""
    rows = session.execute(
        select(MediationCase, Unit.name, Account.display_name, MediationRoom.name)
        .join(Dispute, Dispute.id == MediationCase.dispute_id)
        .join(Unit, Unit.id == MediationCase.unit_id)
        .outerjoin(Assignment, Assignment.id == MediationCase.mediator_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .outerjoin(MediationRoom, MediationRoom.id == MediationCase.room_id)
        .where(MediationCase.dispute_id == dispute_id, visible(scope))
        .order_by(MediationCase.opened_at.desc(), MediationCase.id.desc())
    ).all()
    if not rows:
        return []
    ids = [row[0].id for row in rows]
    labels = labels_of(session, scope=scope, dispute_id=dispute_id)
    consents, sessions = _consents(session, ids), _sessions(session, ids)
    agreements = _agreements(session, ids)
    return [
        CaseView(
            id=case.id,
            state=case.state,
            source=case.source,
            unit_id=case.unit_id,
            unit=unit,
            mediator_id=case.mediator_id,
            mediator=mediator or "",
            mediator_choice=case.mediator_choice,
            room_id=case.room_id,
            room=room or "",
            is_public=case.is_public,
            opened_at=case.opened_at,
            looked_at=case.looked_at,
            started_at=case.started_at,
            ended_at=case.ended_at,
            ended_why=case.ended_why,
            told_on=case.told_on,
            pathway=case.pathway,
            consents=tuple(_said(label, consents[case.id]) for label in labels),
            sessions=tuple(sessions[case.id]),
            agreement=agreements.get(case.id),
        )
        for case, unit, mediator, room in rows
    ]


def _consents(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, MediationConsent]]:
    found: dict[UUID, dict[str, MediationConsent]] = defaultdict(dict)
    for one in session.scalars(select(MediationConsent).where(MediationConsent.case_id.in_(ids))):
        found[one.case_id][one.label] = one
    return found


def _said(label: str, given: dict[str, MediationConsent]) -> ConsentView:
    one = given.get(label)
    if one is None:
        return ConsentView(label, "", None, "")
    if one.refused_at:
        return ConsentView(label, "no", one.refused_at, "")
    return ConsentView(label, "yes", one.consented_at, one.way)


def _sessions(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[SessionView]]:
    rows = session.execute(
        select(MediationSession, MediationRoom.name)
        .outerjoin(MediationRoom, MediationRoom.id == MediationSession.room_id)
        .where(MediationSession.case_id.in_(ids))
        .order_by(MediationSession.number)
    ).all()
    invited: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    keys = [one.id for one, _ in rows]
    for row in session.scalars(select(MediationInvitee).where(MediationInvitee.session_id.in_(keys))):
        invited[row.session_id].append((row.kind, row.who))
    found: dict[UUID, list[SessionView]] = defaultdict(list)
    for one, room in rows:
        place = " ".join(part for part in (room or "", one.place) if part)
        view = SessionView(
            one.id, one.number, one.planned_at, place, one.state, one.held_at, one.record, tuple(invited[one.id])
        )
        found[one.case_id].append(view)
    return found


def _agreements(session: Session, ids: Sequence[UUID]) -> dict[UUID, AgreementView]:
    rows = session.scalars(select(MediationAgreement).where(MediationAgreement.case_id.in_(ids))).all()
    keys = [one.id for one in rows]
    terms: dict[UUID, list[TermView]] = defaultdict(list)
    asked = select(AgreementTerm).where(AgreementTerm.agreement_id.in_(keys)).order_by(AgreementTerm.number)
    for term in session.scalars(asked):
        view = TermView(term.id, term.number, term.who, term.what, term.due_on, term.done_on, term.evidence)
        terms[term.agreement_id].append(view)
    courts = {
        one.agreement_id: CourtView(
            one.court, one.applied_on, one.accepted, one.answered_on, one.result, one.decided_on, one.document_no
        )
        for one in session.scalars(select(JudicialConfirmation).where(JudicialConfirmation.agreement_id.in_(keys)))
    }
    return {
        one.case_id: AgreementView(
            id=one.id,
            form=one.form,
            written_why=tuple(one.written_why),
            facts=one.facts,
            issues=one.issues,
            responsibility=one.responsibility,
            performance_method=one.performance_method,
            signed_by=tuple(one.signed_by),
            mediator_signed=one.mediator_signed,
            sealed=one.sealed,
            effective_on=one.effective_on,
            terms=tuple(terms[one.id]),
            court=courts.get(one.id),
        )
        for one in rows
    }
