"""Phones, delegation and handover, as the offices use them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Delegation, DeviceToken
from grid_app.models.escalations import PushSubscription
from grid_app.services.accounts.devices import actor_of_token, register_device
from tests.web.forms import fields_of
from tests.world import NOW, World, add_account


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def phone(app_world: World):
    with transaction() as session:
        worker = app_world.actor(session, "grid_worker")
        return register_device(session, actor=worker, label="云岭一号机", pin="258036", days=30, now=NOW)


@pytest.mark.parametrize("role", ["grid_worker", "mediator", "village_lead", "sysadmin", "auditor"])
def test_the_field_and_other_administrators_see_no_phones(sign_in, role):
    assert sign_in(role).get("/devices").status_code == 403


def test_a_township_revokes_a_phone_of_its_area_in_one_tap(sign_in, phone):
    officer, other = sign_in("township_officer"), sign_in("other_township_lead")
    page = page_of(officer.get("/devices"))

    refused = other.post(f"/devices/{phone.device_id}/revoke")
    done = officer.post(f"/devices/{phone.device_id}/revoke", follow_redirects=True)

    assert f'action="/devices/{phone.device_id}/revoke"' in page
    assert "data-confirm" not in page.split("<main")[1]
    assert refused.status_code == 404
    assert "手机已退出登录" in page_of(done)
    with reading() as session:
        assert actor_of_token(session, phone.token, now=NOW) is None


def test_the_page_of_phones_tells_nothing_of_the_worker(sign_in, phone, app_world):
    with transaction() as session:
        session.scalars(select(DeviceToken)).one().seen_at = NOW.replace(year=2031)
    page = page_of(sign_in("township_officer").get("/devices"))

    assert "云岭一号机" in page
    assert "11月20日(周五)" in page
    assert "grid_worker" not in page
    assert "2031" not in page
    assert "云岭一号机" not in page_of(sign_in("other_township_lead").get("/devices"))


def lend_form(world: World, **changes):
    filled = {
        "to": str(world.assignments["township_officer"]),
        "actions": ["finding.decide"],
        "first_day": "2026-11-20",
        "last_day": "2026-11-22",
    }
    return {**filled, **changes}


@pytest.mark.parametrize("role", ["township_officer", "county_officer", "security_admin", "grid_worker"])
def test_only_leaders_lend(sign_in, app_world, role):
    client = sign_in(role)

    assert client.get("/delegations").status_code == 403
    assert client.post("/delegations", data=lend_form(app_world)).status_code == 403


def test_a_leader_lends_to_a_colleague_and_takes_it_back(sign_in, app_world):
    leader, officer = sign_in("township_lead"), sign_in("township_officer")
    offered = page_of(leader.get("/delegations"))

    saved = page_of(leader.post("/delegations", data=lend_form(app_world), follow_redirects=True))
    lent = page_of(officer.get("/"))
    with reading() as session:
        lent_id = session.scalars(select(Delegation.id)).one()
    leader.post(f"/delegations/{lent_id}/revoke")

    assert "township_officer甲(乡镇经办)" in offered
    assert "授权已保存" in saved
    assert "判断苗头提示" in saved
    assert "受 township_lead甲 授权" in lent
    assert "受 township_lead甲 授权" not in page_of(officer.get("/"))


def test_a_wrong_delegation_keeps_what_was_typed(sign_in, app_world):
    answer = sign_in("township_lead").post("/delegations", data=lend_form(app_world, last_day="2026-01-01"))

    assert answer.status_code == 422
    assert "不能早于" in page_of(answer)
    kept = fields_of(page_of(answer), "/delegations")
    assert kept["to"] == [str(app_world.assignments["township_officer"])]
    assert kept["actions"] == ["finding.decide"]


@pytest.mark.parametrize("role", ["township_officer", "village_lead", "sysadmin", "auditor"])
def test_only_leaders_and_the_security_administrator_hand_over(sign_in, role):
    assert sign_in(role).get("/handover").status_code == 403
    assert sign_in(role).post("/handover").status_code == 403


def test_a_handover_is_done_on_one_page(sign_in, app_world):
    with transaction() as session:
        add_account(session, app_world, "colleague", "township_officer", "township", "990101001")
        actor = app_world.actor(session, "township_officer")
        desk = PushSubscription(
            account_id=actor.account_id, assignment_id=actor.assignment_id, unit_id=actor.unit_id, p256dh="x",
            auth="x", endpoint="https://push.invalid/1", label="值班室电脑", created_at=NOW,
        )  # fmt: skip
        session.add(desk)
    leader, leaver = sign_in("township_lead"), app_world.assignments["township_officer"]

    page = page_of(leader.get(f"/handover?leaver={leaver}"))
    form = {
        **fields_of(page, "/handover"),
        "successor": str(app_world.accounts["colleague"]),
        "kept": str(desk.id),
    }
    done = page_of(leader.post("/handover", data=form, follow_redirects=True))

    assert "值班室电脑" in page
    assert "交接已办好" in done
    assert "提醒设备 1 台" in done
    assert "现在没有身份" in page_of(sign_in("township_officer").get("/"))
    assert "工作已交接给您" in page_of(sign_in("colleague").get("/"))


def test_a_handover_without_a_successor_asks_for_one(sign_in, app_world):
    leaver = str(app_world.assignments["township_officer"])

    answer = sign_in("township_lead").post("/handover", data={"leaver": leaver})

    assert answer.status_code == 422
    assert "请选择谁接任" in page_of(answer)
    assert f'<option value="{leaver}" selected' in page_of(answer)


def test_somebody_elses_leaver_is_not_there(sign_in, app_world):
    foreign = app_world.assignments["other_township_lead"]
    form = {
        "leaver": str(foreign),
        "successor": str(app_world.accounts["township_officer"]),
        "unit": str(app_world.units["township"]),
    }
    leader = sign_in("township_lead")

    assert "谁接任" not in page_of(leader.get(f"/handover?leaver={foreign}"))
    assert leader.post("/handover", data=form).status_code == 422


def test_the_security_administrator_sees_no_figure_of_disputes_when_handing_over(sign_in, app_world):
    page = page_of(sign_in("security_admin").get(f"/handover?leaver={app_world.assignments['grid_worker']}"))

    assert "登记的手机" in page
    assert "没办结的纠纷" not in page
