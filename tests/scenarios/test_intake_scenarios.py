"""What the source documents say of registering and passing on, one scenario per row, through the pages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.models.intake import Reception, Registration
from tests.builders import add_dispute
from tests.sheets import ledger
from tests.web.forms import fields_of

VILLAGE = "990101001201"
MATTER = {"category": "0299", "danger": "no", "summary": "两户为屋后排水沟起争执", "village_code": VILLAGE}
VISIT = {
    "place": "镇接待室", "visit_official": "周明 副镇长", "visitors": "6", "representatives": "5",
    "request": "要求清理排水沟", "opinion": "由村里三天内清理,镇里派人看", "acknowledged": "1",
}  # fmt: skip

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def register(client: FlaskClient, channel: str, **typed: str) -> str:
    """Register one matter and return the address that the desk is led to."""
    fresh = fields_of(page_of(client.get(f"/intake/new?channel={channel}")), "/intake/new")
    answer = client.post("/intake/new", data={**fresh, **MATTER, **typed})
    assert answer.status_code == 302, page_of(answer)
    return answer.location


def only_dispute() -> Dispute:
    with reading() as session:
        found = session.scalars(select(Dispute)).one()
        session.expunge_all()
        return found


def count(table) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_S0_01_the_desk_is_told_to_look_for_the_way_of_the_law_first(sign_in):
    page = page_of(sign_in("township_officer").get("/intake"))

    assert "遇事找法" in page
    assert "法定途径" in page


def test_S1_03_what_came_by_the_code_on_the_wall_is_registered_like_everything_else(sign_in):
    client = sign_in("township_officer")

    page = page_of(client.get(register(client, "qr")))

    assert only_dispute().channel == "qr"
    assert "凭它查进度和结果" in page


def test_S1_15_every_channel_ends_in_the_one_list(sign_in):
    client = sign_in("township_officer")
    for channel in ("visit", "phone", "letter", "hotline", "assigned", "instruction", "department"):
        register(client, channel, issuing_unit="市信访局", official="周明 副镇长", **VISIT)

    page = page_of(client.get("/disputes?tab=all"))

    with reading() as session:
        codes = list(session.scalars(select(Dispute.case_code)))
    assert len(codes) == 7
    assert all(code in page for code in codes)


def test_S2_01_the_office_has_one_workspace_for_registering_and_passing_on(sign_in):
    page = page_of(sign_in("county_officer").get("/intake"))

    assert "登记转交" in page
    assert "登记一件" in page
    assert "导入旧台账" in page


def test_S2_02_the_same_matter_from_two_channels_is_shown_and_linked_by_a_person(sign_in):
    client = sign_in("township_officer")
    register(client, "letter")
    second = register(client, "phone").split("/")[2]

    page = page_of(client.get(f"/disputes/{second}/related"))

    assert "很可能是同一件事" in page
    assert re.search("为什么提示:同在云岭村、同一类别、[^<]*说法几乎一样", page)
    with reading() as session:
        first = session.scalars(select(Dispute.id).where(Dispute.channel == "letter")).one()
    client.post(f"/disputes/{second}/related/link", data={"other": first, "relation": "same_household"})
    with reading() as session:
        codes = set(session.scalars(select(Dispute.tracking_code)))
        clocks = set(session.scalars(select(Deadline.dispute_id).where(Deadline.done_at.is_(None))))
    assert len(codes) == len(clocks) == 2


def test_S2_02_a_link_made_by_mistake_is_taken_back_with_a_reason(sign_in, app_world):
    client = sign_in("township_officer")
    with transaction() as session:
        first, second = (add_dispute(session, app_world, category="0299").id for _ in range(2))
    address = f"/disputes/{second}/related"
    client.post(f"{address}/link", data={"other": first, "relation": "same_household"})

    client.post(f"{address}/unlink", data={"other": first, "reason": "两条不同的水沟"})

    assert "还没有关联别的事项" in page_of(client.get(address))
    assert "两条不同的水沟" in page_of(client.get(f"/disputes/{first}"))


def test_S3_06_a_matter_from_above_keeps_its_document_and_its_own_date_and_nothing_about_where_people_went(sign_in):
    client = sign_in("township_officer")
    page = page_of(client.get("/intake/new?channel=assigned"))
    assert not [word for word in ("进京", "赴省", "越级", "重复访") if word in page]

    register(client, "assigned", issuing_unit="市信访局", document_no="市信交〔2026〕12号", due_on="2026-11-25")

    report = page_of(client.get(f"/disputes/{only_dispute().id}/report"))
    assert "市信交〔2026〕12号" in report
    assert "来件要求 11月25日(周三)前办结" in report


def test_S4_02_who_read_the_letter_and_what_was_written_on_it_is_kept(sign_in):
    client = sign_in("township_officer")

    page = page_of(client.get(register(client, "letter", official="周明 副镇长", official_words="请司法所三天内上门")))

    assert "周明 副镇长" in page
    assert "请司法所三天内上门" in page


def test_S4_12_a_visit_is_recorded_on_the_form_with_a_concrete_opinion_and_no_list_of_names(sign_in):
    client = sign_in("township_officer")

    page = page_of(client.get(register(client, "visit", **VISIT)))

    assert "群众来访登记表" in page
    assert "由村里三天内清理" in page
    assert "接访人签字" in page
    with reading() as session:
        kept = session.scalars(select(Reception)).one()
        assert (kept.visitors, kept.representatives) == (6, 5)


def test_S4_12_more_than_five_representatives_are_refused_with_the_article(sign_in):
    client = sign_in("township_officer")
    fresh = fields_of(page_of(client.get("/intake/new?channel=visit")), "/intake/new")

    answer = client.post("/intake/new", data={**fresh, **MATTER, **VISIT, "representatives": "6"})

    assert answer.status_code == 422
    assert "信访工作条例第二十条" in page_of(answer)


def test_S4_13_letters_and_visits_are_measured_side_by_side_and_small_numbers_withheld(sign_in, app_world, clock):
    with transaction() as session:
        for number in range(10):
            told = add_dispute(session, app_world, state="closed", at=clock.now().replace(day=1))
            told.channel, told.closed_at = "letter", clock.now().replace(day=1 + number)
            told.closure_ground = "agreement_performed"
        few = add_dispute(session, app_world, state="closed", at=clock.now().replace(day=1))
        few.channel, few.closed_at, few.closure_ground = "visit", clock.now(), "agreement_performed"

    page = page_of(sign_in("county_officer").get("/intake"))

    assert "4.5 天" in page
    assert "不到 5" in page
    assert "件数太少,不算" in page


def test_S4_14_every_letter_and_visit_gets_a_number_and_a_code_to_ask_with(sign_in):
    client = sign_in("township_officer")

    pages = [page_of(client.get(register(client, channel, **VISIT))) for channel in ("letter", "visit")]

    assert all("查询码" in page for page in pages)
    assert count(Registration) == 2


def test_last_years_ledger_comes_in_as_history_without_clocks_or_visits(sign_in):
    client = sign_in("township_officer")
    sent = {"file": (BytesIO(ledger()), "台账.xlsx"), "source": "2025年台账"}
    columns = client.post("/intake/import", data=sent, content_type="multipart/form-data").location
    client.post(columns, data=fields_of(page_of(client.get(columns)), columns))

    client.post(columns.replace("/columns", "/start"))

    with reading() as session:
        closed = set(session.scalars(select(Dispute.id).where(Dispute.state == "closed")))
        clocked = set(session.scalars(select(Deadline.dispute_id)))
    assert len(closed) == 2
    assert not closed & clocked
    assert count(FollowUp) == 0
