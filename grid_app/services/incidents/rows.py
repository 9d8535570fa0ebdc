"""Rows of incidents: found for an actor, locked, and added to; an entry that is written is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, NotFoundError
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.policy import Action, Actor, allows
from grid_app.queries.incidents import may_be_seen
from grid_app.services.audit import record_audit
from grid_app.services.control_words import CONTROL_WORDS, control_words_in
from grid_app.services.incidents.content import Telling
from grid_app.services.matters.step import take_turn

NO_SUCH: Final = "没有这份紧急报告,或者它不在您的范围内。请回到列表查看。"
SENT_OTHERWISE: Final = "这张表刚才已经报上去了,没有再报一份。要改的,请在那份报告里写“更正”;您刚才填的还在下面。"


NOTHING_TOLD: Final = Telling()


@dataclass(frozen=True)
class Entry:
    """One report or note to be written; see ``IncidentEntry``."""

    kind: str
    token: UUID
    telling: Telling = NOTHING_TOLD
    way: str = "written"
    unit_id: UUID | None = None
    captured_at: datetime | None = None
    counts_at: datetime | None = None
    corrects: int | None = None
    other_id: UUID | None = None


def require_reporter(actor: Actor) -> None:
    """Refuse whoever reports no incidents.

    Raises
    ------
    ForbiddenError
        The role does not include it.
    """
    if not allows(actor, Action.REPORT_INCIDENT):
        raise ForbiddenError("紧急报告由乡镇和县级报。请马上打电话给所在乡镇的值班室。")


def found_again(session: Session, *, token: UUID, telling: Telling, actor: Actor) -> UUID | None:
    """Return the incident that a form sent twice has made, ``None`` for a new form.

    Raises
    ------
    ConflictError
        The form was sent before with other words: they are not lost, and belong into a correction.
    """
    take_turn(session)
    before = session.scalar(select(IncidentEntry).where(IncidentEntry.form_token == token))
    if before is None:
        return None
    told = (before.issue, before.band, before.about, before.asked, before.answering)
    if before.taken_by != actor.assignment_id or told != _columns(telling):
        raise ConflictError(SENT_OTHERWISE, code="already_sent")
    return before.incident_id


def locked(session: Session, actor: Actor, incident_id: UUID) -> Incident:
    """Return an incident that the actor may see, locked until the transaction ends.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role reports nothing; there is none for this actor.
    """
    require_reporter(actor)
    take_turn(session)
    row = session.scalar(
        select(Incident)
        .where(Incident.id == incident_id, may_be_seen(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(NO_SUCH)
    return row


def add_entry(session: Session, incident: Incident, entry: Entry, *, actor: Actor, now: datetime) -> IncidentEntry:
    """Write one entry with its link in the audit chain, and return it."""
    session.flush()  # the incident's id, where it is new
    last = session.scalar(select(func.max(IncidentEntry.number)).where(IncidentEntry.incident_id == incident.id))
    issue, band, about, asked, answering = _columns(entry.telling)
    row = IncidentEntry(
        incident_id=incident.id, number=(last or 0) + 1, kind=entry.kind, way=entry.way,
        unit_id=entry.unit_id or actor.unit_id, taken_by=actor.assignment_id, captured_at=entry.captured_at,
        received_at=now, counts_at=entry.counts_at or now, issue=issue, band=band, about=about, asked=asked,
        answering=answering, corrects=entry.corrects, other_id=entry.other_id, form_token=entry.token,
    )  # fmt: skip
    session.add(row)
    target = ("incident", str(incident.id))
    record_audit(
        session, actor, f"incident.{entry.kind}", now=now, target=target,
        details={"number": row.number, "way": entry.way, "unit": str(row.unit_id)},
    )  # fmt: skip
    if words := control_words_in(f"{issue}\n{asked}"):
        named = {"words": "、".join(words), "kind": entry.kind}
        record_audit(session, actor, CONTROL_WORDS, now=now, target=target, details=named)
    return row


def _columns(telling: Telling) -> tuple[str, str, int | None, str, str]:
    return telling.issue, telling.band, telling.people, telling.asked, telling.answering
