"""What one analysis reads: incidents and known findings of a subtree, as the pure package's frozen inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, DisputeLink, Organisation
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingMember, Round
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES
from screening import Parameters, RoundInput
from screening.inputs import Incident, KnownFinding

SEVERAL = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """A division as the analysis sees it: the cell (its village when it is a grid) and the codes above the cell."""

    cell: str
    above: tuple[str, ...]


def round_input(session: Session, round_row: Round, parameters: Parameters) -> RoundInput:
    """Return everything the analysis of ``round_row`` reads.

    Incidents run from the longest base before the window to the window's end; sealed (15xx) and county-only (16xx)
    matters stay out, since a finding is read by townships. Household labels come along, and leave with the run.
    """
    end = round_row.window_end
    start = end - timedelta(days=parameters.window_days - 1)
    first = start - timedelta(days=parameters.base_days_max)
    root = session.get_one(Division, round_row.division_code).path
    rows = _disputes(session, root, first, end)
    places = _places(session, {row.division_code for row in rows})
    linked, unrelated = _links(session, root)
    earlier = _known_findings(session, root)
    incidents = tuple(_incident(row, places[row.division_code], linked, unrelated) for row in rows)
    return RoundInput(
        window_start=start,
        window_end=end,
        incidents=incidents,
        earlier=earlier,
        names=_names(session, incidents),
        history_start=_history_start(session, root),
    )


def _disputes(session: Session, root: str, first: date, end: date) -> Sequence[Row[tuple[Dispute, Division]]]:
    columns = (
        Dispute.id, Dispute.noted_on, Dispute.category, Dispute.division_code, Dispute.household_label,
        Dispute.channel, Dispute.organisation_id, Dispute.project, Dispute.summary, Dispute.lon, Dispute.lat,
        Dispute.household_band, Dispute.band_status, Dispute.danger, Dispute.state, Dispute.same_matter_as,
    )  # fmt: skip
    return session.execute(  # type: ignore[return-value]  # a row of the columns above
        select(*columns)
        .join(Division, Division.code == Dispute.division_code)
        .where(
            Division.path.startswith(root, autoescape=True),
            Dispute.noted_on >= first,
            Dispute.noted_on <= end,
            Dispute.category.not_like(f"{SEALED}%"),
            Dispute.category.not_like(f"{COUNTY_ONLY}%"),
        )
        .order_by(Dispute.id)
    ).all()


def _places(session: Session, codes: Iterable[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for some in _chunks(sorted(codes)):
        rows = session.execute(select(Division.code, Division.level, Division.path).where(Division.code.in_(some)))
        for code, level, path in rows:
            steps = tuple(path.strip("/").split("/"))
            steps = steps[:-1] if level == "grid" else steps
            found[code] = Place(cell=steps[-1], above=steps[:-1])
    return found


def _links(session: Session, root: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    linked: dict[str, set[str]] = defaultdict(set)
    unrelated: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation)
        .join(Dispute, Dispute.id == DisputeLink.dispute_id)
        .join(Division, Division.code == Dispute.division_code)
        .where(Division.path.startswith(root, autoescape=True))
    )
    for one, other, relation in rows:
        if relation == "other_household":
            linked[str(one)].add(str(other))
        elif relation == "unrelated":
            unrelated[str(one)].add(str(other))
    return linked, unrelated


def _incident(
    row: Row[tuple[Dispute, Division]], place: Place, linked: Mapping[str, set[str]], unrelated: Mapping[str, set[str]]
) -> Incident:
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
        danger=row.danger,
        is_open=row.state in OPEN_STATES,
        linked=tuple(sorted(linked.get(name, ()))),
        same_as=str(row.same_matter_as) if row.same_matter_as else None,
        unrelated=tuple(sorted(unrelated.get(name, ()))),
    )


def _known_findings(session: Session, root: str) -> tuple[KnownFinding, ...]:
    findings = session.scalars(
        select(Finding)
        .join(Division, Division.code == Finding.division_code)
        .where(Division.path.startswith(root, autoescape=True), Finding.merged_into.is_(None))
        .order_by(Finding.id)
    ).all()
    members = _members(session, [finding.id for finding in findings])
    return tuple(
        KnownFinding(
            finding_id=str(finding.id),
            key=finding.issue_key,
            member_ids=tuple(sorted(members[finding.id])),
            households_ever=finding.households_ever,
            last_households=finding.households_now,
            state=finding.state,
            since=finding.since,
        )
        for finding in findings
        if members[finding.id]
    )


def _members(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for some in _chunks(ids):
        rows = session.execute(
            select(FindingMember.finding_id, FindingMember.dispute_id).where(FindingMember.finding_id.in_(some))
        )
        for finding, dispute in rows:
            found[finding].append(str(dispute))
    return found


def _names(session: Session, incidents: Sequence[Incident]) -> tuple[tuple[str, str], ...]:
    codes = sorted({incident.cell for incident in incidents})
    names: dict[str, str] = {}
    for some in _chunks(codes):
        names.update(session.execute(select(Division.code, Division.name).where(Division.code.in_(some))))
    wanted = {incident.organisation for incident in incidents if incident.organisation}
    for identity, name in session.execute(select(Organisation.id, Organisation.name)):
        if str(identity) in wanted:
            names[str(identity)] = name
    return tuple(sorted(names.items()))


def _history_start(session: Session, root: str) -> date | None:
    return session.scalar(
        select(Dispute.noted_on)
        .join(Division, Division.code == Dispute.division_code)
        .where(Division.path.startswith(root, autoescape=True))
        .order_by(Dispute.noted_on)
        .limit(1)
    )


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + SEVERAL] for at in range(0, len(items), SEVERAL))
