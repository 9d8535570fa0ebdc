"""Names of organisations: what waits for the county, what is registered, which words lead to which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.organisations import OrganisationEntry
from grid_app.queries.organisation_names import Suggestion, suggestions

PER_PAGE: Final = 20
MOST_OFFERED: Final = 200
STATES: Final = ("unconfirmed", "confirmed", "merged", "rejected")


@dataclass(frozen=True)
class EntryRow:
    """One name: its state, what it was merged into, how many matters name it, and what it probably means."""

    id: UUID
    name: str
    state: str
    into: str
    reason: str
    decided_at: datetime | None
    matters: int
    like: Suggestion | None


@dataclass(frozen=True)
class EntryPage:
    """One page of names; ``more`` says whether there is another."""

    rows: tuple[EntryRow, ...]
    more: bool


def entries_of(session: Session, *, state: str, words: str = "", page: int = 0) -> EntryPage:
    """Return the names in a state by name, twenty a page; ``words`` narrows to names that hold them."""
    into = aliased(Organisation)
    conditions = [_is_in(state)]
    if words.strip():
        conditions.append(Organisation.name.contains(words.strip()[:40], autoescape=True))
    rows = session.execute(
        select(Organisation, OrganisationEntry, into.name)
        .outerjoin(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .outerjoin(into, into.id == OrganisationEntry.merged_into_id)
        .where(*conditions)
        .order_by(Organisation.name, Organisation.id)
        .offset(max(page, 0) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    shown = rows[:PER_PAGE]
    matters = _matters(session, [one.id for one, _, _ in shown])
    likes = suggestions(session, {one.id: one.name for one, _, _ in shown}) if state == "unconfirmed" else {}
    return EntryPage(
        tuple(
            EntryRow(
                one.id, one.name, entry.state if entry else "unconfirmed", target or "", entry.reason if entry else "",
                entry.decided_at if entry else None, matters.get(one.id, 0), likes.get(one.id),
            )
            for one, entry, target in shown
        ),
        more=len(rows) > PER_PAGE,
    )  # fmt: skip


def entry_counts(session: Session) -> dict[str, int]:
    """Return how many names are in each state."""
    rows = session.execute(
        select(OrganisationEntry.state, func.count())
        .select_from(Organisation)
        .outerjoin(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .group_by(OrganisationEntry.state)
    )
    return dict.fromkeys(STATES, 0) | {state or STATES[0]: count for state, count in rows}


def registered_names(session: Session) -> list[str]:
    """Return the names of registered organisations, for choosing one by typing."""
    rows = (
        select(Organisation.name)
        .join(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .where(OrganisationEntry.state == "confirmed")
        .order_by(Organisation.name)
        .limit(MOST_OFFERED)
    )
    return list(session.scalars(rows))


def aliases(session: Session) -> dict[UUID, UUID]:
    """Return which entry each alias leads to, for analyses that still meet the alias."""
    rows = session.execute(
        select(OrganisationEntry.organisation_id, OrganisationEntry.merged_into_id).where(
            OrganisationEntry.state == "merged"
        )
    )
    return {one: into for one, into in rows if into is not None}


def _is_in(state: str) -> ColumnElement[bool]:
    if state == "unconfirmed":
        return OrganisationEntry.organisation_id.is_(None)
    return OrganisationEntry.state == state


def _matters(session: Session, ids: list[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(Dispute.organisation_id, func.count())
        .where(Dispute.organisation_id.in_(ids))
        .group_by(Dispute.organisation_id)
    )
    return {one: count for one, count in rows if one is not None}
