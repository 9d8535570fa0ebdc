"""Push on the own devices: the JSON a browser sends, the page, the test message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.jobs.delivery import send_due_messages
from grid_app.models.escalations import PushSubscription
from grid_app.web.inbox.push_words import device_label
from notifications.vapid import keypair_of
from tests.push_receiver import PushReceiver
from tests.world import NOW, World

SignIn = Callable[[str], FlaskClient]
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    with PushReceiver() as started:
        yield started


def _dropped() -> list[datetime | None]:
    """Return for each subscription when it was dropped, ``None`` for a live one."""
    with reading() as session:
        return list(session.scalars(select(PushSubscription.dropped_at)).all())


@pytest.mark.parametrize("name", ["security_admin", "sysadmin", "auditor"])
def test_administrators_have_no_push(sign_in: SignIn, name: str):
    client = sign_in(name)

    answers = [client.get("/push"), client.post("/push/test"), client.post("/push/subscriptions", json={})]
    answers.append(client.delete("/push/subscriptions", json={}))

    assert [answer.status_code for answer in answers] == [403] * 4


def test_somebody_not_signed_in_is_sent_to_sign_in(app: Flask, app_world: World):
    assert app.test_client().get("/push").status_code == 302
    assert app.test_client().post("/push/subscriptions", json={}).status_code == 401


@pytest.mark.parametrize("sent", ["", "null", "[]", '{"endpoint": 1}', "not json"])
def test_what_is_no_subscription_gets_a_problem_with_a_sentence(sign_in: SignIn, sent: str):
    answer = sign_in("county_officer").post("/push/subscriptions", data=sent, content_type="application/json")

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert "不完整" in answer.json["detail"]


def test_an_endpoint_inside_the_house_is_refused_with_a_sentence(sign_in: SignIn, receiver: PushReceiver):
    document = receiver.subscription() | {"endpoint": "https://10.0.0.8/push"}

    answer = sign_in("county_officer").post("/push/subscriptions", json=document)

    assert answer.status_code == 422
    assert "不在允许的名单" in answer.json["detail"]
    assert _dropped() == []


def test_a_form_without_its_mark_is_refused(app: Flask, sign_in: SignIn, receiver: PushReceiver):
    client = sign_in("county_officer")
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post("/push/subscriptions", json=receiver.subscription())

    assert answer.status_code == 400
    assert _dropped() == []


def test_the_device_of_somebody_else_is_not_found(sign_in: SignIn, receiver: PushReceiver):
    document = receiver.subscription()
    made = sign_in("county_officer").post("/push/subscriptions", json=document)
    stranger = sign_in("county_lead")

    answers = [
        stranger.delete("/push/subscriptions", json={"endpoint": document["endpoint"]}),
        stranger.post(f"/push/subscriptions/{made.json['id']}/drop"),
        stranger.delete("/push/subscriptions", json=["x"]),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 422]
    assert _dropped() == [None]


def test_a_test_without_a_device_says_so(sign_in: SignIn):
    page = sign_in("county_officer").post("/push/test", follow_redirects=True).get_data(as_text=True)

    assert "没有开通推送的设备" in page


def test_a_browser_subscribes_is_tried_and_switched_off(app: Flask, sign_in: SignIn, receiver: PushReceiver):
    client = sign_in("county_officer")
    key = client.get("/push/key").json["key"]

    made = client.post("/push/subscriptions", json=receiver.subscription(key), headers={"User-Agent": EDGE})
    tried = client.post("/push/test", follow_redirects=True).get_data(as_text=True)
    report = send_due_messages()

    assert key == keypair_of(app.extensions["grid"].keys.vapid_private).public_b64url
    assert made.status_code == 201
    assert "测试通知已排队(1 台设备)" in tried
    assert report.sent == 1
    assert receiver.received[0]["title"] == "推送测试"
    page = client.get("/push").get_data(as_text=True)
    assert "Edge · Windows" in page
    assert "上次推送已发出" in page
    client.post(f"/push/subscriptions/{made.json['id']}/drop")
    assert "已关闭或失效" in client.get("/push").get_data(as_text=True)


def test_the_key_that_a_browser_subscribed_with_is_kept(sign_in: SignIn, receiver: PushReceiver):
    client, other = sign_in("county_officer"), "B" * 87
    for key in ({}, {"vapid_key": other}, {"vapid_key": "no key"}):
        client.post("/push/subscriptions", json=receiver.subscription() | key)

    with reading() as session:
        kept = set(session.scalars(select(PushSubscription.vapid_public)))
    assert kept == {client.get("/push/key").json["key"], other}


def test_signing_out_keeps_the_device(sign_in: SignIn, receiver: PushReceiver):
    client = sign_in("county_officer")
    client.post("/push/subscriptions", json=receiver.subscription())

    client.post("/sign-out")

    assert _dropped() == [None]


def test_a_browser_can_switch_itself_off(sign_in: SignIn, receiver: PushReceiver):
    client, document = sign_in("grid_worker"), receiver.subscription()
    client.post("/push/subscriptions", json=document)

    answer = client.delete("/push/subscriptions", json={"endpoint": document["endpoint"]})

    assert answer.status_code == 204
    assert _dropped() == [NOW]


def test_the_page_carries_what_the_button_needs(sign_in: SignIn):
    client = sign_in("township_lead")

    page = client.get("/push").get_data(as_text=True)

    assert 'data-module="push-subscribe" data-url="/push/subscriptions"' in page
    assert f'data-public-key="{client.get("/push/key").json["key"]}"' in page


def test_a_key_is_for_everybody_who_listens(app: Flask, app_world: World):
    answer = app.test_client().get("/push/key")

    assert answer.json["key"] == keypair_of(app.extensions["grid"].keys.vapid_private).public_b64url


def test_devices_are_named_in_plain_words():
    assert device_label(EDGE) == "Edge · Windows"
    assert device_label("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36") == "Chrome · 安卓"
    assert device_label("") == "浏览器"
