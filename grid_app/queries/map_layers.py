"""What the map's layers show beside disputes: confirmed findings, returns of open rounds, the recorded namings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division, VillageNaming
from grid_app.models.rounds import Finding, Round
from grid_app.policy import Scope
from grid_app.queries.finding_duties import has_duty, is_complained_of
from grid_app.queries.map_area import village_of
from grid_app.queries.round_progress import progress_of_rounds
from grid_app.queries.scoping import codes_under
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.findings import LIVE_STATES

NAMED, EXPIRED, WITHDRAWN, NOT_NAMED = "named", "expired", "withdrawn", "none"
NAMING_WORDS: Final = {NAMED: "命名有效", EXPIRED: "命名已到期", WITHDRAWN: "命名已撤销", NOT_NAMED: "没有命名记录"}
RETURNED, PARTLY, MISSING = "returned", "partly", "missing"
RETURN_WORDS: Final = {RETURNED: "已回执", PARTLY: "部分网格已回执", MISSING: "还没有回执"}


@dataclass(frozen=True)
class FindingRow:
    """A confirmed finding as the map shows it: where, how serious, and why; never who."""

    id: UUID
    code: str
    division_code: str
    division_name: str
    path: str
    grade: str
    category: str
    reason: str
    since: date
    state: str = ""


@dataclass(frozen=True)
class RoundRow:
    """An open round whose returns the map can show."""

    id: UUID
    name: str
    due_at: datetime


@dataclass(frozen=True)
class NamingRow:
    """A recorded naming and what it is worth on a day."""

    id: UUID
    division_code: str
    division_name: str
    path: str
    document_number: str
    named_on: date
    expires_on: date | None
    withdrawn_on: date | None
    withdrawn_reason: str
    status: str


def confirmed_findings(session: Session, *, scope: Scope) -> list[FindingRow]:
    """Return the confirmed findings of the scope's subtrees, by place and number; withheld categories never."""
    return findings_where(session, scope, Finding.state.in_(LIVE_STATES))


def findings_where(session: Session, scope: Scope, condition: ColumnElement[bool]) -> list[FindingRow]:
    """Return the findings of the scope's subtrees with a condition, by place and number; withheld ones never."""
    if not scope.paths:
        return []
    rows = session.execute(
        select(Finding, Division.name, Division.path)
        .join(Division, Division.code == Finding.division_code)
        .where(
            condition,
            *_not_of_own_unit(scope),
            Finding.division_code.in_(codes_under(scope)),
            Finding.category.not_like(f"{SEALED}%"),
            Finding.category.not_like(f"{COUNTY_ONLY}%"),
        )
        .order_by(Division.path, Finding.code)
    )
    return [
        FindingRow(f.id, f.code, f.division_code, name, path, f.grade, f.category, f.reason, f.since, f.state)
        for f, name, path in rows
    ]


def _not_of_own_unit(scope: Scope) -> list[ColumnElement[bool]]:
    """Return the conditions that leave out what the own unit has the duty for, or is complained of in."""
    return [] if scope.unit_id is None else [~has_duty(scope.unit_id), ~is_complained_of(scope.unit_id)]


def open_rounds(session: Session, *, root_path: str, now: datetime) -> list[RoundRow]:
    """Return the open rounds over or under an area, the one that is due first in front."""
    over = root_path.strip("/").split("/")
    rows = session.scalars(
        select(Round)
        .join(Division, Division.code == Round.division_code)
        .where(
            Round.state == "open",
            Round.opens_at <= now,
            or_(Round.division_code.in_(over), Division.path.startswith(root_path, autoescape=True)),
        )
        .order_by(Round.due_at, Round.name, Round.id)
    )
    return [RoundRow(row.id, row.name, row.due_at) for row in rows]


@dataclass(frozen=True)
class Returns:
    """Who has answered a round: each village that it asks (returned, partly, missing) and each grid."""

    villages: Mapping[str, str]
    grids: Mapping[str, str]


def returns_of(session: Session, *, round_id: UUID, root_path: str, until: datetime | None = None) -> Returns:
    """Return who of the area has answered the round, now or by a moment; all grids have when their village has."""
    area = session.get_one(Round, round_id).division_code
    progress = progress_of_rounds(session, [round_id], [area], within=root_path, until=until)[round_id]
    return Returns(
        {one.code: RETURNED if one.returned else PARTLY if one.answered else MISSING for one in progress},
        {code: RETURNED if done else MISSING for one in progress for code, done in one.grid_states},
    )


def namings_in(session: Session, *, scope: Scope, on: date) -> list[NamingRow]:
    """Return every recorded naming of the scope's villages, by village, the newest first."""
    if not scope.paths:
        return []
    rows = session.execute(
        select(VillageNaming, Division.name, Division.path)
        .join(Division, Division.code == VillageNaming.division_code)
        .where(VillageNaming.division_code.in_(codes_under(scope)))
        .order_by(VillageNaming.division_code, VillageNaming.named_on.desc(), VillageNaming.recorded_at.desc())
    )
    return [
        NamingRow(
            n.id,
            n.division_code,
            name,
            path,
            n.document_number,
            n.named_on,
            n.expires_on,
            n.withdrawn_on,
            n.withdrawn_reason,
            _status(n, on),
        )
        for n, name, path in rows
    ]


def naming_status(namings: Sequence[NamingRow]) -> dict[str, str]:
    """Return the status of every village with a naming: in force if any is, else that of the newest."""
    statuses: dict[str, list[str]] = {}
    for row in namings:
        statuses.setdefault(village_of(row.path), []).append(row.status)
    return {village: NAMED if NAMED in found else found[0] for village, found in statuses.items()}


def by_grade(findings: Sequence[FindingRow]) -> dict[str, Mapping[str, int]]:
    """Return how many findings of each grade every division has, by its own code."""
    counts: dict[str, Counter[str]] = {}
    for row in findings:
        counts.setdefault(row.division_code, Counter())[row.grade] += 1
    return {code: dict(found) for code, found in counts.items()}


def _status(row: VillageNaming, on: date) -> str:
    if row.withdrawn_on is not None and row.withdrawn_on <= on:
        return WITHDRAWN
    return EXPIRED if row.expires_on is not None and row.expires_on < on else NAMED
