"""The status of villages: months that are on record for good, and what townships saw on the spot."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Connection, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from grid_app.database.base import Base, UuidKey


class StatusRun(Base):
    """One month's assessment: ``month`` is its first day, up to which records count; ``figures`` are the rules' values.

    ``finished_at`` is set when every village of the time had its row.
    """

    __tablename__ = "status_runs"

    month: Mapped[date] = mapped_column(primary_key=True)
    rules_version: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class VillageMonth(Base):
    """A village's status of one month with everything it was judged from; never changed.

    ``facts`` holds counts of service (`grid_app.standing.facts.VillageFacts`), ``digest`` the SHA-256 of the facts, the
    rules' figures and the state of the month before, ``outcomes`` the result of each criterion.
    """

    __tablename__ = "village_months"

    month: Mapped[date] = mapped_column(ForeignKey("status_runs.month"), primary_key=True)
    village_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcomes: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    since: Mapped[date]
    why: Mapped[str] = mapped_column(Text)
    met_until: Mapped[date | None]
    review_until: Mapped[date | None]

    __table_args__ = (Index("ix_village_months_village", "village_code", "month"),)


class VillageCheck(Base):
    """What a township saw in a village about criteria with too few cases; ``seen`` maps each to whether it fits."""

    __tablename__ = "village_checks"

    id: Mapped[UuidKey]
    village_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    checked_on: Mapped[date]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)
    findings: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    recorded_at: Mapped[datetime]


@event.listens_for(VillageMonth, "before_update")
@event.listens_for(VillageMonth, "before_delete")
@event.listens_for(VillageCheck, "before_update")
@event.listens_for(VillageCheck, "before_delete")
def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: VillageMonth | VillageCheck) -> None:
    raise TypeError(f"{type(row).__name__} of {row.village_code} is on record and cannot be changed")
