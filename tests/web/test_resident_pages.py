"""Pages of residents: nothing but HTML, limits, everything typed kept, nobody's data stored in the clear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.disputes import Party
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, stored
from tests.web.resident_pages import GRID, PHONE, TYPED, code_of, report, tracking_of, words_in_audit

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_an_entrance_needs_no_sign_in_and_loads_no_script(resident):
    for address in ("/r", f"/r/{code_of(GRID)}", f"/r/{code_of('990101')}/info", "/r/rights", "/r/progress"):
        answer = resident.get(address)

        assert answer.status_code == 200, address
        assert "<script" not in page_of(answer)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_code_that_nobody_here_made_leads_nowhere(resident):
    right = code_of(GRID)

    for wrong in (GRID, f"{GRID}-23456789", right[:-1] + ("2" if right[-1] != "2" else "3"), "é-é", "x" * 300):
        assert resident.get(f"/r/{wrong}").status_code == 404


def test_a_code_is_read_in_small_letters_too(resident):
    assert "云岭村第1网格" in page_of(resident.get(f"/r/{code_of(GRID).lower()}"))


def test_a_report_without_name_and_phone_is_an_ordinary_dispute(resident):
    answer = report(resident)

    assert answer.status_code == 200
    assert len(tracking_of(answer).replace(" ", "")) == 10
    (dispute,) = stored()
    assert (dispute.channel, dispute.division_code, dispute.reported_by) == ("qr", GRID, None)
    assert dispute.owner_unit_id is not None


def test_the_same_form_sent_twice_is_one_report(resident):
    code = code_of(GRID)
    form = {**fields_of(page_of(resident.get(f"/r/{code}/report")), f"/r/{code}/report"), **TYPED}

    first, second = (resident.post(f"/r/{code}/report", data=form) for _ in range(2))

    assert tracking_of(first) == tracking_of(second)
    assert len(stored()) == 1


def test_name_and_phone_are_stored_sealed_and_stand_nowhere(resident):
    report(resident, name="王小明", phone=PHONE)

    with reading() as session:
        (party,) = session.execute(select(Party.label, Party.name_sealed, Party.phone_sealed)).all()
    assert party.label == "当事人A"
    assert "王小明" not in party.name_sealed
    assert PHONE not in party.phone_sealed
    assert "王小明" not in words_in_audit()
    assert PHONE not in words_in_audit()


def test_danger_is_asked_first_and_answered_with_telephones(resident):
    code = code_of(GRID)
    form = BeautifulSoup(page_of(resident.get(f"/r/{code}/report")), "lxml").find("form")
    first = next(one for one in form.find_all("input") if one.get("type") == "radio")
    assert first["name"] == "danger"

    answer = page_of(report(resident, danger="yes"))

    assert answer.index("tel:110") < answer.index("receipt-code")
    assert stored()[0].grade == "red"


def test_family_matters_ask_for_safety_before_they_are_taken(resident):
    asked = report(resident, tile="family")
    assert asked.status_code == 422
    assert "safety_child" in page_of(asked)

    code = code_of(GRID)
    form = fields_of(page_of(asked), f"/r/{code}/report")
    done = resident.post(f"/r/{code}/report", data={**form, "safety_child": "yes", "safety_present": "no"})

    assert "tel:110" in page_of(done)
    assert stored()[0].safety_child


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"summary": "😡😡😡"}, "只有表情"),
        ({"name": "甲" * 5000}, "现在有 5000 个字"),
        ({"name": "😀😀"}, "称呼里只有符号"),
        ({"phone": "打我电话"}, "电话要写"),
        ({"summary": "水" * 2001}, "2001"),
        ({"summary": ""}, "一句话"),
        ({"how": ""}, "请选要反映"),
        ({"place_text": "村" * 101}, "100"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence_and_nothing_is_lost(resident, typed, sentence):
    answer = report(resident, **{"phone": PHONE, **typed})

    page = page_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert stored() == []
    for value in ({**TYPED, **typed}).values():
        if len(value) > 12:
            assert value in page


def test_what_is_typed_comes_back_escaped(resident):
    answer = page_of(report(resident, name="<script>alert(1)</script>" * 9, summary="<b>沟</b>"))

    assert "<script" not in answer
    assert "&lt;script" in answer


def test_an_old_form_is_shown_again_with_everything_in_it(resident, clock):
    code = code_of(GRID)
    form = {**fields_of(page_of(resident.get(f"/r/{code}/report")), f"/r/{code}/report"), **TYPED}
    clock.advance(timedelta(hours=13))

    answer = resident.post(f"/r/{code}/report", data=form)

    assert answer.status_code == 422
    assert TYPED["summary"] in page_of(answer)
    again = {**form, **fields_of(page_of(answer), f"/r/{code}/report"), "danger": "no"}
    assert tracking_of(resident.post(f"/r/{code}/report", data=again))


def test_a_program_that_fills_in_everything_is_not_taken_in(resident):
    assert report(resident, website="x").status_code == 422
    assert stored() == []


def test_reports_from_one_address_have_a_limit_and_the_text_stays(resident):
    answers = [report(resident, summary=f"第{number}次反映路灯坏了") for number in range(21)]

    assert [one.status_code for one in answers[:20]] == [200] * 20
    assert answers[20].status_code == 429
    assert "第20次反映路灯坏了" in page_of(answers[20])
    assert len(stored()) == 20


def test_a_post_too_large_is_refused(resident):
    assert report(resident, summary="水" * 100_000).status_code == 413


def test_at_a_county_one_chooses_township_and_village(resident):
    code = code_of("990101")
    assert "东河镇" in page_of(resident.get(f"/r/{code}/report"))
    address = f"/r/{code}/report"
    page = page_of(resident.get(f"{address}?township=990101001"))

    answer = resident.post(address, data={**fields_of(page, address), **TYPED, "village_code": "990101001202"})

    assert tracking_of(answer)
    assert stored()[0].division_code == "990101001202"


def test_a_report_about_officials_is_sealed_at_once(resident, sign_in):
    report(resident, tile="official", summary="办事窗口的人故意刁难")

    (dispute,) = stored()
    assert dispute.category == "1502"
    assert sign_in("township_lead").get(f"/disputes/{dispute.id}").status_code == 404
    assert sign_in("county_lead").get(f"/disputes/{dispute.id}").status_code == 200
