"""The list and the page of disputes: who sees what, what is found, and how each step answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from tests.builders import add_dispute
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import NOW

TABS = ("reported", "handling", "urgent", "ended", "all")


def codes_on(answer) -> list[str]:
    return [cell.get_text(strip=True) for cell in parsed(answer).select(".data-table th[scope=row]")]


@pytest.fixture
def add(app, app_world):
    """Give a function that stores a dispute and returns it."""

    def added(**columns) -> Dispute:
        with transaction() as session:
            return add_dispute(session, app_world, **columns)

    return added


def now_of(dispute: Dispute) -> Dispute:
    with reading() as session:
        found = session.get(Dispute, dispute.id)
        session.expunge(found)
        return found


@pytest.mark.parametrize("who", ["auditor", "sysadmin", "security_admin"])
def test_administrators_see_no_list(sign_in, who: str):
    assert sign_in(who).get("/disputes").status_code == 403


def test_a_dispute_of_another_township_is_not_there(sign_in, add):
    dispute = add(division_code="990101002201")

    lead = sign_in("township_lead")

    assert lead.get(f"/disputes/{dispute.id}").status_code == 404
    assert lead.post(f"/disputes/{dispute.id}/accept", data={"version": "1"}).status_code == 404
    assert codes_on(lead.get("/disputes?tab=all")) == []
    assert now_of(dispute).state == "reported"


@pytest.mark.parametrize(
    "ending", ["accept", "decline", "assign", "close", "reopen", "refer-out", "band", "lower-grade"]
)
def test_a_grid_worker_is_refused_every_step_of_an_office(sign_in, add, ending: str):
    dispute = add(division_code="990101001201J001", state="handling")

    answer = sign_in("grid_worker").post(f"/disputes/{dispute.id}/{ending}", data={"version": "1"})

    assert answer.status_code == 403
    assert now_of(dispute).state == "handling"


@pytest.mark.parametrize("ending", ["work", "raise-grade"])
def test_a_grid_worker_does_not_handle_what_another_unit_handles(sign_in, add, ending: str):
    dispute = add(division_code="990101001201J001", state="handling")
    form = "work" if ending == "work" else "raise"
    typed = {"version": "1", f"{form}_note": "我去劝了一次,没有结果", f"{form}_grade": "red"}

    answer = sign_in("grid_worker").post(f"/disputes/{dispute.id}/{ending}", data=typed)

    assert answer.status_code == 403
    assert "别的单位办理" in page_of(answer)
    assert "我去劝了一次" in page_of(answer)


def test_neither_a_telephone_nor_a_part_of_a_code_finds_a_dispute_and_none_enters_an_address(sign_in, add):
    dispute = add(summary="租金没有付,电话13812345678")
    client = sign_in("county_lead")

    for words in ("13812345678", "138 1234 5678", dispute.case_code[:-1], "T-", "%", "__", "x' OR '1'='1"):
        answer = client.post("/disputes/find", data={"words": words, "tab": "all"})
        page = client.get(answer.headers["Location"])
        assert "1381" not in answer.headers["Location"]
        assert codes_on(page) == [] or "words=" not in answer.headers["Location"], words
    assert "不按姓名或电话查人" in page_of(
        client.post("/disputes/find", data={"words": "13812345678"}, follow_redirects=True)
    )


def test_no_address_of_the_list_takes_a_person(sign_in, add):
    dispute, _ = add(summary="租金没有付"), add(summary="路灯不亮")
    client = sign_in("county_lead")

    everything = codes_on(client.get("/disputes?tab=all"))

    assert dispute.case_code in everything
    for name in ("name", "phone", "q", "party", "person", "summary", "search"):
        assert codes_on(client.get(f"/disputes?tab=all&{name}=租金")) == everything


@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: f" {code} "])
@pytest.mark.parametrize("which", ["case_code", "tracking_code"])
def test_a_whole_case_or_tracking_code_opens_the_dispute(sign_in, add, which: str, spelling):
    dispute = add()

    answer = sign_in("township_lead").post("/disputes/find", data={"words": spelling(getattr(dispute, which))})

    assert answer.headers["Location"].endswith(str(dispute.id))


def test_a_code_from_elsewhere_opens_nothing(sign_in, add):
    dispute = add()

    answer = sign_in("other_township_lead").post(
        "/disputes/find", data={"words": dispute.tracking_code}, follow_redirects=True
    )

    assert "不在您的范围内" in page_of(answer)


def test_tabs_show_their_disputes_and_totals(sign_in, add):
    made = {
        "reported": add(),
        "handling": add(state="accepted"),
        "closed": add(state="closed"),
        "urgent": add(state="handling", danger=True),
    }
    with transaction() as session:
        session.get_one(Dispute, made["urgent"].id).grade = "red"
    client = sign_in("township_lead")

    shown = {tab: set(codes_on(client.get(f"/disputes?tab={tab}"))) for tab in TABS}
    counts = [mark.get_text() for mark in parsed(client.get("/disputes")).select(".tab-count")]

    codes = {name: dispute.case_code for name, dispute in made.items()}
    assert shown == {
        "reported": {codes["reported"]},
        "handling": {codes["handling"], codes["urgent"]},
        "urgent": {codes["urgent"]},
        "ended": {codes["closed"]},
        "all": set(codes.values()),
    }
    assert counts == ["1", "2", "1", "1", "0", "4"]  # settled on the spot has a tab of its own


def test_pages_hold_every_dispute_once_forwards_and_backwards(sign_in, add):
    made = [add(at=NOW - timedelta(hours=number // 2)).case_code for number in range(120)]
    client = sign_in("township_lead")

    pages, address = [], "/disputes?tab=all"
    while address:
        page = client.get(address)
        pages.append(codes_on(page))
        link = parsed(page).select_one("a[rel=next]")
        address = link["href"] if link else ""
        back = parsed(page).select_one("a[rel=prev]")
    before = codes_on(client.get(back["href"]))

    seen = [code for page in pages for code in page]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert sorted(seen) == sorted(made)
    assert before == pages[1]


@pytest.mark.parametrize("cursor", ["nonsense", "2026-11-20~x", "2026-11-20T00:00:00~01a20077-be97-77cc-b404-273abee9"])
def test_a_damaged_address_shows_the_first_page(sign_in, add, cursor: str):
    dispute = add()

    answer = sign_in("township_lead").get("/disputes", query_string={"tab": "all", "after": cursor})

    assert codes_on(answer) == [dispute.case_code]


def test_an_empty_list_says_why(sign_in, add):
    lead = sign_in("township_lead")
    assert "还没有纠纷" in page_of(lead.get("/disputes"))

    add(state="closed")

    assert "在别的分类里" in page_of(lead.get("/disputes?tab=reported"))
    assert "看到自己上报的" in page_of(sign_in("mediator").get("/disputes"))


def test_the_page_shows_the_state_the_reasons_and_who_did_what(sign_in, add):
    dispute = add()
    lead = sign_in("township_lead")
    form = fields_of(page_of(lead.get(f"/disputes/{dispute.id}")), f"/disputes/{dispute.id}/accept")

    page = page_of(lead.post(f"/disputes/{dispute.id}/accept", data=form, follow_redirects=True))

    assert "已受理" in page
    assert "东河镇人民政府 · 乡镇领导 · township_lead甲" in page
    assert "东河镇 云岭村" in page
    assert "为什么是这个等级" in page


def test_accept_assign_record_and_close_by_the_forms_of_the_page(sign_in, add, app_world):
    dispute = add()
    address = f"/disputes/{dispute.id}"
    lead = sign_in("township_lead")

    def post(ending: str, **typed: str):
        form = fields_of(page_of(lead.get(address)), f"{address}/{ending}")
        return lead.post(f"{address}/{ending}", data={**form, **typed}, follow_redirects=True)

    post("accept")
    post("assign", assign_unit=str(app_world.units["village"]))
    post("work", work_note="到村里核对了合同,公司答应月底付清")
    closed = post(
        "close",
        close_ground="agreement_performed",
        close_legal_basis="人民调解法第三十一条",
        close_note="租金已付清,双方签收",
    )

    page = page_of(closed)
    assert now_of(dispute).state == "closed"
    assert "云岭村村民委员会" in page
    assert "协议已履行" in page
    assert "人民调解法第三十一条" in page


def test_a_waiver_comes_back_with_the_rule_and_the_words(sign_in, add):
    dispute = add(state="handling")
    typed = {
        "version": "1",
        "close_ground": "agreement_performed",
        "close_legal_basis": "人民调解法第三十一条",
        "close_note": "租金付清,当事人保证不再上访",
    }

    answer = sign_in("township_lead").post(f"/disputes/{dispute.id}/close", data=typed)

    page = parsed(answer)
    assert answer.status_code == 422
    assert "人民调解法第三条第三项" in page.get_text()
    assert "不再上访" in page.select_one("#close_note").get_text()
    assert page.select_one("#close_ground option[selected]")["value"] == "agreement_performed"
    assert now_of(dispute).state == "handling"


def test_the_second_who_closes_sees_who_was_first_and_the_own_words(sign_in, add):
    dispute = add(state="handling")
    typed = {
        "version": str(dispute.version),
        "close_ground": "agreement_performed",
        "close_legal_basis": "民法典第七百零三条",
    }
    sign_in("township_lead").post(f"/disputes/{dispute.id}/close", data={**typed, "close_note": "租金已经付清"})

    answer = sign_in("township_officer").post(
        f"/disputes/{dispute.id}/close", data={**typed, "close_note": "我这边也谈妥了"}
    )

    page = page_of(answer)
    assert answer.status_code == 409
    assert "township_lead甲(东河镇人民政府)已经在 11月20日 10:00 做了“办结”" in page
    assert "我这边也谈妥了" in page


def test_a_form_sent_twice_says_so_and_changes_nothing(sign_in, add):
    dispute = add()
    lead = sign_in("township_lead")
    lead.post(f"/disputes/{dispute.id}/accept", data={"version": "1"})

    again = lead.post(f"/disputes/{dispute.id}/accept", data={"version": "1"}, follow_redirects=True)

    assert "没有重复记录" in page_of(again)


def test_a_referral_offers_neither_handling_nor_closing(sign_in, add):
    dispute = add(category="1403", state="accepted")

    page = page_of(sign_in("county_officer").get(f"/disputes/{dispute.id}"))

    assert f"/disputes/{dispute.id}/refer-out" in page
    assert f"/disputes/{dispute.id}/work" not in page
    assert f"/disputes/{dispute.id}/close" not in page


def test_opening_a_sealed_matter_leaves_a_trace_and_others_do_not_find_it(sign_in, add):
    dispute = add(category="1502")

    assert sign_in("county_officer").get(f"/disputes/{dispute.id}").status_code == 404
    assert sign_in("county_lead").get(f"/disputes/{dispute.id}").status_code == 200

    with reading() as session:
        trail = session.scalars(select(AuditEvent.target_id).where(AuditEvent.action == "dispute.read_sealed")).all()
    assert trail == [str(dispute.id)]
