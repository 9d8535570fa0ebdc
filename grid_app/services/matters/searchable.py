"""Keeping the words of disputes that a search looks through, and filling them in for older disputes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, Organisation
from grid_app.security.fields import FieldCipher
from grid_app.services.clocks.due_dates import settle_due
from grid_app.services.matters.parties import parties_in_full
from grid_app.services.matters.said import said_of

BATCH: Final = 1000


def say_anew(session: Session, disputes: Collection[Dispute], *, cipher: FieldCipher) -> None:
    """Make the words of disputes anew from what is stored, without the names of their parties."""
    parties = parties_in_full(session, [one.id for one in disputes], cipher=cipher)
    known = {one.organisation_id for one in disputes if one.organisation_id}
    names: dict[UUID, str] = dict(
        session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(known))).all()
    )
    for one in disputes:
        organisation = names.get(one.organisation_id, "") if one.organisation_id else ""
        hidden = [party.name for party in parties[one.id]]
        one.said = said_of(one.summary, named=(organisation, one.project), hidden=hidden)


def fill_lists(session: Session, *, cipher: FieldCipher, after: UUID | None = None, size: int = BATCH) -> UUID | None:
    """Give the next disputes from before there was a search their words and dates; return the last one's id."""
    bare = select(Dispute).where(Dispute.said.is_(None))
    beyond = bare.where(Dispute.id > after) if after else bare
    found = session.scalars(beyond.order_by(Dispute.id).limit(size).with_for_update()).all()
    ids = [one.id for one in found]
    running: dict[UUID, list[Deadline]] = {one: [] for one in ids}
    for clock in session.scalars(select(Deadline).where(Deadline.dispute_id.in_(ids), Deadline.done_at.is_(None))):
        running[clock.dispute_id].append(clock)
    for dispute in found:
        settle_due(dispute, running[dispute.id])
    say_anew(session, found, cipher=cipher)
    return ids[-1] if ids else None
