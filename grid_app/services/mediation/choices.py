"""Who and where a dispute may be mediated, as choices for the page of its mediation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.mediation_work import committees_for, mediators_for, rooms_near
from grid_app.queries.scoping import visible
from grid_app.services.mediation.settled_on_spot import may_settle_on_spot, why_not_on_spot

Choice = tuple[str, str]


@dataclass(frozen=True)
class Choices:
    """Committees, people of those committees, the people of the case's own committee, and rooms: id and words."""

    committees: tuple[Choice, ...] = ()
    mediators: tuple[Choice, ...] = ()
    own_mediators: tuple[Choice, ...] = ()
    rooms: tuple[Choice, ...] = ()


def choices_for(session: Session, dispute_id: UUID, *, actor: Actor, unit_id: UUID | None, now: datetime) -> Choices:
    """Return the choices for a dispute of the actor's scope; staff of a committee choose their own alone."""
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(dispute_scope(actor))))
    if dispute is None:
        return Choices()
    units = committees_for(session, dispute, also=dispute.owner_unit_id)
    if not allows(actor, Action.HANDLE_DISPUTE):
        units = [unit for unit in units if unit.id == actor.unit_id]
    people = mediators_for(session, [unit.id for unit in units], now=now)
    own = mediators_for(session, [unit_id], now=now) if unit_id else []
    return Choices(
        committees=tuple((str(unit.id), unit.name) for unit in units),
        mediators=tuple((str(one.assignment_id), f"{one.display_name}({one.unit_name})") for one in people),
        own_mediators=tuple((str(one.assignment_id), one.display_name) for one in own),
        rooms=tuple((str(key), name) for key, name in rooms_near(session, dispute)),
    )


def may_settle(session: Session, dispute_id: UUID, *, actor: Actor) -> bool:
    """Say whether the one screen of settling on the spot is offered to the actor for this dispute."""
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(dispute_scope(actor))))
    return dispute is not None and may_settle_on_spot(dispute, actor) and not why_not_on_spot(dispute)


def reasons_against_spot(session: Session, dispute_id: UUID, *, actor: Actor) -> tuple[str, ...]:
    """Return why a dispute of the actor's scope cannot be settled on the spot; empty when it can."""
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(dispute_scope(actor))))
    if dispute is None:
        return ()
    others = () if may_settle_on_spot(dispute, actor) else ("这件事由别的单位办理,也不是您上报的",)
    return (*others, *why_not_on_spot(dispute))
