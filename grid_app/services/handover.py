"""Handing over: what a leaver held goes to a successor in one step, and nothing stays without an owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, Delegation, Notice
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import PushSubscription
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Actor, Role
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.handover import OpenWork, may_hand_over, open_work
from grid_app.services.accounts.assignments import (
    WantedAssignment,
    account_in_reach,
    add_assignment,
    check_place,
    keep_one_security_admin,
    release,
)
from grid_app.services.audit import record_audit
from grid_app.services.leading.lead import hand_over_matters
from grid_app.services.matters.follow_up_plans import hand_over_follow_ups
from grid_app.services.numbering import next_event_number
from grid_app.vocabulary.words import OPEN_STATES

GONE = "没有这个身份,或者它已经结束、不归您管理。请刷新页面再选。"


@dataclass(frozen=True)
class WantedHandover:
    """Who leaves, who follows and in which unit, and which of the leaver's devices stay with the office."""

    leaver_assignment_id: UUID
    successor_account_id: UUID
    unit_id: UUID
    kept_subscriptions: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class HandedOver:
    """What went to the successor."""

    assignment_id: UUID
    disputes: int
    rooms: int
    subscriptions: int
    delegations: int
    follow_ups: int = 0
    led: int = 0


def hand_over(session: Session, *, wanted: WantedHandover, actor: Actor, now: datetime) -> HandedOver:
    """Give the successor the leaver's role, rooms, kept subscriptions and delegations; end the leaver's at once.

    A dispute belongs to a unit and keeps who reported it; only a mediator's open disputes change hands, because a
    mediator sees nothing but the own ones. Follow-up visits that are still due and open matters that the leaver owns
    as lead official go to the successor. Phones and devices that the leaver takes along are signed out.

    Raises
    ------
    NotFoundError, InvalidError, ConflictError
        The assignment is over or not the actor's to hand on; leaver and successor are one, or the place does not
        fit; the successor's roles exclude this one.
    """
    leaver, work = _leaver(session, wanted, actor=actor, now=now)
    successor = _successor(session, wanted, leaver, actor=actor, now=now)
    role = Role(leaver.role)
    place = WantedAssignment(role, wanted.unit_id, leaver.division_code)
    check_place(session, place, actor=actor)
    leaver.valid_to = now
    new_id = _held(session, successor.id, place, now=now) or add_assignment(
        session, account_id=successor.id, wanted=place, actor=actor, now=now
    )
    keep_one_security_admin(session, without=Assignment.id != leaver.id, ended=[role], now=now)
    done = HandedOver(
        assignment_id=new_id,
        disputes=_move_disputes(session, leaver, new_id, actor=actor, now=now) if role is Role.MEDIATOR else 0,
        rooms=_move_rooms(session, leaver, wanted.unit_id),
        subscriptions=_move_subscriptions(session, wanted, leaver, new_id),
        delegations=_move_delegations(session, leaver, new_id, now=now),
        follow_ups=hand_over_follow_ups(session, leaver_id=leaver.id, new_id=new_id, actor=actor, now=now),
        led=hand_over_matters(session, leaver_id=leaver.id, new_id=new_id, actor=actor, now=now),
    )
    release(session, [leaver.id], actor=actor, now=now)
    _tell(session, work, successor, actor=actor, now=now)
    details: dict[str, str | int | bool | None] = {
        "to": str(new_id),
        "rooms": done.rooms,
        "disputes": done.disputes,
        "delegations": done.delegations,
        "follow_ups": done.follow_ups,
        "led": done.led,
    }
    record_audit(session, actor, "handover.done", now=now, target=("assignment", str(leaver.id)), details=details)
    return done


def _leaver(session: Session, wanted: WantedHandover, *, actor: Actor, now: datetime) -> tuple[Assignment, OpenWork]:
    row = session.scalar(
        select(Assignment)
        .where(Assignment.id == wanted.leaver_assignment_id, assignment_is_valid(now))
        .with_for_update()
    )
    work = open_work(session, wanted.leaver_assignment_id, now=now)
    if row is None or work is None:
        raise NotFoundError(GONE)
    if not may_hand_over(actor, work.assignment, session.get_one(Division, row.division_code).path):
        raise NotFoundError(GONE)
    return row, work


def _successor(session: Session, wanted: WantedHandover, leaver: Assignment, *, actor: Actor, now: datetime) -> Account:
    if wanted.successor_account_id == leaver.account_id:
        raise InvalidError("交接没有办成。", fields={"successor": "接任者和离任者是同一个人。请重新选择。"})
    account = account_in_reach(session, wanted.successor_account_id, actor=actor, now=now)
    if account.disabled_at is not None:
        raise ConflictError("接任者的账号已停用。请先启用,或换一个人。")
    return account


def _held(session: Session, account_id: UUID, place: WantedAssignment, *, now: datetime) -> UUID | None:
    """Return the successor's assignment when it is the same post already: a colleague takes over."""
    return session.scalar(
        select(Assignment.id).where(
            Assignment.account_id == account_id,
            Assignment.role == str(place.role),
            Assignment.unit_id == place.unit_id,
            Assignment.division_code == place.division_code,
            assignment_is_valid(now),
        )
    )


def _move_disputes(session: Session, leaver: Assignment, new_id: UUID, *, actor: Actor, now: datetime) -> int:
    open_ones = session.scalars(
        select(Dispute).where(Dispute.reported_by == leaver.id, Dispute.state.in_(OPEN_STATES)).with_for_update()
    ).all()
    for dispute in open_ones:
        dispute.reported_by = new_id
        dispute.version += 1
        session.add(
            DisputeEvent(
                dispute_id=dispute.id,
                number=next_event_number(session, dispute.id),
                at=now,
                kind="handed_over",
                to_state=dispute.state,
                assignment_id=actor.assignment_id,
                acting_for=actor.acting_for,
                details={"from": str(leaver.id), "to": str(new_id)},
            )
        )
    return len(open_ones)


def _move_rooms(session: Session, leaver: Assignment, unit_id: UUID) -> int:
    path = session.get_one(Division, leaver.division_code).path
    inside = select(Division.code).where(Division.path.startswith(path, autoescape=True))
    rooms = session.scalars(
        select(MediationRoom).where(
            MediationRoom.unit_id == leaver.unit_id,
            MediationRoom.status == "active",
            MediationRoom.division_code.in_(inside),
        )
    ).all()
    for room in rooms:
        room.unit_id = unit_id
    return len(rooms)


def _move_subscriptions(session: Session, wanted: WantedHandover, leaver: Assignment, new_id: UUID) -> int:
    moved = session.scalars(
        update(PushSubscription)
        .where(
            PushSubscription.id.in_(wanted.kept_subscriptions),
            PushSubscription.assignment_id == leaver.id,
            PushSubscription.dropped_at.is_(None),
        )
        .values(assignment_id=new_id, account_id=wanted.successor_account_id, unit_id=wanted.unit_id)
        .returning(PushSubscription.id)
    )
    return len(moved.all())


def _move_delegations(session: Session, leaver: Assignment, new_id: UUID, *, now: datetime) -> int:
    given = Delegation.from_assignment_id == leaver.id
    taken = Delegation.to_assignment_id == leaver.id
    rows = session.scalars(select(Delegation).where(given | taken, Delegation.revoked_at.is_(None))).all()
    current = [row for row in rows if row.ends_at > now]
    for row in current:
        row.revoked_at = now
        session.add(
            Delegation(
                from_assignment_id=new_id if row.from_assignment_id == leaver.id else row.from_assignment_id,
                to_assignment_id=new_id if row.to_assignment_id == leaver.id else row.to_assignment_id,
                actions=list(row.actions),
                starts_at=max(row.starts_at, now),
                ends_at=row.ends_at,
            )
        )
    return len(current)


def _tell(session: Session, work: OpenWork, successor: Account, *, actor: Actor, now: datetime) -> None:
    text = (
        f"{work.assignment.display_name}的工作已交接给您({work.assignment.unit_name})。请切换到新的身份看一看;"
        "要在自己的设备上收提醒,请在首页点“在这台设备上接收提醒”。"
    )
    session.add(Notice(account_id=successor.id, kind="handover", text=text, url="/role", created_at=now))
    told = f"您在{work.assignment.unit_name}的工作已由{actor.display_name}办理交接。"
    session.add(Notice(account_id=work.assignment.account_id, kind="handover", text=told, created_at=now))
