"""Hearings (信访工作条例 31) and open mediation meetings: invitees only by consent, and the record.

The days on which a hearing sat are not counted in the limit of the final review (信访工作条例 36); that is the only
pause there is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError
from grid_app.models.leading import Hearing, HearingInvitee
from grid_app.services.clocks.hearings import leave_out_hearings
from grid_app.services.leading.access import (
    ALSO_CLOSED,
    KEPT,
    day_problem,
    labels_of,
    line_problem,
    missing_consents,
    refuse,
    taken,
)
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.leading import HEARING, HEARING_INVITEES, HEARING_KINDS, MOST_DAYS

LONGEST_PLACE: Final = 100
LONGEST_WHO: Final = 60
FARTHEST: Final = timedelta(days=180)


@dataclass(frozen=True)
class Plan:
    """What is planned: a hearing or an open mediation, on which days, where, and who agreed to open doors."""

    kind: str
    days: tuple[date | None, ...]
    place: str
    is_public: bool = False
    public_by: Collection[str] = ()


@dataclass(frozen=True)
class Invitation:
    """Who from outside comes: the kind, what he or she is (never the name), and the parties who agreed to it."""

    kind: str
    who: str
    consented_by: Collection[str]


def plan_hearing(session: Session, step: Step, *, plan: Plan) -> None:
    """Plan a hearing; it is held with open doors only when every party agrees to that."""
    place = written(plan.place, field="place", what="在哪里开", least=0)
    days = sorted({day for day in plan.days if day is not None})
    note = f"{'、'.join(day.isoformat() for day in days)},{place}"
    step, dispute = taken(session, step, kind="hearing_planned", note=note, states=ALSO_CLOSED)
    today = local_date(step.now)
    labels = labels_of(session, dispute)
    problems = {
        "kind": "" if plan.kind in HEARING_KINDS else "请选开哪一种会。",
        "day_1": _days_problem(days, earliest=today - FARTHEST, latest=today + FARTHEST),
        "place": line_problem(place, longest=LONGEST_PLACE, what="在哪里开"),
        "public_by": missing_consents(labels, plan.public_by) if plan.is_public else "",
    }
    refuse(problems)
    counted = select(func.max(Hearing.number)).where(Hearing.dispute_id == dispute.id)
    row = Hearing(
        dispute_id=dispute.id, number=(session.scalar(counted) or 0) + 1, kind=plan.kind,
        days=[day.isoformat() for day in days], place=place, is_public=plan.is_public,
        public_by=labels if plan.is_public else [], assignment_id=step.actor.assignment_id, at=step.now,
    )  # fmt: skip
    session.add(row)
    details: Details = {"number": row.number, "meeting": plan.kind, "public": plan.is_public}
    write(session, step, dispute, kind="hearing_planned", note=note, details=details)


def invite(session: Session, step: Step, *, hearing_id: UUID | None, invitation: Invitation) -> None:
    """Invite somebody from outside; every party has to agree to it (人民调解法 20)."""
    who = written(invitation.who, field="who", what="请的是谁(写身份,不写姓名)")
    step, dispute = taken(session, step, kind="hearing_invited", note=who, states=ALSO_CLOSED)
    row = _planned(session, dispute.id, hearing_id)
    labels = labels_of(session, dispute)
    problems = {
        "kind": "" if invitation.kind in HEARING_INVITEES else "请选请的是哪一类人。",
        "who": line_problem(who, longest=LONGEST_WHO, what="请的是谁"),
        "consented": missing_consents(labels, invitation.consented_by),
    }
    refuse(problems)
    session.add(HearingInvitee(hearing_id=row.id, kind=invitation.kind, who=who, consented_by=labels))
    details: Details = {"number": row.number, "invitee": invitation.kind}
    write(session, step, dispute, kind="hearing_invited", note=who, details=details)


def hold_hearing(
    session: Session, step: Step, *, hearing_id: UUID | None, days: tuple[date | None, ...], record: str
) -> None:
    """Record a hearing with the days on which it sat; a running final review ends by so many days later."""
    record = written(record, field="note", what="会上各方说了什么、结论是什么", least=10)
    step, dispute = taken(session, step, kind="hearing_held", note=record, states=ALSO_CLOSED)
    refuse_waivers({"note": record})
    row = _planned(session, dispute.id, hearing_id)
    today = local_date(step.now)
    sat = sorted({day for day in days if day is not None})
    refuse({"day_1": _days_problem(sat, earliest=today - FARTHEST, latest=today)})
    row.days, row.state, row.record = [day.isoformat() for day in sat], "held", record
    moved = 0
    if row.kind == HEARING:
        session.flush()  # the days of this hearing are counted with those of the others
        moved = leave_out_hearings(session, dispute_id=dispute.id, days=_days_sat(session, dispute.id), now=step.now)
    details: Details = {"number": row.number, "meeting": row.kind, "days": len(sat), "left_out": moved}
    write(session, step, dispute, kind="hearing_held", note=record, details=details)


def put_off_hearing(session: Session, step: Step, *, hearing_id: UUID | None, note: str = "") -> None:
    """Record that a planned hearing does not take place."""
    note = written(note, field="note", what="没有开成的说明", least=0)
    step, dispute = taken(session, step, kind="hearing_put_off", note=note, states=ALSO_CLOSED)
    refuse_waivers({"note": note})
    row = _planned(session, dispute.id, hearing_id)
    row.state = "put_off"
    write(session, step, dispute, kind="hearing_put_off", note=note, details={"number": row.number})


def _days_problem(days: list[date], *, earliest: date, latest: date) -> str:
    if not days:
        return "请填哪天开,一天一格。"
    if len(days) > MOST_DAYS:
        return f"一次最多 {MOST_DAYS} 天;再开的另记一次。"
    return next((told for day in days if (told := day_problem(day, earliest=earliest, latest=latest))), "")


def _days_sat(session: Session, dispute_id: UUID) -> set[date]:
    held = select(Hearing.days).where(
        Hearing.dispute_id == dispute_id, Hearing.state == "held", Hearing.kind == HEARING
    )
    return {date.fromisoformat(day) for days in session.scalars(held) for day in days}


def _planned(session: Session, dispute_id: UUID, hearing_id: UUID | None) -> Hearing:
    row = session.get(Hearing, hearing_id) if hearing_id else None
    if row is None or row.dispute_id != dispute_id or row.state != "planned":
        raise ConflictError(f"没有这一次约好的会,或者已经记过了。{KEPT}", code="no_hearing")
    return row
