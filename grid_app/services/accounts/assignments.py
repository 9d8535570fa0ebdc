"""What accounts act as: giving a role in a unit over a subtree, and ending it with everything that hung on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, Delegation, DeviceToken, Unit
from grid_app.models.escalations import PushSubscription
from grid_app.models.places import Division
from grid_app.policy import Actor, Role, covers, roles_exclude_each_other
from grid_app.queries.accounts import assignment_is_valid
from grid_app.services.audit import record_audit
from grid_app.services.typed import uuid_of

ROLE_LEVELS: Final = {
    Role.GRID_WORKER: ("grid", "village"),
    Role.MEDIATOR: ("village", "township"),
    Role.VILLAGE_LEAD: ("village",),
    Role.TOWNSHIP_OFFICER: ("township",),
    Role.TOWNSHIP_LEAD: ("township",),
    Role.COUNTY_OFFICER: ("county",),
    Role.COUNTY_LEAD: ("county",),
    Role.SECURITY_ADMIN: ("county",),
    Role.SYSADMIN: ("county",),
    Role.AUDITOR: ("county",),
}
NO_ACCOUNT = "没有这个账号,或者它不归您管理。请回到账号列表重新选择。"
NO_ASSIGNMENT = "没有这个身份,或者它已经结束。请刷新页面再看。"
EXCLUDED = (
    "安全管理员、系统管理员、审计员互相排斥,也不能和办理纠纷的身份放在同一个账号上。"
    "没有保存,原来的身份没有变;请为他另开一个账号。"
)
LAST_ADMIN = "这是最后一个安全管理员,不能停用或结束。请先添加另一位安全管理员。"
NOT_ONESELF = "不能改自己的身份或停用自己。请由另一位安全管理员办理。"


@dataclass(frozen=True)
class WantedAssignment:
    """A role to be held in a unit over the subtree of a division."""

    role: Role
    unit_id: UUID
    division_code: str


def wanted_assignment(*, role: str, unit: str, division: str) -> WantedAssignment:
    """Return the assignment a form or command asks for.

    Raises
    ------
    InvalidError
        Naming each field that is missing or unknown.
    """
    fields: dict[str, str] = {}
    if role not in set(Role):
        fields["role"] = "请选择身份。"
    unit_id = uuid_of(unit)
    if unit_id is None:
        fields["unit"] = "请选择单位。"
    if not division.strip() or "\x00" in division:
        fields["division"] = "请选择管辖的地方。"
    if fields or unit_id is None:
        raise InvalidError("身份没有保存,请看标出的地方;已填的都还在。", fields=fields)
    return WantedAssignment(Role(role), unit_id, division.strip())


def assign(session: Session, *, account_id: UUID, wanted: WantedAssignment, actor: Actor | None, now: datetime) -> UUID:
    """Give the account a role and return the assignment's id; ``actor`` is ``None`` at the server's own console.

    Raises
    ------
    NotFoundError, InvalidError, ConflictError
        The account is not the actor's to manage; place, unit and role do not fit; the roles exclude each other or
        the account holds this very assignment.
    """
    account = account_in_reach(session, account_id, actor=actor, now=now)
    if actor is not None and account.id == actor.account_id:
        raise ForbiddenError(NOT_ONESELF)
    check_place(session, wanted, actor=actor)
    return add_assignment(session, account_id=account.id, wanted=wanted, actor=actor, now=now)


def add_assignment(
    session: Session, *, account_id: UUID, wanted: WantedAssignment, actor: Actor | None, now: datetime
) -> UUID:
    """Write an assignment whose place was checked, unless roles exclude each other or it is held already."""
    held = session.scalars(select(Assignment).where(Assignment.account_id == account_id, _not_over(now))).all()
    if roles_exclude_each_other(frozenset({Role(row.role) for row in held} | {wanted.role})):
        raise ConflictError(EXCLUDED, code="roles_exclude")
    if any((row.role, row.unit_id, row.division_code) == _key(wanted) for row in held):
        raise ConflictError("这个账号已经有同样的身份,不用再加。")
    made = Assignment(
        account_id=account_id,
        role=str(wanted.role),
        unit_id=wanted.unit_id,
        division_code=wanted.division_code,
        valid_from=now,
    )
    session.add(made)
    session.flush()  # for the id that the audit trail names
    details = {"role": str(wanted.role), "division": wanted.division_code, "account": str(account_id)}
    record_audit(session, actor, "assignment.added", now=now, target=("assignment", str(made.id)), details=details)
    return made.id


def end_assignment(session: Session, *, assignment_id: UUID, actor: Actor, now: datetime) -> None:
    """End an assignment now, with its phones, delegations and push subscriptions.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        It is not in force or not the actor's to manage, the actor's own, or the last security administrator's.
    """
    row = session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, assignment_is_valid(now)).with_for_update()
    )
    if row is None:
        raise NotFoundError(NO_ASSIGNMENT)
    account_in_reach(session, row.account_id, actor=actor, now=now)
    if row.account_id == actor.account_id:
        raise ForbiddenError(NOT_ONESELF)
    keep_one_security_admin(session, without=Assignment.id != row.id, ended=[Role(row.role)], now=now)
    row.valid_to = now
    release(session, [row.id], actor=actor, now=now)
    record_audit(session, actor, "assignment.ended", now=now, target=("assignment", str(row.id)))


def release(session: Session, assignment_ids: list[UUID], *, actor: Actor | None, now: datetime) -> None:
    """End what hangs on assignments: registered phones, delegations given and taken, push subscriptions."""
    revoke_phones(session, assignment_ids, actor=actor, now=now)
    lent = or_(Delegation.from_assignment_id.in_(assignment_ids), Delegation.to_assignment_id.in_(assignment_ids))
    session.execute(update(Delegation).where(lent, Delegation.revoked_at.is_(None)).values(revoked_at=now))
    pushes = update(PushSubscription).where(
        PushSubscription.assignment_id.in_(assignment_ids), PushSubscription.dropped_at.is_(None)
    )
    session.execute(pushes.values(dropped_at=now, dropped_reason="身份已结束"))


def revoke_phones(session: Session, assignment_ids: list[UUID], *, actor: Actor | None, now: datetime) -> None:
    """Take back every registered phone of the assignments."""
    phones = update(DeviceToken).where(DeviceToken.assignment_id.in_(assignment_ids), DeviceToken.revoked_at.is_(None))
    session.execute(phones.values(revoked_at=now, revoked_by=actor.assignment_id if actor else None))


def account_in_reach(session: Session, account_id: UUID, *, actor: Actor | None, now: datetime) -> Account:
    """Return the account, locked for this transaction, when all it acts as lies in the actor's area.

    Raises
    ------
    NotFoundError
        There is none, or part of it belongs to somebody else's area.
    """
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise NotFoundError(NO_ACCOUNT)
    if actor is not None:
        paths = session.scalars(
            select(Division.path)
            .join(Assignment, Assignment.division_code == Division.code)
            .where(Assignment.account_id == account_id, _not_over(now))
        )
        if not all(covers(actor, path) for path in paths):
            raise NotFoundError(NO_ACCOUNT)
    return account


def check_place(session: Session, wanted: WantedAssignment, *, actor: Actor | None) -> None:
    """Refuse a unit or division outside the actor's area, a division outside the unit's, or of the wrong level.

    Raises
    ------
    InvalidError
        Naming the field.
    """
    fields: dict[str, str] = {}
    division = session.get(Division, wanted.division_code)
    unit = session.get(Unit, wanted.unit_id)
    home = session.get(Division, unit.division_code) if unit and unit.closed_at is None else None
    if division is None or division.valid_to is not None or (actor is not None and not covers(actor, division.path)):
        fields["division"] = "没有这个地方,或者它不在您管理的范围内。请重新选择。"
    elif division.level not in ROLE_LEVELS[wanted.role]:
        fields["role"] = "这个身份和管辖的地方不相称。比如网格员对应网格,乡镇经办对应乡镇。请重新选择。"
    if home is None or (actor is not None and not covers(actor, home.path)):
        fields["unit"] = "没有这个单位,或者它不在您管理的范围内。请重新选择。"
    elif division is not None and not division.path.startswith(home.path):
        fields["unit"] = "这个单位管不到所选的地方。请换一个单位,或换一个地方。"
    if fields:
        raise InvalidError("身份没有保存,请看标出的地方;已填的都还在。", fields=fields)


def keep_one_security_admin(
    session: Session, *, without: ColumnElement[bool], ended: list[Role], now: datetime
) -> None:
    """Refuse to end the last security administrator; ``without`` leaves out what is about to end.

    Raises
    ------
    ConflictError
        Nobody else could manage accounts any more.
    """
    if Role.SECURITY_ADMIN not in ended:
        return
    other = session.scalar(
        select(Assignment.id)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.role == Role.SECURITY_ADMIN, assignment_is_valid(now), Account.disabled_at.is_(None), without)
        .limit(1)
    )
    if other is None:
        raise ConflictError(LAST_ADMIN)


def _key(wanted: WantedAssignment) -> tuple[str, UUID, str]:
    return (str(wanted.role), wanted.unit_id, wanted.division_code)


def _not_over(now: datetime) -> ColumnElement[bool]:
    return or_(Assignment.valid_to.is_(None), Assignment.valid_to > now)
