"""What residents say afterwards, and what offices answer, publish and hand out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from tests.web.forms import fields_of
from tests.web.report_pages import page_of, stored
from tests.web.resident_pages import (
    GRID,
    PHONE,
    ask,
    close,
    code_of,
    report,
    send,
    tracking_code,
    tracking_of,
    words_in_audit,
)

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_an_evaluation_is_taken_once_for_a_closing(resident, sign_in):
    code = tracking_of(report(resident, phone=PHONE))
    close(code)
    page = page_of(ask(resident, code, "1234"))

    answers = [
        send(resident, page, "/r/evaluate", satisfied="no", missing=["not_told", "late"], words="等了很久")
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [200, 409]
    assert "已经评价过" in page_of(answers[1])
    shown = page_of(sign_in("township_officer").get(f"/disputes/{stored()[0].id}"))
    assert "不满意" in shown
    assert "没有人告诉我办到哪一步" in shown


def test_only_a_closed_matter_is_evaluated(resident):
    page = page_of(ask(resident, tracking_of(report(resident, phone=PHONE)), "1234"))

    assert "/r/evaluate" not in page


def test_a_pass_of_another_or_an_old_one_opens_nothing(resident, clock):
    page = page_of(ask(resident, tracking_of(report(resident, phone=PHONE)), "1234"))
    form = fields_of(page, "/r/complain")

    assert resident.post("/r/complain", data={**form, "pass": "x" + form["pass"][0]}).status_code == 404
    clock.advance(timedelta(minutes=31))
    assert resident.post("/r/complain", data={**form, "words": "说话很难听,不让我进门"}).status_code == 404


def test_a_complaint_goes_up_and_the_unit_never_sees_it(resident, sign_in):
    page = page_of(ask(resident, tracking_of(report(resident, phone=PHONE)), "1234"))
    said = send(resident, page, "/r/complain", about="township", words="窗口的人说话很难听")
    assert said.status_code == 200, page_of(said)
    dispute = stored()[0].id

    for own in ("township_officer", "township_lead"):
        client = sign_in(own)
        assert "说话很难听" not in page_of(client.get("/residents/complaints"))
        for address in (f"/disputes/{dispute}", "/"):
            assert "/residents/complaints" not in page_of(client.get(address))
    above = sign_in("county_officer")
    shown = page_of(above.get("/residents/complaints"))
    assert "窗口的人说话很难听" in shown
    action = BeautifulSoup(shown, "lxml").find("form", {"action": lambda one: one and "/complaints/" in one})["action"]
    done = above.post(action, data={**fields_of(shown, action), "words": "已经批评教育,向您道歉"})
    assert done.status_code == 302
    assert "向您道歉" in page_of(ask(resident, tracking_code(dispute), "1234"))


def test_a_request_about_own_data_is_listed_with_its_due_day_and_answered(resident, sign_in):
    code = tracking_of(report(resident, phone=PHONE))
    page = page_of(ask(resident, code, "1234"))

    assert send(resident, page, "/r/request", kind="see").status_code == 200
    assert send(resident, page, "/r/request", kind="see").status_code == 409
    office = sign_in("township_officer")
    shown = page_of(office.get("/residents/requests"))
    assert "12月5日" in shown
    action = BeautifulSoup(shown, "lxml").find("form", {"action": lambda one: one and "/requests/" in one})["action"]
    assert office.post(action, data={**fields_of(shown, action), "decision": "refused", "words": ""}).status_code == 422
    answer = office.post(action, data={**fields_of(shown, action), "decision": "done", "words": "请到窗口领取复制件"})
    assert answer.status_code == 302
    assert "请到窗口领取复制件" in page_of(ask(resident, code, "1234"))
    assert (
        sign_in("other_township_lead").post(action, data={"decision": "done", "words": "不归我管的事"}).status_code
        == 404
    )


def test_withdrawing_is_asked_by_the_party_and_stands_in_the_history(resident, sign_in):
    page = page_of(ask(resident, tracking_of(report(resident, phone=PHONE)), "1234"))

    assert send(resident, page, "/r/request", kind="withdraw").status_code == 200

    dispute = stored()[0]
    assert dispute.state == "reported"
    assert "当事人要求撤回" in page_of(sign_in("township_officer").get(f"/disputes/{dispute.id}"))


def test_a_lost_code_is_replaced_and_the_old_one_stops(resident, sign_in):
    old = tracking_of(report(resident, phone=PHONE))
    page = page_of(ask(resident, old, "1234"))
    address = f"/disputes/{stored()[0].id}/code"
    office = sign_in("township_officer")
    form = fields_of(page_of(office.get(address)), address)

    assert office.post(address, data={**form, "way": "phone", "tail": "9999"}).status_code == 422
    new = tracking_of(office.post(address, data={**form, "way": "phone", "tail": "1234"}))

    assert new != old
    assert ask(resident, old, "1234").status_code == 422
    assert ask(resident, new, "1234").status_code == 200
    assert send(resident, page, "/r/request", kind="see").status_code == 404
    assert "dispute.code_reissued" in words_in_audit()
    assert office.post(address, data={**form, "way": "phone", "tail": "1234"}).status_code == 409


def test_a_paper_that_was_looked_at_replaces_a_code_too_but_only_one_of_the_list(resident, sign_in):
    report(resident)
    address = f"/disputes/{stored()[0].id}/code"
    office = sign_in("township_officer")
    form = fields_of(page_of(office.get(address)), address)

    assert office.post(address, data={**form, "way": "paper", "paper": "x"}).status_code == 422
    assert tracking_of(office.post(address, data={**form, "way": "paper", "paper": "receipt"}))
    assert sign_in("other_township_lead").get(address).status_code == 404


def test_an_office_publishes_its_address_and_days(resident, sign_in):
    office = sign_in("township_lead")
    page = page_of(office.get("/residents/offices"))
    action = BeautifulSoup(page, "lxml").find("form", {"action": lambda one: one and "/residents/offices/" in one})[
        "action"
    ]

    wrong = office.post(action, data={**fields_of(page, action), "address": "东河街 1 号", "market_days": "三"})
    assert wrong.status_code == 422
    assert "东河街 1 号" in page_of(wrong)
    saved = {**fields_of(page, action), "address": "东河街 1 号", "weekday": "5", "market_days": "3,8"}
    assert office.post(action, data=saved).status_code == 302

    shown = page_of(resident.get(f"/r/{code_of('990101001')}/info"))
    assert "东河街 1 号" in shown
    assert "11月23日(周一)" in shown
    assert "11月20日(周五)" in shown


def test_a_sheet_holds_the_code_and_warns_of_a_private_address(sign_in):
    office = sign_in("township_officer")
    listed = page_of(office.get("/residents/codes?place=990101001201"))
    code = code_of(GRID)
    assert code in listed

    page = page_of(office.get(f"/residents/codes/{code}"))

    assert "<svg" in page
    assert "群众的手机多半打不开" in page
    assert office.get(f"/residents/codes/{code_of('990101002201')}").status_code == 404


def test_a_room_has_a_code_of_its_own(resident, sign_in):
    listed = page_of(sign_in("township_officer").get("/residents/codes?place=990101001201"))
    links = [one["href"] for one in BeautifulSoup(listed, "lxml").find_all("a", href=True)]
    room = next(link.rpartition("/")[2] for link in links if "/codes/R" in link)

    assert "云岭村矛盾纠纷调解室" in page_of(resident.get(f"/r/{room}"))
    assert tracking_of(report(resident, code=room))
