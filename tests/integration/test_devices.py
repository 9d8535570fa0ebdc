"""Registered phones: PIN, thirty days, revoking in one tap, and nothing that could follow a worker."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent, DeviceToken
from grid_app.queries.devices import DeviceRow, phones_under
from grid_app.services.accounts.devices import (
    PhoneRevoked,
    PinRight,
    PinWrong,
    Registered,
    actor_of_token,
    check_pin,
    register_device,
    revoke_device,
)
from tests.world import NOW, World

PIN = "258036"


@pytest.fixture
def phone(session: Session, world: World) -> Registered:
    worker = world.actor(session, "grid_worker")
    return register_device(session, actor=worker, label="  一号  手机 ", pin=PIN, days=30, now=NOW)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "1111", "1234", "4321", "一二三四", "２５８０"])
def test_an_easy_or_odd_pin_is_refused(session, world, pin):
    with pytest.raises(InvalidError) as refused:
        register_device(session, actor=world.actor(session, "grid_worker"), label="x", pin=pin, days=30, now=NOW)

    assert list(refused.value.fields) == ["pin"]


def test_a_token_nobody_was_given_is_nobody(session, world, phone):
    assert actor_of_token(session, "made up", now=NOW) is None
    assert check_pin(session, token="made up", pin=PIN, now=NOW) == PhoneRevoked()


def test_the_token_is_kept_only_as_a_digest(session, phone):
    row = session.scalars(select(DeviceToken)).one()

    assert phone.token not in (row.token_hash, row.pin_hash)
    assert PIN not in row.pin_hash
    assert row.label == "一号 手机"


def test_a_phone_is_signed_in_for_thirty_days(session, phone):
    assert actor_of_token(session, phone.token, now=NOW + timedelta(days=30, seconds=-1)).role == "grid_worker"
    assert actor_of_token(session, phone.token, now=NOW + timedelta(days=30)) is None
    assert check_pin(session, token=phone.token, pin=PIN, now=NOW + timedelta(days=30)) == PhoneRevoked()


def test_the_fifth_wrong_pin_revokes(session, phone):
    answers = [check_pin(session, token=phone.token, pin="000001", now=NOW) for _ in range(5)]

    assert answers == [PinWrong(4), PinWrong(3), PinWrong(2), PinWrong(1), PhoneRevoked()]
    assert check_pin(session, token=phone.token, pin=PIN, now=NOW) == PhoneRevoked()
    assert actor_of_token(session, phone.token, now=NOW) is None
    assert session.scalars(select(AuditEvent.action)).all()[-1] == "device.revoked"


def test_the_right_pin_forgets_the_wrong_ones(session, phone):
    for _ in range(4):
        check_pin(session, token=phone.token, pin="000001", now=NOW)

    assert check_pin(session, token=phone.token, pin=PIN, now=NOW) == PinRight(phone.expires_at)
    assert check_pin(session, token=phone.token, pin="000001", now=NOW) == PinWrong(4)


def test_another_township_cannot_revoke(session, world, phone):
    with pytest.raises(NotFoundError):
        revoke_device(session, device_id=phone.device_id, actor=world.actor(session, "other_township_lead"), now=NOW)

    assert actor_of_token(session, phone.token, now=NOW) is not None


def test_the_own_township_revokes_in_one_step(session, world, phone):
    officer = world.actor(session, "township_officer")
    revoke_device(session, device_id=phone.device_id, actor=officer, now=NOW)
    revoke_device(session, device_id=phone.device_id, actor=officer, now=NOW + timedelta(hours=1))

    row = session.scalars(select(DeviceToken)).one()
    assert (row.revoked_at, row.revoked_by) == (NOW, officer.assignment_id)
    assert actor_of_token(session, phone.token, now=NOW) is None


def test_the_list_shows_the_own_area_and_nothing_about_where_or_when_somebody_worked(session, world, phone):
    own = phones_under(session, path="/990101/990101001/", now=NOW)
    other = phones_under(session, path="/990101/990101002/", now=NOW)

    assert [(row.label, row.unit_name) for row in own] == [("一号 手机", "云岭村村民委员会")]
    assert other == []
    assert {field.name for field in fields(DeviceRow)} == {
        "device_id", "label", "unit_name", "created_at", "expires_at",
    }  # fmt: skip
