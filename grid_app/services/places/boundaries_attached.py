"""Moving what hangs on an ended division: staff, offices, rooms, rounds, findings, areas, projects.

Rights follow only what somebody named: an account or an office goes to a chosen or default successor, never to the
township its village lay in. A room goes to the village it stands in. A round goes on in everything that continues its
village (`boundaries_rounds`). A naming stays under the name it was given to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo.features import BoundaryFeature
from geo.locate import Locator
from grid_app.models.accounts import Assignment, Unit
from grid_app.models.escalations import Escalation
from grid_app.models.findings import FindingCourse
from grid_app.models.joint import ResponsibilityArea
from grid_app.models.places import MediationRoom
from grid_app.models.projects import ProjectPlace
from grid_app.models.rounds import Finding, Round
from grid_app.queries.boundaries_touched import Touched
from grid_app.services.places.boundaries_course import Course
from grid_app.services.places.boundaries_moves import Going, Mover, keep_moves
from grid_app.services.places.boundaries_rounds import move_rounds, take_rounds_back

NAMED_ONLY = ("assignment", "unit", "room", "project", "area")
ONE_PLACE = {
    "assignment": (Assignment, "id", "division_code"),
    "unit": (Unit, "id", "division_code"),
    "room": (MediationRoom, "id", "division_code"),
    "round": (Round, "id", "division_code"),
    "finding": (Finding, "id", "division_code"),
    "course": (FindingCourse, "finding_id", "owner_code"),
    "escalation": (Escalation, "id", "division_code"),
}


@dataclass(frozen=True)
class Onward:
    """What decides where records of ended divisions go.

    Attributes
    ----------
    course : Course
        Defaults and the tree as it will be.
    heirs : mapping of str to tuple of str
        Ended code to all that continues it.
    choices : mapping of str to str
        A record's key to the code somebody chose.
    villages : sequence of BoundaryFeature
        The villages as they will be, for rooms.
    """

    course: Course
    heirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    villages: Sequence[BoundaryFeature] = ()


@dataclass(frozen=True)
class Destination:
    """Where one touched record goes; ``how`` is "stays" for what nobody named a successor for."""

    record: Touched
    codes: tuple[str, ...]
    how: str


def destinations(touched: Sequence[Touched], onward: Onward) -> list[Destination]:
    """Return where each record goes, in order; areas and projects go to everything that continues theirs."""
    at_home = _rooms_by_point(touched, onward.villages)
    return [_destination(one, onward, at_home.get(one.id, "")) for one in touched]


def unheard(going: Sequence[Destination], devices: Mapping[UUID, int]) -> list[Destination]:
    """Return the staff whose devices are told of escalations and whom nobody named a successor for."""
    return [one for one in going if one.how == "stays" and devices.get(one.record.id)]


def _destination(one: Touched, onward: Onward, at_home: str) -> Destination:
    heirs = onward.heirs.get(one.code, ())
    if one.kind in ("area", "project") and heirs:
        return Destination(one, heirs, "default")
    chosen = onward.choices.get(one.key)
    if one.kind == "round" and len(heirs) > 1:
        code, how = onward.course.of(one.code) if chosen is None else (chosen, "chosen")
        return Destination(one, tuple(dict.fromkeys((code, *heirs) if code in heirs else heirs)), how)
    if chosen is not None:
        return Destination(one, (chosen,), "chosen")
    if at_home:
        return Destination(one, (at_home,), "point")
    code, how = onward.course.of(one.code)
    if how == "same" or (how == "parent" and one.kind in NAMED_ONLY):
        return Destination(one, (one.code,), "stays")
    return Destination(one, (code,), how)


def _rooms_by_point(touched: Sequence[Touched], villages: Sequence[BoundaryFeature]) -> dict[UUID, str]:
    rooms = [one for one in touched if one.kind == "room"]
    if not rooms or not villages:
        return {}
    places = np.array([(one.lon, one.lat) for one in rooms], dtype=np.float64)
    locator = Locator([v.code for v in villages], [v.name for v in villages], [v.polygon for v in villages])
    found = locator.locate(places[:, 0], places[:, 1], distances=False).codes()
    return {one.id: code for one, code in zip(rooms, found, strict=True) if code}


def move_attached(session: Session, mover: Mover, given: Sequence[Destination]) -> Counter[str]:
    """Move the records and return how many of each kind moved."""
    moved: Counter[str] = Counter()
    for kind in dict.fromkeys(one.record.kind for one in given):
        going = [
            Going(one.record.id, one.record.code, code, one.how)
            for one in given
            if one.record.kind == kind and one.how != "stays"
            for code in one.codes
        ]
        done = _write(session, kind, going)
        keep_moves(session, mover, kind, done)
        moved[kind] += len({one.id for one in done})
    return moved


def _write(session: Session, kind: str, going: Sequence[Going]) -> list[Going]:
    if kind == "round":
        return move_rounds(session, going)
    special: dict[str, Callable[[Session, Sequence[Going]], None]] = {"area": _move_areas, "project": _add_places}
    if kind in special:
        special[kind](session, going)
        return list(going)
    model, key, column = ONE_PLACE[kind]
    if going:
        session.execute(update(model), [{key: one.id, column: one.to_code} for one in going])
    return list(going)


def _move_areas(session: Session, going: Sequence[Going]) -> None:
    by_area: dict[UUID, list[Going]] = {}
    for one in going:
        by_area.setdefault(one.id, []).append(one)
    for key, ways in by_area.items():
        area = session.get_one(ResponsibilityArea, key)
        left = {one.from_code for one in ways}
        kept = [code for code in area.division_codes if code not in left]
        area.division_codes = [*kept, *sorted({one.to_code for one in ways} - set(kept))]
        area.version += 1
    session.flush()  # bulk statements follow, which do not look at waiting rows


def _add_places(session: Session, going: Sequence[Going]) -> None:
    """Add the new villages to the projects; the old ones stay named there."""
    for one in going:
        if session.get(ProjectPlace, (one.id, one.to_code)) is None:
            session.add(ProjectPlace(project_id=one.id, division_code=one.to_code))
    session.flush()  # bulk statements follow, which do not look at waiting rows


def take_back(session: Session, kind: str, going: Sequence[Going]) -> list[Going]:
    """Put records back (``from_code`` is where they stand, ``to_code`` where they came from); return those put back.

    A record that somebody has moved on since stays where it is.
    """
    if kind == "area":
        _move_areas(session, going)
        return list(going)
    if kind == "round":
        return take_rounds_back(session, going)
    if kind == "project":
        for one in going:
            session.execute(
                delete(ProjectPlace).where(
                    ProjectPlace.project_id == one.id, ProjectPlace.division_code == one.from_code
                )
            )
        return list(going)
    model, key, column = ONE_PLACE[kind]
    there = _still_there(session, kind, going)
    done = [one for one in going if (one.id, one.from_code) in there]
    if done:
        session.execute(update(model), [{key: one.id, column: one.to_code} for one in done])
    return done


def _still_there(session: Session, kind: str, going: Collection[Going]) -> set[tuple[UUID, str]]:
    model, key, column = ONE_PLACE[kind]
    rows = session.execute(
        select(getattr(model, key), getattr(model, column)).where(getattr(model, key).in_([one.id for one in going]))
    )
    return {(record, code) for record, code in rows}
