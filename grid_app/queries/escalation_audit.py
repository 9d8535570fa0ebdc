"""What the auditor reads: the history of escalations, and causes that should have become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import HELD, Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.models.findings import FindingCourse
from grid_app.models.incidents import Incident
from grid_app.models.joint import WhistleCall
from grid_app.models.rounds import Finding, FindingEvent
from grid_app.queries.finding_duties import complained_units, duty_units
from grid_app.vocabulary.words import OPEN_STATES
from notifications.auditor import AskedRung, Entry, Queued, Told

LOOKED_BACK: Final = timedelta(days=2)
"""How long what has ended is looked at once more."""
UNDECIDED: Final = "finding_undecided"
KNOCKED_AGAIN: Final = ("repeated", "idle")
FRESH: Final = timedelta(minutes=2)
"""A cause younger than this may belong to a transaction that is just ending."""


@dataclass(frozen=True)
class Audited:
    """One escalation as the auditor gets it."""

    escalation_id: UUID
    code: str
    division_code: str
    told: Told


@dataclass(frozen=True)
class Uncaused:
    """A cause without its escalation: a word for the kind, its key, when it was, and the place."""

    kind: str
    key: str
    at: datetime
    division_code: str


def audited_page(
    session: Session, *, now: datetime, after: UUID | None, limit: int
) -> tuple[list[Audited], UUID | None]:
    """Return escalations that still wait or ended lately, in order of their ids, and after which there may be more.

    Those that began before escalations kept their own ladder are left out, and those whose ladder cannot be read.
    """
    question = (
        select(Escalation)
        .where(
            or_(Escalation.state != "acted", Escalation.acted_at >= now - LOOKED_BACK),
            or_(
                Escalation.state != "acknowledged",
                Escalation.act_due_at.is_not(None),
                Escalation.acknowledged_at >= now - LOOKED_BACK,
            ),
        )
        .order_by(Escalation.id)
        .limit(limit)
    )
    if after is not None:
        question = question.where(Escalation.id > after)
    looked_at = session.scalars(question).all()
    rows = {row.id: row for row in looked_at if _rungs(row)}
    entries, lies, queued = _entries(session, [*rows]), _lies(session, [*rows]), _queued(session, [*rows])
    told_again = [row for key, row in rows.items() if any(one.kind in KNOCKED_AGAIN for one in entries[key])]
    closed, own = frozenset(_closed(session)), _own_part(session, told_again)
    page = [
        Audited(key, row.code, row.division_code, _told(row, entries[key], lies[key], queued[key], closed | own[key]))
        for key, row in rows.items()
    ]
    return page, looked_at[-1].id if len(looked_at) == limit else None


def uncaused(session: Session, *, now: datetime, since: datetime) -> list[Uncaused]:
    """Return what happened since a moment and should have become an escalation and has not."""
    return [
        *_red(session, now, since),
        *_reopened(session, now, since),
        *_confirmed(session, now, since),
        *_silent(session, now, since),
    ]


def _rungs(row: Escalation) -> tuple[AskedRung, ...]:
    """Return what an escalation's own ladder promises; nothing for one without, or with one that cannot be read."""
    minutes = "red_wait_minutes" if row.grade == "red" else "wait_minutes"
    try:
        timedelta(minutes=row.ladder.get("idle_minutes", 0))
        stored: Sequence[dict[str, Any]] = row.ladder["rungs"]
        return tuple(
            AskedRung(
                timedelta(minutes=one[minutes]),
                working=one.get("hours") == "working",
                repeat=timedelta(minutes=one.get("repeat_minutes", 0)),
            )
            for one in stored
        )
    except (KeyError, TypeError, AttributeError, OverflowError):  # it was exhausted at once, with an alarm
        return ()


def _closed(session: Session) -> list[str]:
    return [str(unit_id) for unit_id in session.scalars(select(Unit.id).where(Unit.closed_at.is_not(None)))]


def _own_part(session: Session, rows: Sequence[Escalation]) -> dict[UUID, frozenset[str]]:
    """Return by escalation the units with an own part in the matter: complained of, asked to act, or to decide it."""
    found: dict[UUID, frozenset[str]] = defaultdict(frozenset)
    for row in rows:
        units: set[UUID | None] = set()
        if row.dispute_id is not None:
            units.add(session.scalar(select(Dispute.about_unit_id).where(Dispute.id == row.dispute_id)))
        elif row.incident_id is not None:
            units.add(session.scalar(select(Incident.about_unit_id).where(Incident.id == row.incident_id)))
        elif row.finding_id is not None:
            parts = [*complained_units(session, row.finding_id), *duty_units(session, row.finding_id)]
            deciding = select(Unit.id).join(FindingCourse, FindingCourse.owner_code == Unit.division_code)
            deciding = deciding.where(FindingCourse.finding_id == row.finding_id)
            units |= {unit.id for unit in parts}
            units |= set(session.scalars(deciding)) if row.event_kind == UNDECIDED else set()
        found[row.id] = frozenset(str(unit_id) for unit_id in units if unit_id is not None)
    return found


def _told(
    row: Escalation, entries: list[Entry], lies: list[str], queued: list[Queued], excused: frozenset[str]
) -> Told:
    return Told(
        state=row.state,
        is_red=row.grade == "red",
        rungs=_rungs(row),
        idle=timedelta(minutes=row.ladder.get("idle_minutes", 0)),
        entries=tuple(entries),
        lies_with=tuple(lies),
        messages=tuple(queued),
        excused=excused,
        idle_working=row.ladder.get("idle_hours") == "working",
    )


def _entries(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
    found: dict[UUID, list[Entry]] = defaultdict(list)
    rows = session.scalars(
        select(EscalationEvent)
        .where(EscalationEvent.escalation_id.in_(ids))
        .order_by(EscalationEvent.at, EscalationEvent.id)
    )
    for row in rows:
        promised = int(row.details.get("devices", 0)) + int(row.details.get("endpoints", 0))
        unit = str(row.unit_id) if row.unit_id else ""
        danger = bool(row.details.get("danger"))
        found[row.escalation_id].append(Entry(row.at, row.kind, row.rung, unit, promised, danger))
    return found


def _lies(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = session.execute(select(InboxItem.escalation_id, InboxItem.unit_id).where(InboxItem.escalation_id.in_(ids)))
    for escalation_id, unit_id in rows:
        found[escalation_id].append(str(unit_id))
    return found


def _queued(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Queued]]:
    found: dict[UUID, list[Queued]] = defaultdict(list)
    is_held = OutboxMessage.dedupe_key.startswith(HELD)  # for a digest; the history promises nothing of it
    rows = session.execute(
        select(
            OutboxMessage.escalation_id,
            OutboxMessage.created_at,
            OutboxMessage.rung,
            OutboxMessage.unit_id,
            OutboxMessage.state,
            OutboxMessage.finished_at,
        ).where(OutboxMessage.escalation_id.in_(ids), OutboxMessage.purpose == "escalation", ~is_held)
    )
    for row in rows:
        sent_at = row.finished_at if row.state == "sent" else None
        found[row.escalation_id].append(Queued(row.created_at, row.rung, str(row.unit_id), sent_at))
    return found


def _red(session: Session, now: datetime, since: datetime) -> list[Uncaused]:
    rows = session.execute(
        _events(now, since)
        .where(DisputeEvent.kind == "graded", Dispute.grade == "red")
        .where(~_escalated(("grade_red", "safety_duty")))
    )
    return [
        Uncaused("grade_red", f"{row.dispute_id}:{row.number}", row.at, row.division_code)
        for row in rows
        if row.details.get("to") == "red" and row.details.get("from") != "red"
    ]


def _reopened(session: Session, now: datetime, since: datetime) -> list[Uncaused]:
    rows = session.execute(
        _events(now, since).where(DisputeEvent.kind == "reopened").where(~_escalated(("reopened",), DisputeEvent.at))
    )
    return [Uncaused("reopened", f"{row.dispute_id}:{row.number}", row.at, row.division_code) for row in rows]


def _events(now: datetime, since: datetime) -> Select[Any]:
    return (
        select(
            DisputeEvent.dispute_id, DisputeEvent.number, DisputeEvent.at, DisputeEvent.details, Dispute.division_code
        )
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(DisputeEvent.at >= since, DisputeEvent.at < now - FRESH, Dispute.state.in_(OPEN_STATES))
    )


def _escalated(kinds: Sequence[str], at: Any = None) -> Any:  # noqa: ANN401 - expressions of the query language
    found = exists().where(Escalation.dispute_id == Dispute.id, Escalation.event_kind.in_(kinds))
    return found if at is None else found.where(Escalation.opened_at >= at)


def _confirmed(session: Session, now: datetime, since: datetime) -> list[Uncaused]:
    escalated = exists().where(
        Escalation.finding_id == FindingEvent.finding_id, Escalation.event_kind == "finding_confirmed"
    )
    rows = session.execute(
        select(FindingEvent.finding_id, FindingEvent.at, Finding.division_code)
        .join(Finding, Finding.id == FindingEvent.finding_id)
        .where(FindingEvent.kind == "confirmed", FindingEvent.at >= since, FindingEvent.at < now - FRESH, ~escalated)
    )
    return [Uncaused("finding_confirmed", str(row.finding_id), row.at, row.division_code) for row in rows]


def _silent(session: Session, now: datetime, since: datetime) -> list[Uncaused]:
    escalated = exists().where(
        Escalation.dispute_id == WhistleCall.dispute_id, Escalation.event_kind == "whistle_silent"
    )
    rows = session.execute(
        select(WhistleCall.id, WhistleCall.silent_at, Dispute.division_code)
        .join(Dispute, Dispute.id == WhistleCall.dispute_id)
        .where(
            and_(WhistleCall.silent_at >= since, WhistleCall.silent_at < now - FRESH),
            Dispute.state.in_(OPEN_STATES),
            ~escalated,
        )
    )
    return [Uncaused("whistle_silent", str(row.id), row.silent_at, row.division_code) for row in rows]
