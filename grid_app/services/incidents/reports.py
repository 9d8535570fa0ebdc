"""What follows on an incident: the first report still owed, follow-ups, the final report, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.policy import Actor
from grid_app.queries.incidents_detail import writes_for
from grid_app.services.incidents.content import NOT_SAVED, Moments, Telling, checked_telling, refuse, times_trouble
from grid_app.services.incidents.rows import Entry, add_entry, found_again, locked
from grid_app.services.incidents.telling import calm
from grid_app.vocabulary.incidents import REPORTS

ENDED: Final = "这起事已经终报,不能再续报。写错的请写“更正”;事情又起来了的,另报一份首报,再与这份关联。"


@dataclass(frozen=True)
class Report:
    """One report or correction of an incident as typed; ``called_at`` of one by telephone, ``corrects`` its number."""

    kind: str
    token: UUID
    telling: Telling
    way: str = "written"
    called_at: datetime | None = None
    device_at: datetime | None = None
    corrects: int | None = None


def add_report(session: Session, *, actor: Actor, incident_id: UUID, report: Report, now: datetime) -> None:
    """Add a first report that is owed, a follow-up, the final report or a correction; nothing written is changed.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role reports nothing, another unit owes the first report; there is no such incident for this actor.
    InvalidError, ConflictError
        A field is wrong; the incident does not stand for it; the form was sent before with other words.
    """
    incident = locked(session, actor, incident_id)
    telling = checked_telling(report.telling)
    if found_again(session, token=report.token, telling=telling, actor=actor) is not None:
        return
    _check_kind(session, actor, incident, report)
    if report.way == "phone":
        times = Moments(known_at=incident.known_at, called_at=report.called_at)
        refuse(times_trouble(times, now=now, is_call=True) | _caller_trouble(actor, incident))
    entry = Entry(
        kind=report.kind,
        token=report.token,
        telling=telling,
        way=report.way,
        unit_id=incident.unit_id if report.way == "phone" else actor.unit_id,
        captured_at=report.called_at if report.way == "phone" else report.device_at,
        counts_at=report.called_at if report.way == "phone" else None,
        corrects=report.corrects if report.kind == "correction" else None,
    )
    row = add_entry(session, incident, entry, actor=actor, now=now)
    _move(session, incident, row)


def _check_kind(session: Session, actor: Actor, incident: Incident, report: Report) -> None:
    if report.kind not in (*REPORTS, "correction") or report.way not in ("written", "phone"):
        raise InvalidError(NOT_SAVED, fields={"kind": "请选是续报还是终报。"})
    if report.kind == "first":
        _check_first(session, actor, incident, report)
    elif report.kind == "correction":
        _check_correction(session, incident, report)
    elif incident.first_report_at is None:
        raise ConflictError("这起事还没有首报,先报首报,再续报。您填的还在下面。", code="no_first_report")
    elif incident.state == "ended":
        raise ConflictError(ENDED, code="ended")


def _check_first(session: Session, actor: Actor, incident: Incident, report: Report) -> None:
    if report.way == "phone":
        if incident.first_report_at is not None:
            raise ConflictError("这起事已经有首报了。电话里说的新情况,请记成续报。", code="reported")
        return
    if incident.written_at is not None:
        raise ConflictError("这起事已经有书面首报了。新的情况请写续报,写错的请写更正。", code="reported")
    if not writes_for(actor, session.get_one(Unit, incident.unit_id)):
        raise ForbiddenError("书面首报由得知的单位自己写。您可以记电话首报,或者写续报。")


def _check_correction(session: Session, incident: Incident, report: Report) -> None:
    found = session.scalar(
        select(IncidentEntry.id).where(
            IncidentEntry.incident_id == incident.id,
            IncidentEntry.number == report.corrects,
            IncidentEntry.kind.in_((*REPORTS, "known")),
        )
    )
    if found is None:
        raise InvalidError(NOT_SAVED, fields={"corrects": "请选更正哪一份。"})


def _caller_trouble(actor: Actor, incident: Incident) -> dict[str, str]:
    if actor.unit_id == incident.unit_id:
        return {"way": "本单位自己的报告请选“书面”;电话报告由接电话的上级值班室记。"}
    return {}


def _move(session: Session, incident: Incident, row: IncidentEntry) -> None:
    if row.kind == "first":
        incident.state = "ended" if incident.state == "ended" else "reported"
        earlier = incident.first_report_at
        incident.first_report_at = row.counts_at if earlier is None else min(earlier, row.counts_at)
        if row.way == "written":
            incident.written_at = row.counts_at
    elif row.kind == "final":
        incident.state, incident.ended_at = "ended", row.counts_at
        calm(session, incident)
