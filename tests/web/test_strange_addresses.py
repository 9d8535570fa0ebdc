"""Addresses nobody's page makes: every page answers them with a sentence, never with a fault.

PostgreSQL is the database that refuses numbers and letters it cannot hold, so every role asks there; on SQLite the
one that reaches most pages does.
"""

from __future__ import annotations

import pytest

from grid_app.policy import ADMIN_ROLES
from tests.architecture.test_routes import address_of, rules
from tests.web.forms import FreshClient

NAMES = (
    "q", "tab", "state", "role", "place", "division", "leaver", "first_day", "last_day", "action", "target",
    "root", "layer", "village", "code", "lon", "lat", "category", "older", "newer", "answered", "report_id", "tile",
    "long", "next", "form", "status", "round", "grade", "since", "until", "near", "category", "days",
)  # fmt: skip
READERS = ("grid_worker", "township_lead", "county_officer")
VALUES = ("9" * 30, "'%", "-1")


def questions() -> list[dict[str, str]]:
    """Return queries in which every name once has every value."""
    turns = range(len(VALUES))
    return [{name: VALUES[(place + turn) % len(VALUES)] for place, name in enumerate(NAMES)} for turn in turns]


def faults(app, client) -> list[tuple[str, str]]:
    found = []
    for rule in (rule for rule in rules(app) if "GET" in rule.methods):
        for question in questions():
            with client.get(address_of(app, rule), query_string={**question, "page": "999999"}) as answer:
                if answer.status_code >= 500:
                    found.append((rule.rule, str(question)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("db_url", "role"),
    [*(("postgres", role) for role in (*READERS, *sorted(ADMIN_ROLES))), ("sqlite", "county_officer")],
    indirect=["db_url"],
)
def test_strange_questions_never_end_in_a_fault(app, sign_in, role):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = FreshClient

    assert faults(app, sign_in(role)) == []


@pytest.mark.parametrize("address", ["/disputes?tab=%00", "/map/village/%00", "/disputes?%00=1"])
def test_a_null_byte_in_an_address_is_refused_with_a_sentence(sign_in, address):
    answer = sign_in("township_lead").get(address)

    assert answer.status_code == 404
    assert "坏字符" in (answer.get_json()["detail"] if answer.is_json else answer.get_data(as_text=True))


def test_a_page_number_beyond_all_lists_is_refused(sign_in):
    answer = sign_in("township_lead").get("/disputes?page=" + "9" * 30)

    assert answer.status_code == 404
    assert "没有这一页" in answer.get_data(as_text=True)
