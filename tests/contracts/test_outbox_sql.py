"""The outbox in the database obeys the law of the port, on both databases."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account
from grid_app.models.escalations import OutboxMessage, PushSubscription
from notifications.messages import Message, PushTarget
from notifications.ports import Outbox
from tests.contracts.outbox_contract import OutboxContract
from tests.escalation_world import add_subscription
from tests.world import build_world


class TestSqlOutbox(OutboxContract):
    @pytest.fixture(autouse=True)
    def _database(self, engine: Engine):
        self.engine = engine

    def make_outbox(self) -> Outbox:
        with transaction(self.engine) as session:
            if session.scalar(select(Account.id).limit(1)) is None:
                self.world = build_world(session)
        return SqlOutbox(self.engine)

    def enqueue(self, outbox: Outbox, message: Message, target: PushTarget, *, due_at: datetime) -> None:
        with transaction(self.engine) as session:
            device = session.scalar(select(PushSubscription.id).where(PushSubscription.endpoint == target.endpoint))
            if device is None:
                device = add_subscription(
                    session,
                    self.world,
                    "county_officer",
                    endpoint=target.endpoint,
                    p256dh=target.p256dh,
                    auth=target.auth,
                )
            session.add(
                OutboxMessage(
                    dedupe_key=message.key,
                    subscription_id=device,
                    channel=self.channel,
                    message=asdict(message),
                    state="due",
                    due_at=due_at,
                    created_at=due_at - timedelta(minutes=1),
                )
            )
