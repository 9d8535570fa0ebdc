"""The diary of a lead official (访情日记): what the resident asked for, what was promised, until when.

Nothing is written about anybody's mood, mind or attitude, and nobody is visited who does not want it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.leading import LeaderPromise, LeaderVisit
from grid_app.services.clocks.running import running_of, start_clock
from grid_app.services.leading.access import (
    ALSO_CLOSED,
    KEPT,
    NOT_SAVED,
    day_problem,
    line_problem,
    refuse,
    taken,
    the_lead,
    units_for,
)
from grid_app.services.leading.lead import VISIT_CLOCK
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.leading import VISIT_WAYS

LONGEST_PLACE: Final = 100
LONGEST_DOCUMENTS: Final = 300
FARTHEST: Final = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Promised:
    """What was promised to the resident: which unit does what until when."""

    what: str
    unit_id: UUID | None
    due_on: date | None


@dataclass(frozen=True)
class Meeting:
    """One meeting of the lead official with the resident."""

    held_on: date | None
    way: str
    place: str
    asked: str
    documents: str = ""
    promises: tuple[Promised, ...] = ()


def record_visit(session: Session, step: Step, *, meeting: Meeting) -> None:
    """Write one line of the diary; the next fifteen days run from the day of the meeting."""
    asked = written(meeting.asked, field="asked", what="当事人提出了什么", least=5)
    promised = [written(one.what, field=f"what_{at}", what="答应了什么") for at, one in enumerate(meeting.promises, 1)]
    place = written(meeting.place, field="place", what="在哪里见的面", least=0)
    documents = written(meeting.documents, field="documents", what="材料", least=0)
    refuse_waivers({f"what_{at}": text for at, text in enumerate(promised, 1)})
    step, dispute = taken(session, step, kind="lead_visited", note=asked)
    lead = the_lead(session, dispute)
    if lead.declined_at is not None:
        raise ConflictError(
            "当事人说过不愿意再见面,就不再上门,也不再约。当事人自己又想见面的,先记“当事人愿意见面了”。" + KEPT,
            code="contact_declined",
        )
    refuse(_problems(session, step, dispute, meeting))
    assert meeting.held_on is not None  # noqa: S101 - a missing day has just been refused
    number = _next(session, LeaderVisit, dispute)
    visit = LeaderVisit(
        leader_assignment_id=lead.id, dispute_id=dispute.id, number=number, held_on=meeting.held_on, way=meeting.way,
        place=place, asked=asked, documents=documents, assignment_id=step.actor.assignment_id,
        at=step.now,
    )  # fmt: skip
    session.add(visit)
    session.flush()  # its promises point to it
    first = _next(session, LeaderPromise, dispute)
    session.add_all(
        LeaderPromise(
            visit_id=visit.id, dispute_id=dispute.id, number=at, what=what, unit_id=one.unit_id, due_on=one.due_on
        )
        for at, (one, what) in enumerate(zip(meeting.promises, promised, strict=True), first)
    )
    details: Details = {
        "number": number,
        "on": meeting.held_on.isoformat(),
        "promises": len(promised),
        "way": meeting.way,
    }
    write(session, step, dispute, kind="lead_visited", note=asked, details=details)
    _next_clock(session, dispute, meeting.held_on, step)


def keep_promise(session: Session, step: Step, *, promise_id: UUID | None, kept_on: date | None, evidence: str) -> None:
    """Record that a promise was kept, and what shows it."""
    evidence = written(evidence, field="note", what="怎么知道已经做到")
    step, dispute = taken(session, step, kind="promise_kept", note=evidence, states=ALSO_CLOSED)
    refuse_waivers({"note": evidence})
    promise = session.get(LeaderPromise, promise_id) if promise_id else None
    if promise is None or promise.dispute_id != dispute.id:
        raise InvalidError(NOT_SAVED, fields={"promise": "请选哪一条做到了。"})
    if promise.kept_on is not None:
        raise ConflictError(f"这一条已经记过做到了。{KEPT}", code="kept_before")
    refuse({"day": day_problem(kept_on, latest=local_date(step.now))})
    promise.kept_on, promise.evidence, promise.kept_by = kept_on, evidence, step.actor.assignment_id
    details: Details = {"number": promise.number, "on": promise.kept_on.isoformat() if promise.kept_on else None}
    write(session, step, dispute, kind="promise_kept", note=evidence, details=details)


def _problems(session: Session, step: Step, dispute: Dispute, meeting: Meeting) -> dict[str, str]:
    today = local_date(step.now)
    units = {unit.id for unit in units_for(session, dispute, step.actor)}
    problems = {
        "day": day_problem(meeting.held_on, earliest=local_date(dispute.received_at), latest=today),
        "way": "" if meeting.way in VISIT_WAYS else "请选怎么见的面。",
        "place": line_problem(meeting.place, longest=LONGEST_PLACE, what="在哪里见的面"),
    }
    if len(meeting.documents.strip()) > LONGEST_DOCUMENTS:
        problems["documents"] = line_problem(meeting.documents, longest=LONGEST_DOCUMENTS, what="材料")
    for at, one in enumerate(meeting.promises, 1):
        latest = today + FARTHEST
        problems[f"due_{at}"] = day_problem(one.due_on, earliest=meeting.held_on, latest=latest)
        problems[f"unit_{at}"] = "" if one.unit_id in units else "请选由哪个单位做。"
    return problems


def _next_clock(session: Session, dispute: Dispute, held_on: date, step: Step) -> None:
    """Start the next fifteen days, unless a later meeting has started them already."""
    running = next((one for one in running_of(session, dispute.id) if one.rule_code == VISIT_CLOCK), None)
    begun = start_of_day(held_on)
    if running is not None and local_date(running.started_at) > held_on:
        return
    if running is not None:
        running.done_at, running.ended = step.now, "done"
        session.flush()  # the next clock may run only when this one has ended
    start_clock(session, dispute=dispute, code=VISIT_CLOCK, started_at=begun, now=step.now)


def _next(session: Session, table: type[LeaderVisit] | type[LeaderPromise], dispute: Dispute) -> int:
    return (session.scalar(select(func.max(table.number)).where(table.dispute_id == dispute.id)) or 0) + 1
