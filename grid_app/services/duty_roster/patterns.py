"""Keeping patterns: as typed, checked, saved with the shifts they make, ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.duty_roster import RosterPattern
from grid_app.policy import Actor
from grid_app.queries.on_duty import able_in
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.generating import generate, remove_ahead
from grid_app.services.duty_roster.keeping import NOT_SAVED, note, start_roster
from grid_app.services.duty_roster.pattern import DAYS_WORDS, KIND_WORDS, TURN_WORDS, WEEK, Pattern
from grid_app.services.duty_roster.shifts import NOT_HERE
from grid_app.services.matters.step import take_turn
from grid_app.services.typed import day_of, uuid_of, whole_of

MOST_GROUPS: Final = 14
MOST_WEEKS: Final = 26
LONGEST_AGO: Final = 400
PLACES: Final = ("main", "deputy", "second")
NO_PATTERN: Final = "没有这个轮班,可能刚刚有人停用了。请回到值班表再看。"
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def minute_of(text: str) -> int | None:
    """Return the minute of the day that ``text`` spells as ``08:30``, or ``None``."""
    found = _CLOCK.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock_of(minute: int) -> str:
    """Return a minute of the day as ``08:30``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def typed_pattern(typed: Mapping[str, str], *, today: date) -> Pattern:
    """Return the pattern that a form asks for.

    Raises
    ------
    InvalidError
        Naming each field that is missing or cannot be.
    """
    begins, ends = minute_of(typed.get("begins", "")), minute_of(typed.get("ends", ""))
    first_day, weeks = day_of(typed.get("first_day", "")), whole_of(typed.get("weeks", ""))
    groups = _groups(typed)
    wrong = {
        **({} if typed.get("kind") in KIND_WORDS else {"kind": "请选择班次。"}),
        **({} if typed.get("days") in DAYS_WORDS else {"days": "请选择哪些天要值班。"}),
        **({} if typed.get("turn") in TURN_WORDS else {"turn": "请选择怎么轮。"}),
        **({} if begins is not None else {"begins": "请填写几点开始,例如 08:30。"}),
        **({} if ends is not None else {"ends": "请填写几点结束,例如 17:30。"}),
        **({} if weeks and weeks <= MOST_WEEKS else {"weeks": f"请填 1 到 {MOST_WEEKS} 周。"}),
        **_day_problem(first_day, today=today),
        **_group_problems(typed, groups),
    }
    if wrong or begins is None or ends is None or first_day is None or not weeks:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return Pattern(typed["kind"], typed["days"], begins, ends, typed["turn"], groups, first_day, weeks)


def check_people(session: Session, office: Office, pattern: Pattern, *, now: datetime) -> None:
    """Refuse a pattern with somebody who can take nothing up.

    Raises
    ------
    InvalidError
        Naming the group.
    """
    able = able_in(session, [office.unit_id])[office.unit_id]
    for at, group in enumerate(pattern.groups, 1):
        for place, who in zip(PLACES, group, strict=False):
            if not any(span.ends is None or span.ends > now for span in able.get(who, ())):
                raise InvalidError(NOT_SAVED, fields={f"{place}_{at}": NOT_HERE})


def save_pattern(
    session: Session, office: Office, pattern: Pattern, *, pattern_id: UUID | None, actor: Actor, now: datetime
) -> int:
    """Keep a pattern, make its shifts, and return how many were made, changed or removed.

    Raises
    ------
    NotFoundError, InvalidError
        No such pattern of the office; as ``check_people``.
    """
    take_turn(session)
    check_people(session, office, pattern, now=now)
    start_roster(session, office.unit_id, now=now)
    row = _own(session, office, pattern_id) if pattern_id else RosterPattern(id=new_id(), unit_id=office.unit_id)
    row.kind, row.days, row.begins, row.ends = pattern.kind, pattern.days, pattern.begins, pattern.ends
    row.turn, row.first_day, row.weeks, row.changed_at = pattern.turn, pattern.first_day, pattern.weeks, now
    row.groups = [[str(who) for who in group] for group in pattern.groups]
    session.add(row)
    session.flush()  # its shifts refer to it
    changed = generate(session, row, calendar=own_calendar(session), now=now)
    note(session, office, "roster.pattern_saved", actor=actor, now=now, count=changed)
    return changed


def end_pattern(session: Session, office: Office, *, pattern_id: UUID, actor: Actor, now: datetime) -> int:
    """End a pattern and return how many shifts to come went with it; those changed by hand stay.

    Raises
    ------
    NotFoundError
        No such pattern of the office.
    """
    take_turn(session)
    row = _own(session, office, pattern_id)
    row.ended_at = now
    gone = remove_ahead(session, row.id, now=now)
    note(session, office, "roster.pattern_ended", actor=actor, now=now, count=gone)
    return gone


def own_pattern(session: Session, office: Office, pattern_id: UUID) -> RosterPattern:
    """Return a pattern of the office that makes shifts.

    Raises
    ------
    NotFoundError
        There is none.
    """
    return _own(session, office, pattern_id)


def _own(session: Session, office: Office, pattern_id: UUID) -> RosterPattern:
    row = session.get(RosterPattern, pattern_id)
    if row is None or row.unit_id != office.unit_id or row.ended_at is not None:
        raise NotFoundError(NO_PATTERN)
    return row


def _groups(typed: Mapping[str, str]) -> tuple[tuple[UUID, ...], ...]:
    """Return the groups as typed; empty ones count only by weekday, where their day has no shift."""
    found = []
    for at in range(1, MOST_GROUPS + 1):
        people = [uuid_of(typed.get(f"{place}_{at}", "")) for place in PLACES]
        found.append(tuple(who for who in people if who is not None))
    if typed.get("turn") == "weekday":
        return tuple(found[:WEEK])
    return tuple(group for group in found if group)


def _group_problems(typed: Mapping[str, str], groups: tuple[tuple[UUID, ...], ...]) -> dict[str, str]:
    if not any(groups):
        return {"main_1": "请至少排一组。"}
    wrong: dict[str, str] = {}
    for at in range(1, MOST_GROUPS + 1):
        said = [typed.get(f"{place}_{at}", "").strip() for place in PLACES]
        people = [one for one in said if one]
        if people and not said[0]:
            wrong[f"main_{at}"] = "请选择主班是谁。"
        if len(set(people)) < len(people):
            wrong[f"deputy_{at}"] = "同一个人在一组里只写一次。"
    return wrong


def _day_problem(first_day: date | None, *, today: date) -> dict[str, str]:
    if first_day is None or abs((first_day - today).days) > LONGEST_AGO:
        return {"first_day": "请填写从哪一天起轮,前后一年以内。"}
    return {}
