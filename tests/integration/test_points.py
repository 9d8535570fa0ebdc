"""Who may know where exactly: the unit that handles a matter; nobody, where the place is somebody's home."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.transaction import transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, Division
from grid_app.policy import Role, dispute_scope
from grid_app.queries.field import open_nearby, points_of
from grid_app.queries.points import Shares, _box, _numbers, _Place, cell_of, points_in
from grid_app.services.handling.details import settle_place
from grid_app.services.matters.points import decide_points
from grid_app.services.matters.step import Step
from grid_app.services.reports.receiving import parse_report, receive_report
from tests.dispute_rows import add_dispute
from tests.integration.intake_tools import CONTENT, KEYS
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST = "990101001201", "990101001202"


def told(session: Session, world: World, **changes: Any) -> Dispute:
    draft = parse_report({**CONTENT, "lon": 111.05, "lat": 29.02, **changes}, report_id=uuid4())
    answer = receive_report(
        session, draft=draft, actor=world.actor(session, "township_officer"), places=MemoryPlaceFinder(), keys=KEYS,
        now=NOW, via="form",
    )  # fmt: skip
    assert answer.outcome == "accepted", answer.fields
    return session.get_one(Dispute, answer.dispute_id)


def placed(session: Session, number: int, lon: float, lat: float, **more: Any):
    at = {"point": (lon, lat), "village": WEST, "category": "0901"} | more
    dispute = add_dispute(session, number, **at)
    session.execute(update(Dispute).where(Dispute.id == dispute).values(point=f"SRID=4326;POINT({lon} {lat})"))
    return dispute


def test_a_matter_at_home_is_located_and_its_point_is_not_kept(session, world):
    kept = told(session, world, category="0901")
    at_home = [
        told(session, world, category="0201"),
        told(session, world, category="0102", safety_child=False, safety_present=False),
        told(session, world, category="0102", safety_child=True, safety_present=False),
    ]

    assert (kept.lon, kept.lat) == (111.05, 29.02)
    for one in at_home:
        assert (one.lon, one.lat, one.point, one.accuracy_m) == (None, None, None, None)
        assert (one.division_code, one.place_kind) == (f"{WEST}J001", "inside")


def test_between_two_villages_the_point_stays_until_somebody_says_which(session, world):
    dispute = told(session, world, category="0201", lon=111.0999, accuracy_m=80.0)
    assert (dispute.place_kind, dispute.lon) == ("uncertain", 111.0999)

    step = Step(dispute.id, world.actor(session, "township_officer"), dispute.version, NOW)
    settle_place(session, step, village_code=EAST, places=MemoryPlaceFinder())

    assert (dispute.division_code, dispute.lon, dispute.point) == (EAST, None, None)


def test_a_county_may_decide_to_keep_them_and_to_forget_them_again(session, world):
    decide_points(session, keep=True, actor=None, now=NOW)
    kept = told(session, world, category="0201")
    other = told(session, world, category="0901")
    assert kept.lon == 111.05

    assert decide_points(session, keep=False, actor=None, now=NOW) == 1

    session.expire_all()
    assert (kept.lon, other.lon) == (None, 111.05)
    assert told(session, world, category="0201").lon is None
    assert session.scalar(select(func.count()).where(AuditEvent.action == "points.decided")) == 2


def test_a_point_is_for_who_handles_a_square_for_others_and_a_village_where_few_live(session, world):
    own = placed(session, 1, 111.02, 29.02, owner_unit_id=world.units["township"])
    for number in (2, 3):
        placed(session, number, 111.08, 29.08, owner_unit_id=world.units["village"])
    placed(session, 4, 111.15, 29.02, village=EAST, owner_unit_id=world.units["county"])
    placed(session, 5, 111.02, 29.02, category="0201", owner_unit_id=world.units["township"])
    placed(session, 6, 111.02, 29.02, safety_present=True, owner_unit_id=world.units["township"])
    placed(session, 7, 111.02, 29.02, category="1502", owner_unit_id=world.units["township"])
    placed(session, 8, 111.25, 29.02, village="990101002201")
    session.execute(update(Boundary).where(Boundary.code == WEST).values(area_km2=4.0))  # 50 households a km2
    scope = dispute_scope(world.actor(session, Role.TOWNSHIP_OFFICER))

    found = points_in(session, scope=scope)
    lead = points_in(session, scope=dispute_scope(world.actor(session, Role.COUNTY_LEAD)))

    assert [one.id for one in found.exact] == [own]
    assert found.shares == {WEST: Shares(exact=1, squares=2), EAST: Shares(village=1)}
    assert found.cells == ((cell_of(111.08, 29.08), 2),)
    assert found.villages == ((EAST, 1),)
    assert lead.exact == ()
    assert sum(count for _, count in (*lead.cells, *lead.villages)) == 5
    session.execute(update(Division).where(Division.code == WEST).values(households=None))
    assert points_in(session, scope=scope).villages == ((WEST, 2), (EAST, 1))


def test_a_phone_keeps_the_points_of_matters_that_its_own_unit_handles(session, world):
    handled = placed(session, 1, 111.02, 29.02, village=f"{WEST}J001", owner_unit_id=world.units["village"])
    other = placed(session, 2, 111.03, 29.02, village=f"{WEST}J001", owner_unit_id=world.units["township"])
    home = placed(
        session, 3, 111.04, 29.02, village=f"{WEST}J001", category="0201", owner_unit_id=world.units["village"]
    )
    scope = dispute_scope(world.actor(session, Role.GRID_WORKER))

    near = {one.id: one.lon for one in open_nearby(session, scope=scope, today=NOW.date())}

    assert near == {handled: 111.02, other: None, home: None}
    assert set(points_of(session, scope=scope, ids=[handled, other, home])) == {handled, other}


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "111,29,112,30", "111.2,29,111.1,29.1", "nan,29,111,29.1"])
def test_a_box_that_cannot_be_is_answered_with_a_sentence(sign_in, box):
    answer = sign_in("county_lead").get("/map/points.json", query_string={"bbox": box})

    assert answer.status_code == 422
    assert "放大" in answer.get_data(as_text=True)


def test_few_in_a_square_are_not_told_apart(sign_in, app_world):
    with transaction() as session:
        for number in range(3):
            placed(session, number, 111.08, 29.08)
        session.execute(update(Boundary).where(Boundary.code == WEST).values(area_km2=4.0))

    told_of = sign_in("county_lead").get("/map/points.json?bbox=111,29,111.3,29.1").get_json()

    assert [cell["count"] for cell in told_of["cells"]] == ["<5"]
    assert told_of["points"] == told_of["villages"] == []


def test_a_small_box_tells_no_more_than_the_square_it_touches(sign_in, app_world):
    with transaction() as session:
        for number in range(6):
            placed(session, number, 111.08, 29.08)
        session.execute(update(Boundary).where(Boundary.code == WEST).values(area_km2=4.0))
    west, south, east, north = cell_of(111.08, 29.08)
    whole = {"box": [round(side, 6) for side in (west, south, east, north)], "count": 6}
    client = sign_in("county_lead")

    corners = [(west + 1e-5, south + 1e-5), (111.08 - 5e-6, 29.08 - 5e-6), (east - 2e-5, north - 2e-5)]
    for left, low in corners:
        box = f"{left},{low},{left + 1e-5},{low + 1e-5}"
        answer = client.get("/map/points.json", query_string={"bbox": box}).get_json()
        assert answer["cells"] == [whole]
        assert answer["totals"] == {"exact": 0, "squares": 6, "villages": 0}
    beside = f"{east + 1e-5},{south},{east + 2e-5},{north}"
    assert client.get("/map/points.json", query_string={"bbox": beside}).get_json()["cells"] == []


def test_squares_lie_beside_each_other_and_numbers_of_many_are_those_of_one(session):
    places = [_Place("", 111.0 + step * 0.00137, 29.0 + step * 0.00091) for step in range(200)]

    for place, (row, column) in zip(places, _numbers(places), strict=True):
        box = cell_of(place.lon, place.lat)
        assert box == _box(row, column)
        assert box[0] <= place.lon < box[2]
        assert box[1] <= place.lat < box[3]
        assert _box(row, column + 1)[0] == pytest.approx(box[2])
