"""Endpoints of offices: entered, renamed, replaced and disabled by an administrator, every step audited."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.channels import ChannelEndpoint, RateBucket
from grid_app.models.escalations import OutboxMessage
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, allows
from grid_app.queries.accounts import under
from grid_app.security.fields import FieldCipher, FieldCipherError
from grid_app.services.alarms import clear_alarm
from grid_app.services.audit import record_audit
from grid_app.services.channels.reading import NOT_SAVED, Config
from grid_app.services.control_words import control_words_in
from grid_app.vocabulary.channels import OFFICE_KINDS, PHONE, ROBOTS
from notifications.messages import PersonalWordsError, assert_no_personal_words

NAME_LENGTH: Final = 60
REASON_LENGTH: Final = 100
NO_SUCH: Final = "没有这个通道,或者它不在您管的地方。请从“通道”页重新进入。"
REPLACED: Final = "换新的"


@dataclass(frozen=True)
class Entry:
    """What is entered for a unit: of which kind, under which name, and its checked configuration."""

    kind: str
    name: str
    config: Config


def add_endpoint(
    session: Session, *, unit_id: UUID, entry: Entry, cipher: FieldCipher, actor: Actor, now: datetime
) -> UUID:
    """Enter an endpoint for a unit and return its id.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        Not an administrator of channels; no such office in the actor's area; no name, or one with a person's
        number; the same robot, mailbox or address is entered already.
    """
    unit = unit_in_area(session, unit_id, actor)
    found = new_id()
    record_audit(
        session, actor, "channel.added", now=now, target=("channel_endpoint", str(found)), details={"kind": entry.kind}
    )
    _refuse_twice(session, unit, entry, cipher)
    session.add(_row(found, unit.id, entry, cipher, actor=actor, now=now))
    session.flush()  # its tests and probes refer to its id
    return found


def rename_endpoint(session: Session, *, endpoint_id: UUID, name: str, actor: Actor, now: datetime) -> None:
    """Give an endpoint another name.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        As `add_endpoint`.
    """
    row = endpoint_in_area(session, endpoint_id, actor)
    row.name = named(name)
    record_audit(session, actor, "channel.renamed", now=now, target=("channel_endpoint", str(row.id)))


def replace_endpoint(
    session: Session, *, endpoint_id: UUID, config: Config, cipher: FieldCipher, actor: Actor, now: datetime
) -> UUID:
    """Put a new configuration in the place of an endpoint's and return the id of what goes on in its stead.

    It is a new row: proofs of the old robot say nothing about the new one. What waits goes to the new one; what is
    being sent at this moment goes there when the old one does not take it (``adapters/outbox_replaced.py``, which finds
    the new one by the moment at which the old one ended).

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        As `add_endpoint`.
    """
    old = endpoint_in_area(session, endpoint_id, actor)
    unit = session.get_one(Unit, old.unit_id)
    entry = Entry(old.kind, old.name, config)
    found = new_id()
    record_audit(
        session, actor, "channel.replaced", now=now, target=("channel_endpoint", str(old.id)),
        details={"kind": old.kind, "by": str(found)},
    )  # fmt: skip
    old.disabled_at, old.disabled_reason = now, REPLACED
    _refuse_twice(session, unit, entry, cipher)
    session.add(_row(found, unit.id, entry, cipher, actor=actor, now=now))
    session.flush()  # what waits is turned to its id
    _turn_waiting(session, old.id, found)
    if _address(_opened(old, cipher)) == _address(dict(config.secret)):
        _keep_rate(session, old, found)
    clear_alarms(session, old.id, now=now, why="已换新的")
    return found


def alarm_key(endpoint_id: UUID) -> str:
    """Return the key of the alarm of one endpoint."""
    return f"channel:{endpoint_id}"


def misconfigured_key(endpoint_id: UUID) -> str:
    """Return the key of the alarm that the outbox raises when the other side says that the setting is wrong."""
    return f"channel_misconfigured:{endpoint_id}"


def clear_alarms(session: Session, endpoint_id: UUID, *, now: datetime, why: str) -> None:
    """Clear what stands about an endpoint that is not used any more."""
    for key in (alarm_key(endpoint_id), misconfigured_key(endpoint_id)):
        clear_alarm(session, key=key, now=now, why=why)


def unit_in_area(session: Session, unit_id: UUID, actor: Actor) -> Unit:
    """Return an open office of the actor's area whose channels may be edited.

    Raises
    ------
    ForbiddenError, NotFoundError
        Not an administrator of channels; no such office there.
    """
    if not allows(actor, Action.EDIT_CHANNELS):
        raise ForbiddenError("只有安全管理员和系统管理员可以登记、修改通道。")
    unit = session.scalar(
        select(Unit)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.id == unit_id, Unit.closed_at.is_(None), Unit.kind.in_(OFFICE_KINDS), under(actor.division_path))
    )
    if unit is None:
        raise NotFoundError("没有这个单位,或者它不归您管理。请从“通道”页重新进入。")
    return unit


def endpoint_in_area(session: Session, endpoint_id: UUID, actor: Actor) -> ChannelEndpoint:
    """Return a live endpoint of the actor's area.

    Raises
    ------
    ForbiddenError, NotFoundError
        As `unit_in_area`; it is disabled or does not exist.
    """
    row = session.get(ChannelEndpoint, endpoint_id)
    if row is None or row.disabled_at is not None:
        if not allows(actor, Action.EDIT_CHANNELS):
            raise ForbiddenError("只有安全管理员和系统管理员可以登记、修改通道。")
        raise NotFoundError(NO_SUCH)
    unit_in_area(session, row.unit_id, actor)
    return row


def numbers_entered(session: Session, unit_ids: Collection[UUID], *, cipher: FieldCipher) -> dict[UUID, str]:
    """Return the telephone number that is entered for each of the offices that has one, for whoever has to ring it."""
    rows = session.scalars(
        select(ChannelEndpoint)
        .where(
            ChannelEndpoint.unit_id.in_(unit_ids), ChannelEndpoint.kind == PHONE, ChannelEndpoint.disabled_at.is_(None)
        )
        .order_by(ChannelEndpoint.id)
    )
    return {row.unit_id: number for row in rows if (number := _address(_opened(row, cipher)))}


def stop_waiting(session: Session, endpoint_id: UUID, *, now: datetime) -> None:
    """Stop what waits for an endpoint that is not used any more."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.endpoint_id == endpoint_id, OutboxMessage.state == "due")
        .values(state="stopped", finished_at=now, lease_token=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def named(typed: str) -> str:
    """Return the name of an endpoint, trimmed.

    Raises
    ------
    InvalidError
        It is missing, too long, holds a person's number or words that nobody uses here.
    """
    name = " ".join(typed.split())
    problem = ""
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        problem = f"请写一个认得出的名称,例如“值班群”,最多 {NAME_LENGTH} 个字。"
    elif control_words_in(name):
        problem = "名称里有不用的词,请换一个。"
    try:
        assert_no_personal_words(name)
    except PersonalWordsError:
        problem = "名称里像是有个人的称呼或者号码。请写单位和用途,例如“值班群”。"
    if problem:
        raise InvalidError(NOT_SAVED, fields={"name": problem})
    return name


def _row(
    endpoint_id: UUID, unit_id: UUID, entry: Entry, cipher: FieldCipher, *, actor: Actor, now: datetime
) -> ChannelEndpoint:
    return ChannelEndpoint(
        id=endpoint_id,
        unit_id=unit_id,
        kind=entry.kind,
        name=named(entry.name),
        sealed=cipher.encrypt(_plain(entry.config), context=_context(endpoint_id)),
        hint=entry.config.hint,
        created_at=now,
        created_by=actor.assignment_id,
    )


def _refuse_twice(session: Session, unit: Unit, entry: Entry, cipher: FieldCipher) -> None:
    """Refuse what is entered already: in the whole county for a group robot, in the same unit for the rest.

    A group that stood for two offices would get every message and every probe twice.
    """
    question = (
        select(ChannelEndpoint, Unit.name)
        .join(Unit, Unit.id == ChannelEndpoint.unit_id)
        .where(ChannelEndpoint.kind == entry.kind, ChannelEndpoint.disabled_at.is_(None))
    )
    if entry.kind not in ROBOTS:
        question = question.where(ChannelEndpoint.unit_id == unit.id)
    for row, name in session.execute(question):
        if _address(_opened(row, cipher)) == _address(dict(entry.config.secret)):
            raise ConflictError(
                f"这个通道已经登记在“{name}”的“{row.name}”,没有再登记。一个群要通知两个单位的,请再加一个机器人。"
            )


def _turn_waiting(session: Session, old: UUID, new: UUID) -> None:
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.endpoint_id == old, OutboxMessage.state == "due", OutboxMessage.lease_token.is_(None))
        .values(endpoint_id=new, tries=0, bucket="")
        .execution_options(synchronize_session=False)
    )


def _keep_rate(session: Session, old: ChannelEndpoint, new: UUID) -> None:
    """Let what was sent to the same robot or number a moment ago count on: only its secret is new."""
    used = session.get(RateBucket, f"{old.kind}:{old.id}")
    if used is not None:
        session.add(RateBucket(key=f"{old.kind}:{new}", sends=used.sends, blocked_until=used.blocked_until))


def _opened(row: ChannelEndpoint, cipher: FieldCipher) -> dict[str, str]:
    try:
        return dict(json.loads(cipher.decrypt(row.sealed, context=_context(row.id))))
    except FieldCipherError:  # a key that is gone: it cannot be the same
        return {}


def _address(held: dict[str, str]) -> str:
    return next((held[name] for name in ("key", "token", "address", "number", "url") if held.get(name)), "")


def _plain(config: Config) -> str:
    return json.dumps(dict(config.secret), ensure_ascii=False, sort_keys=True)


def _context(endpoint_id: UUID) -> str:
    return f"channel_endpoints.sealed:{endpoint_id}"
