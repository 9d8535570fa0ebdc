"""What one analysis reads: incidents and known findings of a subtree, as the pure package's frozen inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeLink, Organisation, Submission
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundTemplate
from grid_app.queries.chunks import chunks
from grid_app.queries.known_findings import known_findings
from grid_app.queries.round_facts import answers_of, arrears_of, told_lately, villages_of
from grid_app.queries.round_states import states_at
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED, category_names
from grid_app.vocabulary.words import OPEN_STATES
from screening import Parameters, RoundInput
from screening.inputs import Incident, KnownFinding
from screening.parameters import STATISTICAL

READ_COLUMNS: tuple[Any, ...] = (
    Dispute.id, Dispute.noted_on, Dispute.category, Dispute.division_code, Dispute.household_label, Dispute.channel,
    Dispute.organisation_id, Dispute.project, Dispute.summary, Dispute.lon, Dispute.lat, Dispute.household_band,
    Dispute.band_status, Dispute.danger, Dispute.safety_present, Dispute.state, Dispute.same_matter_as,
    Dispute.since_when, Dispute.closed_at,
)  # fmt: skip

EVERY_DAYS = {"weekly": 7, "half_monthly": 15, "monthly": 30, "yearly": 365}
"""Days from one round to the next; a round opened by hand counts as weekly."""

GROUP_DIGITS = 2


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


@dataclass(frozen=True)
class Scope:
    """What an analysis looks at: the kind of round, the area, and the moment as of which everything is known.

    ``template_code`` is the kind of round whose earlier returns are compared; ``round_id`` the round itself, None for a
    replay.
    """

    division_code: str
    window_end: date
    known_at: datetime
    template_code: str = ""
    round_id: UUID | None = None


def round_input(session: Session, round_row: Round, parameters: Parameters) -> RoundInput:
    """Return everything the analysis of ``round_row`` reads, as it was known when the round closed.

    Household labels come along, and leave with the run.
    """
    end = round_row.window_end
    scope = Scope(
        round_row.division_code, end, round_row.closed_at or start_of_day(end + timedelta(days=1)),
        round_row.template_code, round_row.id,
    )  # fmt: skip
    start = end - timedelta(days=parameters.window_days - 1)
    return _input(session, scope, parameters, known_findings(session, round_row, window_start=start))


def input_known_at(
    session: Session, *, division_code: str, window_end: date, known_at: datetime, parameters: Parameters,
    earlier: tuple[KnownFinding, ...], template_code: str = "village_weekly",
) -> RoundInput:  # fmt: skip
    """Return what an analysis of an area would have read at a past moment.

    What had not arrived by then is left out; what was closed, linked or answered later counts as it stood then. Rows of
    an imported ledger count as known from the day after they were noted: they were on paper. Category, place and
    organisation are those of today, since corrections of them are not dated.

    Parameters
    ----------
    division_code : str
        The area.
    window_end : date
        Last day of the window.
    known_at : datetime
    parameters : Parameters
    earlier : tuple of KnownFinding
        Findings the analysis is to know.
    template_code : str
        The kind of round whose returns the silence compares.
    """
    return _input(session, Scope(division_code, window_end, known_at, template_code), parameters, earlier)


def _input(session: Session, scope: Scope, parameters: Parameters, earlier: tuple[KnownFinding, ...]) -> RoundInput:
    end = scope.window_end
    start = end - timedelta(days=parameters.window_days - 1)
    first = start - timedelta(days=parameters.base_days_max)
    root = session.get_one(Division, scope.division_code).path
    incidents, history_start = _told(session, scope, root, first) if _has_any(session, root) else ((), None)
    facts = _facts(session, scope, root, parameters)
    return RoundInput(
        window_start=start,
        window_end=end,
        incidents=incidents,
        earlier=earlier,
        names=_names(session, incidents, facts),
        history_start=history_start,
        **facts,
    )


def _has_any(session: Session, root: str) -> bool:
    """Say whether anything was ever noted in the area; of one without, its places alone are asked."""
    codes = select(Division.code).where(Division.path.startswith(root, autoescape=True))
    return session.scalar(select(Dispute.id).where(Dispute.division_code.in_(codes)).limit(1)) is not None


def _told(session: Session, scope: Scope, root: str, first: date) -> tuple[tuple[Incident, ...], date | None]:
    """Return the incidents from ``first`` on, and the day of the earliest there ever was."""
    at = scope.known_at
    readable = _readable(root, scope.window_end, known_at=at)
    rows = _disputes(session, readable, first)
    places = _places(session, {row.division_code for row in rows})
    links = _links(session, readable, at)
    states = states_at(session, readable, at)
    incidents = tuple(
        _incident(row, places[row.division_code], links, is_open=_is_open(row, states, at)) for row in rows
    )
    return incidents, _history_start(session, readable, rows, first)


def _is_open(row: Row[Any], states: Mapping[UUID, str], moment: datetime) -> bool:
    """Tell whether a dispute was open; one that a ledger brought in closed was so from its day there on."""
    ended = row.state not in OPEN_STATES and row.closed_at is not None and row.closed_at <= moment
    return not ended and states.get(row.id, row.state) in OPEN_STATES


def _facts(session: Session, scope: Scope, root: str, parameters: Parameters) -> dict[str, Any]:
    """Return what the switched-on signals need beside incidents; nothing where none needs it."""
    on = set(parameters.signals)
    at = scope.known_at
    found: dict[str, Any] = {}
    if on & {"scan", "growth", "silence"}:
        found["villages"] = villages_of(session, root, known_at=at)
    if "overdue_pile" in on:
        found["arrears"] = arrears_of(session, root, known_at=at)
    if "silence" in on and scope.template_code:
        found["answers"] = answers_of(
            session, template_code=scope.template_code, root=root, window_end=scope.window_end, known_at=at
        )
    if on & set(STATISTICAL) and scope.round_id is not None:
        found["told_lately"] = told_lately(session, root, before_round=scope.round_id, known_at=at)
        found["every_days"] = EVERY_DAYS.get(
            session.scalar(select(RoundTemplate.frequency).where(RoundTemplate.code == scope.template_code)) or "", 7
        )
    return found


def _readable(root: str, end: date, *, known_at: datetime) -> ColumnElement[bool]:
    """Return the condition on a dispute and its division that the analysis may read it.

    Sealed (15xx) and county-only (16xx) matters stay out, since a finding is read by townships.
    """
    on_paper = exists().where(Submission.dispute_id == Dispute.id, Submission.channel == "import")
    return and_(
        Division.code == Dispute.division_code,
        Division.path.startswith(root, autoescape=True),
        Dispute.noted_on <= end,
        or_(Dispute.received_at <= known_at, and_(Dispute.noted_on < local_date(known_at), on_paper)),
        Dispute.category.not_like(f"{SEALED}%"),
        Dispute.category.not_like(f"{COUNTY_ONLY}%"),
    )


def _disputes(session: Session, readable: ColumnElement[bool], first: date) -> Sequence[Row[Any]]:
    return session.execute(select(*READ_COLUMNS).where(readable, Dispute.noted_on >= first).order_by(Dispute.id)).all()


def _history_start(
    session: Session, readable: ColumnElement[bool], rows: Sequence[Row[Any]], first: date
) -> date | None:
    """Return the day of the earliest dispute: one before the incidents that were read, or the earliest of these."""
    before = session.scalar(
        select(Dispute.noted_on).where(readable, Dispute.noted_on < first).order_by(Dispute.noted_on).limit(1)
    )
    return before or min((row.noted_on for row in rows), default=None)


def _places(session: Session, codes: Iterable[str]) -> dict[str, Place]:
    """Return the cell of each division; one that has ended counts as the one that took its place."""
    found: dict[str, Place] = {}
    followed: dict[str, str] = {}
    for some in chunks(sorted(codes)):
        rows = session.execute(
            select(Division.code, Division.level, Division.path, Division.successor_code).where(Division.code.in_(some))
        )
        for code, level, path, successor in rows:
            steps = tuple(path.strip("/").split("/"))
            steps = steps[:-1] if level == "grid" else steps
            found[code] = Place(cell=steps[-1], above=steps[:-1])
            if successor:
                followed[code] = successor
    new = sorted({code for code in followed.values() if code not in found})
    found |= _places(session, new) if new else {}
    return found | {code: found[successor] for code, successor in followed.items() if successor in found}


def _links(session: Session, readable: ColumnElement[bool], known_at: datetime) -> Links:
    linked: dict[str, set[str]] = defaultdict(set)
    unrelated: dict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation).where(
            DisputeLink.at <= known_at, exists().where(Dispute.id == DisputeLink.dispute_id, readable)
        )
    )
    for one, other, relation in rows:
        if relation == "other_household":
            linked[str(one)].add(str(other))
        elif relation == "unrelated":
            unrelated[str(one)].add(str(other))
    return Links(linked, unrelated)


def _incident(row: Row[Any], place: Place, links: Links, *, is_open: bool) -> Incident:
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
        is_open=is_open,
        linked=tuple(sorted(links.linked.get(name, ()))),
        same_as=str(row.same_matter_as) if row.same_matter_as else None,
        unrelated=tuple(sorted(links.unrelated.get(name, ()))),
        began_on=row.since_when,
    )


def _names(session: Session, incidents: Sequence[Incident], facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the names of everything a sentence may name: places, organisations, units, two-digit categories."""
    names = {code: name for code, name in category_names().items() if len(code) == GROUP_DIGITS}
    cells = {one.cell for one in incidents} | {one.code for one in facts.get("villages", ())}
    for some in chunks(sorted(cells)):
        rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(some)))
        names.update((code, name) for code, name in rows)
    named = {identity for one in incidents if (identity := organisation_id_of(one.organisation))}
    units = {UUID(one.unit) for one in facts.get("arrears", ())}
    for table, wanted in ((Organisation, named), (Unit, units)):
        for few in chunks(sorted(wanted)):
            rows = session.execute(select(table.id, table.name).where(table.id.in_(few)))
            names.update((str(identity), name) for identity, name in rows)
    return tuple(sorted(names.items()))


def organisation_id_of(identity: str | None) -> UUID | None:
    """Return the registered organisation that the analysis names; ``None`` for a project's own name."""
    try:
        return UUID(identity) if identity else None
    except ValueError:
        return None
