"""Past weeks of findings, returns and rooms, and returns grid by grid: map, table and database agree."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.map_weeks import keep_weeks_job
from grid_app.models.map_weeks import MapWeek
from grid_app.models.places import Boundary, Division, MediationRoom
from grid_app.models.rounds import Finding, FindingEvent, Round, RoundAnswer, ScreeningReturn
from grid_app.policy import Role, dispute_scope
from grid_app.queries import map_codes
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_back import findings_at
from grid_app.queries.map_past import end_of, past_weeks
from grid_app.queries.round_progress import returned_counts
from tests.web.test_maps import add_finding, open_round, painted, soup_of, table_of
from tests.world import NOW, VILLAGES

WEST, EAST, STONE, WHITE = VILLAGES
TOWN, COUNTY = "990101001", "990101"
WEEK, _, BEFORE = past_weeks(NOW)[:3]
END = end_of(WEEK)


def answer(session, round_id, code, at):
    made = ScreeningReturn(division_code=code, village_code=code[:12], returned_at=at, zero=True, entries=[])
    session.add(made)
    session.flush()
    session.add(RoundAnswer(round_id=round_id, division_code=code, return_id=made.id))


def step(session, finding, at, kind, **details):
    session.add(FindingEvent(id=new_id(), finding_id=finding, at=at, kind=kind, details={"grade": "orange", **details}))


@pytest.fixture
def history(app, app_world):
    """Make five findings that went different ways in the last fortnight."""
    with transaction() as session:
        for number, (code, state) in enumerate(
            [(WEST, "closed"), (EAST, "confirmed"), (TOWN, "monitored"), (STONE, "suspected"), (STONE, "confirmed")]
        ):
            add_finding(session, number, code, state=state)
        session.flush()
        session.execute(update(Finding).values(created_at=END - timedelta(days=9)))
        ids = dict(session.execute(select(Finding.code, Finding.id)).all())
        steps = [
            ("F0", 1, "closed", {"from": "monitored", "to": "closed"}),
            ("F1", 2, "confirmed", {"from": "suspected", "to": "confirmed"}),
            ("F2", -3, "new", {"grade": "red"}),
            ("F2", 1, "monitored", {"from": "measures", "to": "monitored"}),
            ("F3", 1, "raised_again", {}),
            ("F4", 1, "undecided", {}),
        ]
        for code, days, kind, details in steps:
            step(session, ids[code], END + timedelta(days=days), kind, **details)
        session.execute(update(Finding).where(Finding.code == "F4").values(created_at=END + timedelta(hours=1)))


def test_findings_of_a_week_are_those_confirmed_and_not_closed_then(sign_in, app_world, history):
    client = sign_in("county_lead")

    table = table_of(soup_of(client.get(f"/map?layer=findings&week={WEEK}")))
    facts = client.get(f"/map/facts.json?layer=findings&week={WEEK}").get_json()

    assert {name: cells[-1] for name, cells in table.items()} == {"东河镇": "2", "合计": "2"}
    assert facts["marks"]["values"] == {TOWN: [1, 0, 0, 0, 0], WEST: [0, 1, 0, 0, 0]}
    now = table_of(soup_of(client.get("/map?layer=findings")))
    assert {name: cells[-1] for name, cells in now.items()} == {"东河镇": "2", "西山乡": "1", "合计": "3"}
    assert "没有消退的苗头提示 0 条" in soup_of(client.get(f"/map?layer=findings&week={BEFORE}")).get_text()


@pytest.mark.parametrize("role", [Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.TOWNSHIP_OFFICER])
def test_findings_of_a_week_are_the_same_on_the_map_in_the_table_and_stored(sign_in, app_world, history, role):
    client = sign_in(str(role))
    with reading() as session:
        scope = narrowed(dispute_scope(app_world.actor(session, role)), f"/{COUNTY}/")
        stored = len(findings_at(session, scope=scope, moment=END))

    for level in ("townships", "villages", "grids"):
        facts = client.get(f"/map/facts.json?layer=findings&week={WEEK}&level={level}").get_json()
        assert facts["totals"]["total"] == stored > 0
        assert sum(sum(counts) for counts in facts["marks"]["values"].values()) == stored
    assert table_of(soup_of(client.get(f"/map?layer=findings&week={WEEK}")))["合计"][-1] == str(stored)


def test_returns_of_a_week_are_those_of_its_rounds_that_had_come_by_its_end(sign_in, app_world):
    with transaction() as session:
        past = open_round(session)
        row = session.get_one(Round, past)
        row.opens_at, row.due_at = END - timedelta(days=5), END + timedelta(days=1)
        row.state, row.closed_at, row.period = "closed", END + timedelta(days=1), "2026-W46"
        answer(session, past, WEST, END - timedelta(days=1))
        answer(session, past, EAST, END + timedelta(hours=1))
    client = sign_in("county_officer")

    page = soup_of(client.get(f"/map?layer=returns&week={WEEK}"))
    assert table_of(page)["合计"] == ["4", "1", "0", "3", "8", "2", "6"]
    assert "到那一周结束时,4 个村(社区)中 1 个已回执" in page.get_text()
    assert (
        list(painted(client, f"/map/facts.json?layer=returns&week={WEEK}").values()) == ["已回执"] + ["还没有回执"] * 3
    )
    assert "那一周没有进行中的排查" in soup_of(client.get(f"/map?layer=returns&week={BEFORE}")).get_text()
    assert "现在没有进行中的排查" in soup_of(client.get("/map?layer=returns")).get_text()


@pytest.mark.parametrize("role", [Role.COUNTY_LEAD, Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD])
def test_returns_by_grid_add_up_to_the_table_and_the_database(sign_in, app_world, role):
    rng = random.Random(7)  # noqa: S311 - test data, the same every time
    with transaction() as session:
        round_id = open_round(session)
        for code in VILLAGES:
            for place in rng.sample([code, f"{code}J001", f"{code}J002"], k=rng.choice([0, 1, 2])):
                answer(session, round_id, place, NOW)
        lost = session.scalar(select(Boundary).where(Boundary.code == f"{WEST}J002"))
        session.delete(lost)  # a grid without an outline is in the table all the same
    map_codes.forget_codes()  # boundaries in use never change, so a process keeps their codes
    client = sign_in(str(role))
    with reading() as session:
        root = app_world.actor(session, role).division_path
        villages = returned_counts(session, [round_id], [COUNTY], within=root)[round_id]
        grids = session.scalar(select(func.count()).where(Division.level == "grid", Division.path.startswith(root)))

    table = table_of(soup_of(client.get("/map?layer=returns")))["合计"]
    facts = client.get("/map/facts.json?layer=returns&level=grids").get_json()
    shown = Counter(painted(client, "/map/facts.json?layer=returns&level=grids").values())

    assert (int(table[1]), int(table[0])) == villages
    assert int(table[4]) == int(table[5]) + int(table[6]) == grids == facts["totals"]["grids"]
    assert facts["totals"]["grids_undrawn"] == 1
    assert shown.total() == grids - 1
    by_village = painted(client, "/map/facts.json?layer=returns")
    assert Counter(by_village.values())["已回执"] == int(table[1])
    missing = shown["还没有回执"]
    assert int(table[6]) in (missing, missing + 1)
    assert shown["已回执"] == sum(
        facts["classes"]["areas"][at] for at, word in enumerate(facts["classes"]["words"]) if word == "已回执"
    )


def test_rooms_of_a_week_are_told_only_where_they_were_recorded(sign_in, app_world, clock):
    client = sign_in("county_lead")
    unknown = soup_of(client.get(f"/map?layer=rooms&week={WEEK}"))
    assert "没有记录,不能回看" in unknown.get_text()
    assert table_of(unknown)["合计"] == ["4", "0", "0", "0", "0", "4"]
    assert set(painted(client, f"/map/facts.json?layer=rooms&week={WEEK}").values()) == {"那一周没有记录"}

    assert keep_weeks_job() == 26
    with reading() as session:
        assert session.scalar(select(func.count()).where(MapWeek.rooms.is_not(None))) == 0  # a week ago, nobody knows

    clock.advance(end_of(WEEK + timedelta(days=7)) + timedelta(hours=1) - clock.now())
    ended = WEEK + timedelta(days=7)
    assert keep_weeks_job() == 1
    with transaction() as session:
        room = session.scalar(select(MediationRoom))
        room.status, room.closed_on = "closed", clock.now().date()
    client = sign_in("county_lead")
    then, now = (soup_of(client.get(f"/map?layer=rooms{week}")) for week in (f"&week={ended}", ""))

    assert table_of(then)["合计"] == ["4", "0", "0", "1", "3", "0", "1"]
    assert table_of(now)["合计"] == ["4", "0", "0", "0", "4", "0"]
    points = client.get(f"/map/facts.json?layer=rooms&week={ended}").get_json()["marks"]["points"]
    assert [point[2] for point in points] == ["云岭村矛盾纠纷调解室"]
    before = soup_of(client.get(f"/map?layer=rooms&week={WEEK}")).get_text()
    assert f"从 {ended:%Y年%m月%d日} 那一周起有记录" in before
    town = sign_in("other_township_lead").get(f"/map/facts.json?layer=rooms&week={ended}").get_json()
    assert (town["marks"]["points"], town["totals"]["rooms"]) == ([], 0)


@pytest.mark.parametrize("layer", ["disputes", "clocks", "findings", "returns", "rooms", "status", "namings"])
def test_every_layer_has_the_slider_and_keeps_the_week_in_its_links(sign_in, app_world, layer):
    page = soup_of(sign_in("county_lead").get(f"/map?layer={layer}&week={WEEK}"))

    assert page.select_one("#map-week option[selected]")["value"] == str(WEEK)
    assert all(f"week={WEEK}" in link["href"] for link in page.select('nav[aria-label="图层"] a'))
