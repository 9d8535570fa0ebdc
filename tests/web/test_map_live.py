"""An open map hears of changes by one question a second; too many listeners poll, and nobody stays signed in by it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from grid_app.adapters import map_feed
from grid_app.adapters.listeners import FEWEST, MOST, most_listeners
from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.mediation import CommitteeComposition
from grid_app.models.places import MediationRoom
from tests.dispute_rows import add_dispute
from tests.mediation_world import mediating, met
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST = "990101001201"


def change(number: int) -> None:
    with transaction() as session:
        dispute = add_dispute(session, number, village=WEST)
        session.add(DisputeEvent(id=new_id(), dispute_id=dispute, number=1, at=NOW, kind="reported", details={}))


def heard(lines) -> dict[str, str]:
    """Return the versions of the next event."""
    line = next(text for one in lines if (text := one.decode()).startswith("event: facts"))
    return json.loads(line.split("data: ")[1])["versions"]


def test_a_line_tells_what_is_newest_and_then_each_change(sign_in, monkeypatch):
    monkeypatch.setattr(map_feed, "ASK_EVERY_SECONDS", 0.01)
    client = sign_in("township_lead")
    answer = client.get("/map/events", buffered=False)
    lines = iter(answer.response)

    first = heard(lines)
    change(1)
    second = heard(lines)
    polled = client.get("/map/version.json").get_json()["versions"]
    with transaction() as session:
        session.query(MediationRoom).update({"status": "closed"})
    third = heard(lines)
    answer.close()

    assert answer.mimetype == "text/event-stream"
    assert {name for name in first if first[name] != second[name]} == {"disputes", "clocks"}
    assert second == polled
    assert client.get("/map/facts.json").get_json()["version"] == second["disputes"]
    assert {name for name in second if second[name] != third[name]} == {"rooms"}


def test_a_meeting_or_an_election_that_makes_a_room_effective_is_told_to_the_layer_of_rooms(sign_in, app_world):
    def told() -> dict[str, str]:
        return sign_in("county_lead").get("/map/version.json").get_json()["versions"]

    with transaction() as session:
        dispute = mediating(session, app_world)
    before = told()
    with transaction() as session:
        met(session, app_world, session.get_one(Dispute, dispute.id))
    held = told()
    with transaction() as session:
        session.add(
            CommitteeComposition(
                unit_id=app_world.units["mediation"], members=5, has_director=True, women=2, elected_on=NOW.date(),
                changed_on=NOW.date(), assignment_id=app_world.assignments["township_officer"], recorded_at=NOW,
            )
        )  # fmt: skip
    elected = told()

    assert before["rooms"] != held["rooms"] != elected["rooms"]
    assert held["namings"] == before["namings"]


def test_beyond_the_places_pages_poll_and_a_closed_line_gives_its_place_back(sign_in, app):
    client = sign_in("county_lead")
    held = [client.get("/map/events", buffered=False) for _ in range(FEWEST)]

    refused = client.get("/map/events")
    for answer in held:
        answer.close()
    again = client.get("/map/events", buffered=False)
    again.close()

    assert [answer.status_code for answer in held] == [200, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "8")
    assert again.status_code == 200
    assert [most_listeners(threads) for threads in (1, 24, 64, 10_000)] == [FEWEST, 8, 21, MOST]


def test_a_map_that_asks_by_itself_keeps_nobody_signed_in(sign_in, clock):
    client = sign_in("county_lead")

    for _ in range(4):
        clock.advance(timedelta(minutes=9))
        answer = client.get("/map/version.json")

    assert answer.status_code != 200
    assert client.get("/map/version.json").status_code != 200
