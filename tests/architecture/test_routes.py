"""Every route has an action, stands in the table, and really answers each role as the policy says."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from grid_app.http.guard import ACTION
from grid_app.policy import PERMITTED, Action, Role
from tests.architecture.route_table import ROUTES
from tests.web.forms import FreshClient
from tests.world import PASSWORD

SAMPLES = {"uuid": UUID(int=7), "default": "x", "string": "x", "int": 1, "path": "x"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
ENDS_THE_SESSION = {"sign_in.leave"}
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
each_role = pytest.mark.parametrize("role", ["nobody", *(str(role) for role in Role)])


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def action_of(app: Flask, rule: Rule) -> Action | None:
    return getattr(app.view_functions[rule.endpoint], ACTION, None)


def address_of(app: Flask, rule: Rule) -> str:
    values = dict.fromkeys(rule.arguments, SAMPLES["default"])
    for part in rule.rule.split("<")[1:]:
        converter, _, name = part.split(">")[0].rpartition(":")
        values[name] = SAMPLES[converter.split("(")[0] or "default"]
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


@pytest.fixture
def client_of(app: Flask, app_world):
    """Give a function that returns a client of a role, or of nobody."""
    app.test_client_class = FreshClient

    def client(role: str) -> FlaskClient:
        made = app.test_client()
        if role != "nobody":
            assert made.post("/sign-in", data={"login": role, "password": PASSWORD}).status_code == 302
        return made

    return client


def is_permitted(role: str, action: Action) -> bool:
    if role == "nobody":
        return action is Action.PUBLIC
    return Role(role) in PERMITTED[action]


def is_refusal(role: str, rule: Rule, answer) -> bool:
    """Say whether ``answer`` is the right way of saying no: sign in first, or not in this role."""
    if role != "nobody":
        return answer.status_code == 403
    if rule.rule.startswith(("/api/", "/ogc/")) or answer.request.method != "GET":
        return answer.status_code == 401
    return answer.status_code == 302 and answer.location.startswith("/sign-in")


@on_sqlite
def test_every_route_names_its_action(app):
    assert [rule.rule for rule in rules(app) if action_of(app, rule) is None] == []


@on_sqlite
def test_every_route_stands_in_the_table_with_its_action(app):
    assert {rule.endpoint: str(action_of(app, rule)) for rule in rules(app)} == ROUTES


@on_sqlite
def test_no_two_routes_answer_the_same_address(app):
    asked = Counter((rule.rule, method) for rule in rules(app) for method in rule.methods - {"HEAD", "OPTIONS"})

    assert [address for address, count in asked.items() if count > 1] == []


@on_sqlite
def test_sign_in_size_of_letters_answers_of_devices_and_forms_of_residents_are_all_that_strangers_may_write(app):
    public = {
        rule.endpoint for rule in rules(app) if action_of(app, rule) is Action.PUBLIC and rule.methods & set(WRITES)
    }

    assert public == {
        "sign_in.enter", "sign_in.leave", "api_devices.register", "display.large_text", "residents.send_report",
        "residents.ask", "residents.evaluate", "residents.complain", "residents.ask_for",
        "inbox.take_receipt", "inbox.renew_device",
    }  # fmt: skip


@on_sqlite
@each_role
def test_every_page_without_parameters_opens_for_exactly_the_permitted(app, client_of, role):
    client, wrong = client_of(role), []
    for rule in rules(app):
        if "GET" not in rule.methods or rule.arguments:
            continue
        with client.get(rule.rule) as answer:
            expected = {200, 422} if rule.rule.startswith("/api/") else {200, 302}
            opened = answer.status_code in expected and not is_refusal(role, rule, answer)
            right = opened if is_permitted(role, action_of(app, rule)) else is_refusal(role, rule, answer)
        if not right:
            wrong.append((rule.rule, answer.status_code))

    assert wrong == []


@on_sqlite
@each_role
def test_every_page_of_a_thing_is_refused_to_the_others_before_the_thing_is_looked_for(app, client_of, role):
    client, wrong = client_of(role), []
    for rule in rules(app):
        if "GET" not in rule.methods or not rule.arguments:
            continue
        with client.get(address_of(app, rule)) as answer:
            opened = answer.status_code in {200, 302, 400, 404, 422}
            right = opened if is_permitted(role, action_of(app, rule)) else is_refusal(role, rule, answer)
        if not right:
            wrong.append((rule.rule, answer.status_code))

    assert wrong == []


@on_sqlite
@each_role
def test_every_change_is_refused_to_the_others_and_never_ends_in_a_fault(app, client_of, role):
    client, wrong = client_of(role), []
    for rule in rules(app):
        method = next((name for name in WRITES if name in rule.methods), None)
        if method is None or rule.endpoint in ENDS_THE_SESSION:
            continue
        with client.open(address_of(app, rule), method=method) as answer:
            permitted = is_permitted(role, action_of(app, rule))
            if role != "nobody" and rule.rule.startswith("/api/") and action_of(app, rule) is not Action.PUBLIC:
                right = answer.status_code == 401  # a cookie never writes through the API
            elif permitted:
                right = answer.status_code < 500 and answer.status_code != 403
            else:
                right = is_refusal(role, rule, answer)
        if not right:
            wrong.append((method, rule.rule, answer.status_code))

    assert wrong == []
