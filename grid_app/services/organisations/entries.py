"""Organisations as reports name them: one entry per name, made when it is new, an alias followed to its entry."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.disputes import Organisation
from grid_app.models.organisations import OrganisationEntry
from grid_app.services.organisations.names import LONGEST_NAME, name_key, tells_of_a_person, whole_name


def organisation_id(session: Session, *, name: str) -> UUID | None:
    """Return the entry of that name, made when it is new; the one it was merged into, when the name is an alias.

    ``None`` for a name without letters and for one that tells of a person: neither is ever an entry.
    """
    key = name_key(name)
    if not key:
        return None
    found = _found(session, key)
    if found is not None:
        return found
    if tells_of_a_person(name):
        return None
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"id": new_id(), "name": name[:LONGEST_NAME], "name_key": key}
    session.execute(insert(Organisation).values(row).on_conflict_do_nothing(index_elements=["name_key"]))
    return _found(session, key)


def chosen_organisation(session: Session, *, name: str, field: str) -> UUID | None:
    """Return the entry that somebody names in an office's form; a new name has to be a whole one.

    Raises
    ------
    InvalidError
        The name is new and is none of an organisation; the sentence says how to write it.
    """
    if not name.strip():
        return None
    known = _found(session, name_key(name)) if name_key(name) else None
    return known or organisation_id(session, name=whole_name(name, field=field))


def _found(session: Session, key: str) -> UUID | None:
    return session.scalar(
        select(func.coalesce(OrganisationEntry.merged_into_id, Organisation.id))
        .select_from(Organisation)
        .outerjoin(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .where(Organisation.name_key == key)
    )
