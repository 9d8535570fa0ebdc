"""The page of ladders and its editor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.escalations import EscalationPolicy
from grid_app.services.escalations.events import EVENT_KIND_WORDS
from grid_app.services.escalations.ladders import seed_ladders
from tests.escalation_world import add_dispute, raise_for
from tests.world import NOW, World

SignIn = Callable[[str], FlaskClient]
PAGE = "/inbox/policies/finding_confirmed"
GOOD = {
    "replaces": "1",
    "unit_1": "township_government",
    "wait_1": "240",
    "red_1": "60",
    "unit_2": "county_office",
    "wait_2": "480",
    "red_2": "120",
    "ways_2": "webpush",
    "basis": "青溪县工作办法第三条",
}


@pytest.fixture(autouse=True)
def _seeded(app_world: World) -> None:
    with transaction() as session:
        seed_ladders(session, NOW)


def _versions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(EscalationPolicy)) or 0


@pytest.mark.parametrize("name", ["county_lead", "county_officer", "sysadmin", "auditor", "grid_worker"])
def test_only_the_security_administrator_opens_it(sign_in: SignIn, name: str):
    client = sign_in(name)

    answers = [client.get("/inbox/policies"), client.get(PAGE)]
    answers.append(client.post(PAGE, data=GOOD))

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert _versions() == len(EVENT_KIND_WORDS)


def test_an_unknown_kind_is_not_found(sign_in: SignIn):
    client = sign_in("security_admin")

    assert client.get("/inbox/policies/rain").status_code == 404
    assert client.post("/inbox/policies/rain", data=GOOD).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"unit_2": "", "wait_2": "", "red_2": ""}, "至少要有两级"),
        ({"wait_1": "两小时"}, "请填整数"),
        ({"wait_1": "0"}, "必须大于零"),
        ({"red_2": "-1"}, "请填整数"),
        ({"basis": " "}, "请写明依据"),
        ({"unit_2": "", "unit_3": "county_office", "wait_3": "9", "red_3": "9"}, "第2级没有写明单位"),
        ({"unit_1": "king"}, "不在可选范围"),
        ({"wait_1": "9" * 12}, "超过30天"),
        ({"red_2": "9" * 18}, "超过30天"),
        ({"red_2": "9" * 5000}, "请填整数"),
        ({"idle": "9" * 5000}, "请填整数"),
        ({"basis": "依" * 201}, "最多 200 个字"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused_and_what_was_typed_stays(sign_in: SignIn, change, sentence):
    answer = sign_in("security_admin").post(PAGE, data=GOOD | change)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="240"' in page or "wait_1" in change
    assert _versions() == len(EVENT_KIND_WORDS)


def test_the_second_editor_loses_politely(sign_in: SignIn):
    client = sign_in("security_admin")
    client.post(PAGE, data=GOOD)

    answer = client.post(PAGE, data=GOOD)

    assert answer.status_code == 409
    assert "别人刚刚保存" in answer.get_data(as_text=True)
    assert _versions() == len(EVENT_KIND_WORDS) + 1


def test_a_preview_says_it_in_words_and_saves_nothing(sign_in: SignIn):
    answer = sign_in("security_admin").post(PAGE, data=GOOD | {"do": "preview"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "先请乡镇人民政府确认收到:放进收件箱;等4小时(红色等1小时)。" in page
    assert "还没有保存" in page
    assert _versions() == len(EVENT_KIND_WORDS)


def test_a_saved_ladder_is_the_next_version_and_shown_in_words(sign_in: SignIn):
    client = sign_in("security_admin")

    page = client.post(PAGE, data=GOOD, follow_redirects=True).get_data(as_text=True)

    assert "已保存第 2 版" in page
    assert "第 2 版,11月20日(周五) 10:00保存" in page
    assert "以前的各版" in page
    assert "青溪县工作办法第三条" in page
    assert "《信访工作条例》第二十五条" in page
    assert _versions() == len(EVENT_KIND_WORDS) + 1


def test_the_editor_holds_the_ladder_in_use(sign_in: SignIn):
    page = sign_in("security_admin").get(PAGE).get_data(as_text=True)

    assert 'value="1440"' in page
    assert '<option value="county_office" selected>' in page


def test_red_disputes_have_one_waiting_time(sign_in: SignIn):
    client, address = sign_in("security_admin"), "/inbox/policies/grade_red"
    only_red = {name: value for name, value in GOOD.items() if not name.startswith("wait_")}

    form = client.get(address).get_data(as_text=True)
    page = client.post(address, data=only_red, follow_redirects=True).get_data(as_text=True)

    assert 'name="wait_1"' not in form
    assert "先请乡镇人民政府确认收到:放进收件箱;等1小时。" in page


def test_the_form_shows_one_rung_more_than_are_in_use(sign_in: SignIn):
    client = sign_in("security_admin")
    third = {"unit_3": "county_lead_office", "wait_3": "60", "red_3": "60"}

    before = client.get(PAGE).get_data(as_text=True)
    client.post(PAGE, data=GOOD | third)
    after = client.get(PAGE).get_data(as_text=True)

    assert ('name="unit_3"' in before, 'name="unit_4"' in before) == (True, False)
    assert ('name="unit_4"' in after, 'name="unit_5"' in after) == (True, False)


def test_only_the_policies_are_marked_as_the_place_one_is_in(sign_in):
    page = BeautifulSoup(sign_in("security_admin").get(PAGE).get_data(as_text=True), "lxml")

    assert [link.get_text(strip=True) for link in page.select("nav [aria-current=page]")] == ["策略"]


def test_every_setting_of_a_rung_is_saved_and_shown_again(sign_in: SignIn):
    client = sign_in("security_admin")
    more = {
        "whom_1": "township_lead", "hours_1": "working", "repeat_1": "30", "ways_1": ["webpush", "wecom", "phone"],
        "idle": "90", "idle_hours": "working", "bounces": "1",
    }  # fmt: skip

    page = client.post(PAGE, data=GOOD | more, follow_redirects=True).get_data(as_text=True)
    form = client.get(PAGE).get_data(as_text=True)

    assert "乡镇人民政府(乡镇领导)确认收到:放进收件箱,同时用这些方式提醒:" in page
    assert "推送到已开通提醒的设备、企业微信群机器人、电话通知" in page
    assert "按上班时间算,每30分钟再提醒一次" in page
    assert "确认以后1小时30分钟(按上班时间算)没有处置" in page
    assert "最多转交1次" in page
    assert form.count(" checked") == 4
    assert form.count('<option value="working" selected>') == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"unit_2": "department"}, "现在没有这种单位"),
        ({"whom_1": "on_duty"}, "都没有排值班表"),
        ({"ways_1": "pigeon"}, "不在可选范围内"),
        ({"repeat_1": "5"}, "重复提醒太密"),
        ({"idle": "a"}, "没有就填 0"),
        ({"bounces": "99"}, "转交最多 9 次"),
    ],
)
def test_a_ladder_with_a_hole_is_refused(sign_in: SignIn, change: dict[str, str], sentence: str):
    answer = sign_in("security_admin").post(PAGE, data=GOOD | change)

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert _versions() == len(EVENT_KIND_WORDS)


def test_a_preview_tells_what_last_month_would_have_sent(sign_in: SignIn, app_world: World):
    with transaction() as session:
        for number, days in enumerate((40, 20, 3), start=1):
            dispute = add_dispute(session, app_world, number=number)
            raise_for(session, dispute, event_kind=PAGE.rpartition("/")[2], now=NOW - timedelta(days=days))

    page = sign_in("security_admin").post(PAGE, data=GOOD | {"do": "preview"}).get_data(as_text=True)

    assert "最近 30 天有 2 件这一类提醒" in page
    assert "第1级(乡镇人民政府)2 次,第2级(县级经办单位)2 次" in page
    assert "2 件各级都没有人确认" in page
    assert "第1级现在有 2 个单位:收件箱" in page
