"""Totals agree: what the map would show, its table and the database, at every level, filter, role and week."""

from __future__ import annotations

import base64
import json
import random
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.map_weeks import keep_weeks_job
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.map_weeks import MapWeek
from grid_app.policy import Role, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_facts import standing_in
from grid_app.queries.map_past import end_of, lines_at, opened, past_weeks
from grid_app.queries.scoping import visible
from grid_app.queries.small_numbers import FEW, LEAST_SHOWN
from grid_app.vocabulary.words import OPEN_STATES
from tests.dispute_rows import add_dispute
from tests.world import NOW, VILLAGES

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TOWN, VILLAGE = "990101001", "990101001201"
ROLES = (Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.VILLAGE_LEAD)
LEVELS = ("townships", "villages", "grids")
APART = ("没有定位到村", "按规定不上图")


@pytest.fixture
def many(app, app_world):
    """Put 150 disputes of every kind anywhere, some of them late, some about a unit that asks."""
    rng = random.Random(20261122)  # noqa: S311 - test data, the same every time
    grids = [f"{code}J00{number}" for code in VILLAGES for number in (1, 2)]
    places = [*grids, *VILLAGES, TOWN, "990101"]
    with transaction() as session:
        for number in range(150):
            late = rng.choice([None, None, -1, 1])
            add_dispute(
                session,
                number,
                village=rng.choice(places),
                kind=rng.choice(["inside", "chosen", "uncertain", "not_located"]),
                state=rng.choice(["reported", "handling", "mediating", "closed", "referred_out"]),
                category=rng.choice(["0299", "0901", "1102", "1501", "1602"]),
                grade=rng.choice(["red", "orange", "yellow", "blue", "green"]),
                about_unit_id=rng.choice([None, None, None, app_world.units["township"]]),
                due_at=None if late is None else NOW + timedelta(days=late),
                statutory_due_at=NOW - timedelta(hours=1) if late == -1 and rng.random() < 0.4 else None,
            )


def stored(world, role, *conditions) -> int:
    with reading() as session:
        scope = narrowed(dispute_scope(world.actor(session, role)), "/")
        open_ones = Dispute.state.in_(OPEN_STATES)
        question = select(func.count()).select_from(Dispute).where(visible(scope), open_ones, *conditions)
        return session.scalar(question)


def table_of(client, address) -> dict[str, list[str]]:
    page = BeautifulSoup(client.get(address).get_data(as_text=True), "lxml")
    heads = [cell.get_text(strip=True) for cell in page.select("#map-table thead th")]
    rows = page.select("#map-table tbody tr, #map-table tfoot tr")
    found = {
        row.find("th").get_text(strip=True): [cell.get_text(strip=True) for cell in row.select("td")] for row in rows
    }
    return {"heads": heads[1:], **found}


def bounds(word: str) -> tuple[int, int]:
    """Return between which numbers a class lies."""
    if word.startswith("没有"):
        return 0, 0
    size = word.split()[1]
    if "<5" in size:
        return 1, 4
    return (100, 10**6) if size == "100" else (int(size.split("-")[0]), int(size.split("-")[1]))


def test_map_table_and_database_agree_whatever_is_asked_for(sign_in, app_world, many):
    for role in ROLES:
        client = sign_in(str(role))
        table = table_of(client, "/map")
        at = table["heads"].index("未办结")
        for grade in ("", "red"):
            wanted = stored(app_world, role, *([Dispute.grade == grade] if grade else []))
            for level in LEVELS:
                facts = client.get(f"/map/facts.json?level={level}&grade={grade}").get_json()
                totals = facts["totals"]
                words = [facts["classes"]["words"][value] for value in base64.b64decode(facts["values"])]
                low, high = (
                    (sum(side) for side in zip(*(bounds(word) for word in words), strict=True)) if words else (0, 0)
                )

                if facts["root"] == VILLAGE:  # its sums are hidden where they are small
                    assert totals["all"] == (FEW if 0 < wanted < LEAST_SHOWN else wanted), (role, grade, level)
                    assert facts["numbers"] == [], (role, grade, level)
                    continue
                assert totals["all"] == wanted, (role, grade, level)
                assert low <= totals["on_map"] <= high
                assert totals["all"] == sum(totals[part] for part in ("on_map", "undrawn", "not_located", "withheld"))
                if level == "townships":
                    assert sum(facts["numbers"]) == totals["on_map"]
        told = client.get("/map/facts.json").get_json()
        totals = told["totals"]
        if told["root"] != VILLAGE:
            assert int(table["合计"][at]) == totals["all"] - totals["withheld"]


def test_a_worker_has_no_map_and_its_grid_counts_the_same(sign_in, app_world, many):
    with reading() as session:
        scope = narrowed(dispute_scope(app_world.actor(session, Role.GRID_WORKER)), "/990101/")
        rows = standing_in(session, scope=scope, now=NOW, week=None)

    assert sum(sum(row.counts[:5]) for row in rows) == stored(app_world, Role.GRID_WORKER) > 0
    assert sign_in("grid_worker").get("/map/facts.json").status_code == 403


def test_late_ones_agree_with_the_list_and_no_small_number_leaves_the_server(sign_in, app_world, many):
    for role in ROLES:
        client = sign_in(str(role))
        table = table_of(client, "/map?layer=clocks")
        answer = client.get("/map/facts.json?layer=clocks").get_json()
        by_law = stored(app_world, role, Dispute.statutory_due_at < NOW)
        late = stored(app_world, role, Dispute.due_at < NOW)

        assert (answer["totals"]["all"], int(table["合计"][2])) == (late, late)
        assert int(table["合计"][0]) == by_law
    town = table_of(sign_in("township_lead"), "/map?layer=clocks")
    small = [cell for name, cells in town.items() if name not in ("heads", "合计", *APART) for cell in cells]
    assert small
    assert not {"1", "2", "3", "4"} & set(small)
    told = json.dumps(sign_in("township_lead").get("/map/facts.json").get_json()["marks"]["values"])
    assert not any(f" {count}," in told or f"[{count}," in told for count in (1, 2, 3, 4))


def test_what_a_role_may_not_see_is_said(sign_in, app_world):
    county, town = sign_in("county_lead"), sign_in("township_lead")

    assert county.get("/map/facts.json").get_json()["empty"] == "这个范围里没有未办结的纠纷。"
    assert "按规定您看不到的事项不计在内" in town.get("/map/facts.json").get_json()["empty"]
    refused = sign_in("village_lead").get("/map/facts.json?layer=findings").get_json()
    assert (refused["layer"], "不能看“已确认的苗头提示”" in refused["empty"]) == ("disputes", True)
    assert town.get("/map/facts.json?root=990101002").status_code == 404


def test_a_past_week_is_as_it_stood_and_is_kept_once(app, app_world, sign_in):
    week = past_weeks(NOW)[0]
    end = end_of(week)
    before, after = end - timedelta(days=20), end + timedelta(days=1)
    with transaction() as session:
        still = add_dispute(session, 1, village="990101001201", received_at=before, grade="red")
        done = add_dispute(session, 2, village="990101001202", received_at=before, state="closed", grade="green")
        moved = add_dispute(session, 3, village="990101002201", received_at=before, state="closed", grade="blue")
        add_dispute(session, 4, village="990101001201", received_at=after)
        ended = add_dispute(session, 5, village="990101001201", received_at=before, state="closed")
        sealed = add_dispute(session, 6, village="990101001201", received_at=before, category="1502")
        rows = [
            (still, 2, after, "graded", None, None, {"from": "yellow", "to": "red"}),
            (done, 2, after, "accepted", "reported", "handling", {}),
            (done, 3, after, "closed", "handling", "closed", {}),
            (moved, 2, after, "place_settled", None, "reported", {"from": "990101002202", "to": "990101002201"}),
            (moved, 3, after, "closed", "reported", "closed", {}),
            (ended, 2, before, "closed", "reported", "closed", {}),
        ]
        for dispute, number, at, kind, from_state, to_state, details in rows:
            states = {"from_state": from_state, "to_state": to_state}
            session.add(DisputeEvent(dispute_id=dispute, number=number, at=at, kind=kind, details=details, **states))
    lead = sign_in("county_lead")
    address = f"/map/facts.json?level=villages&week={week}"
    fresh = lead.get(address).get_json()

    assert fresh["totals"] | {"on_map": 3, "withheld": 1, "all": 4, "yellow": 1, "red": 0} == fresh["totals"]
    words = [fresh["classes"]["words"][value] for value in base64.b64decode(fresh["values"])]
    assert words == ["未办结 <5 件", "未办结 <5 件", "没有未办结的", "未办结 <5 件"]
    assert "到那一周结束时未办结 4 件" in lead.get(f"/map?week={week}").get_data(as_text=True)

    assert keep_weeks_job() == 26
    with transaction() as session:
        session.execute(update(Dispute).values(state="closed"))  # as if without history: what is kept stays
        content = session.get_one(MapWeek, week)
        assert lines_at(session, end) != opened(content.content)
        scope = narrowed(dispute_scope(app_world.actor(session, Role.TOWNSHIP_LEAD)), f"/990101/{TOWN}/")
        assert sum(sum(row.counts[:5]) for row in standing_in(session, scope=scope, now=NOW, week=week)) == 2
    assert keep_weeks_job() == 0
    assert lead.get(address).get_json()["totals"] == fresh["totals"]
    assert lead.get("/map/facts.json?week=2020-01-06").get_json()["week"] == ""
    assert sealed
