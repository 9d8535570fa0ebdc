"""Messages about one matter to one target keep their order, and one bad message holds up no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text, update

from grid_app.adapters.outbox_digests import key_of
from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.adapters.outbox_sweep import STUCK, needs_sweeping, sweep
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import alarms
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import DeliveryAttempt, Escalation, OutboxMessage, PushSubscription
from notifications.channels.local import RecordingChannel
from notifications.dispatcher import DispatchReport, dispatch_batch
from notifications.messages import Gone, Misconfigured, Refused, RetryLater, Sent
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.fakes import FrozenClock
from tests.incidents_world import opened, opening
from tests.outbox_world import add_endpoint, outbox_at, put
from tests.world import NOW, World, build_world

LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)


class Desk:
    """A county with one device and one escalation, whose own messages are out of the way."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with transaction(engine) as session:
            self.world: World = build_world(session)
            self.escalation = raise_for(session, add_dispute(session, self.world))
            self.device = add_subscription(session, self.world, "county_officer")
            session.execute(update(OutboxMessage).values(state="stopped"))
        self.outbox: SqlOutbox = outbox_at(engine)

    def put(self, *, at: datetime = NOW, **values: object) -> UUID:
        where = {} if {"endpoint", "device"} & set(values) else {"device": self.device}
        with transaction(self.engine) as session:
            return put(session, **{"channel": "webpush", "escalation": self.escalation, "at": at, **where, **values})

    def claim(self, now: datetime = NOW) -> list[str]:
        return [one.id for one in self.outbox.claim(now, limit=10, lease=LEASE, worker="w")]

    def send(self, *answers: object, now: datetime = NOW, kind: str = "webpush") -> DispatchReport:
        channel = RecordingChannel(answers, kind=kind)
        return dispatch_batch(self.outbox, {kind: channel}, FrozenClock(now), worker="w")

    def state(self, message: UUID) -> str:
        with reading(self.engine) as session:
            return session.get_one(OutboxMessage, message).state

    def standing(self) -> dict[str, str]:
        with reading(self.engine) as session:
            rows = session.execute(select(Alarm.key, Alarm.text).where(Alarm.cleared_at.is_(None))).all()
        return {row.key: row.text for row in rows}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_a_newer_message_replaces_the_one_that_waits(desk: Desk):
    older = desk.put(at=NOW - MINUTE)
    newer = desk.put()

    assert desk.claim() == [str(newer)]
    assert desk.state(older) == "merged"


def test_a_newer_message_waits_while_the_older_one_is_being_sent(desk: Desk):
    older = desk.put()
    (held,) = desk.outbox.claim(NOW, limit=10, lease=LEASE, worker="w")
    newer = desk.put(at=NOW + MINUTE)

    meanwhile = desk.claim(NOW + MINUTE)
    desk.outbox.record(held, Sent(""), now=NOW + MINUTE, retry_at=None)
    after = desk.claim(NOW + 2 * MINUTE)

    assert (held.id, meanwhile, after) == (str(older), [], [str(newer)])


def test_a_message_that_is_to_be_tried_again_is_replaced_by_a_newer_one(desk: Desk):
    older = desk.put()
    desk.send(RetryLater(None, "503", ""))
    newer = desk.put(at=NOW + timedelta(seconds=1))

    assert desk.claim(NOW + timedelta(seconds=1)) == [str(newer)]
    assert desk.state(older) == "merged"


def test_a_dispatcher_whose_clock_was_an_hour_ahead_holds_nothing_back_for_that_hour(desk: Desk):
    message = desk.put()
    desk.claim(NOW + timedelta(hours=1))  # and dies

    assert desk.claim(NOW + MINUTE) == [str(message)]


def test_other_targets_of_the_same_matter_do_not_wait(desk: Desk):
    with transaction(desk.engine) as session:
        other = add_subscription(session, desk.world, "county_lead")
    desk.put()
    desk.claim()
    newer = desk.put(at=NOW + MINUTE, device=other)

    assert desk.claim(NOW + MINUTE) == [str(newer)]


def test_what_was_taken_up_is_not_sent(desk: Desk):
    message = desk.put()
    with transaction(desk.engine) as session:
        session.get_one(Escalation, desk.escalation).state = "acknowledged"

    assert desk.claim() == []
    assert desk.state(message) == "stopped"


@pytest.mark.parametrize("matter", ["dispute", "incident"])
@pytest.mark.parametrize("way", ["device", "digest"])
def test_what_is_about_the_office_itself_since_is_not_sent_there(desk: Desk, matter: str, way: str):
    county = desk.world.units["county"]
    with transaction(desk.engine) as session:
        robot = add_endpoint(session, county, "wecom")
        escalation = session.get_one(Escalation, desk.escalation)
        if matter == "dispute":
            session.get_one(Dispute, escalation.dispute_id).about_unit_id = county
        else:
            escalation.dispute_id = None
            escalation.incident_id = opened(session, desk.world, opening(about_unit_id=county))
            session.execute(update(OutboxMessage).values(state="stopped"))
    if way == "device":
        message = desk.put()
    else:
        digest = desk.put(channel="wecom", endpoint=robot, purpose="digest", escalation=None, unit_id=county)
        message = desk.put(
            channel="wecom", endpoint=robot, unit_id=county, state="merged", merged_into=digest, at=NOW - MINUTE
        )
        with transaction(desk.engine) as session:
            session.get_one(OutboxMessage, digest).dedupe_key = key_of(digest)

    assert desk.claim() == []
    assert desk.state(message) == "stopped"


@pytest.mark.parametrize(
    "stored",
    ['{"key": "k"', "[]", '{"key": "k"}', '{"key":"","title":"","body":"","url":"","urgency":"x","ttl_seconds":0}'],
)
def test_a_message_that_cannot_be_read_ends_with_an_alarm_and_holds_up_no_other(desk: Desk, stored: str):
    if desk.engine.dialect.name == "postgresql" and stored.endswith('"k"'):
        stored = "null"  # its column takes nothing that is no JSON
    bad = desk.put(at=NOW - MINUTE, escalation=None)
    good = desk.put()
    with transaction(desk.engine) as session:
        session.execute(
            text("UPDATE outbox_messages SET message = :stored WHERE due_at < :now"), {"stored": stored, "now": NOW}
        )

    assert desk.claim() == [str(good)]
    with reading(desk.engine) as session:
        state = session.scalar(select(OutboxMessage.state).where(OutboxMessage.id == bad))
        assert (state, session.scalars(select(DeliveryAttempt.detail)).one()[:10]) == ("failed", "unreadable")
    assert list(desk.standing()) == [f"delivery_failed:{desk.world.units['county']}:webpush"]


@pytest.mark.parametrize("fault", ["disabled", "sealed", "kind"])
def test_an_endpoint_that_cannot_be_used_ends_as_misconfigured_and_holds_up_no_other(desk: Desk, fault: str):
    with transaction(desk.engine) as session:
        endpoint = add_endpoint(
            session, desk.world.units["county"], "mail", sealed="k9.AAAA" if fault == "sealed" else None
        )
        if fault != "sealed":
            row = session.get_one(ChannelEndpoint, endpoint)
            row.disabled_at, row.kind = (NOW, "mail") if fault == "disabled" else (None, "pigeon")
    bad = desk.put(at=NOW - MINUTE, endpoint=endpoint, channel="mail")
    good = desk.put()

    assert desk.claim() == [str(good)]
    assert desk.state(bad) == "failed"
    assert set(desk.standing()) == {
        f"channel_misconfigured:{endpoint}",
        f"delivery_failed:{desk.world.units['county']}:mail",
    }


def test_the_next_success_clears_the_alarms_of_a_channel(desk: Desk):
    with transaction(desk.engine) as session:
        endpoint = add_endpoint(session, desk.world.units["county"], "mail")
    desk.put(endpoint=endpoint, channel="mail")
    bad = desk.send(Misconfigured("535", "The password is wrong."), kind="mail")
    standing = desk.standing()
    desk.put(endpoint=endpoint, channel="mail", at=NOW + MINUTE)

    good = desk.send(now=NOW + MINUTE, kind="mail")

    assert (bad.misconfigured, good.sent) == (1, 1)
    assert "邮件" in standing[f"channel_misconfigured:{endpoint}"]
    assert desk.standing() == {}


def test_the_last_device_that_goes_names_who_sees_to_the_next_one(desk: Desk):
    with transaction(desk.engine) as session:
        second = add_subscription(session, desk.world, "county_officer", endpoint="https://web.push.apple.com/2")
    desk.put()
    desk.send(Gone("410"))
    after_one = desk.standing()
    desk.put(device=second, at=NOW + MINUTE)
    desk.send(Gone("410"), now=NOW + MINUTE)

    key = f"no_device:{desk.world.units['county']}"
    assert after_one == {}
    assert "请值班室联系该单位" in desk.standing()[key]


def test_what_waits_for_a_device_that_is_gone_is_gone_with_it(desk: Desk):
    message = desk.put()
    with transaction(desk.engine) as session:
        session.get_one(PushSubscription, desk.device).dropped_at = NOW

    assert desk.claim() == []
    assert desk.state(message) == "gone"


def test_a_failure_for_good_is_told_to_a_person_and_a_failed_test_is_not(desk: Desk):
    desk.put(purpose="test", escalation=None)
    desk.send(Refused("400", ""))
    after_test = desk.standing()
    desk.put()
    desk.send(Refused("400", ""))

    assert after_test == {}
    assert "请值班室打电话" in desk.standing()[f"delivery_failed:{desk.world.units['county']}:webpush"]


def test_an_endpoint_that_is_gone_is_told_to_a_person_too(desk: Desk):
    with transaction(desk.engine) as session:
        endpoint = add_endpoint(session, desk.world.units["county"], "mail")
    message = desk.put(endpoint=endpoint, channel="mail")

    desk.send(Gone("550"), kind="mail")

    assert desk.state(message) == "gone"
    assert "邮件消息没有送到" in desk.standing()[f"delivery_failed:{desk.world.units['county']}:mail"]


def test_a_claim_of_nothing_takes_no_turn_to_write(desk: Desk):
    with transaction(desk.engine) as writer:
        writer.execute(update(OutboxMessage).values(state="stopped"))

        assert desk.claim() == []  # on SQLite it would wait fifteen seconds for the writer and then fail


def test_the_sweeper_says_what_is_stuck_and_takes_it_back(desk: Desk):
    message = desk.put(escalation=None, at=NOW - timedelta(minutes=16))
    with transaction(desk.engine) as session:
        found = sweep(session, alarms(), now=NOW)
    said = desk.standing()
    desk.send()
    with transaction(desk.engine) as session:
        again = sweep(session, alarms(), now=NOW)

    assert (str(found), str(again)) == ("stuck=1", "")
    assert "最早的已等了 16 分钟" in said[STUCK]
    assert (desk.state(message), desk.standing()) == ("sent", {})
    with reading(desk.engine) as session:
        assert not needs_sweeping(session, now=NOW)


def test_the_sweeper_stops_what_waits_for_nobody(desk: Desk):
    held_back = desk.put(due_at=NOW + timedelta(hours=5))
    with transaction(desk.engine) as session:
        session.get_one(Escalation, desk.escalation).state = "acted"
        found = sweep(session, alarms(), now=NOW)

    assert found.stopped == 1
    assert desk.state(held_back) == "stopped"
