"""What a batch of reports looks up once: divisions, offices, grid polygons, organisations, known submissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, Submission
from grid_app.models.places import Boundary, Division
from grid_app.queries.boundaries_successors import place_of_labels
from grid_app.services.matters.points import keeps_every_point
from grid_app.services.organisations.entries import organisation_id
from grid_app.services.organisations.names import name_key

OFFICES_BY_LEVEL = ("county_office", "township_government", "village_committee")


@dataclass(frozen=True)
class Known:
    """A report that is here already, and what was answered then."""

    digest: str
    received_at: datetime
    dispute_id: UUID
    case_code: str
    tracking_code: str


@dataclass(frozen=True)
class Node:
    """A division of the tree; ``valid_to`` is the day it ended, ``successor_code`` what took its place."""

    code: str
    path: str
    valid_to: date | None
    successor_code: str | None


@dataclass(frozen=True)
class _Office:
    division_code: str
    kind: str
    id: UUID


class Lookups:
    """Answers of the database that stay true for one transaction.

    Parameters
    ----------
    session : Session
        The transaction's session; the lookups end with it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._nodes: dict[str, Node | None] = {}
        self._offices: dict[str, list[_Office]] = {}
        self._grids: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self._organisations: dict[str, UUID | None] = {}
        self._known: dict[UUID, Known | None] = {}
        self._announced: set[UUID] = set()
        self._keeps_every_point: bool | None = None
        self._labelled: dict[str, str] = {}

    def place_of_labels(self, code: str) -> str:
        """Return the village in whose name households of a place are labelled."""
        if code not in self._labelled:
            self._labelled[code] = place_of_labels(self._session, code)
        return self._labelled[code]

    def keeps_every_point(self) -> bool:
        """Say whether the county decided to keep points of matters at home as well."""
        if self._keeps_every_point is None:
            self._keeps_every_point = keeps_every_point(self._session)
        return self._keeps_every_point

    def warm(self, codes: Iterable[str], generation_id: UUID | None) -> None:
        """Ask at once for divisions, what lies directly under them, their offices and their grids' polygons."""
        new = [code for code in dict.fromkeys(codes) if code not in self._nodes]
        if not new:
            return
        self._ask_for_nodes(new)
        paths = [node.path for code in new if (node := self._nodes.get(code)) is not None]
        self._ask_for_offices(code for path in paths for code in _codes_along(path))
        if generation_id is not None:
            self._ask_for_grids(new, generation_id)

    def division(self, code: str) -> Node | None:
        """Return the division of a code, or ``None``."""
        if code not in self._nodes:
            self._ask_for_nodes([code])
        return self._nodes[code]

    def _ask_for_nodes(self, codes: list[str]) -> None:
        self._nodes.update(dict.fromkeys(codes))
        rows = self._session.execute(
            select(Division.code, Division.path, Division.valid_to, Division.successor_code).where(
                or_(Division.code.in_(codes), Division.parent_code.in_(codes))
            )
        )
        self._nodes.update({row.code: Node(*row) for row in rows})

    def office(self, path: str, *, county_only: bool) -> UUID | None:
        """Return the responsible office of a place: the nearest one up its path, or the county's."""
        codes = _codes_along(path)
        self._ask_for_offices(codes)
        found = [office for code in reversed(codes) for office in self._offices[code]]
        fitting = [one for one in found if one.kind == OFFICES_BY_LEVEL[0]] if county_only else found
        return fitting[0].id if fitting else None

    def _ask_for_offices(self, codes: Iterable[str]) -> None:
        new = [code for code in dict.fromkeys(codes) if code not in self._offices]
        if not new:
            return
        self._offices.update({code: [] for code in new})
        rows = self._session.execute(
            select(Unit.division_code, Unit.kind, Unit.id)
            .where(Unit.division_code.in_(new), Unit.kind.in_(OFFICES_BY_LEVEL), Unit.closed_at.is_(None))
            .order_by(Unit.id)
        )
        for row in rows:
            self._offices[row.division_code].append(_Office(*row))

    def grid(self, village_code: str, generation_id: UUID, *, lon: float, lat: float) -> str | None:
        """Return the grid of a village that holds a WGS84 point, the smallest code on a shared border."""
        if village_code not in self._grids:
            self._ask_for_grids([village_code], generation_id)
        return next((code for code, shape in self._grids[village_code] if shapely.intersects_xy(shape, lon, lat)), None)

    def _ask_for_grids(self, village_codes: list[str], generation_id: UUID) -> None:
        self._grids.update({code: [] for code in village_codes})
        rows = self._session.execute(
            select(Boundary.parent_code, Boundary.code, Boundary.polygon)
            .where(
                Boundary.generation_id == generation_id,
                Boundary.level == "grid",
                Boundary.parent_code.in_(village_codes),
            )
            .order_by(Boundary.code)
        )
        for row in rows:
            self._grids[row.parent_code].append((row.code, shapely.from_wkb(row.polygon.desc)))

    def organisation(self, name: str) -> UUID | None:
        """Return the id of the organisation of that name, made when it is new."""
        key = name_key(name)
        if key not in self._organisations:
            self._organisations[key] = organisation_id(self._session, name=name)
        return self._organisations[key]

    def known(self, report_id: UUID) -> Known | None:
        """Return what is here under a report id, or ``None``."""
        if report_id not in self._known:
            self.ask_for([report_id])
        return self._known[report_id]

    def ask_for(self, report_ids: Iterable[UUID]) -> None:
        """Look up many report ids in one question."""
        asked = [one for one in dict.fromkeys(report_ids) if one not in self._known]
        if not asked:
            return
        self._known.update(dict.fromkeys(asked))
        rows = self._session.execute(
            select(
                Submission.id,
                Submission.digest,
                Submission.received_at,
                Submission.dispute_id,
                Dispute.case_code,
                Dispute.tracking_code,
            )
            .join(Dispute, Dispute.id == Submission.dispute_id)
            .where(Submission.id.in_(asked))
        )
        for row in rows:
            self._known[row.id] = Known(*row[1:])

    def ask_for_attachments(self, attachment_ids: Sequence[UUID]) -> None:
        """Look up in one question which of these ids stored reports have announced."""
        if attachment_ids:
            self._announced.update(
                self._session.scalars(select(Attachment.id).where(Attachment.id.in_(attachment_ids)))
            )

    def announce(self, attachment_ids: Sequence[UUID]) -> bool:
        """Note the ids that one new report announces; ``False`` when another report has one of them already."""
        is_free = self._announced.isdisjoint(attachment_ids)
        if is_free:
            self._announced.update(attachment_ids)
        return is_free

    def remember(self, report_id: UUID, known: Known) -> None:
        """Note a report that was stored just now, so that a repetition in the same batch is recognised."""
        self._known[report_id] = known

    def forget(self, report_id: UUID) -> None:
        """Forget what a rolled-back savepoint may have made untrue: this id and every organisation."""
        self._known.pop(report_id, None)
        self._organisations.clear()


def _codes_along(path: str) -> list[str]:
    """Return the codes of a path down to the village, the county first; a grid has no office."""
    return path.strip("/").split("/")[:3]
