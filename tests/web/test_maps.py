"""The map page: own area only, one layer on, and a table with the same totals as the map and the database."""

from __future__ import annotations

import base64
import time

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.models.places import MediationRoom, VillageNaming
from grid_app.models.rounds import Finding, Round, RoundAnswer, RoundRun, RoundTemplate, ScreeningReturn
from tests.dispute_rows import add_dispute
from tests.world import NOW

WEST, EAST, FAR = "990101001201", "990101001202", "990101002201"
TOWN, OTHER_TOWN, COUNTY = "990101001", "990101002", "990101"


def soup_of(answer, status=200) -> BeautifulSoup:
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def table_of(soup) -> dict[str, list[str]]:
    rows = soup.select("#map-table tbody tr, #map-table tfoot tr")
    return {
        row.find("th").get_text(strip=True): [cell.get_text(strip=True) for cell in row.find_all("td")] for row in rows
    }


@pytest.fixture
def disputes(app, app_world):
    with transaction() as session:
        add_dispute(session, 1, village=WEST, grade="red")
        add_dispute(session, 2, village=f"{WEST}J001", grade="blue")
        add_dispute(session, 3, village=EAST, grade="orange", state="closed")
        add_dispute(session, 4, village=FAR, grade="yellow")
        add_dispute(session, 5, village=TOWN, kind="not_located", grade="blue")
        add_dispute(session, 6, village=WEST, category="1502")
        add_dispute(session, 7, village=WEST, category="1601")


def add_finding(session, number, division, *, state="confirmed", category="0799", grade="orange"):
    round_id = session.scalar(select(Round.id)) or open_round(session)
    run = session.scalar(select(RoundRun.id))
    if run is None:
        run = new_id()
        empty = {"parameters": {}, "counts": {}, "result": {}}
        values = {
            "seed": 1,
            "number": 1,
            "duration_ms": 1,
            "code_version": "t",
            "input_digest": "",
            "result_digest": "",
        }
        session.add(RoundRun(id=run, round_id=round_id, started_at=NOW, **empty, **values))
        session.flush()
    words = {"grade_reasons": [], "rule": "count", "reason": "四户反映工资没有发。", "unflag": "", "trend": "new"}
    numbers = {"disputes_ever": 4, "households_ever": 4, "households_now": 4, "observed": 4, "enough_history": False}
    when = {"since": NOW.date(), "created_at": NOW, "updated_at": NOW, "first_run_id": run, "last_run_id": run}
    place = {"division_code": division, "category": category, "state": state, "grade": grade}
    session.add(Finding(code=f"F{number}", issue_key=f"k{number}", **place, **words, **numbers, **when))


def open_round(session, *, answered=(), division=COUNTY):
    if session.get(RoundTemplate, "village_weekly") is None:
        session.add(
            RoundTemplate(code="village_weekly", name="周", level="village", frequency="weekly", duration_days=5)
        )
        session.flush()
    when = {"opens_at": NOW, "due_at": NOW, "window_end": NOW.date(), "period": "2026-W47"}
    made = Round(template_code="village_weekly", division_code=division, name="第47周排查", state="open", **when)
    session.add(made)
    session.flush()
    for code in answered:
        given = ScreeningReturn(division_code=code, village_code=code[:12], returned_at=NOW, zero=True, entries=[])
        session.add(given)
        session.flush()
        session.add(RoundAnswer(round_id=made.id, division_code=code, return_id=given.id))
    return made.id


def test_nobody_sees_a_map_of_somebody_elses_area(sign_in, disputes):
    client = sign_in("township_lead")

    for address in (f"/map?root={OTHER_TOWN}", f"/map?root={COUNTY}", f"/map/frame?root={FAR}", f"/map/village/{FAR}"):
        assert client.get(address).status_code == 404, address
    assert client.get(f"/map/facts.json?root={OTHER_TOWN}").status_code == 404
    assert "不在您的辖区" in client.get(f"/map?root={OTHER_TOWN}").get_data(as_text=True)


@pytest.mark.parametrize("role", ["grid_worker", "mediator", "security_admin", "sysadmin", "auditor"])
def test_roles_without_the_map_are_refused(sign_in, role):
    client = sign_in(role)

    for address in ("/map", "/map/frame", "/map/facts.json", f"/map/village/{WEST}"):
        assert client.get(address).status_code == 403, (role, address)


def painted(client, address) -> dict[str, str]:
    """Return the word of each place that a map paints, by code, as a page would put the two answers together."""
    facts = client.get(address).get_json()
    address = f"/map/codes/{facts['generation']}/{facts['root']}/{facts['level']}.json"
    while (answer := client.get(address)).status_code == 503:
        time.sleep(0.05)  # the tiles are being cut
    codes = answer.get_json()["codes"]
    values = base64.b64decode(facts["values"])
    assert len(values) == len(codes)
    return {code: facts["classes"]["words"][value] for code, value in zip(codes, values, strict=True)}


def test_a_county_has_a_row_per_township_and_a_township_a_row_per_village(sign_in, disputes):
    client = sign_in("county_lead")

    county, town = table_of(soup_of(client.get("/map"))), table_of(soup_of(client.get(f"/map?root={TOWN}")))

    assert list(county) == ["东河镇", "西山乡", "没有定位到村", "按规定不上图", "合计"]
    assert county["东河镇"] == ["1", "0", "0", "1", "0", "2", "1", "3"]
    assert list(town) == ["云岭村", "柳湾村", "没有定位到村", "按规定不上图", "合计"]
    assert town["云岭村"] == ["<5", "0", "0", "<5", "0", "<5", "0", "<5"]
    assert town["合计"][-1] == "6"


def test_the_headline_divides_what_is_registered(sign_in, disputes):
    text = soup_of(sign_in("county_lead").get("/map")).select_one(".map-headline").get_text()

    assert "共登记 7 件:在图上 4 件,没有定位到村 1 件,按规定不上图 2 件" in text
    assert "未办结的有 4 件(不含不上图的)" in text


def test_a_grade_can_be_looked_at_alone_and_the_table_stays_whole(sign_in, disputes):
    client = sign_in("county_lead")

    facts = client.get("/map/facts.json?grade=red").get_json()

    assert facts["marks"]["values"] == {WEST: ["<5", 0, 0, 0, 0]}
    assert facts["marks"]["townships"] == {TOWN: [1, 0, 0, 0, 0]}
    assert (facts["totals"]["red"], facts["totals"]["all"]) == (1, 1)
    assert {word for code, word in painted(client, "/map/facts.json?grade=red").items() if code == WEST} == {
        "未办结 <5 件"
    }
    assert "看全部" in soup_of(client.get("/map?grade=red")).get_text()


def test_findings_stand_where_they_are_and_only_confirmed_ones(sign_in, app_world):
    with transaction() as session:
        add_finding(session, 1, WEST, grade="red")
        add_finding(session, 2, TOWN)
        add_finding(session, 3, COUNTY)
        add_finding(session, 4, FAR, state="suspected")
        add_finding(session, 5, FAR, category="1502")
    client = sign_in("county_officer")

    table = table_of(soup_of(client.get("/map?layer=findings")))
    facts = client.get("/map/facts.json?layer=findings").get_json()

    assert {name: cells[-1] for name, cells in table.items()} == {"东河镇": "2", "青溪县(跨几处)": "1", "合计": "3"}
    assert facts["marks"]["values"] == {COUNTY: [0, 1, 0, 0, 0], TOWN: [0, 1, 0, 0, 0], WEST: [1, 0, 0, 0, 0]}
    assert painted(client, "/map/facts.json?layer=findings")[WEST] == "有已确认的苗头提示"


def test_a_layer_without_the_right_to_it_says_so(sign_in, app_world):
    page = soup_of(sign_in("village_lead").get("/map?layer=findings"))

    assert "不能看“已确认的苗头提示”" in page.get_text()
    assert "已确认的苗头提示" not in [link.get_text(strip=True) for link in page.select(".tabs a")]


def test_returns_of_the_open_round_are_told_by_village(sign_in, app_world):
    with transaction() as session:
        open_round(session, answered=[WEST, f"{EAST}J001"])
    client = sign_in("county_officer")

    table = table_of(soup_of(client.get("/map?layer=returns")))
    villages = painted(client, "/map/facts.json?layer=returns")
    townships = painted(client, "/map/facts.json?layer=returns&level=townships")

    assert table["合计"] == ["4", "1", "1", "2", "8", "3", "5"]
    assert list(villages.values()) == ["已回执", "部分网格已回执", "还没有回执", "还没有回执"]
    assert townships == {TOWN: "各村不一样", OTHER_TOWN: "还没有回执"}
    assert painted(client, "/map/facts.json?layer=returns&level=grids")[f"{EAST}J001"] == "已回执"
    assert "4 个村(社区)中 1 个已回执" in soup_of(client.get("/map?layer=returns")).get_text()


def test_without_an_open_round_the_layer_says_so(sign_in, app_world):
    assert "现在没有进行中的排查" in soup_of(sign_in("county_officer").get("/map?layer=returns")).get_text()


def test_of_several_open_rounds_one_is_chosen(sign_in, app_world):
    with transaction() as session:
        open_round(session, answered=[WEST])
        other = open_round(session, division=TOWN)
    client = sign_in("county_officer")

    page = soup_of(client.get(f"/map?layer=returns&round={other}"))

    assert table_of(page)["合计"] == ["2", "0", "0", "2", "4", "0", "4"]
    assert len(page.select('nav[aria-label="选择哪一轮排查"] a')) == 2


def test_rooms_show_the_share_of_villages_that_have_one(sign_in, app_world):
    with transaction() as session:
        session.add(MediationRoom(code="R2", name="东河镇调解室", division_code=TOWN, kind="township"))
        session.add(MediationRoom(code="R3", name="旧调解室", division_code=EAST, status="closed"))
    client = sign_in("county_officer")

    page = soup_of(client.get("/map?layer=rooms"))
    facts = client.get("/map/facts.json?layer=rooms").get_json()

    assert (
        "4 个村(社区)中 0 个有有效的调解室,占 0%;有调解室还不够有效的 0 个村,缺少数据的 1 个村,没有的 3 个村"
        in page.get_text()
    )
    assert table_of(page)["合计"] == ["4", "0", "0", "1", "3", "2"]
    assert facts["marks"]["points"] == [[111.05, 29.05, "云岭村矛盾纠纷调解室"]]
    assert sum(values[0] for values in facts["marks"]["values"].values()) == 2


def test_namings_are_shown_as_recorded(sign_in, app_world):
    with transaction() as session:
        session.add(VillageNaming(division_code=WEST, document_number="1号", named_on=NOW.date(), recorded_at=NOW))
    client = sign_in("village_lead")

    page = soup_of(client.get("/map?layer=namings"))

    assert table_of(page)["合计"] == ["1", "1", "0", "0", "0"]
    assert "系统不计算、不评价" in page.get_text()


def test_the_villages_panel_works_without_script_and_lists_what_is_behind_the_number(sign_in, disputes):
    with transaction() as session:
        add_finding(session, 1, WEST)
    page = soup_of(sign_in("township_lead").get(f"/map/village/{WEST}"))

    text = page.get_text()
    assert "未办结 <5 件,已办结 0 件" in text
    assert "四户反映工资没有发" in text
    assert "云岭村矛盾纠纷调解室" in text
    assert "没有命名记录" in text
    assert [row.get_text(strip=True)[:2] for row in page.select("tbody th")] == ["99", "99"]


def test_a_township_has_no_panel(sign_in, app_world):
    assert sign_in("county_lead").get(f"/map/village/{TOWN}").status_code == 404


def test_a_grid_is_shown_as_nothing_of_its_own(sign_in, app_world):
    assert sign_in("county_lead").get(f"/map?root={WEST}J001").status_code == 404
