"""What an office does on an escalation's page, and the page that tells whether the telling is alive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.clock import SystemClock
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Account, JobLease
from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import Escalation
from grid_app.policy import Role
from grid_app.services.channels.endpoints import Entry, add_endpoint
from grid_app.services.channels.reading import Config
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.escalations.taking import acknowledge
from grid_app.wiring import wired
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.roster_world import County
from tests.world import NOW, World

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def escalation_id(app_world: World) -> UUID:
    with transaction() as session:
        seed_ladders(session, NOW)
        return raise_for(session, add_dispute(session, app_world))


def _state(escalation_id: UUID) -> str:
    with reading() as session:
        return session.get_one(Escalation, escalation_id).state


def test_an_office_takes_up_and_says_that_it_has_acted(sign_in: SignIn, escalation_id: UUID):
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"
    client.post(f"{page}/acknowledge")
    assert "记录已处置" in client.get(page).get_data(as_text=True)

    answer = client.post(f"{page}/acted", follow_redirects=True).get_data(as_text=True)

    assert "已记录处置" in answer
    assert "单位记录" in answer
    assert "记录已处置" not in answer
    assert _state(escalation_id) == "acted"


@pytest.mark.parametrize(
    "kept",
    [
        {"rungs": []},
        {"rungs": 7},
        {"version": 1},
        {"rungs": [None]},
        [1],
        {"rungs": [{"unit_kind": "county_office"}]},
        {"rungs": [{}, {}]},
    ],
)
def test_a_page_opens_whatever_ladder_an_escalation_keeps(
    sign_in: SignIn, app_world: World, escalation_id: UUID, kept: object
):
    with transaction() as session:
        session.get_one(Escalation, escalation_id).ladder = kept
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"

    shown = client.get(page).get_data(as_text=True)
    there = {"unit": str(app_world.units["township"]), "reason": "属于乡镇职责"}
    refused = client.post(f"{page}/hand-over", data=there)

    assert "升级顺序读不出来,到时间不会自动转给下一级" in shown
    assert (refused.status_code, "不能转交" in refused.get_data(as_text=True)) == (409, True)
    assert client.get("/inbox").status_code == 200
    client.post(f"{page}/acknowledge")
    assert _state(escalation_id) == "acknowledged"
    with transaction() as session:
        assert audit_some(session, now=NOW).looked_at == 0


def test_an_office_hands_over_to_another(sign_in: SignIn, app_world: World, escalation_id: UUID):
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"
    there = {"unit": str(app_world.units["township"]), "reason": "属于乡镇职责"}

    refused = client.post(f"{page}/hand-over", data=there | {"unit": "x"})
    answer = client.post(f"{page}/hand-over", data=there, follow_redirects=True).get_data(as_text=True)

    assert refused.status_code == 422
    assert "原因:属于乡镇职责" in answer
    assert sign_in("township_lead").get(page).status_code == 200


def test_what_was_typed_is_kept_where_an_answer_is_refused(sign_in: SignIn, app_world: World, escalation_id: UUID):
    """The form stands open with the sentence at its field; the other form on the page is as it was."""
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"
    with reading() as session:
        [call] = session.scalars(select(PhoneCall.id)).all()
    there = {"unit": str(app_world.units["township"]), "reason": "请王书记处理"}
    rung = {"outcome": "answered", "answered_by": "李主任", "called_at": "2026-11-20T10:00"}

    named, unnamed = (client.post(f"{page}/hand-over", data=there | one) for one in ({}, {"unit": ""}))
    called = client.post(f"{page}/calls/{call}", data=rung)

    for answer, kept, said in (
        (named, {"reason": "请王书记处理"}, "像是有个人的称呼"),
        (unnamed, {"reason": "请王书记处理"}, "请先选转给哪个单位"),
        (called, {"answered_by": "李主任", "reason": ""}, "像是有个人的称呼"),
    ):
        shown = BeautifulSoup(answer.data, "lxml")
        assert answer.status_code == 422
        assert said in shown.select_one(".error-summary").get_text()
        assert {name: shown.select_one(f"[name={name}]")["value"] for name in kept} == kept
        assert len(shown.select("main details[open]")) == 1
    assert BeautifulSoup(named.data, "lxml").select_one("[name=unit] [selected]")["value"] == there["unit"]
    assert BeautifulSoup(called.data, "lxml").select_one("[name=outcome][checked]")["value"] == "answered"
    assert "请打本单位的值班电话" in called.get_data(as_text=True)
    assert _state(escalation_id) == "open"


def test_a_call_is_asked_for_and_recorded(sign_in: SignIn, escalation_id: UUID):
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"
    assert "打过了,记录结果" in client.get(page).get_data(as_text=True)
    with reading() as session:
        [call] = session.scalars(select(PhoneCall.id)).all()
    made = {"outcome": "answered", "answered_by": "值班员", "called_at": "2026-11-20T10:00"}

    wrong = [
        client.post(f"{page}/calls/{call}", data=made | {"called_at": at}).status_code
        for at in ("昨天", "0001-01-01T00:00", "9999-12-31T23:59")
    ]
    answer = client.post(f"{page}/calls/{call}", data=made, follow_redirects=True).get_data(as_text=True)

    assert wrong == [422] * 3
    assert "已记录电话通知" in answer
    assert "打过了,记录结果" not in answer


def test_whoever_rings_reads_the_number_that_was_entered(app: Flask, sign_in: SignIn, app_world: World, escalation_id):
    client, page = sign_in("county_officer"), f"/inbox/{escalation_id}"
    entered = Config("073****67", {"number": "07361234567"})
    before = client.get(page).get_data(as_text=True)
    with app.app_context(), transaction() as session:
        add_endpoint(
            session, unit_id=app_world.units["county"], entry=Entry("phone", "值班室", entered), now=NOW,
            cipher=wired().keys.fields, actor=app_world.actor(session, Role.SECURITY_ADMIN),
        )  # fmt: skip

    after = client.get(page).get_data(as_text=True)

    assert 'href="tel:0736-0000000"' in before
    assert 'href="tel:07361234567"' in after


@pytest.mark.parametrize("deed", ["acted", "hand-over"])
def test_others_do_not_answer_for_an_office(sign_in: SignIn, escalation_id: UUID, deed: str):
    assert sign_in("other_township_lead").post(f"/inbox/{escalation_id}/{deed}").status_code == 404
    assert sign_in("grid_worker").post(f"/inbox/{escalation_id}/{deed}").status_code == 403
    assert _state(escalation_id) == "open"


def test_a_heartbeat_that_stopped_is_said_on_its_page_and_over_the_inbox(sign_in: SignIn, app_world: World):
    client = sign_in("county_lead")
    assert "还没有运行过" in client.get("/alarms/heartbeat").get_data(as_text=True)
    assert "提醒系统停了" not in client.get("/inbox").get_data(as_text=True)
    with transaction() as session:
        session.add(JobLease(name="ladder.step_up", last_finished_at=SystemClock().now() - timedelta(hours=1)))

    page, inbox = (client.get(address).get_data(as_text=True) for address in ("/alarms/heartbeat", "/inbox"))

    assert "提醒系统有一部分停了" in page
    assert "提醒系统停了" in inbox
    assert app_world


def test_offices_are_counted_and_few_answers_make_no_median(sign_in: SignIn, app_world: World):
    with transaction() as session:
        seed_ladders(session, NOW)
        officer = app_world.actor(session, Role.COUNTY_OFFICER)
        add_subscription(session, app_world, "county_officer")
        for number in range(1, 12):
            at = NOW - timedelta(
                days=number
            )  # 10:00 in Shanghai; every second one is raised at 23:00 and heard of at 8:00
            raised, heard = (at + timedelta(hours=13), at + timedelta(hours=22)) if number % 2 else (at, at)
            found = raise_for(session, add_dispute(session, app_world, number=number), now=raised)
            acknowledge(session, escalation_id=found, actor=officer, now=heard + timedelta(minutes=30))

    page = sign_in("county_lead").get("/alarms/heartbeat").get_data(as_text=True)

    assert "30分钟" in page
    assert "11" in page
    assert "甲" not in page.partition("<h1")[2].partition("</table>")[0]


def test_the_inbox_says_who_of_the_office_is_on_duty(sign_in: SignIn, app_world: World):
    assert "值班:" not in sign_in("county_officer").get("/inbox").get_data(as_text=True)
    with transaction() as session:
        office = County(session, app_world)
        office.shift(-1, 7, office.first)

    own = sign_in("county_officer").get("/inbox").get_data(as_text=True)
    other = sign_in("county_lead").get("/inbox").get_data(as_text=True)

    with reading() as session:
        name = session.get_one(Account, app_world.accounts[Role.COUNTY_OFFICER]).display_name
    assert f"值班:{name}。" in own
    assert "值班:" not in other
