"""Delegation: a leader lends named actions to an account of the own unit for a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, Delegation, Notice
from grid_app.policy import ADMIN_ROLES, DELEGABLE, PERMITTED, Action, Actor, Role
from grid_app.queries.accounts import assignment_is_valid
from grid_app.services.audit import record_audit
from grid_app.services.typed import day_of, uuid_of

LONGEST_DAYS = 90


@dataclass(frozen=True)
class WantedDelegation:
    """Which actions are lent to whom, from the first day to the last, both included, in Asia/Shanghai."""

    to_assignment_id: UUID
    actions: frozenset[Action]
    first_day: date
    last_day: date


def lendable(actor: Actor) -> list[Action]:
    """Return the actions the actor may lend: those of the own role, never what was lent to it."""
    return sorted(action for action in DELEGABLE if actor.role in PERMITTED[action])


def wanted_delegation(*, to: str, actions: list[str], first_day: str, last_day: str, today: date) -> WantedDelegation:
    """Return the delegation a form asks for.

    Raises
    ------
    InvalidError
        Naming each field that is missing or cannot be.
    """
    fields: dict[str, str] = {}
    person, first, last = uuid_of(to), day_of(first_day), day_of(last_day)
    if person is None:
        fields["to"] = "请选择授权给谁。"
    chosen = frozenset(Action(name) for name in actions if name in DELEGABLE)
    if not chosen or len(chosen) != len(set(actions)):
        fields["actions"] = "请至少选择一件可以授权的事。"
    if first is None or first < today:
        fields["first_day"] = "请填写开始的日期,最早是今天。"
    if last is None or (first is not None and last < first):
        fields["last_day"] = "请填写结束的日期,不能早于开始的日期。"
    elif first is not None and (last - first).days >= LONGEST_DAYS:
        fields["last_day"] = f"一次授权最多 {LONGEST_DAYS} 天。需要更久,到期后再授权一次。"
    if fields or person is None or first is None or last is None:
        raise InvalidError("授权没有保存,请看标出的地方;已填的都还在。", fields=fields)
    return WantedDelegation(person, chosen, first, last)


def delegate(session: Session, *, wanted: WantedDelegation, actor: Actor, now: datetime) -> UUID:
    """Lend the actions and return the delegation's id; whoever may act is told.

    Raises
    ------
    InvalidError, ConflictError
        The person is not in the leader's own unit or is an administrator; an action is not the leader's own; one of
        the actions is already lent to this person in that period.
    """
    receiver = _receiver(session, wanted.to_assignment_id, actor=actor, now=now)
    if not wanted.actions <= set(lendable(actor)):
        raise InvalidError("授权没有保存。", fields={"actions": "只能授权自己身份里有的事。"})
    starts = max(now, start_of_day(wanted.first_day))
    ends = start_of_day(wanted.last_day + timedelta(days=1))
    _refuse_overlap(session, wanted, starts=starts, ends=ends)
    made = Delegation(
        from_assignment_id=actor.assignment_id,
        to_assignment_id=receiver.id,
        actions=sorted(wanted.actions),
        starts_at=starts,
        ends_at=ends,
    )
    session.add(made)
    session.flush()  # for the id that the audit trail names
    text = (
        f"{actor.display_name}授权您代办几件事,从 {wanted.first_day} 到 {wanted.last_day}。记录里会写上两个人的名字。"
    )
    session.add(Notice(account_id=receiver.account_id, kind="delegation", text=text, created_at=now))
    details = {"to": str(receiver.id), "actions": ",".join(sorted(wanted.actions))}
    record_audit(session, actor, "delegation.granted", now=now, target=("delegation", str(made.id)), details=details)
    return made.id


def revoke_delegation(session: Session, *, delegation_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a delegation back at once; taking back twice changes nothing.

    Raises
    ------
    NotFoundError
        The acting leader gave no such delegation.
    """
    row = session.get(Delegation, delegation_id)
    if row is None or row.from_assignment_id != actor.assignment_id:
        raise NotFoundError("没有这项授权。请刷新页面再看。")
    if row.revoked_at is None:
        row.revoked_at = now
        record_audit(session, actor, "delegation.revoked", now=now, target=("delegation", str(row.id)))


def _receiver(session: Session, assignment_id: UUID, *, actor: Actor, now: datetime) -> Assignment:
    found = session.scalar(
        select(Assignment)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.id == assignment_id, assignment_is_valid(now), Account.disabled_at.is_(None))
    )
    stranger = found is None or found.unit_id != actor.unit_id or found.account_id == actor.account_id
    if found is None or stranger or Role(found.role) in ADMIN_ROLES:
        raise InvalidError("授权没有保存。", fields={"to": "只能授权给本单位办理纠纷的同事。请重新选择。"})
    return found


def _refuse_overlap(session: Session, wanted: WantedDelegation, *, starts: datetime, ends: datetime) -> None:
    rows = session.scalars(
        select(Delegation).where(
            Delegation.to_assignment_id == wanted.to_assignment_id,
            Delegation.revoked_at.is_(None),
            Delegation.starts_at < ends,
            Delegation.ends_at > starts,
        )
    )
    if any(wanted.actions & set(row.actions) for row in rows):
        raise ConflictError("这个人在这段时间里已经有其中一件事的授权。请先收回原来的授权,再重新授权。")
