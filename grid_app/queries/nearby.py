"""Open disputes near a report that is being written, which may be the same matter.

A hint asks a person: same household and matter, another household, or unrelated. Candidates are disputes of the
same two-digit category from the last 90 days, in the same village or within 500 metres of the point; the score is
`screening.likeness`, which never looks at who reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Row, Uuid, column, false, func, or_, select, table
from sqlalchemy.orm import Session

from geo.coordinates import metres_per_degree
from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.masking import mask_text
from grid_app.queries.scoping import codes_under, visible
from grid_app.vocabulary.words import OPEN_STATES, VOICE_ONLY
from screening.inputs import Incident
from screening.likeness import HintParameters, Likeness, Parts, likeness

MOST_CANDIDATES = 500
MOST_HINTS = 3
EXCERPT_SIGNS = 40
NEAR_METRES = 500.0
_BOXES = table(
    "rt_disputes",
    column("id", Uuid),
    *(column(edge, Float) for edge in ("west", "east", "south", "north")),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is known of the report being written; ``lon`` and ``lat`` are WGS84, both or neither.

    ``leave_out`` are disputes that are not asked about.
    """

    category: str
    text: str
    village_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    organisation: str = ""
    today: date
    leave_out: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Hint:
    """An open dispute that may be the same matter; ``place`` is its village, ``score`` 0 to 1, ``parts`` says why."""

    id: UUID
    case_code: str
    place: str
    since: date
    category: str
    excerpt: str
    verdict: Literal["same_matter", "related"]
    score: float
    parts: Parts


def similar_open(
    session: Session, *, scope: Scope, asked: Asked, params: HintParameters | None = None, limit: int = MOST_HINTS
) -> list[Hint]:
    """Return at most ``limit`` similar open disputes inside ``scope``, best first; only a person decides."""
    params = params or HintParameters()
    new = _asked_incident(asked)
    scored = []
    for row in _candidates(session, scope, asked, params):
        if row.id in asked.leave_out:
            continue
        found = likeness(_at_one_place(new, row), _incident(row), params)
        if found.verdict != "unrelated":
            scored.append((found, row))
    best = sorted(scored, key=lambda one: (-one[0].score, str(one[1].id)))[:limit]
    names = _village_names(session, [row.division_code[:12] for _, row in best])
    return [_hint(row, found, names) for found, row in best]


def _candidates(session: Session, scope: Scope, asked: Asked, params: HintParameters) -> list[Row[tuple[object, ...]]]:
    question = (
        select(
            Dispute.id,
            Dispute.case_code,
            Dispute.category,
            Dispute.summary,
            Dispute.division_code,
            Dispute.noted_on,
            Dispute.channel,
            Dispute.lon,
            Dispute.lat,
            Organisation.name_key,
        )
        .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
        .where(
            visible(scope),
            Dispute.state.in_(OPEN_STATES),
            Dispute.category.startswith(asked.category[:2]),
            Dispute.noted_on >= asked.today - timedelta(days=params.window_days),
            or_(_in_village(session, asked.village_code), _near_point(session, asked)),
        )
        .order_by(Dispute.noted_on.desc(), Dispute.id)
        .limit(MOST_CANDIDATES)
    )
    return cast("list[Row[tuple[object, ...]]]", session.execute(question).all())


def _in_village(session: Session, code: str | None) -> ColumnElement[bool]:
    path = session.scalar(select(Division.path).where(Division.code == code)) if code else None
    return Dispute.division_code.in_(codes_under(Scope(paths=(path,)))) if path else false()


def _near_point(session: Session, asked: Asked) -> ColumnElement[bool]:
    if asked.lon is None or asked.lat is None:
        return false()
    east, north = (NEAR_METRES / float(metres) for metres in metres_per_degree(asked.lat))
    west, south = asked.lon - east, asked.lat - north
    return in_box(session, (west, south, asked.lon + east, asked.lat + north))


def in_box(session: Session, edges: tuple[float, float, float, float]) -> ColumnElement[bool]:
    """Return the condition that a dispute's point lies in or at a box (west, south, east, north)."""
    if session.get_bind().dialect.name == "postgresql":
        return cast("ColumnElement[bool]", Dispute.point.op("&&")(func.ST_MakeEnvelope(*edges, 4326)))
    boxes = select(_BOXES.c.id).where(
        _BOXES.c.east >= edges[0],
        _BOXES.c.west <= edges[2],
        _BOXES.c.north >= edges[1],
        _BOXES.c.south <= edges[3],
    )
    return Dispute.id.in_(boxes)


def _asked_incident(asked: Asked) -> Incident:
    return Incident(
        dispute_id="new",
        noted_on=asked.today,
        category=asked.category,
        cell=(asked.village_code or "unknown")[:12],
        path=(),
        reporter="new",
        channel="new",
        organisation=asked.organisation or None,
        text=mask_text(asked.text).text,
        lon=asked.lon,
        lat=asked.lat,
    )


def _incident(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(
        dispute_id=str(row.id),
        noted_on=row.noted_on,
        category=row.category,
        cell=row.division_code[:12],
        path=(),
        reporter="known",
        channel=row.channel,
        organisation=row.name_key,
        text=row.summary,
        lon=row.lon,
        lat=row.lat,
    )


def _at_one_place(new: Incident, row: Row[tuple[object, ...]]) -> Incident:
    """Return ``new`` as if in the candidate's village: the question has found both to be near each other."""
    return replace(new, cell=row.division_code[:12])


def _village_names(session: Session, codes: list[str]) -> dict[str, str]:
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _hint(row: Row[tuple[object, ...]], found: Likeness, names: dict[str, str]) -> Hint:
    plain = " ".join(row.summary.split()) or VOICE_ONLY
    excerpt = plain if len(plain) <= EXCERPT_SIGNS else plain[:EXCERPT_SIGNS] + "…"
    return Hint(
        id=row.id,
        case_code=row.case_code,
        place=names.get(row.division_code[:12], ""),
        since=row.noted_on,
        category=row.category,
        excerpt=excerpt,
        verdict=cast("Literal['same_matter', 'related']", found.verdict),
        score=round(found.score, 3),
        parts=found.parts,
    )
