"""The bundle a phone keeps for work without signal: what is in it, for whom, and when it is sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.security.office_keys import seal_to
from tests.fakes import FrozenClock
from tests.rounds_world import closed_round
from tests.web.api_phone import Phone, item
from tests.world import NOW, World


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


def test_nobody_gets_a_bundle_without_a_phone(app: Flask, app_world: World) -> None:
    answer = app.test_client().get("/api/v1/field")

    assert answer.status_code == 401
    assert answer.json["code"] == "not_signed_in"


@pytest.mark.parametrize("category", ["1501", "1601"])
def test_a_sealed_or_county_matter_never_goes_to_a_phone_as_a_hint(phone_of, category: str) -> None:
    lead = phone_of("county_lead")
    lead.sync(item(category=category))

    assert lead.get("field").json["nearby"] == []


def test_a_closed_old_or_foreign_dispute_is_no_hint(phone_of) -> None:
    phone = phone_of("township_lead")
    phone.sync(item(captured_at="2026-07-01T08:00:00+08:00"), item())
    with transaction() as session:
        session.scalars(select(Dispute).order_by(Dispute.noted_on.desc())).first().state = "closed"

    assert phone.get("field").json["nearby"] == []
    assert phone_of("other_grid_worker").get("field").json["nearby"] == []


def test_a_worker_gets_the_own_area_whole_and_masked(phone_of, app_world: World) -> None:
    phone = phone_of("grid_worker")
    sent = item(summary="三组几户的土地租金没有给,电话13812345678")
    accepted = phone.sync(sent)[0]

    found = phone.get("field").json

    assert found["form"] == "dispute/2"
    assert found["server_time"] == "2026-11-20T02:00:00Z"
    assert found["account"] == {
        "id": str(app_world.accounts["grid_worker"]),
        "name": "grid_worker甲",
        "role": "grid_worker",
        "role_word": "网格员",
        "unit": "云岭村村民委员会",
    }
    assert found["home_village"] == "990101001201"
    assert [one["is_family"] for one in found["tiles"]] == [True] + [False] * 11
    own = found["own_reports"][0]
    assert (own["id"], own["case_code"], own["state_word"]) == (sent["id"], accepted["case_code"], "待受理")
    assert (own["category"], own["lon"], own["lat"]) == (sent["content"]["category"], 111.05, 29.02)
    near = found["nearby"][0]
    assert (near["id"], near["village_code"], near["since"]) == (sent["id"], "990101001201", "2026-11-20")
    assert "13812345678" not in str(found)
    assert {way["code"] for way in found["ways"]} == {"visit", "meeting", "box", "asked"}


def test_the_duty_office_is_the_nearest_with_a_phone_and_a_mobile_takes_messages(phone_of, app_world: World) -> None:
    phone = phone_of("grid_worker")
    township = phone.get("field").json["duty"]
    with transaction() as session:
        session.get(Unit, app_world.units["township"]).duty_phone = ""
        session.get(Unit, app_world.units["county"]).duty_phone = "13900000000"

    county = phone.get("field").json["duty"]

    assert township == {"name": "东河镇人民政府", "phone": "0736-0000000", "sms": ""}
    assert county == {"name": "青溪县信访工作联席会议办公室", "phone": "13900000000", "sms": "13900000000"}


def test_open_rounds_come_with_their_entries_and_say_when_they_are_answered(phone_of, app_world: World) -> None:
    phone = phone_of("grid_worker")
    with transaction() as session:
        closed_round(session, now=NOW, due=NOW.date() + timedelta(days=3), closed=False)
    sent = item()
    phone.sync(sent)

    found = phone.get("field").json["rounds"]

    assert [one["division_code"] for one in found] == ["990101001201J001"]
    assert [entry["id"] for entry in found[0]["entries"]] == [sent["id"]]
    assert found[0]["answered"] is False
    assert len(found[0]["due"]) == 10


def test_what_a_phone_seals_to_the_key_in_the_bundle_the_server_opens(phone_of, app: Flask) -> None:
    key = phone_of("grid_worker").get("field").json["office_key"]
    ephemeral, nonce, sealed = seal_to(key["spki"], b"plain", info=b"grid-export/1")

    office = app.extensions["grid"].keys.office

    assert (
        office.open(number=key["id"], ephemeral=ephemeral, nonce=nonce, sealed=sealed, info=b"grid-export/1")
        == b"plain"
    )


def test_an_unchanged_bundle_is_not_sent_again_and_a_changed_one_is(phone_of, clock: FrozenClock) -> None:
    phone = phone_of("grid_worker")
    tag = phone.get("field").headers["ETag"]
    clock.advance(timedelta(hours=1))

    same = phone.get("field", headers={"If-None-Match": tag})
    phone.sync(item())
    changed = phone.get("field", headers={"If-None-Match": tag})

    assert (same.status_code, same.get_data()) == (304, b"")
    assert same.headers["Cache-Control"] == "private, no-cache"
    assert changed.status_code == 200
    assert clock.now() > NOW
