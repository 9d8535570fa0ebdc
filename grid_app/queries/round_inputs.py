"""What one analysis reads: incidents and known findings of a subtree, as the pure package's frozen inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.models.disputes import Dispute, DisputeLink, Organisation
from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.queries.chunks import chunks
from grid_app.queries.known_findings import known_findings
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES
from screening import Parameters, RoundInput
from screening.inputs import Incident

READ_COLUMNS: tuple[Any, ...] = (
    Dispute.id, Dispute.noted_on, Dispute.category, Dispute.division_code, Dispute.household_label, Dispute.channel,
    Dispute.organisation_id, Dispute.project, Dispute.summary, Dispute.lon, Dispute.lat, Dispute.household_band,
    Dispute.band_status, Dispute.danger, Dispute.safety_present, Dispute.state, Dispute.same_matter_as,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A division as the analysis sees it: the cell (its village when it is a grid) and the codes above the cell."""

    cell: str
    above: tuple[str, ...]


@dataclass(frozen=True)
class Links:
    """What people answered about two disputes, by the dispute they answered for."""

    linked: Mapping[str, set[str]]
    unrelated: Mapping[str, set[str]]


def round_input(session: Session, round_row: Round, parameters: Parameters) -> RoundInput:
    """Return everything the analysis of ``round_row`` reads.

    Incidents run from the longest base before the window to the window's end, as far as they had arrived when the
    round closed. Sealed (15xx) and county-only (16xx) matters stay out, since a finding is read by townships.
    Household labels come along, and leave with the run.
    """
    end = round_row.window_end
    start = end - timedelta(days=parameters.window_days - 1)
    first = start - timedelta(days=parameters.base_days_max)
    root = session.get_one(Division, round_row.division_code).path
    readable = _readable(root, end, arrived_by=round_row.closed_at or start_of_day(end + timedelta(days=1)))
    rows = _disputes(session, readable, first)
    places = _places(session, {row.division_code for row in rows})
    links = _links(session, readable)
    incidents = tuple(_incident(row, places[row.division_code], links) for row in rows)
    return RoundInput(
        window_start=start,
        window_end=end,
        incidents=incidents,
        earlier=known_findings(session, round_row, window_start=start),
        names=_names(session, incidents),
        history_start=_history_start(session, readable),
    )


def _readable(root: str, end: date, *, arrived_by: datetime) -> ColumnElement[bool]:
    """Return the condition on a dispute and its division that the analysis may read it."""
    return and_(
        Division.code == Dispute.division_code,
        Division.path.startswith(root, autoescape=True),
        Dispute.noted_on <= end,
        Dispute.received_at <= arrived_by,
        Dispute.category.not_like(f"{SEALED}%"),
        Dispute.category.not_like(f"{COUNTY_ONLY}%"),
    )


def _disputes(session: Session, readable: ColumnElement[bool], first: date) -> Sequence[Row[Any]]:
    return session.execute(select(*READ_COLUMNS).where(readable, Dispute.noted_on >= first).order_by(Dispute.id)).all()


def _history_start(session: Session, readable: ColumnElement[bool]) -> date | None:
    return session.scalar(select(Dispute.noted_on).where(readable).order_by(Dispute.noted_on).limit(1))


def _places(session: Session, codes: Iterable[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for some in chunks(sorted(codes)):
        rows = session.execute(select(Division.code, Division.level, Division.path).where(Division.code.in_(some)))
        for code, level, path in rows:
            steps = tuple(path.strip("/").split("/"))
            steps = steps[:-1] if level == "grid" else steps
            found[code] = Place(cell=steps[-1], above=steps[:-1])
    return found


def _links(session: Session, readable: ColumnElement[bool]) -> Links:
    linked: dict[str, set[str]] = defaultdict(set)
    unrelated: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation)
        .join(Dispute, Dispute.id == DisputeLink.dispute_id)
        .where(readable)
    )
    for one, other, relation in rows:
        if relation == "other_household":
            linked[str(one)].add(str(other))
        elif relation == "unrelated":
            unrelated[str(one)].add(str(other))
    return Links(linked, unrelated)


def _incident(row: Row[Any], place: Place, links: Links) -> Incident:
    name = str(row.id)
    return Incident(
        dispute_id=name,
        noted_on=row.noted_on,
        category=row.category,
        cell=place.cell,
        path=place.above,
        reporter=row.household_label,
        channel=row.channel,
        organisation=str(row.organisation_id) if row.organisation_id else (row.project or None),
        text=row.summary,
        lon=row.lon,
        lat=row.lat,
        band=row.household_band,
        band_status=row.band_status,
        danger=row.danger or row.safety_present,
        is_open=row.state in OPEN_STATES,
        linked=tuple(sorted(links.linked.get(name, ()))),
        same_as=str(row.same_matter_as) if row.same_matter_as else None,
        unrelated=tuple(sorted(links.unrelated.get(name, ()))),
    )


def _names(session: Session, incidents: Sequence[Incident]) -> tuple[tuple[str, str], ...]:
    names: dict[str, str] = {}
    for some in chunks(sorted({incident.cell for incident in incidents})):
        rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(some)))
        names.update((code, name) for code, name in rows)
    wanted = sorted({identity for one in incidents if (identity := organisation_id_of(one.organisation))})
    for few in chunks(wanted):
        for identity, name in session.execute(
            select(Organisation.id, Organisation.name).where(Organisation.id.in_(few))
        ):
            names[str(identity)] = name
    return tuple(sorted(names.items()))


def organisation_id_of(identity: str | None) -> UUID | None:
    """Return the registered organisation that the analysis names; ``None`` for a project's own name."""
    try:
        return UUID(identity) if identity else None
    except ValueError:
        return None
