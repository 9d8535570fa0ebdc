"""The inbox of an office: what it lists, what it shows, and taking an escalation up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.escalations import Escalation, EscalationEvent
from grid_app.services.escalations.steps import step_up_due
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.fakes import FrozenClock
from tests.world import NOW, World

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def escalation_id(app_world: World) -> UUID:
    with transaction() as session:
        add_subscription(session, app_world, "county_officer")
        return raise_for(session, add_dispute(session, app_world))


def _text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser").main.get_text(" ", strip=True)


def _count(*conditions: object) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(EscalationEvent).where(*conditions)) or 0


@pytest.mark.parametrize("name", ["grid_worker", "village_lead", "mediator", "security_admin", "sysadmin", "auditor"])
def test_roles_without_an_inbox_are_refused(sign_in: SignIn, escalation_id: UUID, name: str):
    client = sign_in(name)

    answers = [client.get("/inbox"), client.get(f"/inbox/{escalation_id}")]
    answers.append(client.post(f"/inbox/{escalation_id}/acknowledge"))

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_another_office_neither_lists_nor_opens_nor_answers_it(sign_in: SignIn, escalation_id: UUID):
    client = sign_in("township_lead")

    assert "990101-2026-00001" not in _text(client, "/inbox")
    assert "您单位的收件箱里没有这条提醒" in _text(client, f"/inbox/{escalation_id}", 404)
    assert client.post(f"/inbox/{escalation_id}/acknowledge").status_code == 404
    assert _count(EscalationEvent.kind.in_(("seen", "acknowledged"))) == 0


def test_an_unknown_address_is_not_told_apart(sign_in: SignIn, escalation_id: UUID):
    client = sign_in("county_officer")

    assert _text(client, f"/inbox/{new_id()}", 404) == _text(client, f"/inbox/{new_id()}", 404)
    assert client.get("/inbox/abc").status_code == 404


def test_an_empty_inbox_says_why_and_who_is_told(sign_in: SignIn, app_world: World):
    text = _text(sign_in("township_officer"), "/inbox")

    assert "没有等待确认的提醒" in text
    assert "东河镇人民政府" in text
    assert "还没有确认过的提醒" in _text(sign_in("township_officer"), "/inbox?answered=1")


def test_a_page_beyond_the_last_is_empty_and_no_error(sign_in: SignIn, escalation_id: UUID):
    assert "没有等待确认的提醒" in _text(sign_in("county_officer"), "/inbox?page=99")
    assert "990101-2026-00001" in _text(sign_in("county_officer"), "/inbox?page=-4")


def test_the_office_sees_number_place_matter_grade_age_and_due(
    sign_in: SignIn, escalation_id: UUID, clock: FrozenClock
):
    clock.advance(timedelta(minutes=25))

    text = _text(sign_in("county_officer"), "/inbox")

    for words in (
        "990101-2026-00001",
        "云岭村",
        "土地承包经营",
        "红",
        "25分钟",
        "12:00前(还剩 1 小时)",
        "纠纷升为红色",
    ):
        assert words in text
    assert "等待确认 1" in text


def test_the_first_look_is_noted_once_for_the_unit(sign_in: SignIn, escalation_id: UUID):
    client = sign_in("county_officer")

    pages = [_text(client, f"/inbox/{escalation_id}") for _ in range(3)]

    assert _count(EscalationEvent.kind == "seen") == 1
    assert "已看到" in pages[0]
    assert "有人身危险" in pages[0]
    assert "county_officer甲" not in pages[0]


def test_the_timeline_tells_queued_and_what_comes_next(sign_in: SignIn, escalation_id: UUID):
    text = _text(sign_in("county_officer"), f"/inbox/{escalation_id}")

    for words in ("发出提醒", "放进收件箱", "推送在排队", "1 台设备", "12:00前没有人确认,转给县级领导值班"):
        assert words in text
    assert "确认收到" in text


def test_confirming_names_the_unit_in_the_list_and_the_person_in_the_history(sign_in: SignIn, escalation_id: UUID):
    client = sign_in("county_officer")

    answer = client.post(f"/inbox/{escalation_id}/acknowledge", follow_redirects=True)

    text = BeautifulSoup(answer.get_data(as_text=True), "html.parser").main.get_text(" ", strip=True)
    assert "不再转给下一级" in text
    assert "青溪县信访工作联席会议办公室 · county_officer甲" in text
    assert "推送不再发" in text
    answered = _text(client, "/inbox?answered=1")
    assert "青溪县信访工作联席会议办公室,11月20日(周五) 10:00" in answered
    assert "county_officer甲" not in answered
    assert "没有等待确认的提醒" in _text(client, "/inbox")


def test_a_second_confirmation_says_who_was_first(sign_in: SignIn, escalation_id: UUID, clock: FrozenClock):
    sign_in("county_officer").post(f"/inbox/{escalation_id}/acknowledge")
    clock.advance(timedelta(minutes=5))

    answer = sign_in("county_lead").post(f"/inbox/{escalation_id}/acknowledge", follow_redirects=True)

    assert "这条提醒已由青溪县信访工作联席会议办公室在11月20日(周五) 10:00确认" in answer.get_data(as_text=True)
    assert _count(EscalationEvent.kind == "acknowledged") == 1


def test_what_no_rung_answered_stays_red_in_every_inbox(sign_in: SignIn, escalation_id: UUID, clock: FrozenClock):
    for _ in range(2):
        clock.advance(timedelta(hours=2))
        with transaction() as session:
            step_up_due(session, now=clock.now())

    for name in ("county_officer", "county_lead"):
        client = sign_in(name)
        assert "各级均未确认" in _text(client, "/inbox")
        detail = client.get(f"/inbox/{escalation_id}").get_data(as_text=True)
        assert "notice-danger" in detail
        assert "请直接打电话落实" in detail
        assert 'href="tel:0736-0000000"' in detail
    with reading() as session:
        assert kinds_of(session, escalation_id)[-2:] == ["seen", "seen"]


def test_the_link_to_the_case_is_there_only_within_the_own_scope(sign_in: SignIn, app_world: World):
    with transaction() as session:
        dispute = add_dispute(session, app_world)
        escalation_id = raise_for(session, dispute)
        session.get_one(Escalation, escalation_id).reason = "危险"

    page = sign_in("county_officer").get(f"/inbox/{escalation_id}").get_data(as_text=True)

    assert f"/disputes/{dispute}" in page


def test_fifty_lie_on_a_page(sign_in: SignIn, app_world: World):
    with transaction() as session:
        for number in range(52):
            raise_for(session, add_dispute(session, app_world, number=number + 1), now=NOW)
    client = sign_in("county_officer")

    first, second = _text(client, "/inbox"), _text(client, "/inbox?page=2")

    assert "第 1-50 件,共 52 件" in first
    assert "第 51-52 件,共 52 件" in second
