"""Making an incident: knowing registered, a first report by telephone taken down, or a first report in writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.incidents import Incident
from grid_app.models.places import Division
from grid_app.policy import Actor, covers
from grid_app.queries.incidents import IncidentLine, alike_incidents, may_be_seen
from grid_app.queries.incidents_detail import concerned_units, owing_units
from grid_app.services.incidents.content import (
    NOT_SAVED,
    Moments,
    Telling,
    category_trouble,
    checked_telling,
    place_trouble,
    refuse,
    times_trouble,
    unit_trouble,
)
from grid_app.services.incidents.first_clock import term_of
from grid_app.services.incidents.links import join
from grid_app.services.incidents.rows import Entry, add_entry, found_again, require_reporter
from grid_app.services.incidents.telling import tell_at_once
from grid_app.services.numbering import next_incident_code

LONG_AGO: Final = timedelta(hours=24)
KINDS: Final = {"written": ("first", "written"), "phone": ("first", "phone"), "known": ("known", "written")}
"""By the way in which an incident is opened: the kind of its first entry, and the way of it."""


@dataclass(frozen=True)
class Opening:
    """An incident as typed.

    ``way``: written, phone or known. ``unit_id`` owes the report (of a written one it is the actor's). ``looked`` says
    that the writer has looked at incidents alike and at a time long ago; ``same_as`` is the one chosen as the same.
    ``device_at`` is what the device's clock said.
    """

    way: str
    unit_id: UUID | None
    division_code: str
    place_words: str
    category: str
    times: Moments
    about_unit_id: UUID | None
    telling: Telling
    token: UUID
    device_at: datetime | None = None
    looked: bool = False
    same_as: UUID | None = None


class DoubtError(ConflictError):
    """Before it is reported the writer looks again: at reports alike, or at a time long ago.

    Parameters
    ----------
    sentence : str
        What to look at.
    alike : sequence of IncidentLine
        Reports of the same place and time.
    """

    default_code = "conflict"

    def __init__(self, sentence: str, *, alike: Sequence[IncidentLine]) -> None:
        super().__init__(sentence, code="look_again")
        self.alike = tuple(alike)


def open_incident(session: Session, *, actor: Actor, opening: Opening, now: datetime) -> UUID:
    """Make an incident with its first entry, put it into the county's inbox, and return its id.

    A form sent twice makes one.

    Raises
    ------
    ForbiddenError, InvalidError
        The role reports none; something is missing or wrong, by field.
    DoubtError, ConflictError
        There are reports alike, or the time is long ago, and nobody said that it was looked at; sent before otherwise.
    """
    require_reporter(actor)
    telling = checked_telling(opening.telling)
    if (before := found_again(session, token=opening.token, telling=telling, actor=actor)) is not None:
        return before
    unit_id = _checked(session, actor, opening, now)
    known_at = opening.times.known_at
    if known_at is None:
        raise InvalidError(NOT_SAVED)
    if not opening.looked and opening.same_as is None:
        _ask_to_look(session, actor, opening, known_at, now)
    incident = _made(session, opening, unit_id, known_at, now)
    _write_first(session, incident, opening, telling, actor=actor, now=now)
    if opening.same_as is not None:
        join(session, incident, _chosen(session, actor, opening.same_as), token=None, actor=actor, now=now)
    tell_at_once(session, incident, now=now)
    return incident.id


def _checked(session: Session, actor: Actor, opening: Opening, now: datetime) -> UUID:
    """Return the unit that owes the report; everything that can be wrong is told at once."""
    owing = {unit.id: unit.name for unit in owing_units(session, actor)}
    concerned = {unit.id: unit.name for unit in concerned_units(session, actor)}
    if opening.way not in KINDS:
        raise InvalidError(NOT_SAVED, fields={"way": "请选怎样报。"})
    unit_id = actor.unit_id if opening.way == "written" else opening.unit_id
    wrong = times_trouble(opening.times, now=now, is_call=opening.way == "phone")
    wrong["unit"] = unit_trouble(unit_id, owing) if opening.way != "written" else ""
    if opening.way == "phone" and unit_id == actor.unit_id:
        wrong["unit"] = "本单位自己的首报请写书面的;电话首报由接电话的上级值班室记。"
    wrong["about_unit"] = unit_trouble(opening.about_unit_id, concerned) if opening.about_unit_id else ""
    wrong["division"] = _place_of(session, actor, opening.division_code)
    wrong["place"] = place_trouble(" ".join(opening.place_words.split()))
    wrong["category"] = category_trouble(opening.category)
    refuse(wrong)
    return unit_id or actor.unit_id


def _place_of(session: Session, actor: Actor, code: str) -> str:
    division = session.get(Division, code) if code else None
    if division is None or division.valid_to is not None or not covers(actor, division.path):
        return "请选在哪个村(社区);说不准的选乡镇。"
    return ""


def _ask_to_look(session: Session, actor: Actor, opening: Opening, known_at: datetime, now: datetime) -> None:
    at = opening.times.occurred_at if opening.times.happened != "unknown" else None
    alike = alike_incidents(session, actor, division_code=opening.division_code, at=at or known_at)
    if alike:
        raise DoubtError("同一个地方前后三小时内已经有下面的报告。是同一起的请选它,不是的照样报。", alike=alike)
    if known_at < now - LONG_AGO:
        raise DoubtError("您填的得知时间在一天以前。核对一下,没有填错就照样报。", alike=())


def _made(session: Session, opening: Opening, unit_id: UUID, known_at: datetime, now: datetime) -> Incident:
    term = term_of(session, known_at=known_at, now=now)
    times = opening.times
    incident = Incident(
        code=next_incident_code(session, opening.division_code, now=now), state="known", unit_id=unit_id,
        division_code=opening.division_code, place_words=" ".join(opening.place_words.split()),
        category=opening.category, happened=times.happened,
        occurred_at=times.occurred_at if times.happened != "unknown" else None, known_at=known_at,
        first_due_at=term.due_at, rule_version=term.version, about_unit_id=opening.about_unit_id, created_at=now,
    )  # fmt: skip
    session.add(incident)
    return incident


def _write_first(
    session: Session, incident: Incident, opening: Opening, telling: Telling, *, actor: Actor, now: datetime
) -> None:
    kind, way = KINDS[opening.way]
    called = opening.times.called_at if way == "phone" else None
    entry = Entry(
        kind=kind,
        token=opening.token,
        telling=telling,
        way=way,
        unit_id=incident.unit_id if kind == "first" else actor.unit_id,
        captured_at=called or opening.device_at,
        counts_at=called,
    )
    row = add_entry(session, incident, entry, actor=actor, now=now)
    if kind == "first":
        incident.state, incident.first_report_at = "reported", row.counts_at
        incident.written_at = row.counts_at if way == "written" else None


def _chosen(session: Session, actor: Actor, incident_id: UUID) -> Incident:
    found = session.scalar(select(Incident).where(Incident.id == incident_id, may_be_seen(actor)))
    if found is None:
        raise InvalidError(NOT_SAVED, fields={"same_as": "请从列表里选是哪一份报告。"})
    return found
