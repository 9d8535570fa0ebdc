"""The meetings of a mediation: planned, with helpers from outside only by consent, held with a record, or put off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import MediationCase, MediationInvitee, MediationSession
from grid_app.queries.mediation_work import rooms_near
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.cases import (
    KEPT,
    NOT_SAVED,
    require_consents,
    require_looked,
    taken,
    the_case,
)
from grid_app.vocabulary.mediation import INVITEE_WORDS

FARTHEST: Final = timedelta(days=180)
LONGEST_PLACE: Final = 100
LONGEST_WHO: Final = 60
LEAST_RECORD: Final = 5


@dataclass(frozen=True)
class Plan:
    """When and where a meeting is: a room, a place in words, or both."""

    at: datetime | None
    room_id: UUID | None = None
    place: str = ""


@dataclass(frozen=True)
class Invitation:
    """Who from outside helps: the kind, what he is (never his name), and the parties who agreed to it."""

    kind: str
    who: str
    consented_by: Collection[str]


def plan_session(session: Session, step: Step, *, plan: Plan) -> None:
    """Plan a meeting; a meeting that has been held already is planned with its true moment."""
    place = written(plan.place, field="place", what="地点", least=0)
    step, dispute = taken(session, step, kind="session_planned")
    case = _going_on(session, dispute)
    require_looked(dispute, case)
    wrong = {}
    if plan.at is None or abs(plan.at - step.now) > FARTHEST:
        wrong["day"] = "请填哪天几点,半年以内。"
    if plan.room_id is not None and plan.room_id not in dict(rooms_near(session, dispute)):
        wrong["room"] = "请从列表里选一个调解室。"
    if plan.room_id is None and not place:
        wrong["place"] = "请选调解室,或者写明地点。"
    if len(place) > LONGEST_PLACE:
        wrong["place"] = f"地点最多 {LONGEST_PLACE} 个字。"
    if wrong or plan.at is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    counted = select(func.count()).select_from(MediationSession).where(MediationSession.case_id == case.id)
    number = (session.scalar(counted) or 0) + 1
    session.add(
        MediationSession(
            case_id=case.id, number=number, planned_at=plan.at, room_id=plan.room_id, place=place,
            assignment_id=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="session_planned", details={"number": number})


def invite_helper(session: Session, step: Step, *, session_id: UUID | None, invitation: Invitation) -> None:
    """Invite somebody from outside to a meeting; every party has to agree to it (人民调解法 20)."""
    who = written(invitation.who, field="who", what="请的是谁(写身份,不写姓名)")
    step, dispute = taken(session, step, kind="helper_invited", note=who)
    meeting = _planned(session, dispute, session_id)
    parties = require_consents(session, dispute, the_case(session, dispute))
    wrong = {}
    if invitation.kind not in INVITEE_WORDS:
        wrong["kind"] = "请选请的是哪一类人。"
    if len(who) > LONGEST_WHO:
        wrong["who"] = f"最多 {LONGEST_WHO} 个字。"
    missing = [party.label for party in parties if party.label not in invitation.consented_by]
    if missing:
        wrong["consented"] = f"{'、'.join(missing)}还没有同意。各方都同意才能请人来(人民调解法第二十条)。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    consented = [party.label for party in parties]
    session.add(MediationInvitee(session_id=meeting.id, kind=invitation.kind, who=who, consented_by=consented))
    details: Details = {"number": meeting.number, "helper": invitation.kind}
    write(session, step, dispute, kind="helper_invited", note=who, details=details)


def hold_session(session: Session, step: Step, *, session_id: UUID | None, record: str) -> None:
    """Record a meeting that was held."""
    record = written(record, field="note", what="调解经过:各方说了什么、谈到哪一步", least=LEAST_RECORD)
    step, dispute = taken(session, step, kind="session_held", note=record)
    meeting = _planned(session, dispute, session_id)
    refuse_waivers({"note": record})
    if meeting.planned_at > step.now:
        raise InvalidError(NOT_SAVED, fields={"note": "约好的时间还没有到。改了时间的,先记“没有开成”,再约一次。"})
    meeting.state, meeting.held_at, meeting.record = "held", step.now, record
    write(session, step, dispute, kind="session_held", note=record, details={"number": meeting.number})
    regrade(session, dispute, now=step.now)


def put_off_session(session: Session, step: Step, *, session_id: UUID | None, note: str = "") -> None:
    """Record that a planned meeting does not take place."""
    note = written(note, field="note", what="没有开成的说明", least=0)
    step, dispute = taken(session, step, kind="session_put_off", note=note)
    meeting = _planned(session, dispute, session_id)
    refuse_waivers({"note": note})
    meeting.state = "put_off"
    write(session, step, dispute, kind="session_put_off", note=note, details={"number": meeting.number})


def _going_on(session: Session, dispute: Dispute) -> MediationCase:
    case = the_case(session, dispute)
    if case.state != "mediating":
        raise ConflictError(f"调解还没有开始,或者已经达成协议,不能约时间。{KEPT}", code="not_mediating")
    return case


def _planned(session: Session, dispute: Dispute, session_id: UUID | None) -> MediationSession:
    case = _going_on(session, dispute)
    meeting = session.get(MediationSession, session_id) if session_id else None
    if meeting is None or meeting.case_id != case.id or meeting.state != "planned":
        raise ConflictError(f"没有这一次约好的调解,或者已经记过了。{KEPT}", code="no_session")
    return meeting
