"""The pages of urgent incidents: reporting in three ways, nothing lost on refusal, one sheet, nothing for strangers."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.incidents import Incident, IncidentEntry
from tests.incidents_world import MINUTE, VILLAGE, opened, opening, phoned, told
from tests.incidents_world import added as add
from tests.web.forms import FreshClient, fields_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
FILLED = {
    "known_at": "2026-11-20T09:40", "division": VILLAGE, "category": "0901", "happened": "about",
    "occurred_at": "2026-11-20T09:30", "issue": "村民要求答复土地租金", "about": "30", "answering": "东河镇值班领导",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh(app):
    app.test_client_class = FreshClient


def text_of(answer) -> str:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib").get_text(" ", strip=True)


def send(client, page: str, action: str, **typed: str):
    form = fields_of(client.get(page).get_data(as_text=True), action)
    return client.post(action, data={**form, **typed})


def made() -> Incident:
    with reading() as session:
        found = session.query(Incident).one()
        session.expunge(found)
        return found


def test_a_first_report_is_written_followed_up_and_printed_on_one_page(app_world, sign_in):
    office = sign_in("township_officer")
    done = send(office, "/incidents/new?way=written", "/incidents/new", **FILLED)
    assert done.status_code == 302
    address = done.location
    shown = text_of(office.get(address))
    assert "按时首报,用时 20 分钟" in shown
    assert "约 30 人" in shown
    for kind in ("follow_up", "final"):
        sent = send(office, f"{address}/report?kind={kind}", f"{address}/report", issue=f"情况{kind}", kind=kind)
        assert sent.location == address

    page = BeautifulSoup(office.get(f"{address}/sheet").get_data(as_text=True), "html5lib")
    sheet = page.find("main").get_text(" ", strip=True)

    assert re.search(r"首报 11月20日.*续报 1 11月20日.*终报 11月20日", sheet, re.DOTALL)
    assert text_of(office.get("/incidents?only=ended")).count("按时首报") == 1
    assert "township_officer甲" not in sheet  # the sheet names units, the history on the page who wrote


def test_the_sheet_is_a_file_with_the_same_words_and_taking_it_is_audited(app_world, sign_in):
    office = sign_in("township_officer")
    address = send(office, "/incidents/new?way=written", "/incidents/new", **FILLED).location
    send(office, f"{address}/report?kind=follow_up", f"{address}/report", issue="正在核对账目", kind="follow_up")

    answer = office.get(f"{address}/sheet.pdf")
    words = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages)

    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    told = "紧急情况报告 首报 续报1 村民要求答复土地租金 正在核对账目 约30人 按时首报 盖章"
    assert [said for said in told.split() if said not in words] == []
    assert "甲" not in words
    with reading() as session:
        taken = session.query(AuditEvent.target_id).filter_by(action="incident.printed").one()
    assert taken.target_id == str(made().id)
    assert sign_in("other_township_lead").get(f"{address}/sheet.pdf").status_code == 404


def test_nothing_typed_is_lost_when_it_names_somebody(app_world, sign_in):
    office = sign_in("township_officer")

    refused = send(office, "/incidents/new?way=written", "/incidents/new", **{**FILLED, "issue": "王小明先生要求付钱"})

    page = refused.get_data(as_text=True)
    form = fields_of(page, "/incidents/new")
    assert refused.status_code == 422
    assert "请只写事、不写人" in text_of(refused)
    assert {name: form[name] for name in FILLED} == {
        **{n: [v] for n, v in FILLED.items()},
        "issue": ["王小明先生要求付钱"],
    }
    assert office.post("/incidents/new", data={**form, "issue": "当事人要求付钱"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"known_at": "2026-11-20T10:01"}, "得知的时间不能晚于现在,现在是 10:00"),
        ({"known_at": "昨天"}, "时间没有填对"),
        ({"known_at": "0001-01-01T00:00"}, "时间没有填对"),
        ({"known_at": ""}, "一小时从这个时间起算"),
        ({"token": "x"}, "再点一次提交"),
        ({"issue": "x\x01y村民"}, "控制字符"),
    ],
)
def test_a_wrong_field_is_told_at_the_field(app_world, sign_in, typed, sentence):
    refused = send(sign_in("township_officer"), "/incidents/new?way=written", "/incidents/new", **{**FILLED, **typed})

    assert refused.status_code == 422
    assert sentence in text_of(refused)


def test_the_county_takes_a_call_down_and_the_township_adds_the_written_report(app_world, sign_in):
    desk = sign_in("county_officer")
    call = {**FILLED, "unit": str(app_world.units["township"]), "called_at": "2026-11-20T09:50"}
    done = send(desk, "/incidents/new?way=phone", "/incidents/new", **call)
    assert "电话首报,等书面" in text_of(desk.get("/incidents"))
    assert "记录比来电晚 10 分钟" in text_of(desk.get(done.location))

    office = sign_in("township_officer")
    assert "补书面首报" in text_of(office.get(done.location))
    send(office, f"{done.location}/report?kind=first", f"{done.location}/report", issue="租金没有付清")

    shown = text_of(office.get(done.location))
    assert "电话首报" in shown
    assert "按时首报,用时 10 分钟" in shown
    assert made().written_at == NOW


def test_knowing_is_shown_with_what_is_left_and_then_by_how_much_it_is_past(app_world, sign_in, clock):
    known = {**FILLED, "unit": str(app_world.units["township"])}
    send(sign_in("county_officer"), "/incidents/new?way=known", "/incidents/new", **known)
    assert "首报还剩 40 分钟" in text_of(sign_in("township_lead").get("/incidents?only=waiting"))
    first = BeautifulSoup(sign_in("township_lead").get("/").data, "html5lib").select_one("main .cell a")
    assert (first["href"], first.find(class_="count").get_text()) == ("/incidents?only=waiting", "1")
    assert "还没有首报" not in text_of(sign_in("county_officer").get("/"))

    clock.advance(timedelta(hours=2))

    for page in ("/incidents", "/incidents?only=late"):
        assert "已超 1 小时 20 分钟,还没有首报" in text_of(sign_in("township_lead").get(page))


def test_a_similar_report_is_shown_first_and_linked_by_one_choice(app_world, sign_in):
    with transaction() as session:
        phone = phoned(session, app_world, known=NOW - 40 * MINUTE, called=NOW - 30 * MINUTE)
    office = sign_in("township_officer")
    asked = send(office, "/incidents/new?way=written", "/incidents/new", **FILLED)
    assert asked.status_code == 409
    form = fields_of(asked.get_data(as_text=True), "/incidents/new")
    assert form["issue"] == [FILLED["issue"]]

    done = office.post("/incidents/new", data={**form, "same_as": str(phone)})

    assert "同一起事的另一份报告" in text_of(office.get(done.location))
    assert re.search(r"同一起事的另一份报告\s*J\S+-0001\b", text_of(office.get(f"{done.location}/sheet")))
    assert office.post(f"{done.location}/unlink").location == done.location
    assert "同一起事的另一份报告" not in text_of(office.get(done.location))
    office.post(f"{done.location}/link", data={"other": str(phone)})
    assert "同一起事的另一份报告" in text_of(office.get(done.location))


def test_the_clock_of_a_phone_that_is_fast_is_told_and_does_not_count(app_world, sign_in):
    office = sign_in("township_officer")

    done = send(
        office, "/incidents/new?way=written", "/incidents/new", **FILLED, captured_at="2026-11-20T02:07:00.000Z"
    )

    assert "钟快了 7 分钟" in text_of(office.get(done.location))
    assert made().first_report_at == NOW


def test_a_refused_follow_up_keeps_its_words_and_a_correction_leads_to_what_it_corrects(app_world, sign_in):
    with transaction() as session:
        key = opened(session, app_world, opening())
    office, address = sign_in("township_officer"), f"/incidents/{key}"
    refused = send(office, f"{address}/report?kind=follow_up", f"{address}/report", issue="联系13812345678")
    assert refused.status_code == 422
    assert fields_of(refused.get_data(as_text=True), f"{address}/report")["issue"] == ["联系13812345678"]

    send(office, f"{address}/report?kind=correction", f"{address}/report", issue="人数应为 20 人左右")

    assert "更正:首报" in text_of(office.get(address))
    with reading() as session:
        assert session.query(IncidentEntry).count() == 2


def test_an_ended_incident_offers_no_follow_up_and_the_inbox_leads_to_it(app_world, sign_in):
    with transaction() as session:
        key = opened(session, app_world, opening())
        add(session, app_world, key, told("final"))
    office = sign_in("township_officer")
    shown = text_of(office.get(f"/incidents/{key}"))
    assert "写续报" not in shown
    late = send(office, f"/incidents/{key}/report?kind=follow_up", f"/incidents/{key}/report", issue="又来了")
    assert late.status_code == 409
    assert "已经终报" in text_of(late)
    desk = sign_in("county_officer")
    inbox = BeautifulSoup(desk.get("/inbox").get_data(as_text=True), "html5lib")
    entry = inbox.find("a", href=re.compile("^/inbox/[0-9a-f-]{36}$"))
    assert f'href="/incidents/{key}"' in desk.get(entry["href"]).get_data(as_text=True)


def test_others_find_no_page_no_link_and_no_incident(app_world, sign_in):
    with transaction() as session:
        key = opened(session, app_world, opening())
    assert sign_in("other_township_lead").get(f"/incidents/{key}").status_code == 404
    assert sign_in("other_township_lead").post(f"/incidents/{key}/report", data={}).status_code in (404, 422)
    for who in ("grid_worker", "village_lead", "mediator", "auditor", "security_admin", "sysadmin"):
        client = sign_in(who)
        assert client.get("/incidents").status_code == 403
        assert "/incidents" not in client.get("/").get_data(as_text=True)


def test_a_report_about_the_own_unit_leads_back_to_the_list(app_world, sign_in):
    units = app_world.units
    about = {**FILLED, "unit": str(units["township"]), "about_unit": str(units["county"])}

    done = send(sign_in("county_officer"), "/incidents/new?way=known", "/incidents/new", **about)

    assert done.location == "/incidents"
