"""Deciding about a finding: a person confirms or dismisses it with a reason, or asks the level above to dismiss it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.policy import Actor
from grid_app.services.findings.ownership import rights_on
from grid_app.services.findings.steps import Claimed, FindingStep, claim, forbid, write_step
from grid_app.services.findings.telling import escalate_finding, put_away

ASKED = "dismissal_asked"


def confirm_finding(
    session: Session, *, finding_id: UUID, actor: Actor, reason: str, now: datetime, version: int | None = None
) -> UUID | None:
    """Confirm a suspected finding and escalate it, all in the caller's transaction.

    Returns the escalation's id, or ``None`` when as much has escalated before, or the form was sent twice.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        Not in the actor's area; already decided; no reason; not for this level to decide.
    """
    step = FindingStep(finding_id, actor, reason, now, version)
    claimed = claim(session, step, "confirm")
    if claimed.repeated:
        return None
    if not (rights := rights_on(session, actor, claimed.finding, claimed.course)).decides:
        raise forbid(rights.sentence)
    _decided(session, step, claimed)
    return escalate_finding(session, claimed.finding, claimed.course, now=now)


def dismiss_finding(
    session: Session, *, finding_id: UUID, actor: Actor, reason: str, now: datetime, version: int | None = None
) -> None:
    """Dismiss a suspected finding with a reason; growth in a later round raises it again.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for confirming; one of ten households or more needs the level above.
    """
    step = FindingStep(finding_id, actor, reason, now, version)
    claimed = claim(session, step, "dismiss")
    if claimed.repeated:
        return
    if not (rights := rights_on(session, actor, claimed.finding, claimed.course)).dismisses:
        raise forbid(rights.sentence)
    _decided(session, step, claimed)


def ask_to_dismiss(
    session: Session, *, finding_id: UUID, actor: Actor, reason: str, now: datetime, version: int | None = None
) -> None:
    """Write down why the owner's level would dismiss a finding that only the level above may dismiss.

    Its clock goes on: undecided in time, the finding escalates.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, ForbiddenError
        As for confirming.
    """
    step = FindingStep(finding_id, actor, reason, now, version)
    claimed = claim(session, step, "dismiss", kind=ASKED)
    if claimed.repeated:
        return
    if not (rights := rights_on(session, actor, claimed.finding, claimed.course)).decides:
        raise forbid(rights.sentence)
    write_step(session, step, claimed, kind=ASKED)


def _decided(session: Session, step: FindingStep, claimed: Claimed) -> None:
    finding = claimed.finding
    write_step(session, step, claimed)
    finding.decided_at = step.now
    finding.decided_by = step.actor.assignment_id
    finding.decision_reason = claimed.words
    put_away(session, finding.id, now=step.now)
