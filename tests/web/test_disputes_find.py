"""The list with its filters: what is set stands in the address, and an empty list says what to loosen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from grid_app.database.transaction import transaction
from grid_app.models.handling import Transfer
from grid_app.models.places import Division
from tests.builders import add_dispute
from tests.web.report_pages import page_of, parsed
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def add(app, app_world):
    def added(**columns):
        with transaction() as session:
            return add_dispute(session, app_world, **columns)

    return added


def codes_on(answer) -> list[str]:
    return [cell.get_text(strip=True) for cell in parsed(answer).select(".data-table th[scope=row]")]


def test_filters_are_chosen_without_script_stand_in_the_address_and_are_taken_back_one_by_one(sign_in, add):
    hit = add(summary="老人的赡养费谈不拢", category="0102", division_code="990101001202")
    add(summary="老人的赡养费谈不拢", category="0102")
    add(summary="路灯坏了", category="1104", division_code="990101001202")
    client = sign_in("county_officer")
    typed = {"words": "赡养,老人", "township": "990101001", "village": "990101001202", "category": "01", "tab": "all"}

    answer = client.post("/disputes/find", data={**typed, "grade": "blue", "clock": "soon", "state": "reported"})
    address = answer.headers["Location"]
    page = parsed(client.get(address))

    assert codes_on(client.get(address)) == [hit.case_code]
    assert {part.partition("=")[0] for part in address.partition("?")[2].split("&")} == {
        "tab", "place", "state", "category", "clock", "grade", "words",
    }  # fmt: skip
    assert page.select_one("#words")["value"] == "赡养 老人"
    assert page.select_one("#village option[selected]")["value"] == "990101001202"
    assert page.select_one("#category option[selected]")["value"] == "01"
    chips = page.select(".chips a")
    assert any("地点:柳湾村" in chip.get_text() for chip in chips)
    without = next(chip["href"] for chip in chips if "地点" in chip.get_text())
    assert len(codes_on(client.get(without))) == 2


def test_an_empty_list_says_which_condition_to_leave_out_or_that_the_rights_leave_nothing(sign_in, add):
    add(summary="老人的赡养费谈不拢", category="0102")
    client = sign_in("township_officer")

    both = parsed(client.get("/disputes?tab=all&category=0102&grade=red"))
    sealed = page_of(client.get("/disputes?tab=all&category=1502"))
    outside = page_of(client.get("/disputes?tab=all&place=990101002"))
    other_tab = page_of(client.get("/disputes?tab=ended&category=0102"))

    assert ["等级" in link.get_text() for link in both.select(".empty .chips a")] == [True]
    assert "依法密封" in sealed
    assert "不在您的范围内" in outside
    assert "在“全部”里看" in other_tab


def _end(code: str, *, successor: str | None) -> None:
    with transaction() as session:
        village = session.get_one(Division, code)
        village.valid_to, village.successor_code = date(2026, 11, 1), successor


def test_the_list_of_a_village_that_is_no_more_says_since_when_and_leads_to_what_continues_it(sign_in, add):
    add(summary="租金没有付", division_code="990101001202")
    _end("990101001201", successor="990101001202")
    client = sign_in("county_officer")

    page = parsed(client.get("/disputes?tab=all&grade=blue&place=990101001201"))
    told = page.select_one(".notice")
    (link,) = [one for one in page.select("a.button") if "的纠纷" in one.get_text()]

    assert "云岭村(990101001201)已在11月1日(周日)撤销,现在由柳湾村接续" in told.get_text()
    assert link.get_text(strip=True) == "看柳湾村的纠纷"
    assert {"place=990101001202", "grade=blue", "tab=all"} <= set(link["href"].partition("?")[2].split("&"))
    assert client.get(link["href"]).status_code == 200
    assert parsed(client.get("/disputes?tab=all&place=990101001202")).select_one(".notice") is None


def test_a_village_that_nothing_continues_says_so_and_elsewhere_nobody_hears_of_it(sign_in, add):
    _end("990101001201", successor=None)

    told = parsed(sign_in("county_officer").get("/disputes?place=990101001201")).select_one(".notice")

    assert "没有登记由哪里接续" in told.get_text()
    elsewhere = page_of(sign_in("other_township_lead").get("/disputes?place=990101001201"))
    assert "撤销" not in elsewhere
    assert "不在您的范围内" in elsewhere


def test_a_single_sign_and_too_long_words_are_told_and_nothing_breaks(sign_in, add):
    add(summary="租金没有付")
    client = sign_in("township_officer")

    for typed, told in (
        ("租", "至少要两个字"),
        ("租 租金", "只有一个字"),
        ("租金" * 40, "60 个字"),
        ("😀😀", "至少要两个字"),
    ):
        answer = client.post("/disputes/find", data={"words": typed, "tab": "all"}, follow_redirects=True)
        assert answer.status_code == 200
        assert told in page_of(answer), typed
    strange = "/disputes?tab=nonsense&state=x&category=9&clock=y&unit=1&grade=z&channel=q&place=%25&sort=q&words=%22"
    assert client.get(strange).status_code == 200


def test_open_disputes_are_sorted_by_what_is_due_and_the_address_may_ask_for_the_newest(sign_in, add):
    late = add(at=NOW - timedelta(days=9)).case_code
    new = add(at=NOW - timedelta(hours=1)).case_code
    client = sign_in("township_officer")

    assert codes_on(client.get("/disputes?tab=reported")) == [late, new]
    assert codes_on(client.get("/disputes?tab=reported&sort=newest")) == [new, late]
    assert codes_on(client.get("/disputes?tab=all")) == [new, late]
    assert codes_on(client.get("/disputes?tab=reported&clock=overdue")) == [late]


def test_what_waits_for_a_receipt_stands_on_the_start_page_and_in_a_list_of_its_own(sign_in, add, app_world):
    dispute = add(state="accepted")
    with transaction() as session:
        session.add(Transfer(dispute_id=dispute.id, from_unit_id=app_world.units["county"], document="转办文书的内容",
                             to_unit_id=app_world.units["township"], sent_at=NOW))  # fmt: skip
    client = sign_in("township_officer")

    start = parsed(client.get("/"))
    link = next(one["href"] for one in start.select("a.cell-body") if "等本单位签收" in one.get_text())

    assert codes_on(client.get(link)) == [dispute.case_code]
    assert codes_on(client.get("/disputes?tab=review")) == []
    assert "等我签收" not in page_of(sign_in("grid_worker").get("/disputes"))
