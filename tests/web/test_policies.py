"""The pages of the rules of time limits and of the working calendar."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading
from grid_app.queries.clocks import own_entries, rule_versions
from tests.web.report_pages import page_of

READERS = ["township_officer", "township_lead", "county_officer", "county_lead"]
GOOD = {
    "replaces": "1", "limit": "2", "unit": "working_days", "extension": "", "basis": "青溪县工作办法第三条",
    "valid_from": "2026-12-01",
}  # fmt: skip
DAY = {"day": "2027-02-05", "works": "no", "name": "春节假期", "basis": "国务院办公厅通知"}


def versions(code: str) -> list[int]:
    with reading() as session:
        return [one.rule.version for one in rule_versions(session).get(code, [])]


def entries() -> list[str]:
    with reading() as session:
        return [one.day.isoformat() for one in own_entries(session)]


@pytest.mark.parametrize("who", READERS)
def test_offices_read_and_do_not_edit(sign_in, who):
    client = sign_in(who)

    page = page_of(client.get("/policies/clocks"))

    assert "书面告知是否受理" in page
    assert "/policies/clocks/triage" not in page
    assert "登记这一天" not in page_of(client.get("/policies/calendar"))
    assert client.get("/policies/clocks/triage").status_code == 403
    assert client.post("/policies/clocks/triage", data=GOOD).status_code == 403
    assert client.post("/policies/calendar", data=DAY).status_code == 403
    assert client.post("/policies/calendar/remove", data=DAY).status_code == 403
    assert entries() == []


@pytest.mark.parametrize("who", ["grid_worker", "auditor", "sysadmin"])
def test_the_others_do_not_open_them(sign_in, who):
    client = sign_in(who)

    assert [client.get(f"/policies/{name}").status_code for name in ("clocks", "calendar")] == [403, 403]


def test_an_unknown_rule_is_not_found(sign_in):
    client = sign_in("security_admin")

    assert client.get("/policies/clocks/rain").status_code == 404
    assert client.post("/policies/clocks/rain", data=GOOD).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"limit": ""}, "请填数字"),
        ({"limit": "三天"}, "请填数字"),
        ({"limit": "0"}, "期限要在 1 到"),
        ({"unit": "moons"}, "请从列表里选"),
        ({"extension": "x"}, "请填数字"),
        ({"basis": " "}, "请写明依据"),
        ({"valid_from": "明天"}, "日期要写成"),
        ({"valid_from": "2026-11-01"}, "请填今天或以后"),
    ],
)
def test_a_rule_that_cannot_be_counted_by_is_refused_and_what_was_typed_stays(sign_in, change, sentence):
    answer = sign_in("security_admin").post("/policies/clocks/triage", data=GOOD | change)

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert "青溪县工作办法第三条" in page_of(answer) or "basis" in change
    assert versions("triage") == [1]


def test_a_saved_rule_is_the_next_version_and_the_second_editor_loses(sign_in):
    client = sign_in("security_admin")
    client.get("/policies/clocks")

    page = page_of(client.post("/policies/clocks/triage", data=GOOD, follow_redirects=True))
    second = client.post("/policies/clocks/triage", data=GOOD)

    assert "已保存第 2 版" in page
    assert "第 2 版:2个工作日,依据:青溪县工作办法第三条(2026-12-01 起算)" in page
    assert second.status_code == 409
    assert versions("triage") == [2, 1]


def test_a_trial_count_says_why(sign_in):
    page = page_of(sign_in("county_officer").get("/policies/clocks?code=acceptance_notice&start=2026-09-16"))

    assert "顺延到2026年10月8日(周四)" in page


@pytest.mark.parametrize("query", ["code=rain&start=2026-09-16", "code=triage&start=x", "code=triage&start=9999-12-31"])
def test_a_strange_trial_is_no_fault(sign_in, query):
    assert sign_in("county_officer").get(f"/policies/clocks?{query}").status_code == 200


def test_a_year_shows_its_holidays_and_make_up_days(sign_in):
    page = page_of(sign_in("county_officer").get("/policies/calendar?year=2026"))

    assert "10月1日(周四)至10月7日(周三)" in page
    assert "2月14日(周六)" in page
    assert "还没有收录" not in page


@pytest.mark.parametrize("year", ["2027", "99999", "-5", "x"])
def test_an_unknown_year_says_that_it_is_a_guess_and_a_strange_one_is_no_fault(sign_in, year):
    answer = sign_in("county_officer").get(f"/policies/calendar?year={year}")

    assert answer.status_code == 200
    assert ("还没有收录" in page_of(answer)) == (year in ("2027", "99999"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": ""}, "请填 2004 年到"),
        ({"day": "1900-01-01"}, "请填 2004 年到"),
        ({"works": ""}, "请选上班还是休息"),
        ({"name": ""}, "请写明这一天是什么"),
        ({"basis": " "}, "请写明依据哪份通知"),
    ],
)
def test_a_day_that_says_too_little_is_refused_and_what_was_typed_stays(sign_in, change, sentence):
    answer = sign_in("security_admin").post("/policies/calendar", data=DAY | change)

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert entries() == []


def test_a_day_is_entered_shown_and_taken_out_again(sign_in):
    client = sign_in("security_admin")

    page = page_of(client.post("/policies/calendar", data=DAY, follow_redirects=True))
    assert "2027年2月5日(周五)" in page
    assert entries() == ["2027-02-05"]

    client.post("/policies/calendar/remove", data={"day": "2027-02-05"})
    assert entries() == []
    assert client.post("/policies/calendar/remove", data={"day": "2027-02-05"}).status_code == 404
    assert client.post("/policies/calendar/remove", data={"day": "soon"}).status_code == 404
