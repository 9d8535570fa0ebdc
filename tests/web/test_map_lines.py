"""An open line of the map ends with the right to it, and nobody takes the lines of all."""

from __future__ import annotations

import pytest

from grid_app.adapters import map_feed
from grid_app.adapters.listeners import FEWEST, LISTENERS, MOST, most_of_one
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account, Assignment
from tests.web.forms import FreshClient
from tests.web.test_map_live import change, heard
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def sign_out(client, world) -> None:
    client.post("/sign-out")


def disable(_client, world) -> None:
    with transaction() as session:
        session.get_one(Account, world.accounts["township_lead"]).disabled_at = NOW


def move(_client, world) -> None:
    with transaction() as session:
        session.get_one(Assignment, world.assignments["township_lead"]).division_code = "990101002"


def retire(_client, world) -> None:
    with transaction() as session:
        session.get_one(Assignment, world.assignments["township_lead"]).valid_to = NOW


@pytest.mark.parametrize("end", [sign_out, disable, move, retire])
def test_an_open_line_ends_with_the_right_to_it_and_gives_its_place_back(sign_in, app, app_world, monkeypatch, end):
    """Before, it went on for four minutes."""
    app.test_client_class = FreshClient
    monkeypatch.setattr(map_feed, "ASK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(map_feed, "LOOK_SECONDS", 0.05)
    client = sign_in("township_lead")
    answer = client.get("/map/events", buffered=False)
    lines = iter(answer.response)
    heard(lines)

    end(client, app_world)
    change(1)
    rest = sum(1 for _ in lines)
    answer.close()

    assert rest <= 6
    assert not map_feed.feed_of(app.extensions["grid"].engine).listeners


def test_one_account_does_not_take_the_lines_of_all(sign_in, app):
    app.config[LISTENERS] = 12
    greedy, other = sign_in("county_lead"), sign_in("township_lead")

    held = [greedy.get("/map/events", buffered=False) for _ in range(5)]
    beside = other.get("/map/events", buffered=False)
    for answer in (*held, beside):
        answer.close()
    after = []
    for _ in range(20):
        with greedy.head("/map/events") as answer:
            after.append(answer.status_code)

    assert [answer.status_code for answer in held] == [200] * 3 + [503] * 2
    assert (beside.status_code, set(after)) == (200, {200})
    assert [most_of_one(most) for most in (FEWEST, 8, 12, MOST)] == [FEWEST, FEWEST, 3, 50]
