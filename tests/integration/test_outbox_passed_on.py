"""An escalation is handed over while a message about it is under way: who had it is not knocked at again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from grid_app.adapters.outbox_digests import key_of
from grid_app.database.transaction import reading, transaction
from grid_app.models.escalations import Escalation, EscalationEvent, OutboxMessage, PushSubscription
from grid_app.policy import Role
from grid_app.services.escalations.answering import hand_over
from notifications.messages import RetryLater
from tests.escalation_world import add_subscription
from tests.integration.test_outbox_order import LEASE, MINUTE, Desk
from tests.outbox_world import add_endpoint
from tests.world import NOW

SECOND = timedelta(seconds=1)


class PassedDesk(Desk):
    """A county office and a township with a device each."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with transaction(engine) as session:
            self.other = add_subscription(session, self.world, "township_lead")

    def hand_over(self, to: str, by: Role, seconds: int) -> None:
        with transaction(self.engine) as session:
            hand_over(
                session, escalation_id=self.escalation, to_unit=self.world.units[to], reason="属于本单位职责",
                actor=self.world.actor(session, by), now=NOW + seconds * SECOND,
            )  # fmt: skip

    def to_device(self, device: UUID) -> list[str]:
        """Return the states of the messages to a device since the start."""
        with reading(self.engine) as session:
            asked = select(OutboxMessage.state).where(OutboxMessage.subscription_id == device)
            return list(session.scalars(asked.order_by(OutboxMessage.created_at, OutboxMessage.id)))


@pytest.fixture
def desk(engine: Engine) -> PassedDesk:
    return PassedDesk(engine)


def test_a_send_that_is_to_be_tried_again_is_not_tried_at_the_office_that_handed_it_over(desk: PassedDesk):
    message = desk.put()
    (held,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")
    desk.hand_over("township", Role.COUNTY_OFFICER, 1)

    desk.outbox.record(held, RetryLater(None, "503", ""), now=NOW + 2 * SECOND, retry_at=NOW + MINUTE)
    claimed = desk.outbox.claim(NOW + MINUTE, limit=10, lease=LEASE, worker="w")

    assert str(message) not in {one.id for one in claimed}
    assert desk.state(message) == "stopped"
    assert desk.to_device(desk.other)[-1:] == ["due"]  # and the office that has it now is told


def test_a_sender_that_died_leaves_nothing_to_the_office_that_handed_it_over(desk: PassedDesk):
    message = desk.put()
    desk.claim()  # and dies
    desk.hand_over("township", Role.COUNTY_OFFICER, 1)

    desk.claim(NOW + LEASE)

    assert desk.state(message) == "stopped"


def test_an_office_that_has_it_again_is_knocked_at(desk: PassedDesk):
    desk.put()
    desk.claim()  # and dies
    desk.hand_over("township", Role.COUNTY_OFFICER, 1)
    desk.hand_over("county", Role.TOWNSHIP_LEAD, 2)

    claimed = desk.outbox.claim(NOW + LEASE, limit=10, lease=LEASE, worker="w")

    assert [one.target.endpoint for one in claimed] == [_endpoint_of(desk)]


def test_what_is_told_since_goes_out_also_under_a_clock_that_was_set_back(desk: PassedDesk):
    desk.hand_over("township", Role.COUNTY_OFFICER, 3600)
    with transaction(desk.engine) as session:
        session.execute(update(OutboxMessage).values(state="stopped"))
    repeat = desk.put(device=desk.other)

    assert desk.claim() == [str(repeat)]


def test_a_digest_does_not_count_what_was_handed_over(desk: PassedDesk):
    county = desk.world.units["county"]
    with transaction(desk.engine) as session:
        robot = add_endpoint(session, county, "wecom")
    digest = desk.put(channel="wecom", endpoint=robot, purpose="digest", escalation=None, unit_id=county)
    message = desk.put(
        channel="wecom", endpoint=robot, unit_id=county, state="merged", merged_into=digest, at=NOW - MINUTE
    )
    with transaction(desk.engine) as session:
        session.get_one(OutboxMessage, digest).dedupe_key = key_of(digest)
    desk.hand_over("township", Role.COUNTY_OFFICER, 1)

    sent = desk.outbox.claim(NOW + MINUTE, limit=10, lease=LEASE, worker="w", channels=["wecom"])

    assert (sent, desk.state(message)) == ([], "stopped")


def test_one_that_nobody_handed_over_is_tried_again(desk: PassedDesk):
    message = desk.put()
    desk.send(RetryLater(None, "503", ""))
    with reading(desk.engine) as session:
        assert session.get_one(Escalation, desk.escalation).bounces == 0
        assert session.scalar(select(EscalationEvent.id).where(EscalationEvent.kind == "handed_over")) is None

    assert desk.claim(NOW + LEASE) == [str(message)]


def _endpoint_of(desk: PassedDesk) -> str:
    with reading(desk.engine) as session:
        return session.get_one(PushSubscription, desk.device).endpoint
