"""Large text: switched without script, by anybody, in this browser only, and never a way to another site."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.forms import fields_of

LARGE = '<html lang="zh-CN" class="large-text">'
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def page_of(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def press_switch(client: FlaskClient, path: str):
    return client.post("/large-text", data=fields_of(page_of(client, path), "/large-text"))


@on_sqlite
@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"])
def test_the_switch_leads_to_no_other_site(app, app_world, target: str) -> None:
    answer = app.test_client().post("/large-text", data={"large": "1", "next": target})

    assert answer.location == "/"


@on_sqlite
@pytest.mark.parametrize("large", ["", "2", "yes", "1; grid=x"])
def test_anything_but_yes_is_normal_text(app, app_world, large: str) -> None:
    client = app.test_client()
    client.set_cookie("large_text", "1")

    client.post("/large-text", data={"large": large})

    assert LARGE not in page_of(client, "/sign-in")


@on_sqlite
def test_the_switch_is_protected_like_every_form(app, app_world) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = app.test_client().post("/large-text", data={"large": "1"})

    assert "Set-Cookie" not in answer.headers or "large_text" not in answer.headers["Set-Cookie"]


@on_sqlite
@pytest.mark.parametrize("role", ["grid_worker", "township_lead", "auditor"])
def test_every_role_switches_on_its_start_page_and_back(sign_in, role: str) -> None:
    client = sign_in(role)
    assert LARGE not in page_of(client, "/")

    on = press_switch(client, "/")
    assert (on.status_code, on.location) == (302, "/")
    assert LARGE in page_of(client, "/")
    assert "改回一般字号" in page_of(client, "/")

    press_switch(client, "/")
    assert LARGE not in page_of(client, "/")


@on_sqlite
def test_a_stranger_switches_before_signing_in_and_keeps_the_way(app, app_world) -> None:
    client = app.test_client()

    on = press_switch(client, "/sign-in?next=/report")

    assert on.location == "/sign-in?next=/report"
    assert LARGE in page_of(client, "/sign-in")


@on_sqlite
def test_a_form_that_waits_for_the_sign_in_is_not_lost_by_a_switch(app, app_world) -> None:
    page = app.test_client().post("/feedback", data={"text": "按钮太小", "page": "/"}).get_data(as_text=True)

    assert "按钮太小" in page
    assert "/large-text" not in page


@on_sqlite
def test_the_cookie_stays_in_this_browser_and_scripts_of_the_kept_pages_read_it(app, app_world) -> None:
    cookie = app.test_client().post("/large-text", data={"large": "1"}).headers["Set-Cookie"]

    assert cookie.startswith("large_text=1;")
    assert "Max-Age=34560000" in cookie
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" not in cookie
    assert "Domain" not in cookie
