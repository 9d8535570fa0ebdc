"""What a registered phone keeps for visits that are due: place, matter, and whom to ask; giving it out is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.accounts import AuditEvent
from grid_app.policy import Actor
from grid_app.queries.follow_ups import AHEAD, DueVisit, own_visits
from grid_app.security.fields import FieldCipher
from grid_app.services.accounts.actors import acting_alike
from grid_app.services.audit import Deed, record_audits
from grid_app.services.follow_ups.access import visiting
from grid_app.services.matters.parties import PartyInFull, parties_in_full

GIVEN: Final = "follow_up.contacts_given"
KEPT_PAST: Final = timedelta(days=14)
"""A phone drops contacts so long after the due day; they are not given out again then."""


@dataclass(frozen=True)
class VisitForPhone:
    """A visit that is due, and the parties whom to ask; none without a cipher or long past the due day."""

    visit: DueVisit
    contacts: tuple[PartyInFull, ...]


def visits_for_phone(
    session: Session, *, actor: Actor, cipher: FieldCipher | None, now: datetime
) -> list[VisitForPhone]:
    """Return the account's own visits that are overdue or due within 7 days; each first giving out of a day is logged.

    ``cipher`` is ``None`` for whoever asks without a registered phone: the list comes without contacts then.
    """
    today = local_date(now)
    found = own_visits(session, acting_alike(session, actor, now=now), until=today + AHEAD)
    with_contacts = {one.dispute_id for one in found if cipher and today - one.due_on <= KEPT_PAST}
    parties = parties_in_full(session, with_contacts, cipher=cipher) if cipher and with_contacts else {}
    _log_given(session, parties, actor=actor, now=now)
    return [
        VisitForPhone(one, tuple(parties.get(one.dispute_id, ())) if today - one.due_on <= KEPT_PAST else ())
        for one in found
    ]


def open_contacts(
    session: Session, follow_up_id: UUID, *, actors: Sequence[Actor], cipher: FieldCipher, now: datetime
) -> list[PartyInFull]:
    """Log the opening and return the parties of a follow-up in full, for one page.

    Raises
    ------
    NotFoundError, ForbiddenError
        As for a visit.
    """
    found = visiting(session, follow_up_id, actors=actors)
    parties = parties_in_full(session, [found.dispute.id], cipher=cipher)[found.dispute.id]
    details = {"parties": len(parties)}
    record_audits(session, found.actor, [Deed(GIVEN, ("dispute", str(found.dispute.id)), details)], now=now)
    return list(parties)


def _log_given(session: Session, parties: dict[UUID, Sequence[PartyInFull]], *, actor: Actor, now: datetime) -> None:
    """Log which disputes' contacts were given out, once a day for each account: a phone asks many times."""
    told = {str(dispute_id): len(faces) for dispute_id, faces in parties.items() if faces}
    known = session.scalars(
        select(AuditEvent.target_id).where(
            AuditEvent.action == GIVEN,
            AuditEvent.target_kind == "dispute",
            AuditEvent.target_id.in_(told),
            AuditEvent.account_id == actor.account_id,
            AuditEvent.at >= start_of_day(local_date(now)),
        )
    )
    fresh = sorted(told.keys() - set(known))
    if fresh:
        deeds = [Deed(GIVEN, ("dispute", one), {"parties": told[one]}) for one in fresh]
        record_audits(session, actor, deeds, now=now)
