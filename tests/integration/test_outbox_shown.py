"""What a device has shown was sent, also where the push service's answer was lost or its reader died."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage
from grid_app.services.escalations.receipts import new_receipt, note_delivery
from notifications.messages import RetryLater
from tests.integration.test_outbox_order import LEASE, MINUTE, Desk
from tests.world import NOW


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _shown(desk: Desk, receipt: str) -> None:
    with transaction(desk.engine) as session:
        assert note_delivery(session, receipt, now=NOW)


def _ends(desk: Desk) -> list[tuple[str, str]]:
    with reading(desk.engine) as session:
        states = session.scalars(select(OutboxMessage.state).where(OutboxMessage.receipt != ""))
        return list(zip(states, session.scalars(select(DeliveryAttempt.outcome)), strict=True))


@pytest.mark.parametrize("other", [False, True], ids=["alone", "beside another"])
def test_what_a_device_has_shown_is_not_sent_again_after_its_worker_died(desk: Desk, other: bool):
    receipt = new_receipt()
    desk.put(receipt=receipt)
    desk.claim()  # it is sent, and its sender dies
    _shown(desk, receipt)
    waits = desk.put(escalation=None, at=NOW + LEASE) if other else None

    again = desk.claim(NOW + LEASE)

    assert again == ([str(waits)] if waits else [])
    assert _ends(desk) == [("sent", "sent")]


@pytest.mark.parametrize("tries_left", [True, False])
def test_an_answer_that_was_lost_counts_as_sent_once_the_device_has_answered(desk: Desk, tries_left: bool):
    receipt = new_receipt()
    desk.put(receipt=receipt)
    (held,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")
    _shown(desk, receipt)

    late = RetryLater(None, "timeout", "")
    desk.outbox.record(held, late, now=NOW, retry_at=NOW + MINUTE if tries_left else None)

    assert _ends(desk) == [("sent", "sent")]
    assert desk.standing() == {}
