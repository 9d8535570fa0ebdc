"""Everything one view of the map needs, read in one go: the area, and what the chosen layer says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.policy import Scope
from grid_app.queries.map_area import Area, area_of, narrowed, root_in_scope
from grid_app.queries.map_counts import GradeCounts, PlacedCounts, placed_counts
from grid_app.queries.map_layers import (
    FindingRow,
    NamingRow,
    RoundRow,
    confirmed_findings,
    namings_in,
    open_rounds,
    returns_of,
)
from grid_app.queries.rooms import RoomRow, rooms_in

DISPUTES, FINDINGS, RETURNS, ROOMS, NAMINGS = "disputes", "findings", "returns", "rooms", "namings"
LAYERS: Final = (DISPUTES, FINDINGS, RETURNS, ROOMS, NAMINGS)


@dataclass(frozen=True)
class MapFacts:
    """What was asked for; parts of layers that were not asked for are empty.

    ``chosen`` is the round whose returns are shown, ``None`` when no round is open.
    """

    area: Area
    as_of: datetime
    placed: PlacedCounts = field(default_factory=lambda: PlacedCounts({}, GradeCounts(), 0))
    findings: tuple[FindingRow, ...] = ()
    rounds: tuple[RoundRow, ...] = ()
    chosen: RoundRow | None = None
    returns: Mapping[str, str] = field(default_factory=dict)
    rooms: tuple[RoomRow, ...] = ()
    namings: tuple[NamingRow, ...] = ()


def area_in_scope(session: Session, *, scope: Scope, root: str | None) -> Area | None:
    """Return the area under ``root``, or under the scope's own root; ``None`` when it is not the scope's to see."""
    division = root_in_scope(session, scope=scope, code=root)
    return None if division is None else area_of(session, root=division)


def map_facts(
    session: Session,
    *,
    layers: frozenset[str],
    scope: Scope,
    root: str | None,
    now: datetime,
    round_id: UUID | None = None,
) -> MapFacts | None:
    """Return the facts of some layers over an area; ``None`` when the area is not the scope's to see.

    ``round_id`` chooses among the open rounds; without it, or when it is none of them, the one that is due first.
    """
    area = area_in_scope(session, scope=scope, root=root)
    if area is None:
        return None
    path = area.root.path
    here = narrowed(scope, path)
    rounds = tuple(open_rounds(session, root_path=path, now=now)) if RETURNS in layers else ()
    chosen = next((row for row in rounds if row.id == round_id), rounds[0] if rounds else None)
    return MapFacts(
        area=area,
        as_of=now,
        placed=placed_counts(session, scope=here) if DISPUTES in layers else PlacedCounts({}, GradeCounts(), 0),
        findings=tuple(confirmed_findings(session, scope=here)) if FINDINGS in layers else (),
        rounds=rounds,
        chosen=chosen,
        returns=returns_of(session, round_id=chosen.id, root_path=path) if chosen else {},
        rooms=tuple(rooms_in(session, scope=here, active_only=True)) if ROOMS in layers else (),
        namings=tuple(namings_in(session, scope=here, on=local_date(now))) if NAMINGS in layers else (),
    )
