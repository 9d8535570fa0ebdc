"""Registering a phone through the real API."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account
from tests.fakes import FrozenClock
from tests.web.api_phone import Phone, item
from tests.world import PASSWORD, World

GIVEN = {"login": "grid_worker", "password": PASSWORD, "pin": "2580", "label": "我的手机"}


def register(app: Flask, **changes: object):
    return app.test_client().post("/api/v1/devices", json={**GIVEN, **changes})


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"login": "nobody"}, {"login": "a\u0001b"}])
def test_wrong_credentials_are_refused_in_the_same_words(app: Flask, app_world: World, changes: dict) -> None:
    answer = register(app, **changes)

    assert answer.status_code == 401
    assert answer.json["detail"] == "账号或密码不对。请检查后再试。"


def test_five_wrong_passwords_lock_the_account_on_the_phone_too(app: Flask, app_world: World) -> None:
    for _ in range(5):
        register(app, password="wrong")

    answer = register(app)

    assert answer.status_code == 401
    assert "锁定" in answer.json["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pin": "1234"}, "pin"),
        ({"pin": "0000"}, "pin"),
        ({"pin": "12"}, "pin"),
        ({"pin": "abcd"}, "pin"),
        ({"login": "a\x00b"}, "login"),
        ({"label": "x" * 61}, "label"),
        ({"assignment_id": str(uuid4())}, "assignment_id"),
        ({"assignment_id": "first"}, "assignment_id"),
        ({"remember": True}, "remember"),
    ],
)
def test_a_wrong_field_is_named(app: Flask, app_world: World, changes: dict, field: str) -> None:
    answer = register(app, **changes)

    assert answer.status_code == 422
    assert field in answer.json["fields"]


def test_an_administrator_registers_no_phone(app: Flask, app_world: World) -> None:
    assert register(app, login="sysadmin").status_code == 403


def test_a_first_password_must_be_changed_at_a_desk_first(app: Flask, app_world: World) -> None:
    with transaction() as session:
        session.get_one(Account, app_world.accounts["grid_worker"]).must_change_password = True

    answer = register(app)

    assert (answer.status_code, answer.json["code"]) == (403, "password_change_due")


def test_a_registered_phone_sends_for_thirty_days(app: Flask, app_world: World, clock: FrozenClock) -> None:
    answer = register(app)
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    client = app.test_client()
    clock.advance(timedelta(days=29))

    sent = client.post("/api/v1/disputes:sync", json={"items": [item()]}, headers=headers)

    assert answer.status_code == 201
    assert answer.json["acting_as"]["role"] == "grid_worker"
    assert sent.json["results"][0]["outcome"] == "accepted"
    clock.advance(timedelta(days=1))
    assert client.get("/api/v1/categories", headers=headers).status_code == 401


def test_registering_leaves_no_desk_session_open(app: Flask, app_world: World) -> None:
    answer = register(app)

    assert "Set-Cookie" not in answer.headers


def test_five_wrong_pins_sign_the_phone_out(app: Flask, app_world: World) -> None:
    phone = Phone(app, app_world, "grid_worker")

    tries = [phone.post("devices/pin", json={"pin": "9999"}) for _ in range(5)]

    assert [one.json.get("tries_left") for one in tries[:4]] == [4, 3, 2, 1]
    assert (tries[4].status_code, tries[4].json["code"]) == (401, "device_revoked")
    assert phone.get("categories").status_code == 401


def test_the_right_pin_opens_the_phone(app: Flask, app_world: World) -> None:
    phone = Phone(app, app_world, "grid_worker")

    answer = phone.post("devices/pin", json={"pin": "2580"})

    assert answer.json["right"] is True
