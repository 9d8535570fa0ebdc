"""The intake workspace in a browser's way: register from every channel, import a sheet step by step, link matters."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute, Party
from grid_app.models.intake import Reception, Registration
from grid_app.vocabulary.words import INTAKE_CHANNELS
from tests.web.forms import fields_of

VILLAGE = "990101001201"
TYPED = {"category": "0299", "danger": "no", "summary": "两户为屋后排水沟起争执", "village_code": VILLAGE}
VISIT = {
    "place": "镇接待室", "visit_official": "周明 副镇长", "visitors": "6", "representatives": "5",
    "request": "要求清理排水沟",
    "opinion": "由村里三天内清理,镇里派人看", "acknowledged": "1", "promised_on": "2026-11-27",
}  # fmt: skip


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def registered(client, channel: str, **typed: str):
    fresh = fields_of(text_of(client.get(f"/intake/new?channel={channel}")), "/intake/new")
    return client.post("/intake/new", data={**fresh, **TYPED, **typed})


def one(table):
    with reading() as session:
        found = session.scalars(select(table)).one()
        session.expunge_all()
        return found


def count(table) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table))


# --- registering: what is refused -------------------------------------------------------------------------------


def test_people_in_the_field_do_not_register_for_an_office(sign_in) -> None:
    assert sign_in("grid_worker").get("/intake/new").status_code == 403
    assert sign_in("sysadmin").get("/intake").status_code == 403


@pytest.mark.parametrize(
    ("channel", "typed", "words"),
    [
        ("letter", {"category": ""}, "哪一类"),
        ("letter", {"danger": ""}, "有没有人有危险"),
        ("letter", {"came_on": "2027-01-01"}, "在将来"),
        ("letter", {"came_on": "昨天"}, "日期要写成"),
        ("assigned", {}, "哪个单位交来"),
        ("assigned", {"issuing_unit": "市信访局", "due_on": "2026-10-01"}, "早于来件日期"),
        ("instruction", {"issuing_unit": "县委办"}, "哪位领导批示"),
        ("visit", VISIT | {"representatives": "6"}, "不超过 5 人"),
        ("visit", VISIT | {"visitors": "很多"}, "只填数字"),
        ("visit", VISIT | {"visit_official": ""}, "接访人"),
        ("visit", VISIT | {"opinion": ""}, "处理意见"),
        ("visit", VISIT | {"held_at": "2027-01-01T09:00"}, "在将来"),
        ("phone", {"category": "0101"}, "家里的事"),
        ("phone", {"village_code": ""}, "没有选村"),
        ("phone", {"party_name": "甲" * 200}, "最多 80 个字"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(sign_in, channel, typed, words) -> None:
    answer = registered(sign_in("township_officer"), channel, **typed)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "排水沟" in text_of(answer)
    page = BeautifulSoup(text_of(answer), "lxml")
    for link in page.select(".error-summary a"):
        assert page.find(id=link["href"].removeprefix("#")) is not None, link
    assert count(Dispute) == count(Registration) == 0


def test_an_unknown_channel_asks_again_how_it_came(sign_in) -> None:
    answer = sign_in("township_officer").post("/intake/new", data={**TYPED, "channel": "pigeon"})

    assert answer.status_code == 422
    assert "怎么来的" in text_of(answer)


# --- registering ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", INTAKE_CHANNELS)
def test_every_channel_registers_on_the_one_path(sign_in, channel) -> None:
    client = sign_in("township_officer")

    answer = registered(client, channel, issuing_unit="市信访局", official="周明 副镇长", **VISIT)

    assert answer.status_code == 302, text_of(answer)
    dispute = one(Dispute)
    assert dispute.channel == channel == one(Registration).channel
    assert count(Reception) == (1 if channel == "visit" else 0)
    page = text_of(client.get(answer.location))
    assert dispute.tracking_code[:4] in page
    assert client.get(f"/disputes/{dispute.id}").status_code == 200


def test_a_form_sent_twice_is_one_registration(sign_in) -> None:
    client = sign_in("township_officer")
    fresh = fields_of(text_of(client.get("/intake/new?channel=letter")), "/intake/new")

    first, second = (client.post("/intake/new", data={**fresh, **TYPED}) for _ in range(2))

    assert first.location == second.location
    assert count(Dispute) == count(Registration) == 1


def test_a_name_is_kept_only_as_a_sealed_party(sign_in) -> None:
    registered(sign_in("township_officer"), "phone", party_name="赵小满", party_phone="13800000000")

    party = one(Party)
    assert "赵小满" not in f"{party.name_sealed}{one(Dispute).summary}{one(Registration).official_words}"


def test_the_senders_date_leads_when_it_is_the_earlier_one(sign_in) -> None:
    client = sign_in("township_officer")
    registered(client, "assigned", issuing_unit="市信访局", document_no="市信交〔2026〕12号", due_on="2026-11-25")
    dispute = one(Dispute)
    client.post(f"/disputes/{dispute.id}/accept", data={"version": dispute.version, "accept_note": ""})

    page = text_of(client.get(f"/disputes/{dispute.id}"))

    assert "来件要求 11月25日(周三)前办结,比本平台的期限" in page
    assert "以它为准" in page
    workspace = text_of(client.get("/intake"))
    assert "市信访局" in workspace
    assert "还有 5 天" in workspace


def test_our_date_leads_when_it_is_the_earlier_one(sign_in) -> None:
    client = sign_in("township_officer")
    registered(client, "transferred", issuing_unit="市信访局", due_on="2027-03-01")
    dispute = one(Dispute)
    client.post(f"/disputes/{dispute.id}/accept", data={"version": dispute.version, "accept_note": ""})

    assert "以本平台的为准" in text_of(client.get(f"/disputes/{dispute.id}"))


def test_the_report_on_the_handling_names_units_and_no_people(sign_in) -> None:
    client = sign_in("township_officer")
    registered(client, "assigned", issuing_unit="市信访局", party_name="赵小满", document_no="市信交〔2026〕12号")

    page = text_of(client.get(f"/disputes/{one(Dispute).id}/report"))

    assert "办理情况报告" in page
    assert "市信交〔2026〕12号" in page
    assert "东河镇人民政府(盖章)" in page
    assert "赵小满" not in page
    body = BeautifulSoup(page, "lxml").find(id="content").get_text()
    assert "township_officer甲" not in body


def test_another_township_sees_nothing_of_it(sign_in) -> None:
    registered(sign_in("township_officer"), "letter")
    other = sign_in("other_township_lead")

    for ending in ("intake", "report", "related"):
        assert other.get(f"/disputes/{one(Dispute).id}/{ending}").status_code == 404
