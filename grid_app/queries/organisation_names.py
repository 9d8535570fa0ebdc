"""Which organisation a name probably means, and which entry stands for several that a person merged.

Nothing here merges anything: a probable match is shown to the county, a person decides.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Organisation
from grid_app.models.organisations import OrganisationDifference, OrganisationEntry
from grid_app.models.places import Division
from grid_app.queries.chunks import chunks
from screening.organisations.register import Register

Signature = tuple[object, ...]


@dataclass(frozen=True)
class Suggestion:
    """A registered organisation that a name probably means; ``why`` says in zh-CN what differs."""

    id: UUID
    name: str
    why: str


def canonical_ids(session: Session, ids: Iterable[UUID], *, known_at: datetime | None = None) -> dict[UUID, UUID]:
    """Return for every identity the one that stands for it: of a merged entry the surviving one, else itself.

    ``known_at`` leaves out what was decided later.
    """
    found = {one: one for one in ids}
    entry = OrganisationEntry
    then = entry.decided_at <= known_at if known_at is not None else entry.decided_at.is_not(None)
    asked = list(found)
    while asked:
        into: dict[UUID, UUID] = {}
        for some in chunks(asked):
            rows = select(entry.organisation_id, entry.merged_into_id).where(
                entry.organisation_id.in_(some), entry.state == "merged", then
            )
            into.update({one: target for one, target in session.execute(rows) if target is not None})
        found = {one: into.get(last, last) for one, last in found.items()}
        asked = list(set(into.values()) - set(into))
    return found


def suggestions(session: Session, names: Mapping[UUID, str]) -> dict[UUID, Suggestion]:
    """Return for each name the registered organisation it probably means, where there is one and only one.

    Pairs that somebody said are different are left out.
    """
    if not names:
        return {}
    register = _HELD.register(session)
    apart = _differences(session, list(names))
    matched = {
        one: match
        for one, name in names.items()
        if (match := register.best_match(name, other_than={str(one), *map(str, apart[one])})) is not None
    }
    whole = _names(session, [UUID(match.identity) for match in matched.values()])
    return {
        one: Suggestion(key, whole[key], _why(match.why, match.name, whole[key]))
        for one, match in matched.items()
        if (key := UUID(match.identity)) in whole
    }


def _why(why: Sequence[str], met: str, whole: str) -> str:
    words = "、".join(why) or "写法相同"
    return words if met == whole else f"与它的别称“{met}”相近:{words}"


def _differences(session: Session, ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    pair = OrganisationDifference
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = select(pair.organisation_id, pair.other_id).where(or_(pair.organisation_id.in_(ids), pair.other_id.in_(ids)))
    for one, other in session.execute(rows):
        found[one].add(other)
        found[other].add(one)
    return found


def _names(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs to mypy


class _Held:
    """The register of one database in memory, built again when the county has decided something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._signature: Signature = ()
        self._register = Register(())

    def register(self, session: Session) -> Register:
        """Return the register of what the county has confirmed or merged until now."""
        signature = _signature(session)
        with self._lock:
            if signature != self._signature:
                self._register = Register(_registered(session), _places(session))
                self._signature = signature
            return self._register


def _signature(session: Session) -> Signature:
    """Return what changes with every decision: the database, how many stand in each state, and the newest."""
    entry = OrganisationEntry
    counts = session.execute(select(entry.state, func.count()).group_by(entry.state).order_by(entry.state))
    newest = select(entry.decided_at, entry.organisation_id).order_by(entry.decided_at.desc(), entry.organisation_id)
    last = session.execute(newest.limit(1)).first()
    return (str(session.get_bind().engine.url), *map(tuple, counts), tuple(last) if last else ())


def _registered(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(func.coalesce(OrganisationEntry.merged_into_id, Organisation.id), Organisation.name)
        .join(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .where(OrganisationEntry.state.in_(("confirmed", "merged")))
        .order_by(Organisation.id)
    )
    return [(str(key), name) for key, name in rows]


def _places(session: Session) -> list[str]:
    return list(
        session.scalars(select(Division.name).where(Division.level != "grid").distinct().order_by(Division.name))
    )


_HELD = _Held()
