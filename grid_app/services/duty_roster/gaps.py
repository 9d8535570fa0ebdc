"""Gaps of rosters in the week ahead: each is an alarm that names the office, the time and who must act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.clocks.calendar import WorkingCalendar
from grid_app.models.accounts import Unit
from grid_app.models.channels import Alarm
from grid_app.models.duty_roster import DutyRoster
from grid_app.models.escalations import EscalationPolicy
from grid_app.policy import Actor
from grid_app.queries.on_duty import rosters_of
from grid_app.services.alarms import clear_alarm, raise_alarm
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.access import Office, office_to_edit
from grid_app.services.duty_roster.keeping import KEPT_AFTER, promised_spans
from grid_app.services.matters.step import take_turn
from notifications.ladder import ON_DUTY
from notifications.roster import Span, uncovered

AHEAD: Final = timedelta(days=7)
GAP: Final = "roster_gap"
MISSING: Final = "roster_missing"


@dataclass(frozen=True)
class Trouble:
    """An alarm that should stand: a gap of an office, or a roster that a ladder asks for and nobody keeps."""

    kind: str
    key: str
    text: str
    unit_id: UUID
    division_code: str


@contextmanager
def changing(session: Session, actor: Actor, unit_id: UUID, *, now: datetime) -> Iterator[Office]:
    """Give the own office for a change of its roster; afterwards its alarms say what is still open.

    Raises
    ------
    NotFoundError, ForbiddenError
        As ``office_to_edit``.
    """
    take_turn(session)
    yield office_to_edit(session, actor, unit_id)
    session.flush()  # the gaps are looked for in what was changed
    watch_rosters(session, now=now, unit_id=unit_id)


def watch_rosters(session: Session, *, now: datetime, unit_id: UUID | None = None) -> int:
    """Raise an alarm for each gap of the week ahead, clear those that are over or filled; return how many stand.

    Parameters
    ----------
    unit_id
        One office whose roster was changed; without it every office is looked at.
    """
    calendar = own_calendar(session)
    found = {one.key: one for one in [*_gaps(session, calendar, now, unit_id), *_missing(session, unit_id)]}
    standing = select(Alarm.key).where(Alarm.kind.in_((GAP, MISSING)), Alarm.cleared_at.is_(None))
    if unit_id is not None:
        standing = standing.where(Alarm.unit_id == unit_id)
    for key in session.scalars(standing.order_by(Alarm.key)).all():
        if key not in found:
            clear_alarm(session, key=key, now=now)
    for one in found.values():
        raise_alarm(
            session, kind=one.kind, key=one.key, text=one.text, division_code=one.division_code, unit_id=one.unit_id,
            now=now,
        )  # fmt: skip
    return len(found)


def gaps_of(session: Session, row: DutyRoster, calendar: WorkingCalendar, span: Span) -> tuple[Span, ...]:
    """Return the gaps of an office within ``span``, which has an end, in the hours that it promised."""
    return gaps_by_office(session, [row], calendar, span)[row.unit_id]


def gaps_by_office(
    session: Session, rows: Iterable[DutyRoster], calendar: WorkingCalendar, span: Span
) -> dict[UUID, tuple[Span, ...]]:
    """Return the gaps of several offices within ``span``, in the hours that each promised."""
    kept = {row.unit_id: row for row in rows}
    rosters = rosters_of(session, kept, span)
    return {
        unit_id: uncovered(rosters[unit_id], promised_spans(row, calendar, span))
        for unit_id, row in kept.items()
        if unit_id in rosters
    }


def _gaps(session: Session, calendar: WorkingCalendar, now: datetime, unit_id: UUID | None) -> list[Trouble]:
    asked = (
        select(DutyRoster, Unit)
        .join(Unit, Unit.id == DutyRoster.unit_id)
        .where(DutyRoster.ended_at.is_(None), Unit.closed_at.is_(None))
        .order_by(Unit.id)
    )
    if unit_id is not None:
        asked = asked.where(Unit.id == unit_id)
    found: list[Trouble] = []
    offices = [(row, unit) for row, unit in session.execute(asked)]
    last = now + AHEAD
    ahead = gaps_by_office(session, [row for row, _ in offices], calendar, Span(now, last))
    for row, unit in offices:
        for gap in ahead[unit.id]:
            begins = _since(session, row, calendar, now) if gap.begins == now else gap.begins
            found.append(_gap(unit, Span(begins, None if gap.ends == last else gap.ends)))
    return found


def _since(session: Session, row: DutyRoster, calendar: WorkingCalendar, now: datetime) -> datetime:
    """Return since when the gap lasts in which an office is now, so that it stays one alarm."""
    before = max(now - KEPT_AFTER, row.started_at)
    past = gaps_of(session, row, calendar, Span(before, now)) if before < now else ()
    return past[-1].begins if past and past[-1].ends == now else now


def _gap(unit: Unit, gap: Span) -> Trouble:
    until = f"到 {_said(gap.ends)} " if gap.ends else "起"
    text = (
        f"{unit.name}从 {_said(gap.begins)} {until}没有人值班,这段时间的提醒找不到人。"
        f"请{unit.name}的负责人或经办打开“值班表”补上。"
    )
    return Trouble(GAP, f"{GAP}:{unit.id}:{gap.begins:%Y%m%d%H%M%S}", text, unit.id, unit.division_code)


def _missing(session: Session, unit_id: UUID | None) -> list[Trouble]:
    """Return the offices without a roster of which a ladder in force asks whoever is on duty."""
    kinds = _asked_kinds(session)
    if not kinds:
        return []
    kept = select(DutyRoster.unit_id).where(DutyRoster.ended_at.is_(None))
    asked = select(Unit).where(Unit.kind.in_(sorted(kinds)), Unit.closed_at.is_(None), Unit.id.not_in(kept))
    if unit_id is not None:
        asked = asked.where(Unit.id == unit_id)
    return [
        Trouble(
            MISSING,
            f"{MISSING}:{unit.id}",
            f"{unit.name}还没有值班表,而升级顺序里有一级只找值班的人。请{unit.name}的负责人或经办打开“值班表”排班。",
            unit.id,
            unit.division_code,
        )
        for unit in session.scalars(asked.order_by(Unit.id))
    ]


def _asked_kinds(session: Session) -> set[str]:
    newest = (
        select(EscalationPolicy.event_kind, func.max(EscalationPolicy.version).label("version"))
        .where(EscalationPolicy.enabled)
        .group_by(EscalationPolicy.event_kind)
        .subquery()
    )
    rows = session.scalars(
        select(EscalationPolicy.rungs).join(
            newest,
            (newest.c.event_kind == EscalationPolicy.event_kind) & (newest.c.version == EscalationPolicy.version),
        )
    )
    return {str(rung["unit_kind"]) for rungs in rows for rung in rungs if rung.get("whom") == ON_DUTY}


def _said(moment: datetime | None) -> str:
    shown = local(moment) if moment else None
    return f"{shown.month}月{shown.day}日 {shown:%H:%M}" if shown else ""
