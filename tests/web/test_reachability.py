"""The reachability board, the page of an office, test rings, alarms, and the jobs behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.probes import forget_probes_job, judge_job, probe_job
from grid_app.models.channels import Alarm
from grid_app.models.escalations import OutboxMessage
from grid_app.services.alarms import raise_alarm
from tests.channels_world import answer_probe, put_endpoint, put_message
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.world import COUNTY, NOW

DAY = timedelta(days=1)


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def dead_robot(app_world):
    with transaction() as session:
        found = put_endpoint(session, app_world, at=NOW - DAY)
        put_message(session, at=NOW - DAY, endpoint=found)
        put_message(session, at=NOW, endpoint=found, state="failed", code="310000", purpose="probe")
    return found


def test_the_board_names_what_is_dead_why_and_who_must_act(sign_in, dead_robot):
    page = page_of(sign_in("county_officer").get("/reachability"))

    assert "东河镇人民政府:钉钉群机器人“值班群”" in page
    assert "11月20日 10:00" in page
    assert "加签" in page
    assert "告诉安全管理员" in page
    assert "没有对外通道" in page
    assert page.index("东河镇人民政府</a>") < page.index("西山乡人民政府</a>")


def test_devices_are_counted_and_nobody_is_named(sign_in, app_world, app):
    with transaction() as session:
        device = add_subscription(session, app_world, "county_officer")
        put_message(session, at=NOW, device=device, delivered=True)

    page = page_of(sign_in("county_lead").get("/reachability"))

    assert "1 台正常" in page
    assert "county_officer甲" not in page
    assert "联系得上" in page


def test_a_lead_sees_the_own_unit_alone(sign_in, app_world, dead_robot):
    lead = sign_in("other_township_lead")

    page = page_of(lead.get("/reachability"))

    assert "西山乡人民政府" in page
    assert "东河镇人民政府" not in page.split("<main")[1]
    assert lead.get(f"/reachability/{app_world.units['township']}").status_code == 404
    assert (
        lead.post(f"/reachability/{app_world.units['township']}/ring", data={"outcome": "answered"}).status_code == 404
    )


def test_a_test_ring_is_written_down(sign_in, app_world):
    officer, unit = sign_in("county_officer"), f"/reachability/{app_world.units['township']}"
    refused = officer.post(f"{unit}/ring", data={})

    page = page_of(officer.post(f"{unit}/ring", data={"outcome": "answered"}, follow_redirects=True))

    assert refused.status_code == 422
    assert "试打已记下" in page
    assert "通过" in page


def test_the_jobs_probe_judge_and_forget(app, app_world, clock):
    with transaction() as session:
        put_endpoint(session, app_world, at=NOW - DAY)

    ran = [probe_job(), probe_job()]
    clock.advance(timedelta(hours=2))
    judged = [judge_job(), judge_job()]
    clock.advance(timedelta(days=31))
    stopped, forgotten = probe_job(), forget_probes_job()

    assert ran == ["asked=1", ""]
    assert judged == ["raised=1 cleared=0", ""]
    assert (stopped, forgotten) == ("asked=1 stopped=1", 1)


def test_the_next_proof_clears_the_alarm(app, app_world, clock, sign_in):
    with transaction() as session:
        robot = put_endpoint(session, app_world, at=NOW - DAY)
    probe_job()
    clock.advance(timedelta(hours=2))
    judge_job()
    before = page_of(sign_in("county_officer").get("/alarms"))
    with transaction() as session:
        answer_probe(session, robot, at=clock.now())

    judge_job()

    after = page_of(sign_in("county_officer").get("/alarms"))
    assert "通道不通" in before
    assert "现在没有告警" in after
    assert "30 天内已解除的(1 条)" in after
    assert "自检又通过了" in after


def test_no_probe_of_the_past_leaves_the_house_at_night(app, app_world, clock):
    with transaction() as session:
        put_endpoint(session, app_world, at=NOW - DAY)
    probe_job()
    clock.advance(timedelta(hours=12))

    probe_job()

    with reading() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == ["stopped"]


def test_a_person_clears_with_a_reason_what_does_not_clear_itself(sign_in, app_world):
    with transaction() as session:
        raise_alarm(
            session,
            kind="delivery_failed",
            key="delivery_failed:1",
            text="消息没有送到。请打电话。",
            division_code=COUNTY,
            now=NOW,
        )
    with reading() as session:
        alarm = session.scalars(select(Alarm.id)).one()
    officer = sign_in("county_officer")
    refused = officer.post(f"/alarms/{alarm}/clear", data={"why": " "})

    done = officer.post(f"/alarms/{alarm}/clear", data={"why": "已打电话落实"}, follow_redirects=True)

    assert refused.status_code == 422
    assert "已打电话落实" in page_of(done)
    assert officer.post(f"/alarms/{alarm}/clear", data={"why": "再来一次"}).status_code == 404


def test_an_alarm_leads_only_to_what_its_reader_may_open(sign_in, app_world):
    with transaction() as session:
        found = raise_for(session, add_dispute(session, app_world, category="1502"), category="1502")
        raise_alarm(
            session, kind="delivery_failed", key="one", text="没有送到。", division_code=COUNTY, escalation_id=found,
            now=NOW,
        )  # fmt: skip

    pages = {name: page_of(sign_in(name).get("/alarms")) for name in ("county_officer", "county_lead")}

    assert all("没有送到。" in page for page in pages.values())
    assert [name for name, page in pages.items() if f"/inbox/{found}" in page] == ["county_lead"]


def test_the_alarm_of_an_exhausted_ladder_goes_with_the_answer_alone(sign_in, app_world):
    with transaction() as session:
        raise_alarm(session, kind="exhausted", key="exhausted:1", text="请打电话。", division_code=COUNTY, now=NOW)
        alarm = session.scalars(select(Alarm.id)).one()
    officer = sign_in("county_officer")

    refused = officer.post(f"/alarms/{alarm}/clear", data={"why": "知道了"})

    assert refused.status_code == 409
    assert "有单位确认收到以后,它会自己解除" in page_of(officer.get("/alarms"))


def test_what_clears_itself_is_not_cleared_by_hand_and_others_do_not_see_it(sign_in, dead_robot, app_world):
    judge_job()
    with reading() as session:
        alarm = session.scalars(select(Alarm.id)).one()

    assert sign_in("county_officer").post(f"/alarms/{alarm}/clear", data={"why": "修好了"}).status_code == 409
    other = sign_in("other_township_lead")
    assert "东河镇" not in page_of(other.get("/alarms")).split("<main")[1]
    assert other.post(f"/alarms/{alarm}/clear", data={"why": "修好了"}).status_code == 404
    assert "值班群" in page_of(sign_in("township_lead").get("/alarms"))
