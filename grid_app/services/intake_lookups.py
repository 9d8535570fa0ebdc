"""What a batch of reports looks up once: divisions, offices, grid polygons, organisations, known submissions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Submission
from grid_app.models.places import Boundary, Division
from grid_app.services.organisations import name_key, organisation_id

OFFICES_BY_LEVEL = ("county_office", "township_government", "village_committee")


@dataclass(frozen=True)
class Known:
    """A report that is here already, and what was answered then."""

    digest: str
    received_at: datetime
    dispute_id: UUID
    case_code: str
    tracking_code: str


class Lookups:
    """Answers of the database that stay true for one transaction.

    Parameters
    ----------
    session : Session
        The transaction's session; the lookups end with it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._divisions: dict[str, Division | None] = {}
        self._offices: dict[str, list[tuple[str, str, UUID]]] = {}
        self._grids: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self._organisations: dict[str, UUID | None] = {}
        self._known: dict[UUID, Known | None] = {}

    def division(self, code: str) -> Division | None:
        """Return the division of a code, or ``None``."""
        if code not in self._divisions:
            self._divisions[code] = self._session.get(Division, code)
        return self._divisions[code]

    def office(self, path: str, *, county_only: bool) -> UUID | None:
        """Return the responsible office of a place: the nearest one up its path, or the county's."""
        if path not in self._offices:
            self._offices[path] = self._offices_along(path)
        offices = self._offices[path]
        fitting = [one for one in offices if one[1] == OFFICES_BY_LEVEL[0]] if county_only else offices
        return fitting[0][2] if fitting else None

    def _offices_along(self, path: str) -> list[tuple[str, str, UUID]]:
        rows = self._session.execute(
            select(Unit.division_code, Unit.kind, Unit.id).where(
                Unit.division_code.in_(path.strip("/").split("/")),
                Unit.kind.in_(OFFICES_BY_LEVEL),
                Unit.closed_at.is_(None),
            )
        )
        found = [(code, kind, office) for code, kind, office in rows]
        return sorted(found, key=lambda one: (-len(one[0]), -OFFICES_BY_LEVEL.index(one[1]), one[2]))

    def grid(self, village_code: str, generation_id: UUID, *, lon: float, lat: float) -> str | None:
        """Return the grid of a village that holds a WGS84 point, the smallest code on a shared border."""
        if village_code not in self._grids:
            rows = self._session.execute(
                select(Boundary.code, Boundary.polygon)
                .where(
                    Boundary.generation_id == generation_id,
                    Boundary.level == "grid",
                    Boundary.parent_code == village_code,
                )
                .order_by(Boundary.code)
            )
            self._grids[village_code] = [(code, shapely.from_wkb(polygon.desc)) for code, polygon in rows]
        return next((code for code, shape in self._grids[village_code] if shapely.intersects_xy(shape, lon, lat)), None)

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

    def remember(self, report_id: UUID, known: Known) -> None:
        """Note a report that was stored just now, so that a repetition in the same batch is recognised."""
        self._known[report_id] = known

    def forget(self, report_id: UUID) -> None:
        """Forget what a rolled-back savepoint may have made untrue: this id and every organisation."""
        self._known.pop(report_id, None)
        self._organisations.clear()
