"""Which signals a county has switched on, with which figures, since when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Connection, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from grid_app.database.base import Base, UuidKey


class SignalSetting(Base):
    """One setting of one signal of a county, or of its budget; the newest at a moment counts, rows are only ever added.

    ``signal`` is one of ``vocabulary.signals.SETTINGS``. ``figures`` are fields of ``screening.Parameters`` by name.
    ``backtest_id`` is the backtest on which a signal was switched on; it may be gone later, the setting stays.
    """

    __tablename__ = "signal_settings"

    id: Mapped[UuidKey]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    signal: Mapped[str] = mapped_column(String(20))
    enabled: Mapped[bool] = mapped_column(Boolean)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    backtest_id: Mapped[UUID | None]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))

    __table_args__ = (Index("ix_signal_settings_newest", "division_code", "signal", "set_at"),)


@event.listens_for(SignalSetting, "before_update")
@event.listens_for(SignalSetting, "before_delete")
def _refuse_change(_mapper: Mapper[SignalSetting], _connection: Connection, row: SignalSetting) -> None:
    raise TypeError(f"a setting of {row.signal} is on record and cannot be changed; add another one")
