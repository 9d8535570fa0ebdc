"""What the source documents say of reception days, one scenario per row, through the pages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.forms import FreshClient, fields_of
from tests.web.resident_pages import code_of

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)

FRIDAY = "2026-11-27"
PEOPLE = {
    "duty_1": "leader", "name_1": "周明", "post_1": "副镇长", "duty_2": "law", "name_2": "何青", "post_2": "法规股股长",
    "duty_3": "legal_aid", "name_3": "吴敏", "post_3": "法律援助中心律师",
}  # fmt: skip


@pytest.fixture
def resident(app: Flask) -> FlaskClient:
    app.test_client_class = FreshClient
    return app.test_client()


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def plan(client: FlaskClient, unit, *, day: str = FRIDAY, **typed: str):
    """Send the form of one day as the page has it."""
    address = f"/reception/{unit}/{day}"
    form = fields_of(page_of(client.get(address)), address)
    told = {"hours": "上午 9:00-11:30", "place": "镇接待室", **PEOPLE, **typed}
    return client.post(address, data={**form, **told})


def test_S4_10_county_leaders_receive_every_friday_and_a_township_on_its_first_market_day(sign_in, resident, app_world):
    action = f"/residents/offices/{app_world.units['township']}"
    office = sign_in("township_lead")
    form = fields_of(page_of(office.get("/residents/offices")), action)
    assert office.post(action, data={**form, "market_days": "3,8", "first_market_only": "1"}).status_code == 302

    calendar = page_of(sign_in("county_officer").get("/reception"))

    assert "11月27日(周五) 青溪县领导值班室" in calendar
    assert "12月3日(周四) 东河镇人民政府" in calendar
    assert "还没有排班" in calendar
    public = page_of(resident.get(f"/r/{code_of('990101')}/info"))
    assert "11月27日(周五)</strong> 青溪县领导值班室" in public
    assert "接待的人提前两天在这里公布" in public


def test_S4_09_leader_law_legal_aid_and_station_are_named_for_the_day_and_the_list_is_the_countys(sign_in, app_world):
    client, unit = sign_in("township_officer"), app_world.units["township"]

    assert plan(client, unit).status_code == 302

    page = page_of(client.get("/reception"))
    assert "周明(副镇长)、何青(法规股股长)、吴敏(法律援助中心律师)" in page
    refused = plan(client, unit, day="2026-12-04", duty_1="watch", post_2="稳 控办主任", name_3="吴" * 5000)
    assert refused.status_code == 422
    told = page_of(refused)
    assert "请选这一位做什么" in told
    assert "请写姓名,最多 30 个字" in told
    assert "副镇长" in told
    assert client.get(f"/reception/{app_world.units['township2']}/{FRIDAY}").status_code == 404


def test_S4_12_the_board_at_the_door_has_name_and_post_and_the_form_of_a_visit_knows_who_received(sign_in, app_world):
    client, unit = sign_in("township_officer"), app_world.units["township"]
    plan(client, unit)

    board = page_of(client.get(f"/reception/{unit}/{FRIDAY}/board"))
    form = page_of(client.get(f"/intake/new?channel=visit&unit={unit}&day={FRIDAY}"))

    assert "今日接待" in board
    assert '<strong>周明</strong></td><td data-label="职务">副镇长' in board
    assert "代表不超过 5 人" in board
    assert fields_of(form, "/intake/new")["visit_official"] == ["周明 副镇长"]
    assert fields_of(form, "/intake/new")["place"] == ["镇接待室"]


def test_S4_02_a_day_called_off_is_told_to_residents_and_two_planners_do_not_overwrite_each_other(
    sign_in, resident, app_world
):
    first, second, unit = sign_in("township_officer"), sign_in("township_lead"), app_world.units["township"]
    address = f"/reception/{unit}/{FRIDAY}"
    standing = fields_of(page_of(second.get(address)), address)
    assert plan(first, unit).status_code == 302

    late = second.post(address, data={**standing, **PEOPLE, "hours": "下午", "place": "二楼会议室"})

    assert late.status_code == 409
    assert "二楼会议室" in page_of(late)
    plan(second, unit, state="cancelled", note="防汛值守,改到 12 月 4 日")
    assert "防汛值守,改到 12 月 4 日" in page_of(resident.get(f"/r/{code_of('990101001')}/info"))
    assert "防汛值守" in page_of(first.get(f"/reception/{unit}/{FRIDAY}/board"))


def test_S1_28_what_was_promised_at_a_reception_stands_in_the_ledger_with_its_day_and_outcome_and_no_names(
    sign_in, app_world
):
    client = sign_in("township_officer")
    fresh = fields_of(page_of(client.get("/intake/new?channel=visit")), "/intake/new")
    visit = {
        "category": "0299", "danger": "no", "summary": "屋后排水沟堵了", "village_code": "990101001201",
        "place": "镇接待室", "visit_official": "周明 副镇长", "visitors": "2", "request": "清理排水沟",
        "opinion": "由村里三天内清理", "responsible": "云岭村村委会", "promised_on": "2026-11-23",
        "party_name": "王小明",
    }  # fmt: skip
    assert client.post("/intake/new", data={**fresh, **visit}).status_code == 302

    ledger = page_of(client.get("/reception")).split("接访台账", 1)[1]

    assert "由村里三天内清理" in ledger
    assert "11月23日(周一)" in ledger
    assert "王小明" not in ledger
    assert "周明" not in ledger
