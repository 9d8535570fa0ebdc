"""Push subscriptions: a browser that agreed to be knocked at, for the unit its person acts in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.database.once import insert_once
from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.escalations.receipts import new_receipt
from notifications.endpoints import EndpointRefused, HostRule, check_endpoint, check_subscription_keys
from notifications.messages import Message, PushTarget

LABEL_LENGTH: Final = 60
TEST_TTL_SECONDS: Final = 600
TEST_EVERY_SECONDS: Final = 10
VAPID_KEY: Final = re.compile(r"[A-Za-z0-9_-]{87}")
BY_PERSON: Final = "switched off by its person"


def read_target(document: object, *, rule: HostRule, our_key: str = "") -> PushTarget:
    """Return the subscription in what a browser sent (``PushSubscription.toJSON()``).

    The page may add ``vapid_key``, the public key that it subscribed with; without it that is ``our_key``, today's.
    Looks the push service's name up, so no transaction may be open.

    Raises
    ------
    InvalidError
        Something is missing, or the endpoint is not one that may be posted to.
    """
    fields: Mapping[str, object] = document if isinstance(document, dict) else {}
    keys = fields.get("keys")
    secrets: Mapping[str, object] = keys if isinstance(keys, dict) else {}
    values = (fields.get("endpoint"), secrets.get("p256dh"), secrets.get("auth"))
    if not all(isinstance(value, str) and value for value in values):
        raise InvalidError("浏览器给的推送订阅不完整,没有保存。请在本机再点一次“在这台设备上接收提醒”。")
    named = fields.get("vapid_key")
    made_with = named if isinstance(named, str) and VAPID_KEY.fullmatch(named) else our_key
    endpoint, p256dh, auth = (str(value) for value in values)
    target = PushTarget(endpoint, p256dh, auth, vapid_public=made_with)
    try:
        check_endpoint(target.endpoint, rule=rule)
        check_subscription_keys(target.p256dh, target.auth)
    except EndpointRefused as error:
        raise InvalidError(f"{error}提醒仍在收件箱里,不会丢。") from error
    return target


def subscribe(session: Session, *, target: PushTarget, label: str, actor: Actor, now: datetime) -> UUID:
    """Keep a browser's subscription for the actor's present role and return its id.

    ``label`` is a word for the device, such as the kind of its browser.

    A browser that is known already (the same endpoint) changes hands and is live again: at a shared desk the one
    who switched push on last is the one who is called.

    Raises
    ------
    ForbiddenError
        The role receives no push.
    """
    if not allows(actor, Action.SUBSCRIBE_PUSH):
        raise ForbiddenError("您现在的身份不接收推送。如果您有别的身份,请先切换。")
    values = {
        "account_id": actor.account_id,
        "assignment_id": actor.assignment_id,
        "unit_id": actor.unit_id,
        "p256dh": target.p256dh,
        "auth": target.auth,
        "vapid_public": target.vapid_public,
        "label": label[:LABEL_LENGTH],
        "created_at": now,
        "dropped_at": None,
        "dropped_reason": "",
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(PushSubscription).values(id=new_id(), endpoint=target.endpoint, **values)
    kept: UUID = session.scalars(
        statement.on_conflict_do_update(index_elements=["endpoint"], set_=values).returning(
            PushSubscription.__table__.c.id
        )
    ).one()
    record_audit(session, actor, "push.subscribed", now=now, target=("push_subscription", str(kept)))
    return kept


def unsubscribe_endpoint(session: Session, *, endpoint: str, actor: Actor, now: datetime) -> None:
    """Switch push off for one of the account's own browsers, named by its endpoint.

    Raises
    ------
    NotFoundError
        The account has no live subscription with that endpoint.
    """
    found = session.scalar(select(PushSubscription.id).where(PushSubscription.endpoint == endpoint))
    unsubscribe(session, subscription_id=found, actor=actor, now=now)


def unsubscribe(session: Session, *, subscription_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Switch push off for one of the account's own browsers; messages that wait for it are stopped.

    Raises
    ------
    NotFoundError
        The account has no live subscription with that id.
    """
    dropped = session.execute(
        update(PushSubscription)
        .where(
            PushSubscription.id == subscription_id,
            PushSubscription.account_id == actor.account_id,
            PushSubscription.dropped_at.is_(None),
        )
        .values(dropped_at=now, dropped_reason=BY_PERSON)
        .execution_options(synchronize_session=False)
        .returning(PushSubscription.id)
    ).first()
    if dropped is None:
        raise NotFoundError("没有找到这台设备的推送,可能已经关闭。收件箱里的提醒不受影响。")
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.subscription_id == subscription_id, OutboxMessage.state == "due")
        .values(state="stopped", finished_at=now, lease_token=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )
    record_audit(session, actor, "push.unsubscribed", now=now, target=("push_subscription", str(subscription_id)))


def send_test(session: Session, *, actor: Actor, now: datetime, endpoint: str = "") -> list[UUID]:
    """Put a test message for each live browser of the account into the outbox and return which browsers those are.

    With ``endpoint`` only that browser is tried. Asked again within ten seconds, it adds nothing.
    """
    question = select(PushSubscription.id).where(
        PushSubscription.account_id == actor.account_id, PushSubscription.dropped_at.is_(None)
    )
    if endpoint:
        question = question.where(PushSubscription.endpoint == endpoint)
    devices = list(session.scalars(question))
    for device in devices:
        row = {
            "dedupe_key": f"test:{device}:{now.timestamp() // TEST_EVERY_SECONDS:.0f}",
            "subscription_id": device,
            "unit_id": actor.unit_id,
            "purpose": "test",
            "receipt": new_receipt(),
            "channel": "webpush",
            "message": asdict(_test_message(device)),
            "state": "due",
            "due_at": now,
            "tries": 0,
            "created_at": now,
        }
        insert_once(session, OutboxMessage, row)
    return devices


def _test_message(device: UUID) -> Message:
    return Message(
        key=f"test-{device}",
        title="推送测试",
        body="这台设备能收到提醒。",
        url="/push",
        urgency="high",
        ttl_seconds=TEST_TTL_SECONDS,
    )
