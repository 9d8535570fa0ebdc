"""What the county decides about names of organisations: confirm, take as an alias, send back; each with an audit link.

A report is never lost for a name: it makes an unconfirmed entry, and a person decides about it here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute, DisputeEvent, Organisation
from grid_app.models.organisations import OrganisationEntry, OrganisationMove
from grid_app.models.projects import ProjectDuty
from grid_app.models.rounds import Finding
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn, written
from grid_app.services.numbering import next_event_number
from grid_app.services.organisations.differences import forget_difference, is_uuid, keep_difference
from grid_app.services.organisations.names import name_key, whole_name

REJECTED: Final = "(退回的名称)"
GONE: Final = "没有这个名称,可能刚刚有人处理了。请看看页面上的最新情况。"
NOT_DONE: Final = "没有保存,已填的都还在。"


def register(session: Session, *, actor: Actor, name: str, now: datetime) -> UUID:
    """Enter an organisation by its whole name, confirmed at once.

    Raises
    ------
    InvalidError
        The name is no organisation's.
    ConflictError
        It is registered already.
    """
    _permitted(actor)
    plain = whole_name(name, field="name")
    take_turn(session)
    found = session.scalars(select(Organisation).where(Organisation.name_key == name_key(plain))).first()
    if found is not None and _state(session, found.id) != "unconfirmed":
        raise ConflictError(f"“{found.name}”已经登记过了,没有重复登记。", code="registered_before")
    row = found or Organisation(id=new_id(), name=plain, name_key=name_key(plain))
    session.add(row)
    session.flush()  # the decision refers to it
    row.name = plain
    _decide(session, actor, row.id, state="confirmed", now=now)
    return row.id


def confirm(session: Session, *, actor: Actor, organisation_id: UUID, name: str, now: datetime) -> None:
    """Confirm a name that reports used, written whole; the words that were used until now lead to it as well."""
    _permitted(actor)
    plain = whole_name(name, field="name")
    row = _waiting(session, organisation_id)
    if name_key(plain) == row.name_key:
        row.name = plain
        _decide(session, actor, row.id, state="confirmed", now=now)
        return
    other = session.scalars(select(Organisation).where(Organisation.name_key == name_key(plain))).first()
    if other is None or _state(session, other.id) == "unconfirmed":
        register(session, actor=actor, name=plain, now=now)
    merge(session, actor=actor, organisation_id=organisation_id, into=plain, now=now)


def merge(session: Session, *, actor: Actor, organisation_id: UUID, into: str, now: datetime) -> None:
    """Take a name as another word for a registered organisation; its matters go there, and can come back.

    Raises
    ------
    InvalidError
        There is no such registered organisation, or it is the same one.
    ConflictError
        Other names lead to this one.
    """
    _permitted(actor)
    row = _open(session, organisation_id)
    target = session.scalars(select(Organisation).where(Organisation.name_key == name_key(into))).first()
    state = _state(session, target.id) if target else ""
    if target is None or target.id == row.id or state != "confirmed":
        told = "没有找到这个已登记的单位。请写它登记的全称;还没有登记的,先登记再并入。"
        raise InvalidError(NOT_DONE, fields={"into": told})
    if session.scalar(select(exists().where(OrganisationEntry.merged_into_id == row.id))):
        raise ConflictError("有别的名称并入了它,不能再并入别处。请反过来,把另一个并入它。", code="has_aliases")
    forget_difference(session, one=row.id, other=target.id)
    moved = list(session.scalars(select(Dispute.id).where(Dispute.organisation_id == row.id)))
    session.add_all(OrganisationMove(organisation_id=row.id, dispute_id=one) for one in moved)
    session.execute(update(Dispute).where(Dispute.organisation_id == row.id).values(organisation_id=target.id))
    _decide(session, actor, row.id, state="merged", now=now, into=target.id, moved=len(moved))


def separate(session: Session, *, actor: Actor, organisation_id: UUID, reason: str, now: datetime) -> None:
    """Take a merging back, with the reason; the matters that named the entry return to it."""
    _permitted(actor)
    told = written(reason, field="reason", what="为什么要分开", least=5)
    entry = _entry(session, organisation_id, "merged")
    moves = select(OrganisationMove.dispute_id).where(OrganisationMove.organisation_id == organisation_id)
    session.execute(
        update(Dispute)
        .where(Dispute.id.in_(moves), Dispute.organisation_id == entry.merged_into_id)
        .values(organisation_id=organisation_id)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(OrganisationMove).where(OrganisationMove.organisation_id == organisation_id))
    if entry.merged_into_id is not None:
        keep_difference(session, actor=actor, one=organisation_id, other=entry.merged_into_id, now=now)
    _decide(session, actor, organisation_id, state="confirmed", now=now, reason=told)


def differ(session: Session, *, actor: Actor, organisation_id: UUID, other: str, now: datetime) -> None:
    """Say that a name is not the registered organisation it was thought to be; it waits on, and is not asked again.

    Raises
    ------
    NotFoundError
        One of the two is not there any more.
    """
    _permitted(actor)
    row = _waiting(session, organisation_id)
    target = session.get(Organisation, UUID(other)) if is_uuid(other) else None
    if target is None or target.id == row.id:
        raise NotFoundError(GONE)
    keep_difference(session, actor=actor, one=row.id, other=target.id, now=now)


def reject(session: Session, *, actor: Actor, organisation_id: UUID, reason: str, now: datetime) -> None:
    """Send back a name that names no organisation: the name goes, and its matters have no organisation any more.

    Raises
    ------
    ConflictError
        A project or an alias uses it.
    """
    _permitted(actor)
    told = written(reason, field="reason", what="为什么退回(不写姓名)", least=5)
    row = _waiting(session, organisation_id)
    used = session.scalar(select(exists().where(ProjectDuty.organisation_id == row.id)))
    if used or session.scalar(select(exists().where(OrganisationEntry.merged_into_id == row.id))):
        raise ConflictError("项目的责任链或者别的名称用着它,不能退回。请先改那里。", code="in_use")
    row.name, row.name_key = REJECTED, f"rejected:{row.id}"
    session.execute(update(Finding).where(Finding.organisation_id == row.id).values(organisation_id=None))
    matters = session.scalars(select(Dispute).where(Dispute.organisation_id == row.id).order_by(Dispute.id)).all()
    for dispute in matters:
        dispute.organisation_id = None
        session.add(
            DisputeEvent(
                dispute_id=dispute.id, number=next_event_number(session, dispute.id), at=now,
                kind="organisation_rejected", to_state=dispute.state, assignment_id=actor.assignment_id,
                note="登记的责任单位不是单位名称,已由县里退回。请写单位全称。", details={},
            )
        )  # fmt: skip
    _decide(session, actor, row.id, state="rejected", now=now, reason=told, moved=len(matters))


def _permitted(actor: Actor) -> None:
    if not allows(actor, Action.CONFIRM_ORGANISATION):
        raise ForbiddenError("单位名称由县级确认。什么也没有改。")


def _open(session: Session, organisation_id: UUID) -> Organisation:
    take_turn(session)
    row = session.get(Organisation, organisation_id, with_for_update=True, populate_existing=True)
    if row is None or _state(session, organisation_id) in ("merged", "rejected"):
        raise NotFoundError(GONE)
    return row


def _waiting(session: Session, organisation_id: UUID) -> Organisation:
    """Return an entry about which nobody has decided yet.

    Raises
    ------
    NotFoundError
        It does not exist, or it is an alias or was sent back.
    ConflictError
        Somebody was first.
    """
    row = _open(session, organisation_id)
    if _state(session, organisation_id) != "unconfirmed":
        raise ConflictError("这个名称刚刚已经有人确认了。您的这一步没有保存。", code="decided_before")
    return row


def _entry(session: Session, organisation_id: UUID, state: str) -> OrganisationEntry:
    take_turn(session)
    entry = session.get(OrganisationEntry, organisation_id, with_for_update=True, populate_existing=True)
    if entry is None or entry.state != state:
        raise NotFoundError(GONE)
    return entry


def _state(session: Session, organisation_id: UUID) -> str:
    state = session.scalar(select(OrganisationEntry.state).where(OrganisationEntry.organisation_id == organisation_id))
    return state or "unconfirmed"


def _decide(
    session: Session, actor: Actor, organisation_id: UUID, *, state: str, now: datetime, into: UUID | None = None,
    reason: str = "", moved: int = 0,
) -> None:  # fmt: skip
    entry = session.get(OrganisationEntry, organisation_id) or OrganisationEntry(organisation_id=organisation_id)
    entry.state, entry.merged_into_id, entry.reason = state, into, reason
    entry.decided_at, entry.decided_by = now, actor.assignment_id
    session.add(entry)
    details = {"moved": moved, "into": str(into) if into else None}
    record_audit(
        session, actor, f"organisation.{state}", now=now, target=("organisation", str(organisation_id)), details=details
    )
