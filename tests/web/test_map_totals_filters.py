"""One sum at every area, level, grade, filter and week: of every layer the map, its table and the database agree."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, or_, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division, MediationRoom, VillageNaming
from grid_app.models.rounds import Finding
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.policy import Role, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_past import end_of, past_weeks
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import GRADE_WORDS, OPEN_STATES
from tests.dispute_rows import add_dispute
from tests.web.test_map_totals import table_of
from tests.web.test_maps import add_finding
from tests.world import COUNTY, NOW, VILLAGES

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST, STONE, WHITE = VILLAGES
TOWN = "990101001"
PATHS = {"": f"/{COUNTY}/", TOWN: f"/{COUNTY}/{TOWN}/", WEST: f"/{COUNTY}/{TOWN}/{WEST}/"}
LEVELS = ("townships", "villages", "grids")
ROLES = (Role.COUNTY_LEAD, Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD)
GRADES = tuple(GRADE_WORDS)
WEEK = past_weeks(NOW)[0]


@pytest.fixture
def many(app, app_world):
    """Put 300 disputes of every kind anywhere: before and after the week ended, in grids, villages and townships."""
    rng = random.Random(20261124)  # noqa: S311 - test data, the same every time
    places = [*(f"{code}J00{number}" for code in VILLAGES for number in (1, 2)), *VILLAGES, TOWN, COUNTY]
    with transaction() as session:
        for number in range(300):
            add_dispute(
                session, number, village=rng.choice(places), kind=rng.choice(["inside", "inside", "not_located"]),
                state=rng.choice(["reported", "handling", "closed"]), grade=rng.choice(GRADES),
                category=rng.choice(["0299", "0901", "1102", "1501", "1602"]),
                received_at=end_of(WEEK) + timedelta(days=rng.choice([-9, -2, 1])),
                due_at=rng.choice([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
            )  # fmt: skip


def areas_of(client) -> list[str]:
    return [root for root in PATHS if client.get(f"/map?root={root}").status_code == 200]


def stored(world, role, root, *conditions) -> int:
    with reading() as session:
        scope = narrowed(dispute_scope(world.actor(session, role)), PATHS[root])
        question = select(func.count()).select_from(Dispute)
        return session.scalar(question.where(visible(scope), Dispute.state.in_(OPEN_STATES), *conditions))


def shown(count: int) -> str:
    return "<5" if 0 < count < 5 else str(count)


@pytest.mark.parametrize("role", ROLES)
def test_disputes_have_one_sum_in_every_area_at_every_level_and_grade(sign_in, app_world, many, role):
    client = sign_in(str(role))
    for root in areas_of(client):
        is_alone = root == WEST or role == Role.VILLAGE_LEAD
        foot = dict(zip(*_foot(client, f"/map?root={root}"), strict=True))
        drawn = ~or_(Dispute.category.like("15%"), Dispute.category.like("16%"))
        for grade in ("", *GRADES):
            graded = [Dispute.grade == grade] if grade else []
            every, on_maps = stored(app_world, role, root, *graded), stored(app_world, role, root, *graded, drawn)
            head = next(one for one in foot if one.endswith(GRADE_WORDS[grade] if grade else "未办结"))
            for level in LEVELS:
                totals = client.get(f"/map/facts.json?root={root}&level={level}&grade={grade}").get_json()["totals"]
                where = (role, root, level, grade)

                assert str(totals["all"]) == (shown(every) if is_alone else str(every)), where
                if not is_alone:
                    assert sum(totals[part] for part in ("on_map", "undrawn", "not_located", "withheld")) == every
            assert foot[head] == (shown(on_maps) if is_alone else str(on_maps)), (role, root, grade)


def _foot(client, address) -> tuple[list[str], list[str]]:
    table = table_of(client, address)
    return table["heads"], table["合计"]


@pytest.mark.parametrize("role", ROLES)
def test_a_past_week_has_one_sum_at_every_level_and_grade(sign_in, app_world, many, role):
    """Nothing has a history here, so that what is open now and came before the end was open then."""
    client = sign_in(str(role))
    came = Dispute.received_at < end_of(WEEK)
    for root in areas_of(client):
        if root == WEST or role == Role.VILLAGE_LEAD:
            continue
        heads, cells = _foot(client, f"/map?root={root}&week={WEEK}")
        for grade in ("", *GRADES):
            graded = [Dispute.grade == grade] if grade else []
            wanted = stored(app_world, role, root, came, *graded)
            for level in LEVELS:
                asked = f"/map/facts.json?root={root}&week={WEEK}&level={level}&grade={grade}"
                totals = client.get(asked).get_json()["totals"]
                assert (totals["all"], totals["all"] > 0) == (wanted, True), (role, root, level, grade)
        assert int(cells[heads.index("未办结")]) == stored(app_world, role, root, came)


@pytest.fixture
def places(app, app_world):
    """Give villages a month on record, a naming, a finding and rooms, each in a state of its own."""
    states = {WEST: "met", EAST: "on_track", STONE: "under_review"}
    month = NOW.date().replace(day=1)
    with transaction() as session:
        session.add(StatusRun(month=month, rules_version=1, figures={}, begun_at=NOW, finished_at=NOW))
        session.flush()  # the months name it
        for code, state in states.items():
            judged = {"facts": {}, "outcomes": {}, "digest": "", "why": "", "since": month}
            session.add(VillageMonth(month=month, village_code=code, state=state, **judged))
        for code in (WEST, STONE):
            session.add(VillageNaming(division_code=code, document_number="1号", named_on=month, recorded_at=NOW))
        for number, code in enumerate((WEST, WEST, STONE, TOWN)):
            add_finding(session, number, code, grade=("red", "orange", "blue", "red")[number])
        add_finding(session, 9, EAST, state="open")
        session.add(MediationRoom(code="R7", name="县调解室", division_code=COUNTY, lon=111.3, lat=29.05))


def under(root: str) -> list[str]:
    return [code for code in VILLAGES if f"/{COUNTY}/{code[:9]}/{code}/".startswith(PATHS[root])]


def in_database(layer: str, root: str) -> dict[str, int]:
    """Count what a layer shows of an area in the tables of the database, by nothing that the map uses."""
    with reading() as session:
        if layer == "status":
            states = dict(session.execute(select(VillageMonth.village_code, VillageMonth.state)).all())
            return Counter(states.get(code, "not_assessed") for code in under(root))
        if layer == "namings":
            named = set(session.scalars(select(VillageNaming.division_code)))
            return Counter("named" if code in named else "none" for code in under(root))
        below = select(Division.code).where(Division.path.startswith(PATHS[root])).scalar_subquery()
        if layer == "findings":
            confirmed = Finding.state.in_(("confirmed", "answering", "measures", "monitored", "owner_assigned"))
            grades = session.scalars(select(Finding.grade).where(Finding.division_code.in_(below), confirmed)).all()
            return {**Counter(grades), "total": len(grades)}
        rooms = select(func.count()).where(MediationRoom.status == "active", MediationRoom.division_code.in_(below))
        return {"rooms": session.scalar(rooms) or 0}


@pytest.mark.parametrize("layer", ["status", "namings", "findings", "rooms"])
@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD])
def test_layers_of_states_have_one_sum_in_every_area_at_every_level(sign_in, app_world, places, layer, role):
    client = sign_in(str(role))
    for root in areas_of(client):
        wanted = in_database(layer, root or (TOWN if role == Role.TOWNSHIP_LEAD else ""))
        told = [client.get(f"/map/facts.json?layer={layer}&root={root}&level={level}").get_json() for level in LEVELS]
        heads, cells = _foot(client, f"/map?layer={layer}&root={root}")

        assert all(one["totals"] == told[0]["totals"] for one in told), (layer, root)
        assert {key: told[0]["totals"][key] for key in wanted} == dict(wanted), (layer, root)
        assert [str(count) for count in told[0]["totals"].values()] == cells, (layer, root, heads)
        if layer in ("status", "namings"):
            areas = dict(zip(told[1]["classes"]["keys"], told[1]["classes"]["areas"], strict=True))
            assert {key: areas[key] for key in wanted} == dict(wanted), (layer, root)


def test_where_naming_and_status_disagree_adds_up_in_both_layers(sign_in, app_world, places):
    client = sign_in("county_lead")
    for layer in ("status", "namings"):
        for level in LEVELS:
            asked = f"layer={layer}&filter=disagree&level={level}"
            totals = client.get(f"/map/facts.json?{asked}").get_json()["totals"]
            assert totals == {"villages": 4, "named_only": 1, "met_only": 0, "agree": 2, "not_known": 1}
        assert _foot(client, f"/map?layer={layer}&filter=disagree")[1] == [*map(str, totals.values())]
