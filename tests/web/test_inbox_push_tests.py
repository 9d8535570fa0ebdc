"""Whether push works on a device, said honestly: the receipt of a service worker, and every way of not arriving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import send_due_messages
from grid_app.models.accounts import AuditEvent
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.queries.push_devices import DeviceRow, DeviceTest
from grid_app.web.inbox.push_answers import WRONG_SECRETS
from grid_app.web.inbox.push_words import verdict_of
from tests.escalation_world import add_subscription
from tests.fakes import FrozenClock
from tests.push_receiver import Answer, PushReceiver
from tests.world import NOW, World

SignIn = Callable[[str], FlaskClient]
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WRONG = "w" * 43


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    with PushReceiver() as started:
        yield started


@pytest.fixture
def stranger(app: Flask, app_world: World) -> FlaskClient:
    """Give a client of nobody, with forms protected as in earnest."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


def _try_device(client: FlaskClient, receiver: PushReceiver) -> str:
    """Subscribe, ask for a test, and return the address that tells how it goes."""
    document = receiver.subscription()
    client.post("/push/subscriptions", json=document)
    begun = client.post("/push/test", json={"endpoint": document["endpoint"]})
    assert begun.status_code == 202
    return str(begun.json["url"])


def _told(client: FlaskClient, address: str) -> tuple[str, str]:
    answer = client.get(address).json
    assert answer["is_over"] == (answer["tone"] != "waiting")
    return answer["tone"], answer["text"]


def _delivered() -> list[datetime | None]:
    with reading() as session:
        return list(session.scalars(select(OutboxMessage.delivered_at)))


def test_a_test_ends_with_the_receipt_of_the_device(
    app: Flask, sign_in: SignIn, receiver: PushReceiver, clock: FrozenClock
):
    client = sign_in("county_officer")
    address = _try_device(client, receiver)
    told = [_told(client, address)]
    send_due_messages()
    told.append(_told(client, address))
    clock.advance(timedelta(seconds=3))
    app.config["WTF_CSRF_ENABLED"] = True

    answers = [app.test_client().post("/push/receipts", json={"receipt": receiver.received[0]["receipt"]})]
    clock.advance(timedelta(seconds=9))
    answers.append(app.test_client().post("/push/receipts", json={"receipt": receiver.received[0]["receipt"]}))
    told.append(_told(client, address))

    assert [answer.status_code for answer in answers] == [204, 204]
    assert [tone for tone, _ in told] == ["waiting", "waiting", "success"]
    assert "3 秒内到达" in told[2][1]
    assert _delivered() == [NOW + timedelta(seconds=3)]
    assert "3 秒内到达" in client.get("/push").get_data(as_text=True)


@on_sqlite
def test_a_test_is_for_the_device_in_hand_and_not_for_others(sign_in: SignIn, receiver: PushReceiver):
    client, others = sign_in("county_officer"), receiver.subscription()
    client.post("/push/subscriptions", json=receiver.subscription())
    address = _try_device(client, receiver)
    lead = sign_in("county_lead")
    lead.post("/push/subscriptions", json=others)

    refused = [
        client.post("/push/test", json={"endpoint": others["endpoint"]}),
        lead.get(address),
        client.get(f"/push/subscriptions/{UUID(int=7)}/test"),
        client.post("/push/test", json={}),
    ]

    assert len(_delivered()) == 1
    assert [answer.status_code for answer in refused] == [404, 404, 404, 422]
    assert "重新开通" in refused[0].json["detail"]


@on_sqlite
@pytest.mark.parametrize(
    ("answers", "later", "sentence"),
    [
        ([], 0, "在排队"),
        ([], 61, "发送任务可能没有运行"),
        ([Answer(201)], 59, "等这台设备回话"),
        ([Answer(201)], 61, "60 秒内没有到达"),
        ([Answer(410)], 0, "已经失效"),
        ([Answer(429)], 0, "暂时不收(429)"),
        ([Answer(403)], 0, "检查推送密钥"),
        ([Answer(413)], 0, "没有收下这条消息(413)"),
        ([Answer(201, cut=True)], 0, "服务器连不上这个浏览器的推送服务(127.0.0.1)"),
    ],
)
def test_every_way_of_not_arriving_is_said(
    sign_in: SignIn, receiver: PushReceiver, clock: FrozenClock, answers: list[Answer], later: int, sentence: str
):
    client = sign_in("county_officer")
    address = _try_device(client, receiver)
    if answers:
        receiver.answer_next(*answers)
        send_due_messages(most_batches=1)
    clock.advance(timedelta(seconds=later))

    tone, text = _told(client, address)

    assert sentence in text
    assert tone == ("waiting" if text.endswith(("在排队,等服务器发出。", "回话。")) else "warning")


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", "国内多数网络连不上"),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", "(updates.push.services.mozilla.com)"),
    ],
)
def test_what_did_not_arrive_is_explained_for_the_browser_it_was_for(endpoint: str, sentence: str):
    sent = DeviceTest(NOW, "sent", NOW, None, "sent", "201")
    device = DeviceRow(UUID(int=1), endpoint, "", NOW, None, "sent", NOW, 0, sent)

    text = verdict_of(device, sent, now=NOW + timedelta(minutes=2)).text

    assert sentence in text
    assert "群机器人、短信和收件箱" in text


def test_a_slow_arrival_is_no_good_news_only():
    late = DeviceTest(NOW, "sent", NOW, NOW + timedelta(seconds=150), "sent", "201")
    device = DeviceRow(UUID(int=1), "https://fcm.googleapis.com/x", "", NOW, None, "sent", NOW, 0, late)

    assert "用了 3 分钟" in verdict_of(device, late, now=NOW + timedelta(minutes=4)).text


@on_sqlite
@pytest.mark.parametrize("sent", [{"receipt": WRONG}, {"receipt": 7}, {"receipt": ""}, {}, [], "x"])
def test_a_wrong_receipt_is_answered_like_a_right_one_and_notes_nothing(stranger: FlaskClient, sent: object):
    answer = stranger.post("/push/receipts", json=sent)

    assert (answer.status_code, answer.data) == (204, b"")


@on_sqlite
def test_wrong_receipts_are_limited_and_right_ones_behind_the_same_address_still_count(
    app: Flask, sign_in: SignIn, receiver: PushReceiver
):
    _try_device(sign_in("county_officer"), receiver)
    send_due_messages()
    stranger = app.test_client()
    codes = [
        stranger.post("/push/receipts", json={"receipt": WRONG}).status_code for _ in range(WRONG_SECRETS.most + 1)
    ]

    right = stranger.post("/push/receipts", json={"receipt": receiver.received[0]["receipt"]})

    assert codes == [204] * WRONG_SECRETS.most + [429]
    assert right.status_code == 429
    assert _delivered() == [NOW]


@pytest.mark.parametrize("address", ["/push/receipts", "/push/renewals"])
@pytest.mark.parametrize(
    "sent",
    ["[" * 8000, '{"endpoint": "\\ud800", "auth": "\\ud800"}', '{"receipt": "a\\u0000", "endpoint": "a\\u0000"}', "{"],
)
def test_nonsense_is_answered_like_a_wrong_secret(stranger: FlaskClient, address: str, sent: str):
    answer = stranger.post(address, data=sent, content_type="application/json")

    assert answer.status_code == (204 if address == "/push/receipts" else 404)


@on_sqlite
def test_a_receipt_is_small(stranger: FlaskClient):
    answer = stranger.post("/push/receipts", data=b"x" * 20_000, content_type="application/json")

    assert answer.status_code in (204, 413)


def test_a_browser_puts_its_new_subscription_in_place_of_the_old_one(
    app: Flask, app_world: World, stranger: FlaskClient, receiver: PushReceiver
):
    old, new = receiver.subscription(), receiver.subscription()
    with app.app_context(), transaction() as session:
        keys = old["keys"]
        assert isinstance(keys, dict)
        kept = add_subscription(session, app_world, "county_officer", endpoint=str(old["endpoint"]), **keys)
    sent = {"endpoint": old["endpoint"], "auth": keys["auth"], "subscription": new}

    answers = [
        stranger.post("/push/renewals", json=sent | {"auth": "x" * 22}),
        stranger.post("/push/renewals", json=sent | {"subscription": {}}),
        stranger.post("/push/renewals", json=sent),
        stranger.post("/push/renewals", json=sent),
    ]

    assert [answer.status_code for answer in answers] == [404, 422, 204, 204]
    with reading() as session:
        device = session.scalars(select(PushSubscription)).one()
        assert (device.id, device.endpoint) == (kept, new["endpoint"])
        assert device.account_id == app_world.accounts["county_officer"]
        assert [event.action for event in session.scalars(select(AuditEvent))] == ["push.renewed"]
