"""Questions about what a county has switched on: the newest setting of each signal at a moment, and those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.places import Division
from grid_app.models.signals import SignalSetting


@dataclass(frozen=True)
class Setting:
    """One setting as it stands; ``unit`` is the unit in whose name it was made, empty for the platform itself."""

    setting_id: UUID
    signal: str
    enabled: bool
    figures: Mapping[str, Any]
    reason: str
    backtest_id: UUID | None
    set_at: datetime
    unit: str


def county_of(session: Session, division_code: str) -> str:
    """Return the code of the county that a division lies in, or is."""
    path = session.scalar(select(Division.path).where(Division.code == division_code)) or f"/{division_code}/"
    return path.strip("/").partition("/")[0]


def settings_at(session: Session, *, county: str, at: datetime) -> dict[str, Setting]:
    """Return the setting of each signal that counted at ``at``; a signal that nobody ever set is left out."""
    newest = _newest(at)
    rows = session.execute(
        select(SignalSetting, Unit.name)
        .join(newest, newest.c.id == SignalSetting.id)
        .outerjoin(Assignment, Assignment.id == SignalSetting.set_by)
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .where(newest.c.place == 1, SignalSetting.division_code == county)
    )
    return {row.signal: _setting(row, unit) for row, unit in rows}


def settings_of(session: Session, *, county: str, signal: str) -> list[Setting]:
    """Return every setting of a signal, the newest first."""
    rows = session.execute(
        select(SignalSetting, Unit.name)
        .outerjoin(Assignment, Assignment.id == SignalSetting.set_by)
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .where(SignalSetting.division_code == county, SignalSetting.signal == signal)
        .order_by(SignalSetting.set_at.desc(), SignalSetting.id.desc())
    )
    return [_setting(row, unit) for row, unit in rows]


def counties_without(session: Session, *, signal: str, at: datetime) -> list[str]:
    """Return the codes of the counties in which a signal was switched off at ``at``."""
    newest = _newest(at)
    question = (
        select(SignalSetting.division_code)
        .join(newest, newest.c.id == SignalSetting.id)
        .where(newest.c.place == 1, SignalSetting.signal == signal, SignalSetting.enabled.is_(False))
        .order_by(SignalSetting.division_code)
    )
    return list(session.scalars(question))


def _newest(at: datetime) -> Subquery:
    """Return the settings made by ``at`` with their place among those of the same signal and county, 1 the newest."""
    order = (SignalSetting.set_at.desc(), SignalSetting.id.desc())
    same = (SignalSetting.division_code, SignalSetting.signal)
    place = func.row_number().over(partition_by=same, order_by=order).label("place")
    return select(SignalSetting.id, place).where(SignalSetting.set_at <= at).subquery()


def _setting(row: SignalSetting, unit: str | None) -> Setting:
    return Setting(row.id, row.signal, row.enabled, row.figures, row.reason, row.backtest_id, row.set_at, unit or "")
