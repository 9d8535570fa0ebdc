"""Which offices have an escalation now, the steps of this very transaction counted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation
from grid_app.queries.escalation_holders import offices_that_have


def holders_of(session: Session, escalation: Escalation) -> list[Unit]:
    """Return the open offices that an escalation waits for, oldest first."""
    session.flush()  # the telling may be of this very transaction
    return offices_that_have(session, escalation)
