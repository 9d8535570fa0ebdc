"""The report form: what it refuses, that nothing typed is lost, what it stores, and what the receipt asks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.disputes import DisputeEvent
from tests.web.forms import fields_of
from tests.web.report_pages import NEXT, OWN, TYPED, filled, page_of, parsed, stored
from tests.world import PASSWORD


@pytest.fixture
def worker(sign_in):
    return sign_in("grid_worker")


@pytest.mark.parametrize("who", ["auditor", "sysadmin", "security_admin"])
def test_administrators_do_not_report(sign_in, who: str):
    assert sign_in(who).get("/report").status_code == 403


@pytest.mark.parametrize(
    ("field", "words"), [("tile", "请选是什么事"), ("danger", "有没有人有危险"), ("summary", "一句话说清楚")]
)
def test_a_question_left_open_is_asked_again_and_everything_typed_stays(worker, field: str, words: str):
    sent = {**filled(worker, organisation="青溪农业开发有限公司", since="2026-03-12", band="10-29"), field: ""}

    answer = worker.post("/report", data=sent)

    page = parsed(answer)
    assert answer.status_code == 422
    assert words in page.select_one(".error-summary").get_text()
    assert page.select_one("#organisation")["value"] == "青溪农业开发有限公司"
    assert page.select_one("#since")["value"] == "2026-03-12"
    assert page.select_one("input[name=band][checked]")["value"] == "10-29"
    assert page.select_one("#report_id")["value"] == sent["report_id"][0]
    assert stored() == []


def test_a_text_that_is_too_long_comes_back_whole_with_a_sentence(worker):
    words = "租金" * 6_000

    answer = worker.post("/report", data=filled(worker, summary=words))

    assert answer.status_code == 422
    assert "最多 2000 个字" in page_of(answer)
    assert parsed(answer).select_one("#summary").get_text() == words
    assert stored() == []


def test_ten_megabytes_of_text_are_refused_with_a_sentence(worker):
    answer = worker.post("/report", data=filled(worker, summary="x" * 10 * 1024 * 1024))

    assert answer.status_code == 422
    assert "太大" in parsed(answer).select_one(".error-summary").get_text()
    assert stored() == []


def test_null_bytes_are_refused_with_a_sentence(worker):
    answer = worker.post("/report", data=filled(worker, summary="租金\x00没有付"))

    assert answer.status_code == 422
    assert "控制字符" in page_of(answer)


@pytest.mark.parametrize("typed", [{"lon": "111.05"}, {"lon": "abc", "lat": "29"}, {"lon": "500", "lat": "29"}])
def test_a_broken_position_never_makes_a_wrong_place(worker, typed: dict[str, str]):
    answer = worker.post("/report", data=filled(worker, **typed))

    assert answer.status_code in (302, 422)
    assert all(one.lon is None and one.division_code == OWN for one in stored())


def test_a_worker_without_an_office_does_not_choose_sealed_categories(worker):
    answer = worker.post("/report", data=filled(worker, category="1502"))

    assert answer.status_code == 422
    assert "县级" in page_of(answer)
    assert stored() == []


def test_a_family_matter_asks_the_two_safety_questions_first(worker):
    assert parsed(worker.get("/report")).select_one("[data-safety]").has_attr("hidden")

    answer = worker.post("/report", data=filled(worker, tile="family"))

    page = parsed(answer)
    assert answer.status_code == 422
    assert not page.select_one("[data-safety]").has_attr("hidden")
    assert {"safety_child", "safety_present"} <= {field["name"] for field in page.select(".has-error input")}
    assert stored() == []


def test_other_matters_are_not_asked_for_the_family(worker):
    answer = worker.post("/report", data=filled(worker, safety_child="yes"))

    assert answer.status_code == 302
    assert not stored()[0].safety_child


@pytest.mark.parametrize("danger", ["safety_child", "safety_present"])
def test_a_yes_leads_to_the_stop_page_and_the_report_is_safe(worker, danger: str):
    answers = {"safety_child": "no", "safety_present": "no", danger: "yes"}

    answer = worker.post("/report", data=filled(worker, tile="family", **answers), follow_redirects=True)

    page = page_of(answer)
    (dispute,) = stored()
    assert "tel:110" in page
    assert "反家庭暴力法第十四条" in page
    assert "已经保存" in page
    assert dispute.grade == "red"


def test_a_report_is_stored_where_the_worker_works_and_the_receipt_shows_its_code(worker):
    answer = worker.post("/report", data=filled(worker), follow_redirects=True)

    (dispute,) = stored()
    page = page_of(answer)
    assert (dispute.division_code, dispute.place_kind, dispute.category) == (OWN, "chosen", "0901")
    assert dispute.tracking_code[:5] in page
    assert "待受理" in page
    assert dispute.case_code in page


def test_a_point_places_the_report_in_its_grid(worker):
    worker.post("/report", data=filled(worker, lon="111.05", lat="29.02", accuracy_metres="20"))

    (dispute,) = stored()
    assert (dispute.division_code, dispute.place_kind, dispute.source_crs) == (f"{OWN}J001", "inside", "wgs84")


def test_the_same_form_sent_twice_is_one_report(worker):
    sent = filled(worker)
    first = worker.post("/report", data=sent)

    again = worker.post("/report", data=sent, follow_redirects=True)

    assert len(stored()) == 1
    assert "没有重复登记" in page_of(again)
    assert first.headers["Location"].endswith(str(stored()[0].id))


def test_a_form_sent_again_with_other_words_keeps_both_the_first_report_and_the_words(worker):
    sent = filled(worker)
    worker.post("/report", data=sent)

    again = worker.post("/report", data={**sent, "summary": "还有水渠的事"})

    assert again.status_code == 409
    assert "还有水渠的事" in page_of(again)
    assert [one.summary for one in stored()] == [TYPED["summary"]]


def test_the_optional_facts_are_stored_with_it(worker):
    typed = {
        "organisation": "青溪农业开发有限公司", "project": "千亩蔬菜基地", "band": "10-29", "band_status": "known",
        "since": "2026-03-12", "channel": "resident_told", "place_text": "村东水渠边",
    }  # fmt: skip

    worker.post("/report", data=filled(worker, **typed))

    (dispute,) = stored()
    assert dispute.organisation_id is not None
    assert (dispute.project, dispute.household_band, dispute.band_status) == ("千亩蔬菜基地", "10-29", "known")
    assert (str(dispute.since_when), dispute.channel, dispute.place_text) == (
        "2026-03-12",
        "resident_told",
        "村东水渠边",
    )
    assert dispute.grade == "orange"


def test_an_identity_number_in_the_text_is_masked_and_the_worker_is_told(worker):
    answer = worker.post("/report", data=filled(worker, summary="电话13812345678的人说租金没付"), follow_redirects=True)

    assert "13812345678" not in stored()[0].summary
    assert "已遮住" in page_of(answer)


def test_a_session_that_ended_in_the_middle_of_the_form_loses_nothing(worker, clock):
    sent = filled(worker, organisation="青溪农业开发有限公司")
    clock.advance(timedelta(hours=13))

    refused = worker.post("/report", data=sent)
    assert refused.status_code == 401
    entered = worker.post(
        "/sign-in",
        data={**fields_of(page_of(refused), "/sign-in"), "login": "grid_worker", "password": PASSWORD},
    )
    carried = fields_of(page_of(entered), "/report")
    done = worker.post("/report", data=carried, follow_redirects=True)

    (dispute,) = stored()
    assert done.status_code == 200
    assert dispute.summary == TYPED["summary"]
    assert str(dispute.id) == sent["report_id"][0]
    assert dispute.organisation_id is not None


def test_a_damaged_id_or_moment_in_the_form_loses_nothing(worker):
    answer = worker.post("/report", data=filled(worker, report_id="not-an-id", captured_at="yesterday"))

    assert answer.status_code == 302
    assert len(stored()) == 1


def test_a_county_officer_chooses_a_village_or_only_the_township(sign_in):
    client = sign_in("county_officer")
    page = parsed(client.get("/report"))
    offered = [option["value"] for option in page.select("#village_code option")]
    assert offered[0] == ""
    assert {OWN, NEXT, "990101001"} <= set(offered)

    client.post("/report", data=filled(client, village_code="990101001"))

    assert (stored()[0].division_code, stored()[0].place_kind) == ("990101001", "not_located")


@pytest.mark.parametrize(
    ("who", "offered", "withheld"),
    [
        ("grid_worker", set(), {"0901"}),
        ("township_officer", {"0901"}, {"1401", "1501", "1601", "1307"}),
        ("county_officer", {"0901", "1401", "1601"}, {"1501", "1307"}),
        ("county_lead", {"1501"}, {"1307"}),
    ],
)
def test_exact_categories_are_offered_by_level(sign_in, who: str, offered: set[str], withheld: set[str]):
    page = parsed(sign_in(who).get("/report"))

    codes = {option["value"] for option in page.select("#category option")}

    assert offered <= codes
    assert not withheld & codes


def test_every_report_writes_its_first_event(worker):
    worker.post("/report", data=filled(worker))

    with reading() as session:
        events = session.scalars(select(DisputeEvent.kind)).all()
    assert events == ["reported"]


def test_the_form_has_twelve_tiles_and_none_for_sealed_or_county_matters(worker):
    page = parsed(worker.get("/report"))

    assert len(page.select("input[name=tile]")) == 12
    assert not re.search("纪检|民族|宗教|公安|法院", page.get_text())
