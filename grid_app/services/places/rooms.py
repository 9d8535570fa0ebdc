"""Mediation rooms from a CSV file: checked row by row, taken over by code, so that repeating an import is harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Actor
from grid_app.ports import Fix, PlaceFinder
from grid_app.queries.boundaries import in_parts
from grid_app.services.audit import record_audit
from grid_app.services.csv_rows import CsvRow, RefusedRow, read_rows
from grid_app.services.places.room_values import COLUMNS, DEFAULTS, NEEDED, Values, odd_hours, read_room

NOT_COMPARED: Final = frozenset({"point"})


@dataclass(frozen=True)
class RoomsImported:
    """What became of every row: the first three and ``refused`` add up to ``rows``.

    ``remarks`` name rows that were taken and are odd: a point outside the room's village, hours that never open, the
    name of another room of the village.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    remarks: tuple[RefusedRow, ...] = ()


@dataclass
class _Sorted:
    """The rows of a file by what becomes of them; filled while the rows are looked at."""

    added: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    taken: dict[int, Values] = field(default_factory=dict)


def preview_rooms(
    session: Session, *, content: bytes, now: datetime, places: PlaceFinder | None = None
) -> RoomsImported:
    """Return what importing the file would do; writes nothing.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    found = _sort(session, read_rows(content, columns=COLUMNS, needed=NEEDED), local_date(now))
    return _told(found, _remarks(session, found, places))


def import_rooms(
    session: Session, *, content: bytes, actor: Actor | None, now: datetime, places: PlaceFinder | None = None
) -> RoomsImported:
    """Take the good rows over by code, leave the others out with their reasons.

    A column the file lacks keeps what is stored; an empty cell empties it. See docs/places.md for the columns.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    found = _sort(session, read_rows(content, columns=COLUMNS, needed=NEEDED), local_date(now))
    remarks = _remarks(session, found, places)
    if found.added:
        session.execute(insert(MediationRoom), [_filled(values) for values in found.added])
    if found.changed:
        session.execute(update(MediationRoom), found.changed)
    told = _told(found, remarks)
    details = {"added": told.added, "changed": told.changed, "refused": len(told.refused)}
    record_audit(session, actor, "rooms.imported", now=now, details=details)
    return told


def _told(found: _Sorted, remarks: tuple[RefusedRow, ...]) -> RoomsImported:
    rows = len(found.added) + len(found.changed) + found.unchanged + len(found.refused)
    return RoomsImported(rows, len(found.added), len(found.changed), found.unchanged, tuple(found.refused), remarks)


def _sort(session: Session, rows: Sequence[CsvRow], today: date) -> _Sorted:
    """Say of every row whether it is new, changes something, changes nothing or is refused."""
    divisions = living(session, {row.values["division_code"] for row in rows})
    stored = _stored(session, {row.values["code"] for row in rows})
    found = _Sorted()
    seen: dict[str, int] = {}
    for row in rows:
        values, errors = read_room(row.values, living=divisions, today=today)
        code = row.values["code"]
        reasons = tuple(errors.values())
        if code in seen:
            reasons = (*reasons, f"代码在第 {seen[code]} 行已出现过")
        if reasons:
            found.refused.append(RefusedRow(row.number, code, reasons))
            continue
        seen[code] = row.number
        found.taken[row.number] = values
        _place_in(found, values, stored.get(code), today)
    return found


def _place_in(found: _Sorted, values: Values, before: MediationRoom | None, today: date) -> None:
    if before is None:
        found.added.append(values)
    elif any(getattr(before, name) != value for name, value in values.items() if name not in NOT_COMPARED):
        found.changed.append(values | follows(before, values, today) | {"id": before.id})
    else:
        found.unchanged += 1


def follows(before: MediationRoom, values: Mapping[str, object], today: date) -> Values:
    """Return what else changes with a room's columns: its version, a confirmed point, the day it closed."""
    more: Values = {"version": before.version + 1}
    moved = any(name in values and values[name] != getattr(before, name) for name in ("lon", "lat", "division_code"))
    if moved:
        more["place_confirmed"] = False
    status = values.get("status", before.status)
    if status != before.status:
        more |= {"closed_on": today if status == "closed" else None, "closed_why": ""}
    return more


def _remarks(session: Session, found: _Sorted, places: PlaceFinder | None) -> tuple[RefusedRow, ...]:
    """Return the rows that are taken and odd, with what is odd about them."""
    outside = _outside(session, found, places)
    names = _names(session, found)
    remarks = []
    for number, values in found.taken.items():
        same = names.get((str(values["division_code"]), str(values["name"])), frozenset()) - {str(values["code"])}
        sentences = (
            outside.get(number, ""),
            odd_hours(str(values.get("opening_hours", ""))),
            f"同一区划里还有同名的调解室({'、'.join(sorted(same))}),请核对是不是重复登记" if same else "",
        )
        told = tuple(sentence for sentence in sentences if sentence)
        if told:
            remarks.append(RefusedRow(number, str(values["code"]), told))
    return tuple(remarks)


def _outside(session: Session, found: _Sorted, places: PlaceFinder | None) -> dict[int, str]:
    placed = {number: values for number, values in found.taken.items() if isinstance(values.get("lon"), float)}
    if places is None or places.generation(session) is None or not placed:
        return {}
    fixes = [Fix(float(str(values["lon"])), float(str(values["lat"]))) for values in placed.values()]
    answers = places.find_all(session, fixes)
    names = _division_names(session, {answer.code for answer in answers if answer.code})
    return {
        number: outside_sentence(answer.code, names.get(answer.code or "", ""))
        for (number, values), answer in zip(placed.items(), answers, strict=True)
        if not (answer.code or "").startswith(str(values["division_code"]))
    }


def outside_sentence(code: str | None, name: str) -> str:
    """Say where a point lies that is not in the room's own division."""
    where = f"在{name}({code})里" if code else "不在任何一个村(社区)的边界里"
    return f"位置不在所属区划内,而{where}。已照样登记,请在调解室页面选:位置没错,或者改过来"


def _names(session: Session, found: _Sorted) -> dict[tuple[str, str], frozenset[str]]:
    """Return the codes of all rooms by division and name, those stored and those of the file."""
    codes = {str(values["division_code"]) for values in found.taken.values()}
    rooms = {
        code: (division, name)
        for part in in_parts(sorted(codes))
        for code, division, name in session.execute(
            select(MediationRoom.code, MediationRoom.division_code, MediationRoom.name).where(
                MediationRoom.division_code.in_(part)
            )
        )
    }
    rooms |= {str(one["code"]): (str(one["division_code"]), str(one["name"])) for one in found.taken.values()}
    named: dict[tuple[str, str], frozenset[str]] = {}
    for code, key in rooms.items():
        named[key] = named.get(key, frozenset()) | {code}
    return named


def _filled(values: Values) -> Values:
    """Return a new room's columns, the same for every row, so that all travel in one statement."""
    unknown = ("lon", "lat", "point", "mediators", "seats", "term_until", "used_on", "tested_on", "accessible")
    empty: Values = dict.fromkeys((*unknown, "woman_mediator"))
    texts: Values = dict.fromkeys(("brand", "opening_hours", "phone", "languages"), "")
    return empty | texts | DEFAULTS | values


def living(session: Session, codes: set[str]) -> frozenset[str]:
    """Return which of the codes are those of living divisions."""
    question = select(Division.code).where(Division.valid_to.is_(None))
    return frozenset(
        code for part in in_parts(sorted(codes)) for code in session.scalars(question.where(Division.code.in_(part)))
    )


def _division_names(session: Session, codes: set[str]) -> dict[str, str]:
    question = select(Division.code, Division.name)
    return {
        code: name
        for part in in_parts(sorted(codes))
        for code, name in session.execute(question.where(Division.code.in_(part)))
    }


def _stored(session: Session, codes: set[str]) -> dict[str, MediationRoom]:
    question = select(MediationRoom)
    return {
        room.code: room
        for part in in_parts(sorted(codes))
        for room in session.scalars(question.where(MediationRoom.code.in_(part)))
    }
