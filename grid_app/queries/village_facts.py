"""What is on record of the service in villages up to a moment: the input of the village status, and nothing else.

Matters that came as a petition, a hotline call or an order from above, and those sorted onto another track than
mediation, are in no count; neither are complaints, evaluations, findings, sealed and county-only matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.places import Division
from grid_app.models.villages import VillageCheck
from grid_app.policy import Scope
from grid_app.queries.coverage import NO_LOADS, coverage_in
from grid_app.queries.village_facts_matters import calls, duties, ledgers, matters, notices
from grid_app.queries.village_facts_outcomes import outcomes
from grid_app.queries.village_facts_rounds import rounds_of
from grid_app.standing.facts import Check, VillageFacts, months_after
from grid_app.standing.rules import Rules


@dataclass(frozen=True)
class Village:
    """A living village of the area."""

    code: str
    path: str
    valid_from: date


def villages_under(session: Session, path: str) -> list[Village]:
    """Return the living villages of a subtree by code."""
    rows = session.execute(
        select(Division.code, Division.path, Division.valid_from)
        .where(
            Division.level == "village", Division.valid_to.is_(None), Division.path.startswith(path, autoescape=True)
        )
        .order_by(Division.code)
    )
    return [Village(*row) for row in rows]


def facts_in(session: Session, *, path: str, end: datetime, rules: Rules) -> dict[str, VillageFacts]:
    """Return the facts of every living village of a subtree: what was on record before ``end``, over the window.

    Rooms and notices keep no history: of them it is what stands now.
    """
    villages = villages_under(session, path)
    since = start_of_day(months_after(local_date(end), -rules["window.months"]))
    parts = (
        rounds_of(session, villages=[(one.code, one.path, one.valid_from) for one in villages], since=since, end=end),
        _rooms(session, path=path, end=end),
        matters(session, path=path, since=since, end=end, rules=rules),
        duties(session, path=path, end=end),
        calls(session, path=path, since=since, end=end),
        outcomes(session, path=path, since=since, end=end),
        ledgers(session, path=path, end=end, rules=rules),
        notices(session, path=path, end=end),
        _checks(session, path=path, end=end, rules=rules),
    )
    return {one.code: _joined(one.code, parts) for one in villages}


def _joined(code: str, parts: tuple[Mapping[str, Mapping[str, Any]], ...]) -> VillageFacts:
    values: dict[str, Any] = {}
    for part in parts:
        values |= part.get(code, {})
    return VillageFacts(**values)


def _rooms(session: Session, *, path: str, end: datetime) -> dict[str, dict[str, Any]]:
    found = coverage_in(session, scope=Scope(paths=(path,)), root_path=path, now=end, loads=NO_LOADS).villages
    return {code: {"room": village.state, "room_why": f"{village.why}。"} for code, village in found.items()}


def _checks(session: Session, *, path: str, end: datetime, rules: Rules) -> dict[str, dict[str, Any]]:
    """Return the newest valid check of each criterion."""
    day = local_date(end)
    rows = session.scalars(
        select(VillageCheck)
        .join(Division, Division.code == VillageCheck.village_code)
        .where(
            Division.path.startswith(path, autoescape=True),
            VillageCheck.recorded_at < end,
            VillageCheck.checked_on >= months_after(day, -rules["check.months"]),
        )
        .order_by(VillageCheck.checked_on, VillageCheck.recorded_at)
    )
    newest: dict[str, dict[str, Check]] = {}
    for row in rows:
        seen = {key: Check(key=key, on=row.checked_on, fits=bool(fits)) for key, fits in row.seen.items()}
        newest.setdefault(row.village_code, {}).update(seen)
    return {code: {"checks": tuple(found[key] for key in sorted(found))} for code, found in newest.items()}
