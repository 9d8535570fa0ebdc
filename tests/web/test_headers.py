"""Secure headers on every answer: a policy without outside addresses, a fresh nonce, nothing stored by the browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grid_app.http.headers import POLICY
from grid_app.policy import Role
from tests.web.forms import FreshClient

NONCE = re.compile(r"'nonce-([\w-]{16,})'")
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(autouse=True)
def fresh_contexts(app):
    app.test_client_class = FreshClient


def directives(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, _, values in parts}


def lacking(answer) -> list[str]:
    """Return what is missing from the headers of one answer."""
    missing = [name for name, value in PLAIN.items() if answer.headers.get(name) != value]
    rules = directives(answer) if "Content-Security-Policy" in answer.headers else {}
    wanted = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'self'"}
    missing += [name for name, value in wanted.items() if rules.get(name) != value]
    default = rules.get("default-src", "unsafe")
    missing += [name for name in ("script-src", "style-src") if "unsafe" in rules.get(name, default)]
    return missing


def test_the_policy_names_no_outside_address_and_no_unsafe_script():
    assert "http" not in POLICY
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


@on_sqlite
def test_a_phone_may_record_and_show_its_own_photos_and_voice_and_no_camera_page_is_opened(app, app_world):
    with app.test_client().get("/sign-in") as answer:
        assert answer.headers["Permissions-Policy"] == "geolocation=(self), microphone=(self), camera=()"
        assert directives(answer)["media-src"] == "'self' blob:"
        assert directives(answer)["img-src"] == "'self' data: blob:"


@on_sqlite
@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_every_page_of_every_role_carries_them(app, sign_in, role):
    client, wrong = sign_in(role), {}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments:
            with client.get(rule.rule) as answer:
                if lacking(answer):
                    wrong[rule.rule] = lacking(answer)

    assert wrong == {}


@on_sqlite
@pytest.mark.parametrize("path", ["/sign-in", "/no/such/page", "/healthz", "/api/v1/nothing", "/static/css/base.css"])
def test_pages_errors_and_files_carry_them_without_signing_in(app, app_world, path):
    with app.test_client().get(path) as answer:
        assert lacking(answer) == []


@on_sqlite
def test_every_answer_has_a_nonce_of_its_own_and_its_scripts_use_it(app, app_world):
    client = app.test_client()

    answers = [client.get("/sign-in") for _ in range(3)]

    nonces = [NONCE.search(answer.headers["Content-Security-Policy"]).group(1) for answer in answers]
    assert len(set(nonces)) == 3
    for answer, nonce in zip(answers, nonces, strict=True):
        scripts = re.findall(r"<script[^>]*>", answer.get_data(as_text=True))
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)


@on_sqlite
def test_no_page_with_content_is_kept_by_the_browser(sign_in):
    client = sign_in("township_lead")

    assert client.get("/disputes").headers["Cache-Control"] == "no-store"
    assert client.get("/").headers["Cache-Control"] == "no-store"


@on_sqlite
def test_strict_transport_is_promised_only_when_the_server_itself_speaks_tls(app, app_world):
    client, wiring = app.test_client(), app.extensions["grid"]

    without = client.get("/sign-in", base_url="https://localhost")
    wiring.settings = replace(wiring.settings, tls_certificate="chain.pem", tls_key="key.pem")
    under_tls = client.get("/sign-in", base_url="https://localhost")
    plain = client.get("/sign-in")

    assert "Strict-Transport-Security" not in without.headers
    assert under_tls.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in plain.headers
