"""Pairs of names that somebody said are two organisations, so that nobody is asked the same again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import Session

from grid_app.models.organisations import OrganisationDifference
from grid_app.policy import Actor
from grid_app.services.audit import record_audit


def keep_difference(session: Session, *, actor: Actor, one: UUID, other: UUID, now: datetime) -> None:
    """Remember that two names are two organisations; a second time changes nothing."""
    if session.get(OrganisationDifference, (one, other)) is not None:
        return
    row = OrganisationDifference(organisation_id=one, other_id=other, decided_at=now, decided_by=actor.assignment_id)
    session.add(row)
    target = ("organisation", str(one))
    record_audit(session, actor, "organisation.differs", now=now, target=target, details={"from": str(other)})


def forget_difference(session: Session, *, one: UUID, other: UUID) -> None:
    """Forget it, because somebody has now said that they are one."""
    pair = OrganisationDifference
    session.execute(
        delete(pair).where(
            or_(
                and_(pair.organisation_id == one, pair.other_id == other),
                and_(pair.organisation_id == other, pair.other_id == one),
            )
        )
    )


def is_uuid(words: str) -> bool:
    """Say whether words that came with a form are an identity."""
    try:
        UUID(words)
    except ValueError:
        return False
    return True
