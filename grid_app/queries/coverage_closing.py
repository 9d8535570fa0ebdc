"""What changes when one mediation room closes: which villages lose a room, a near one, a second one; and the sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.mediation import MediationSession
from grid_app.policy import Scope
from grid_app.queries.coverage_grids import grids_in, with_grids
from grid_app.queries.coverage_measured import measure
from grid_app.queries.coverage_rooms import RoomFacts, county_path, room_facts
from grid_app.queries.coverage_villages import VillagePoint, villages_in

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from geo.coverage.access import Totals


@dataclass(frozen=True)
class ClosingEffect:
    """The whole county before and after, because people cross borders; villages by code.

    ``lose_access`` are villages of which some households reach no room any more, ``lost_share`` says how much of it.
    ``farther`` gives the more metres to the nearest room, ``heavier`` the households (villages, see ``before.basis``)
    that become nearest to another room. ``planned`` counts the meetings that are planned in the room.
    """

    before: Totals
    after: Totals
    lose_room: tuple[VillagePoint, ...]
    lose_access: tuple[VillagePoint, ...]
    lost_share: Mapping[str, float]
    lose_second: tuple[VillagePoint, ...]
    farther: tuple[tuple[VillagePoint, float], ...]
    heavier: tuple[tuple[RoomFacts, float], ...]
    planned: int


def closing_effect(session: Session, *, room: RoomFacts, now: datetime) -> ClosingEffect:
    """Return what closing an open room of a county changes; places and sums, no disputes."""
    from geo.coverage.spots import closing_spread  # noqa: PLC0415 - loads SciPy

    path = county_path(room.path)
    scope = Scope(paths=(path,))
    grids = grids_in(session, scope=scope, root_path=path)
    known = with_grids(villages_in(session, scope=scope, root_path=path), grids)
    places = [place for place in known if place.lon is not None]
    rooms = room_facts(session, root_path=path, now=now)
    measured = measure(places, rooms, grids)
    closed = measured.room_codes.index(room.code)
    found = closing_spread(measured.spots, measured.villages, measured.rooms, closed)
    heavier = [(rooms[at], more) for at, more in enumerate(found.more_load.tolist()) if more > 0]
    return ClosingEffect(
        before=found.before,
        after=found.after,
        lose_room=tuple(places[at] for at in found.lose_room.tolist()),
        lose_access=tuple(places[at] for at in found.lose_access.tolist()),
        lost_share={
            places[at].code: part
            for at, part in zip(found.lose_access.tolist(), found.lost_share.tolist(), strict=True)
        },
        lose_second=tuple(places[at] for at in found.lose_second.tolist()),
        farther=tuple(
            (places[at], more) for at, more in zip(found.farther.tolist(), found.more_metres.tolist(), strict=True)
        ),
        heavier=tuple(heavier),
        planned=planned_in(session, room_id=room.id, now=now),
    )


def planned_in(session: Session, *, room_id: UUID, now: datetime) -> int:
    """Return how many meetings are planned in a room from now on."""
    question = select(func.count()).where(
        MediationSession.room_id == room_id, MediationSession.state == "planned", MediationSession.planned_at >= now
    )
    return session.scalar(question) or 0
