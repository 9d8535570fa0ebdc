"""A test and a probe all the way: from the page through the outbox to a robot that checks signatures, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from grid_app.clock import SystemClock
from grid_app.database.transaction import transaction
from grid_app.jobs.delivery import send_due_messages
from grid_app.jobs.probes import judge_job, probe_job
from grid_app.services.channels.endpoints import Entry, add_endpoint
from grid_app.services.channels.reading import Config
from grid_app.wiring import attach, wired
from notifications.channels.dingtalk import DingTalkChannel
from tests.fake_vendors import KEY, SECRET, DingTalkRobot
from tests.world import NOW


@pytest.fixture
def robot(app):
    """Give a robot on this machine that answers as the vendor's does."""
    with DingTalkRobot() as far:
        channel = DingTalkChannel(far.far_end.line(), clock=SystemClock(), base_url=far.far_end.origin)
        attach(app, replace(wired(), channels={"dingtalk": channel}))
        yield far


def entered(app_world, secret: str):
    """Enter the robot for a township and return the id."""
    config = Config("尾号 5aaa", {"token": KEY, "secret": secret})
    with transaction() as session:
        return add_endpoint(
            session, unit_id=app_world.units["township"], entry=Entry("dingtalk", "值班群", config), now=NOW,
            cipher=wired().keys.fields, actor=app_world.actor(session, "security_admin"),
        )  # fmt: skip


def page_of(client, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_a_test_reaches_the_group_and_the_page_says_so(robot, app_world, sign_in):
    found, admin = entered(app_world, SECRET), sign_in("security_admin")
    admin.post(f"/channels/{found}/test")

    send_due_messages()

    assert robot.titles == ["通道测试"]
    assert "对方已接收" in page_of(admin, f"/channels/{found}")
    assert "联系得上" in page_of(sign_in("county_lead"), f"/reachability/{app_world.units['township']}")


def test_a_wrong_secret_is_found_by_the_next_probe_and_mended_by_the_next_test(robot, app_world, sign_in, clock):
    found, admin = entered(app_world, "SECwrong"), sign_in("security_admin")
    probe_job()
    clock.advance(timedelta(minutes=30))
    send_due_messages()
    judge_job()
    unit = f"/reachability/{app_world.units['township']}"
    broken = page_of(admin, unit)

    renewed = admin.post(f"/channels/{found}/replace", data={"key": KEY, "secret": SECRET})
    admin.post(f"{renewed.location}/test")
    send_due_messages()
    judge_job()

    assert robot.titles == ["通道测试"]
    assert "加签" in broken
    assert "联系得上" in page_of(admin, unit)
    assert "现在没有告警" in page_of(admin, "/alarms")
