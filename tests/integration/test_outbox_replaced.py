"""A robot is replaced while a message to it is under way: it goes to the new one, and nobody hears of the old one."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import RateBucket
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription
from grid_app.policy import Role
from grid_app.services.channels.endpoints import replace_endpoint
from grid_app.services.channels.reading import Config
from notifications.messages import Gone, Misconfigured, Outcome, Refused, RetryLater, Sent
from tests.integration.test_outbox_order import LEASE, MINUTE, Desk
from tests.outbox_world import CIPHER, CONFIGURED, add_endpoint
from tests.world import NOW


class RobotDesk(Desk):
    """A county whose office has a DingTalk robot."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with transaction(engine) as session:
            self.robot = add_endpoint(session, self.world.units["county"], "dingtalk")

    def replace(self, endpoint: UUID, *, token: str, at: datetime = NOW) -> UUID:
        config = Config(hint="", secret={"token": token, "secret": "s"})
        with transaction(self.engine) as session:
            admin = self.world.actor(session, Role.SYSADMIN)
            return replace_endpoint(
                session, endpoint_id=endpoint, config=config, cipher=CIPHER, actor=admin, now=at + timedelta(seconds=1)
            )

    def row(self, message: UUID) -> OutboxMessage:
        with reading(self.engine) as session:
            row = session.get_one(OutboxMessage, message)
            session.expunge(row)
            return row


@pytest.fixture
def desk(engine: Engine) -> RobotDesk:
    return RobotDesk(engine)


@pytest.mark.parametrize(
    "outcome",
    [
        Misconfigured("300001", "no such robot"),
        Gone("410"),
        Refused("400", ""),
        RetryLater(None, "503", ""),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_what_the_old_robot_did_not_take_goes_to_the_new_one(desk: RobotDesk, outcome: Outcome):
    message = desk.put(endpoint=desk.robot, channel="dingtalk")
    (held,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")
    new = desk.replace(desk.robot, token="new")
    retry_at = NOW + MINUTE if isinstance(outcome, RetryLater) else None

    desk.outbox.record(held, outcome, now=NOW + timedelta(seconds=2), retry_at=retry_at)
    (again,) = desk.outbox.claim(NOW + timedelta(seconds=2), limit=1, lease=LEASE, worker="w")
    desk.outbox.record(again, Sent(""), now=NOW + timedelta(seconds=3), retry_at=None)

    row = desk.row(message)
    assert (held.target.key, again.target.key, again.tries) == ("t", "new", 1)
    assert (row.state, row.endpoint_id, row.bucket) == ("sent", new, f"dingtalk:{new}")
    assert desk.standing() == {}
    with reading(desk.engine) as session:
        assert len(session.scalars(select(DeliveryAttempt.outcome)).all()) == 2


def test_what_the_old_robot_took_was_sent_by_it_and_proves_nothing_of_the_new_one(desk: RobotDesk):
    message = desk.put(endpoint=desk.robot, channel="dingtalk")
    (held,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")
    desk.replace(desk.robot, token="new")

    desk.outbox.record(held, Sent(""), now=NOW, retry_at=None)

    assert (desk.row(message).state, desk.row(message).endpoint_id) == ("sent", desk.robot)


def test_a_worker_that_died_and_two_replacements_lose_nothing(desk: RobotDesk):
    message = desk.put(endpoint=desk.robot, channel="dingtalk")
    desk.claim()  # and dies
    second = desk.replace(desk.robot, token="second")
    third = desk.replace(second, token="third", at=NOW + MINUTE)

    (again,) = desk.outbox.claim(NOW + LEASE, limit=1, lease=LEASE, worker="w")

    assert (again.id, again.target.key) == (str(message), "third")
    assert desk.row(message).endpoint_id == third
    assert desk.standing() == {}


@pytest.mark.parametrize("outcome", [Gone("410"), RetryLater(None, "503", "")], ids=lambda one: type(one).__name__)
def test_what_a_push_service_says_of_a_subscription_is_no_word_about_the_one_that_renewed_it(
    desk: RobotDesk, outcome: Outcome
):
    desk.put()
    (held,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")
    with transaction(desk.engine) as session:
        device = session.get_one(PushSubscription, desk.device)
        device.endpoint = "https://fcm.googleapis.com/fcm/send/renewed"

    desk.outbox.record(held, outcome, now=NOW, retry_at=NOW + MINUTE if isinstance(outcome, RetryLater) else None)
    (again,) = desk.outbox.claim(NOW, limit=1, lease=LEASE, worker="w")

    assert again.target.endpoint.endswith("/renewed")
    with reading(desk.engine) as session:
        assert session.get_one(PushSubscription, desk.device).dropped_at is None
    assert desk.standing() == {}


def test_signs_that_no_database_keeps_do_not_undo_a_record(desk: RobotDesk):
    message = desk.put()

    desk.send(Sent("https://push.example/m/\x00\udc00"))

    assert desk.row(message).state == "sent"


def test_the_same_robot_with_another_secret_keeps_its_rate_and_another_robot_begins_anew(desk: RobotDesk):
    desk.put(endpoint=desk.robot, channel="dingtalk")
    desk.send(Sent(""), kind="dingtalk")

    same = desk.replace(desk.robot, token=CONFIGURED["dingtalk"]["token"])
    other = desk.replace(same, token="other", at=NOW + MINUTE)

    with reading(desk.engine) as session:
        used = {row.key: row.sends for row in session.scalars(select(RateBucket))}
    assert used[f"dingtalk:{same}"] == used[f"dingtalk:{desk.robot}"] == [NOW.timestamp()]
    assert f"dingtalk:{other}" not in used
