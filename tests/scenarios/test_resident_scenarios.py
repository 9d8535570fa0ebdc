"""What residents can do without signing in, told row by row of the source documents."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.forms import FreshClient, fields_of
from tests.web.report_pages import page_of, stored
from tests.web.resident_pages import PHONE, ask, close, code_of, report, send, tracking_of
from tests.world import World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def resident(app: Flask, app_world: World) -> FlaskClient:
    """Give a client that is signed in nowhere."""
    app.test_client_class = FreshClient
    return app.test_client()


def test_S0_02_a_resident_reads_stage_unit_and_due_date_and_nothing_of_others(resident):
    page = page_of(ask(resident, tracking_of(report(resident, name="王小明", phone=PHONE)), "1234"))

    assert "已收到,等受理" in page
    assert "云岭村村民委员会" in page
    assert "最晚到" in page
    assert "王小明" not in page


def test_S1_03_county_grid_and_room_have_each_a_code_that_works_without_sign_in(resident, sign_in):
    for division in ("990101", "990101001", "990101001201", "990101001201J001"):
        assert resident.get(f"/r/{code_of(division)}").status_code == 200
    assert "云岭村矛盾纠纷调解室" in page_of(sign_in("township_officer").get("/residents/codes?place=990101001201"))


def test_S1_04_what_is_asked_and_told_begins_one_matter_with_its_clock(resident):
    report(resident, how="ask", summary="低保怎么申请")

    (dispute,) = stored()
    assert dispute.summary.startswith("【咨询】")
    assert dispute.channel == "qr"


def test_S1_12_an_evaluation_is_the_residents_own_and_counts_once(resident):
    code = tracking_of(report(resident, phone=PHONE))
    close(code)
    page = page_of(ask(resident, code, "1234"))

    assert send(resident, page, "/r/evaluate", satisfied="yes").status_code == 200
    assert send(resident, page, "/r/evaluate", satisfied="no").status_code == 409


def test_S1_34_the_rights_stand_on_the_receipt_and_on_a_page_of_their_own(resident):
    for page in (page_of(report(resident)), page_of(resident.get("/r/rights"))):
        assert "随时可以申请仲裁、行政复议" in page
        assert "谁也不能因为这些拦您、罚您、吓唬您" in page


def test_S4_10_market_days_and_the_weekly_day_stand_on_the_page_of_the_township(resident, sign_in, app_world):
    action = f"/residents/offices/{app_world.units['township']}"
    office = sign_in("township_lead")
    form = fields_of(page_of(office.get("/residents/offices")), action)
    office.post(action, data={**form, "market_days": "3,8", "first_market_only": "1", "weekday": "5"})

    page = page_of(resident.get(f"/r/{code_of('990101001')}/info"))

    assert "11月27日(周五)" in page
    assert "12月3日(周四)" in page


def test_S1_23_a_resident_asks_to_be_kept_from_the_village_and_reads_progress_all_the_same(resident, sign_in):
    """From the first moment the township handles it and the village sees nothing; the code answers as for everybody."""
    page = page_of(
        ask(resident, tracking_of(report(resident, keep_from="village", name="王小明", phone=PHONE)), "1234")
    )

    (dispute,) = stored()
    assert "东河镇人民政府" in page
    assert "云岭村村民委员会" not in page
    assert sign_in("village_lead").get(f"/disputes/{dispute.id}").status_code == 404
    office = page_of(sign_in("township_lead").get(f"/disputes/{dispute.id}/handling"))
    assert "确认或者解除保密" in office
