"""Pages of channels: forms by kind, secrets that never come back, the end of a test, the last way of an office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import OutboxMessage
from tests.channels_world import DINGTALK_TOKEN, put_endpoint, put_message
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the services are tested on both
SECRET = "SECveryprivate99"
PASTED = f"https://oapi.dingtalk.com/robot/send?access_token={DINGTALK_TOKEN}"
ROBOT = {"name": "值班群", "key": PASTED, "secret": SECRET}


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def admin(sign_in):
    return sign_in("security_admin")


@pytest.fixture
def township(app_world) -> str:
    return f"/channels/units/{app_world.units['township']}"


@pytest.fixture
def robot(app_world):
    with transaction() as session:
        return put_endpoint(session, app_world, at=NOW)


@pytest.mark.parametrize(
    ("kind", "asked", "not_asked"),
    [
        ("wecom", ["key"], ["secret", "address", "number", "url"]),
        ("dingtalk", ["key", "secret"], ["address", "number", "url"]),
        ("feishu", ["key", "secret"], ["address", "number", "url"]),
        ("mail", ["address"], ["key", "secret", "number", "url"]),
        ("sms", ["number"], ["key", "secret", "address", "url"]),
        ("phone", ["number"], ["key", "secret", "address", "url"]),
        ("webhook", ["url", "secret", "algorithm"], ["key", "address", "number"]),
    ],
)
def test_each_form_asks_only_for_what_its_kind_needs(admin, township, kind, asked, not_asked):
    page = page_of(admin.get(f"{township}/new/{kind}"))

    assert [name for name in asked if f'name="{name}"' not in page] == []
    assert [name for name in not_asked if f'name="{name}"' in page] == []


def test_a_channel_is_entered_and_never_shown_again(admin, township, app_world):
    answer = admin.post(f"{township}/new/dingtalk", data=ROBOT, follow_redirects=True)
    pages = page_of(answer) + page_of(admin.get(township)) + page_of(admin.get("/channels"))

    assert answer.status_code == 200
    assert "通道已登记" in pages
    assert "尾号 cdef" in pages
    assert SECRET not in pages
    assert DINGTALK_TOKEN not in pages


def test_a_refused_form_says_why_and_gives_no_secret_back(admin, township):
    wrong = ROBOT | {"key": PASTED.replace("oapi.dingtalk.com", "evil.example.com")}

    answer = admin.post(f"{township}/new/dingtalk", data=wrong)

    page = page_of(answer)
    assert answer.status_code == 422
    assert "oapi.dingtalk.com" in page
    assert 'value="值班群"' in page
    assert SECRET not in page
    assert DINGTALK_TOKEN not in page


def test_an_address_of_another_system_must_be_on_the_list(admin, township):
    typed = {"name": "大平台", "url": "https://hook.example.com/in/abc", "secret": "s" * 16, "algorithm": "sm3"}

    answer = admin.post(f"{township}/new/webhook", data=typed)

    assert answer.status_code == 422
    assert "名单" in page_of(answer)
    assert "in/abc" not in page_of(answer)


def test_an_unknown_kind_and_a_foreign_unit_are_not_there(admin, township, app_world):
    foreign = f"/channels/units/{app_world.units['village']}"

    assert admin.get(f"{township}/new/fax").status_code == 404
    assert admin.get(foreign).status_code == 404
    assert admin.post(f"{foreign}/new/dingtalk", data=ROBOT).status_code == 404


def test_a_test_is_queued_and_the_page_waits_for_its_end(admin, robot):
    page = page_of(admin.post(f"/channels/{robot}/test", follow_redirects=True))

    with reading() as session:
        rows = session.execute(select(OutboxMessage.purpose, OutboxMessage.state)).all()
    assert [tuple(row) for row in rows] == [("test", "due")]
    assert 'http-equiv="refresh"' in page
    assert "已排队" in page


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        ("sent", "", "对方已接收"),
        ("failed", "310000", "加签"),
        ("failed", "123456", "错误码 123456"),
        ("due", "timeout", "再试"),
    ],
)
def test_the_page_shows_the_end_of_the_test_and_what_to_mend(admin, robot, state, code, words):
    with transaction() as session:
        put_message(session, at=NOW, endpoint=robot, purpose="test", state=state, code=code)

    page = page_of(admin.get(f"/channels/{robot}"))

    assert words in page
    assert "sign not match" not in page


def test_a_new_key_makes_a_new_endpoint(admin, robot):
    typed = {"key": "f" * 64, "secret": SECRET}

    answer = admin.post(f"/channels/{robot}/replace", data=typed)
    shown = page_of(admin.get(answer.location))

    assert answer.status_code == 302
    assert f"{robot}" not in answer.location
    assert "尾号 ffff" in shown
    assert SECRET not in shown


def test_the_last_channel_goes_with_somebody_named(admin, robot, app_world):
    page = page_of(admin.get(f"/channels/{robot}"))
    refused = admin.post(f"/channels/{robot}/disable", data={"reason": "群已解散"})
    named = {"reason": "群已解散", "successor": f"{app_world.units['county']}"}

    done = admin.post(f"/channels/{robot}/disable", data=named, follow_redirects=True)

    assert "由谁补上新的通道" in page
    assert refused.status_code == 422
    assert 'value="群已解散"' in page_of(refused)
    assert "通道已停用" in page_of(done)
    with reading() as session:
        assert session.scalars(select(ChannelEndpoint.disabled_reason)).one() == "群已解散"


def test_a_channel_is_renamed(admin, robot):
    refused = admin.post(f"/channels/{robot}/name", data={"name": "13812345678"})
    page = page_of(admin.post(f"/channels/{robot}/name", data={"name": "夜班群"}, follow_redirects=True))

    assert refused.status_code == 422
    assert "夜班群" in page


def test_a_disabled_channel_keeps_its_page_and_loses_its_forms(admin, robot):
    with transaction() as session:
        row = session.get_one(ChannelEndpoint, robot)
        row.disabled_at, row.disabled_reason = NOW + timedelta(hours=1), "群已解散"

    page = page_of(admin.get(f"/channels/{robot}"))

    assert "停用:群已解散" in page
    assert "<form" not in page.split("<main")[1]
    assert admin.post(f"/channels/{robot}/test").status_code == 404


def test_the_system_administrator_may_and_officers_may_not(sign_in, robot):
    assert sign_in("sysadmin").get(f"/channels/{robot}").status_code == 200
    assert sign_in("county_lead").get(f"/channels/{robot}").status_code == 403


def test_a_session_that_ended_meanwhile_gives_no_secret_back(app, township):
    answer = app.test_client().post(f"{township}/new/dingtalk", data=ROBOT)

    page = page_of(answer)
    assert answer.status_code == 401
    assert "再填一次" in page
    assert SECRET not in page
    assert DINGTALK_TOKEN not in page


def test_a_form_that_was_open_too_long_gives_no_secret_back(app, admin, township):
    app.config["WTF_CSRF_ENABLED"] = True

    answer = admin.post(f"{township}/new/dingtalk", data=ROBOT, follow_redirects=True)

    page = page_of(answer)
    assert "没有保存。请再填一次" in page
    assert SECRET not in page
    assert DINGTALK_TOKEN not in page
