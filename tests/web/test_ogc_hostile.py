"""An application password in the wrong hands, at the wrong time and at other doors; and what is kept for whom."""

from __future__ import annotations

import base64
import logging

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Account, Assignment, AuditEvent
from tests.web.forms import FreshClient
from tests.web.test_ogc_programs import ITEMS, basic, made_password
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
VILLAGES = ITEMS.format("villages")
OTHER_DOORS = (
    "/", "/map", "/map/facts.json", "/map/version.json", "/map/events", "/exports", "/disputes", "/inbox", "/coverage",
    "/application-passwords", "/accounts", "/audit", "/api/v1/reference", "/api/v1/me", "/metrics", "/tasks",
)  # fmt: skip


@pytest.fixture
def stranger(app):
    """Give a client that is signed in nowhere, each request in a context of its own."""
    app.test_client_class = FreshClient
    return app.test_client()


def codes(answer) -> list[str]:
    return [one["id"] for one in answer.get_json(force=True)["features"]]


def test_an_account_that_was_disabled_and_enabled_again_has_no_programs(stranger, sign_in, app_world):
    """Its phones did not come back either; its programs did."""
    password = made_password(sign_in("township_lead"))
    admin, account = sign_in("security_admin"), app_world.accounts["township_lead"]
    headers = basic("township_lead", password)
    assert stranger.get(VILLAGES, headers=headers).status_code == 200

    assert admin.post(f"/accounts/{account}/disable").status_code == 302
    disabled = stranger.get(VILLAGES, headers=headers)
    assert admin.post(f"/accounts/{account}/enable").status_code == 302
    enabled = stranger.get(VILLAGES, headers=headers)

    with reading() as session:
        assert session.get_one(Account, account).disabled_at is None
    assert (disabled.status_code, enabled.status_code) == (401, 401)


def test_a_password_opens_no_other_door_and_leaves_no_cookie(stranger, sign_in, app_world):
    password = made_password(sign_in("county_lead"))
    headers = basic("county_lead", password)

    read = stranger.get(VILLAGES, headers=headers)
    for address in OTHER_DOORS:
        answer = stranger.get(address, headers=headers)
        assert "county_lead" not in answer.get_data(as_text=True)
        assert answer.status_code in (302, 401, 403, 404) or address in ("/", "/metrics"), address
    signed = stranger.post("/sign-in", data={"login": "county_lead", "password": password})
    wrote = [stranger.open(VILLAGES, method=name, headers=headers) for name in ("POST", "PUT", "DELETE")]

    assert (read.status_code, read.headers.get("Set-Cookie")) == (200, None)
    assert (signed.status_code, {answer.status_code for answer in wrote}) == (401, {405})
    assert stranger.get("/map").status_code == 302


def test_a_program_reads_in_the_place_that_the_role_has_now_and_ends_with_it(stranger, sign_in, app_world):
    headers = basic("township_lead", made_password(sign_in("township_lead")))
    before = codes(stranger.get(VILLAGES, headers=headers))

    with transaction() as session:
        session.get_one(Assignment, app_world.assignments["township_lead"]).division_code = "990101002"
    moved = codes(stranger.get(VILLAGES, headers=headers))
    old = stranger.get(f"{VILLAGES}/{before[0]}", headers=headers)
    with transaction() as session:
        session.get_one(Assignment, app_world.assignments["township_lead"]).valid_to = NOW
    ended = stranger.get(VILLAGES, headers=headers)

    assert (before, moved) == (["990101001201", "990101001202"], ["990101002201", "990101002202"])
    assert (old.status_code, ended.status_code) == (404, 401)


def test_broken_words_of_who_asks_are_asked_again_and_the_secret_is_written_nowhere(stranger, sign_in, app, caplog):
    caplog.set_level(logging.DEBUG)
    client = sign_in("county_lead")
    password = made_password(client)
    selector, secret = password.split("-")
    given = [
        basic("county_lead", word)
        for word in (selector, f"{selector}-", f"-{secret}", f"{selector.upper()}-{secret}", f"{selector}-{secret}\0",
                     f"{selector}-{'x' * 20_000}", f"{selector}\0-{secret}", "%' or 1=1 --", "密码-密码密码", secret)
    ]  # fmt: skip
    given += [basic("county_lead\0", password), basic("", password), basic("county_lead甲", password)]
    given += [
        {"Authorization": text} for text in (f"Bearer {password}", "Basic", "Basic ////", "Basic \xff", "Digest x")
    ]
    given += [{"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}]

    for headers in given:
        answer = stranger.get(VILLAGES, headers=headers)
        assert answer.status_code == 401, headers
        assert secret not in answer.get_data(as_text=True)
    assert client.get(VILLAGES, headers=basic("county_lead", "wrong1-secret")).status_code == 401  # not by the cookie
    assert stranger.get(VILLAGES, headers=basic(" County_Lead ", password)).status_code == 200

    with reading() as session:
        told = [str(row) for row in session.execute(select(AuditEvent.action, AuditEvent.details))]
    assert any("application_password.used" in row for row in told)
    assert secret not in caplog.text + "".join(told)
    assert secret not in client.get("/application-passwords").get_data(as_text=True)
