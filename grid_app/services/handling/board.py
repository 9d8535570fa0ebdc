"""Everything that handling by the law has left on one dispute, and what this very actor may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.handling import (
    ClosingProposal,
    ContactRecord,
    Opinion,
    OpinionReview,
    ReviewRecord,
    Seal,
    Sorting,
    Transfer,
)
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.scoping import visible
from grid_app.services.handling.chain import asked_review, stage_open
from grid_app.services.handling.closing import missing_reviews, reviews_needed, standing_proposal
from grid_app.services.handling.gates import gate_reasons
from grid_app.services.handling.legal_pathways import PathwayList, pathways_by_version
from grid_app.services.handling.opinions import delivered_opinion, undelivered
from grid_app.services.handling.reviews import open_sides, reviews_of
from grid_app.services.handling.seals import decides_on_seal, seal_of
from grid_app.services.handling.transfers import MOST_RETURNS, open_transfer, returns_of
from grid_app.services.matters.step import Step

Row = TypeVar("Row", ContactRecord, OpinionReview, Sorting, Transfer)


@dataclass(frozen=True)
class Board:
    """The rows of one dispute, newest first, and the answers that belong to ``actor``."""

    dispute: Dispute
    names: dict[UUID, str]
    contact_reasons: dict[str, tuple[str, ...]]
    review_reasons: tuple[str, ...]
    contacts: list[ContactRecord]
    proposal: ClosingProposal | None
    reviews: list[ReviewRecord]
    missing: tuple[str, ...]
    mine: tuple[str, ...]
    transfers: list[Transfer]
    transfer: Transfer | None
    returns: int
    objection_due: datetime | None
    draft: Opinion | None
    opinion: Opinion | None
    chain: list[OpinionReview]
    stage: str
    asked: OpinionReview | None
    sortings: list[Sorting]
    lists: dict[int, PathwayList]
    seal: Seal | None
    decides_seal: bool

    @property
    def needs_ruling(self) -> bool:
        """Whether the matter came back so often that the county decides who handles it."""
        return self.returns >= MOST_RETURNS


@dataclass(frozen=True)
class UnitFigures:
    """How the transfers of one unit went: a figure of the process, never of a person."""

    sent: int
    received: int
    returned_by_us: int
    idle: int


def board_of(session: Session, dispute_id: UUID, *, actor: Actor, now: datetime) -> Board | None:
    """Return the board of a dispute of the actor's scope, or ``None``."""
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(dispute_scope(actor))))
    if dispute is None:
        return None
    proposal = standing_proposal(session, dispute)
    needed = reviews_needed(session, dispute, proposal.ground) if proposal else ()
    transfers = _rows(session, Transfer, dispute_id)
    seal = seal_of(session, dispute)
    step = Step(dispute_id, actor, dispute.version, now)
    ids = {one.to_unit_id for one in transfers} | {one.from_unit_id for one in transfers}
    contacts = _rows(session, ContactRecord, dispute_id)
    ids |= {one.unit_id for one in contacts if one.unit_id} | ({seal.unit_id} if seal else set())
    return Board(
        dispute=dispute,
        names=_names(session, ids),
        contact_reasons={
            one: gate_reasons(session, dispute, gate="contact", step=one) for one in ("transfer", "assign")
        },
        review_reasons=gate_reasons(session, dispute, gate="review", step="close"),
        contacts=contacts,
        proposal=proposal,
        reviews=reviews_of(session, proposal) if proposal else [],
        missing=missing_reviews(session, proposal, needed) if proposal else (),
        mine=open_sides(session, dispute, proposal, step) if proposal else (),
        transfers=transfers,
        transfer=open_transfer(session, dispute),
        returns=returns_of(session, dispute_id),
        objection_due=_due(session, dispute_id, "objection"),
        draft=undelivered(session, dispute),
        opinion=delivered_opinion(session, dispute),
        chain=_rows(session, OpinionReview, dispute_id),
        stage=stage_open(session, dispute),
        asked=asked_review(session, dispute),
        sortings=_rows(session, Sorting, dispute_id),
        lists=pathways_by_version(session),
        seal=seal,
        decides_seal=seal is not None and seal.confirmed_at is None and decides_on_seal(session, actor, seal),
    )


def unit_figures(session: Session, unit_id: UUID) -> UnitFigures:
    """Return how a unit's own transfers went; ``idle`` (空转) counts matters that went round more than twice.

    A unit is shown its own figures only: they are for working better, not for comparing.
    """
    many = (
        select(Transfer.dispute_id).group_by(Transfer.dispute_id).having(func.count() > MOST_RETURNS).scalar_subquery()
    )
    counted = {
        "sent": select(func.count()).where(Transfer.from_unit_id == unit_id),
        "received": select(func.count()).where(Transfer.to_unit_id == unit_id),
        "returned_by_us": select(func.count()).where(Transfer.to_unit_id == unit_id, Transfer.state == "returned"),
        "idle": select(func.count(func.distinct(Transfer.dispute_id))).where(
            Transfer.from_unit_id == unit_id, Transfer.dispute_id.in_(many)
        ),
    }
    return UnitFigures(**{name: session.scalar(question) or 0 for name, question in counted.items()})


def _rows(session: Session, model: type[Row], dispute_id: UUID) -> list[Row]:
    found = session.scalars(select(model).where(model.dispute_id == dispute_id).order_by(model.id.desc()))
    return list(found)


def _names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())


def _due(session: Session, dispute_id: UUID, code: str) -> datetime | None:
    return session.scalar(
        select(Deadline.due_at).where(
            Deadline.dispute_id == dispute_id, Deadline.rule_code == code, Deadline.done_at.is_(None)
        )
    )
