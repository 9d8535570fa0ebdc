"""Signing in over HTTP: nothing typed is lost, no session lives on, no foreign address is followed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import requires
from grid_app.models.accounts import Account
from grid_app.policy import Action
from grid_app.services.accounts.sign_in import LOCKED, WRONG
from grid_app.web.sign_in import local_path
from tests.compiled_once import with_address
from tests.web.forms import FreshClient, fields_of
from tests.world import NOW, PASSWORD

TYPED = '第一行 & <b>\n第二行 "引号"'


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def guarded_form(app: Flask) -> list[dict]:
    """Give a form page of the application's own kind, and what it received."""
    received: list[dict] = []

    @requires(Action.REPORT_DISPUTE)
    def save() -> str:
        received.append(request.form.to_dict(flat=False))
        return "saved"

    with_address(app, "/example", "report.example", save)
    return received


@pytest.fixture
def strict(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = FreshClient
    return app


def enter(client: FlaskClient, login: str, **more):
    form = fields_of(page_of(client.get("/sign-in")), "/sign-in")
    return client.post("/sign-in", data={**form, "login": login, "password": PASSWORD, **more})


@pytest.mark.parametrize(
    "target",
    [
        "https://bad.invalid/",
        "//bad.invalid",
        "/\\bad.invalid",
        "\\\\bad",
        "javascript:x",
        "/\t/bad.invalid",
        "",
        "x",
        "///bad",
    ],
)
def test_a_foreign_address_is_never_followed(target):
    assert local_path(target) == ""


@pytest.mark.parametrize("target", ["/", "/disputes?state=open&page=2", "/rounds/1"])
def test_a_path_of_ours_is_followed(target):
    assert local_path(target) == target


def test_signing_in_leads_to_the_page_asked_for(app, app_world):
    client = app.test_client()
    asked = client.get("/accounts?q=a")

    answer = client.post("/sign-in", data={"login": "security_admin", "password": PASSWORD, "next": "/accounts?q=a"})

    assert asked.location == "/sign-in?next=/accounts?q%3Da"
    assert answer.location == "/accounts?q=a"


def test_a_foreign_next_leads_to_the_start_page(app, app_world):
    client = app.test_client()

    answer = client.post("/sign-in", data={"login": "auditor", "password": PASSWORD, "next": "//bad.invalid"})

    assert answer.location == "/"


def test_wrong_credentials_keep_the_name_but_not_the_password(app, app_world):
    answer = app.test_client().post("/sign-in", data={"login": "auditor", "password": "Wrong-One-1"})

    assert answer.status_code == 401
    assert WRONG in page_of(answer)
    assert 'value="auditor"' in page_of(answer)
    assert "Wrong-One-1" not in page_of(answer)


def test_failures_are_counted_although_signing_in_was_refused(app, app_world):
    client = app.test_client()
    pages = [page_of(client.post("/sign-in", data={"login": "auditor", "password": "x"})) for _ in range(5)]

    assert [LOCKED in page for page in pages] == [False] * 4 + [True]
    assert LOCKED in page_of(client.post("/sign-in", data={"login": "auditor", "password": PASSWORD}))


def test_the_session_from_before_signing_in_does_not_live_on(app, app_world):
    client = app.test_client()
    client.post("/sign-in", data={"login": "auditor", "password": PASSWORD})
    with client.session_transaction() as cookie:
        first, cookie["planted"] = cookie["secret"], "by somebody else"

    client.post("/sign-in", data={"login": "auditor", "password": PASSWORD})

    with client.session_transaction() as cookie:
        assert cookie["secret"] != first
        assert "planted" not in cookie


def test_the_cookie_cannot_be_read_by_scripts_or_sent_along_from_elsewhere(app, app_world):
    answer = app.test_client().post("/sign-in", data={"login": "auditor", "password": PASSWORD})

    header = answer.headers["Set-Cookie"]
    assert header.startswith("grid=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_signing_out_ends_the_session_on_the_server(app, sign_in):
    client = sign_in("auditor")
    copy = app.test_client()
    with client.session_transaction() as mine, copy.session_transaction() as stolen:
        stolen.update(mine)

    assert client.post("/sign-out").location == "/sign-in"
    assert copy.get("/role").status_code == 302
    assert app.test_client().post("/sign-out").status_code == 302


def test_an_idle_session_asks_to_sign_in_again(sign_in, clock):
    client = sign_in("auditor")
    clock.advance(timedelta(minutes=31))

    assert client.get("/role").location == "/sign-in?next=/role"


def test_a_busy_session_is_kept_until_twelve_hours_are_over(sign_in, clock):
    client = sign_in("auditor")
    answers = []
    for _ in range(26):
        clock.advance(timedelta(minutes=29))
        answers.append(client.get("/role").status_code)

    assert answers == [200] * 24 + [302] * 2


def test_a_disabled_account_is_out_at_once(sign_in, app_world):
    client = sign_in("auditor")
    with transaction() as session:
        session.get_one(Account, app_world.accounts["auditor"]).disabled_at = NOW

    assert client.get("/role").status_code == 302


def test_a_form_without_its_mark_is_kept_and_sent_with_one_more_tap(strict, app_world, guarded_form):
    client = strict.test_client()
    enter(client, "grid_worker")

    refused = client.post("/example", data={"summary": TYPED, "tick": ["1", "2"]})
    again = client.post("/example", data=fields_of(page_of(refused), "/example"))

    assert refused.status_code == 400
    assert "再次提交" in page_of(refused)
    assert page_of(again) == "saved"
    assert {**guarded_form[0], "csrf_token": []} == {"csrf_token": [], "summary": [TYPED], "tick": ["1", "2"]}


def test_a_form_whose_session_ended_is_sent_after_signing_in_again_and_nothing_is_lost(
    strict, app_world, guarded_form, clock
):
    client = strict.test_client()
    enter(client, "grid_worker")
    mark = fields_of(page_of(client.get("/role")), "/sign-out")
    clock.advance(timedelta(minutes=45))

    asked = client.post("/example", data={**mark, "summary": TYPED, "tick": ["1", "2"]})
    wrong = client.post("/sign-in", data=signing_in(asked, "mistyped"))
    entered = client.post("/sign-in", data=signing_in(wrong, PASSWORD))
    sent = client.post("/example", data=fields_of(page_of(entered), "/example"))

    assert (asked.status_code, wrong.status_code, entered.status_code) == (401, 401, 200)
    assert "继续提交" in page_of(entered)
    assert page_of(sent) == "saved"
    assert {**guarded_form[0], "csrf_token": []} == {"csrf_token": [], "summary": [TYPED], "tick": ["1", "2"]}


def signing_in(answer, password: str) -> dict:
    return {**fields_of(page_of(answer), "/sign-in"), "login": "grid_worker", "password": password}


def test_an_interrupted_form_is_never_sent_to_a_foreign_address(app, app_world):
    answer = app.test_client().post(
        "/sign-in",
        data={
            "login": "auditor",
            "password": PASSWORD,
            "carried_to": "https://bad.invalid/",
            "carried_name": "summary",
            "carried_value": "x",
        },
    )

    assert answer.status_code == 302
    assert answer.location == "/"


def test_a_new_account_can_do_nothing_before_it_has_its_own_password(app, app_world):
    with transaction() as session:
        session.get_one(Account, app_world.accounts["security_admin"]).must_change_password = True
    client = app.test_client()

    entered = client.post("/sign-in", data={"login": "security_admin", "password": PASSWORD, "next": "/accounts"})

    assert entered.location == "/password"
    assert client.get("/").location == "/password"
    assert client.get("/accounts").location == "/password"
    assert "第一次登录" in page_of(client.get("/password"))


def test_the_new_password_is_asked_twice_and_then_counts(app, app_world):
    with transaction() as session:
        session.get_one(Account, app_world.accounts["auditor"]).must_change_password = True
    client = app.test_client()
    client.post("/sign-in", data={"login": "auditor", "password": PASSWORD})

    weak = client.post("/password", data={"current": PASSWORD, "new": "aaaaaaaa", "again": "aaaaaaaa"})
    saved = client.post("/password", data={"current": PASSWORD, "new": "Quiet-River-3", "again": "Quiet-River-3"})

    assert weak.status_code == 422
    assert "至少三种" in page_of(weak)
    assert saved.location == "/"
    assert client.get("/").status_code == 200
    with reading() as session:
        assert session.get_one(Account, app_world.accounts["auditor"]).must_change_password is False


def test_wrong_present_passwords_lock_too(sign_in):
    client = sign_in("auditor")
    form = {"current": "x", "new": "Quiet-River-3", "again": "Quiet-River-3"}

    answers = [client.post("/password", data=form).status_code for _ in range(5)]

    assert answers == [422] * 4 + [302]
    assert client.get("/role").status_code == 302
