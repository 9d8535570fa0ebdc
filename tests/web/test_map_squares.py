"""Squares of 500 metres: map, table and database agree for every role, area and grade; nobody sees others' points."""

from __future__ import annotations

import random

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary
from grid_app.policy import Role, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_past import past_weeks
from grid_app.queries.points import handled_by, points_in, shows_a_point
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES
from tests.dispute_rows import add_dispute
from tests.world import NOW, VILLAGES

WEST, EAST, TOWN, COUNTY = "990101001201", "990101001202", "990101001", "990101"
ROLES = (Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD)
EVERYWHERE = "bbox=110.9,28.9,111.5,29.2"


@pytest.fixture
def many(app, app_world):
    """Put 160 disputes near a few spots, some handled by a unit that asks, some of kinds that have no point."""
    rng = random.Random(20261123)  # noqa: S311 - test data, the same every time
    with transaction() as session:
        for number in range(160):
            code = rng.choice(list(VILLAGES))
            west = VILLAGES[code][1]
            spot = (west + rng.choice([0.02, 0.05, 0.0999]) + rng.random() / 400, 29.03 + rng.random() / 400)
            add_dispute(
                session,
                number,
                village=rng.choice([code, f"{code}J001"]),
                point=rng.choice([spot, spot, spot, None]),
                kind=rng.choice(["inside", "inside", "inside", "not_located"]),
                state=rng.choice(["reported", "handling", "closed"]),
                category=rng.choice(["0901", "0901", "1102", "0201", "0101", "1501", "1602"]),
                grade=rng.choice(["red", "blue"]),
                safety_child=rng.random() < 0.1,
                safety_present=rng.random() < 0.1,
                owner_unit_id=app_world.units[rng.choice(["county", "township", "village"])],
            )
        session.execute(update(Boundary).where(Boundary.code.in_([WEST, "990101002201"])).values(area_km2=4.0))


def stored(world, role, root, *conditions) -> int:
    with reading() as session:
        scope = narrowed(dispute_scope(world.actor(session, role)), root)
        own = handled_by(scope) if "own" in conditions else ~handled_by(scope) if "others" in conditions else None
        asked = [one for one in (*conditions, own) if one is not None and not isinstance(one, str)]
        open_ones = Dispute.state.in_(OPEN_STATES)
        return session.scalar(select(func.count()).select_from(Dispute).where(visible(scope), open_ones, *asked))


def points_of(world, role, root):
    with reading() as session:
        scope = narrowed(dispute_scope(world.actor(session, role)), root)
        return list(points_in(session, scope=scope).shares.values())


def small(count: int) -> int | str:
    return "<5" if 0 < count < 5 else count


def foot_of(client, address) -> dict[str, int | str]:
    page = BeautifulSoup(client.get(address).get_data(as_text=True), "lxml")
    heads = [cell.get_text(strip=True) for cell in page.select("#map-table thead th")][1:]
    cells = [cell.get_text(strip=True) for cell in page.select("#map-table tfoot td")]
    return {head: int(cell) if cell.isdigit() else cell for head, cell in zip(heads, cells, strict=True)}


def test_squares_table_and_database_agree_for_every_role_area_and_grade(sign_in, app_world, many):
    seen = set()
    for role in ROLES:
        client = sign_in(str(role))
        for root in ("", TOWN, WEST):
            if client.get(f"/map?root={root}").status_code == 404:
                continue
            path = {"": "/", TOWN: f"/{COUNTY}/{TOWN}/", WEST: f"/{COUNTY}/{TOWN}/{WEST}/"}[root]
            foot = foot_of(client, f"/map?squares=1&root={root}")
            usual = client.get(f"/map/facts.json?root={root}").get_json()["totals"]
            told = client.get(f"/map/points.json?root={root}&{EVERYWHERE}").get_json()
            placed = (shows_a_point(), Dispute.place_kind != "not_located")
            own, others = (stored(app_world, role, path, *placed, whose) for whose in ("own", "others"))

            is_alone = root == WEST or role == Role.VILLAGE_LEAD
            words = small if is_alone else int
            exact = points_of(app_world, role, path)
            parts = {"exact": own, "squares": sum(one.squares for one in exact), "villages": others}
            parts["villages"] -= parts["squares"]
            every = stored(app_world, role, path)

            assert usual["all"] == every, (role, root)
            assert len(told["points"]) == own
            assert told["totals"] == {kind: words(count) for kind, count in parts.items()}, (role, root)
            assert [foot[head] for head in ("准确位置", "格子里", "归到村")] == [*map(words, parts.values())]
            assert (foot["未办结"], foot["不标位置"]) == (words(every), words(every - own - others))
            if not is_alone:
                graded = [
                    client.get(f"/map/points.json?root={root}&grade={grade}&{EVERYWHERE}").get_json()["totals"]
                    for grade in ("red", "blue")
                ]
                assert {kind: sum(one[kind] for one in graded) for kind in parts} == parts
            seen |= {kind for kind, count in parts.items() if count}
    assert seen == {"exact", "squares", "villages"}


def test_numbers_on_the_map_add_up_to_the_table_and_small_ones_never_travel(sign_in, app_world, many):
    with reading() as session:
        scope = narrowed(dispute_scope(app_world.actor(session, Role.COUNTY_LEAD)), f"/{COUNTY}/")
        whole = points_in(session, scope=scope)
    told = sign_in("county_lead").get(f"/map/points.json?{EVERYWHERE}").get_json()

    assert sum(count for _, count in whole.cells) == told["totals"]["squares"]
    assert sum(count for _, count in whole.villages) == told["totals"]["villages"]
    assert [cell["count"] for cell in told["cells"]] == [count if count >= 5 else "<5" for _, count in whole.cells]
    counts = {one["count"] for one in (*told["cells"], *told["villages"])}
    assert "<5" in counts
    assert not counts & {1, 2, 3, 4}


def test_the_switch_stands_in_the_address_and_only_where_squares_are_told(sign_in, app_world, many):
    client = sign_in("township_officer")
    page = client.get("/map").get_data(as_text=True)
    squares = client.get("/map?squares=1&grade=red").get_data(as_text=True)

    assert "按 500 米格子看" in page
    assert "squares=1" in BeautifulSoup(page, "lxml").select_one(".map-switch a")["href"]
    assert "按村(社区)看" in squares
    assert "别的单位看不到它们的准确位置" in squares
    assert "图上只画红" in squares
    assert "squares=1" in BeautifulSoup(squares, "lxml").select_one("iframe")["src"]
    for address in (f"/map?squares=1&week={past_weeks(NOW)[0]}", "/map?squares=1&layer=rooms"):
        assert "格子" not in client.get(address).get_data(as_text=True)
    rows = client.get("/map/table.csv?squares=1").get_data(as_text=True).splitlines()
    assert rows[0].lstrip("\ufeff").split(",")[1:] == ["格子里", "归到村", "准确位置", "不标位置", "未办结"]


def test_squares_of_another_area_are_refused(sign_in, app_world):
    answer = sign_in("township_lead").get(f"/map/points.json?root=990101002&{EVERYWHERE}")

    assert answer.status_code == 404
    assert sign_in("grid_worker").get(f"/map/points.json?{EVERYWHERE}").status_code == 403
