"""Who may see and make a follow-up visit: its carrier, whoever carried it before, and the office that handles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Action, Actor, Role, allows, as_used, dispute_scope
from grid_app.queries.duties import is_against_township
from grid_app.queries.scoping import visible
from grid_app.services.matters.follow_up_plans import NAMED
from grid_app.services.matters.step import take_turn
from grid_app.vocabulary.categories import is_withheld_from_maps

GONE = "没有这次回访,或者它不归您做。请刷新“回访”再看;填写的内容没有丢。"
NOT_YOURS = "这次回访由别人做。您知道的情况请在“补充情况”里写,或者转告办理单位;填写的内容没有丢。"


@dataclass(frozen=True)
class Visiting:
    """A follow-up, its dispute, and the assignment of the person that makes the visit."""

    follow_up: FollowUp
    dispute: Dispute
    actor: Actor


def visiting(session: Session, follow_up_id: UUID, *, actors: Sequence[Actor], only_look: bool = False) -> Visiting:
    """Return a follow-up for the first of a person's assignments that may make it.

    A carrier needs no view of the whole dispute; being named is the right, for as long as nobody complained of the
    carrier's unit. Who was named before may still hand in what was heard then. ``only_look`` locks nothing.

    Raises
    ------
    NotFoundError
        There is none, or none that any of the assignments may know of.
    ForbiddenError
        The dispute is in view, and somebody else makes the visit.
    """
    question = (
        select(FollowUp, Dispute).join(Dispute, Dispute.id == FollowUp.dispute_id).where(FollowUp.id == follow_up_id)
    )
    if not only_look:
        take_turn(session)
        question = question.with_for_update(of=[FollowUp, Dispute], key_share=True)
    row = session.execute(question.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFoundError(GONE)
    follow_up, dispute = row
    for actor in actors:
        if _carries(session, follow_up, dispute, actor) or _handles(session, dispute, actor):
            return Visiting(follow_up, dispute, as_used(actor, Action.FOLLOW_UP))
    if any(_sees(session, dispute, actor) for actor in actors):
        raise ForbiddenError(NOT_YOURS)
    raise NotFoundError(GONE)


def _carries(session: Session, follow_up: FollowUp, dispute: Dispute, actor: Actor) -> bool:
    if is_withheld_from_maps(dispute.category) or dispute.about_unit_id == actor.unit_id:
        return False
    return follow_up.carrier_id == actor.assignment_id or _carried(session, dispute.id, actor.assignment_id)


def _carried(session: Session, dispute_id: UUID, assignment_id: UUID) -> bool:
    """Say whether the history of the dispute names this assignment as one that made its visits before."""
    named = session.scalars(
        select(DisputeEvent).where(DisputeEvent.dispute_id == dispute_id, DisputeEvent.kind == NAMED)
    )
    return any(str(assignment_id) in str(event.details.get("from", "")) for event in named)


def _handles(session: Session, dispute: Dispute, actor: Actor) -> bool:
    is_office = allows(actor, Action.HANDLE_DISPUTE) or actor.unit_id == dispute.owner_unit_id
    if is_against_township(session, dispute.id) and actor.role not in (Role.COUNTY_OFFICER, Role.COUNTY_LEAD):
        return False
    return is_office and _sees(session, dispute, actor)


def _sees(session: Session, dispute: Dispute, actor: Actor) -> bool:
    question = exists().where(Dispute.id == dispute.id, visible(dispute_scope(actor)))
    return bool(session.scalar(select(question)))
