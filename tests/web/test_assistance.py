"""The pages of help and of lawyers through the client: who sees them, bad input, one tap that ends it."""

from __future__ import annotations

import re

import pytest

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Party
from grid_app.policy import Role
from tests.joint_world import add_departments, in_hand
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
PARTY = "当事人A"


@pytest.fixture
def matter(app, app_world):
    """Give the id of a matter in hand with one party."""
    with transaction() as session:
        add_departments(session, app_world)
        dispute = in_hand(session, app_world)
        session.add(Party(dispute_id=dispute.id, label=PARTY, created_at=NOW))
        return dispute.id


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def send(client, matter, form, **fields):
    named = {f"{form}_{name}": value for name, value in fields.items()}
    return client.post(f"/disputes/{matter}/assistance/{form}", data={"version": "1", **named})


def test_help_goes_from_a_yes_to_a_plan_and_one_tap_ends_it(sign_in, app_world, matter):
    """A yes, a plan and a measure are recorded; the department finds it; a tap ends it; others see nothing."""
    officer, water = sign_in(Role.TOWNSHIP_OFFICER), sign_in("water")
    township, unit = str(app_world.units["township"]), str(app_world.units["water"])
    assert send(officer, matter, "agree", party=PARTY, way="present").status_code == 302
    assert send(officer, matter, "plan", party=PARTY, unit=township, due_on="2026-12-20", agreed="1").status_code == 302
    page = text_of(officer.get(f"/disputes/{matter}/assistance"))
    plan = re.search(r'<option value="([0-9a-f-]{36})" selected>当事人A', page).group(1)
    good = {"plan": plan, "kind": "civil_relief", "what": "帮忙申请临时救助", "unit": unit, "due_on": "2026-12-01"}
    address = f"/disputes/{matter}/assistance"
    for department in (water, sign_in("roads")):
        assert department.get(f"/disputes/{matter}").status_code == 200
        assert department.get(address).status_code == 403, "a department without a part in it reads no help"
    assert sign_in(Role.COUNTY_OFFICER).get(address).status_code == 200
    with transaction() as session:
        session.get_one(Unit, app_world.units["roads"]).closed_at = NOW
    for changes, told in (
        ({"what": "长" * 5000}, "最多 2000 个字"),
        ({"what": "😀"}, "请写明"),
        ({"kind": "money"}, "请从列表里选一种帮扶"),
        ({"unit": str(app_world.units["roads"])}, "撤销的单位"),
        ({"due_on": "2026-01-01"}, "不能早于今天"),
        ({"amount": "很多"}, "请填金额"),
        ({"what": "不再信访就给临时救助"}, "放弃权利"),
        ({"what": "停止投诉以后发慰问金"}, "不能当条件"),
    ):
        answer = send(officer, matter, "measure", **(good | changes))
        assert (answer.status_code, told in text_of(answer)) == (422, True), changes
        assert (good | changes)["what"] in text_of(answer)
    assert send(officer, matter, "measure", **good).status_code == 302
    assert "民政救助" in text_of(water.get("/assistance"))
    assert water.get(address).status_code == 200
    assert PARTY not in text_of(water.get("/assistance"))
    assert sign_in(Role.GRID_WORKER).get(f"/disputes/{matter}/assistance").status_code == 403
    assert "帮扶" in text_of(officer.get(f"/disputes/{matter}"))

    ended = send(officer, matter, "withdraw", party=PARTY)

    assert ended.status_code == 302
    assert "民政救助" not in text_of(water.get("/assistance"))
    assert "本人不要帮扶" in text_of(officer.get(f"/disputes/{matter}/assistance"))


def test_the_roster_of_lawyers_refuses_what_cannot_be_and_keeps_the_words(sign_in, matter):
    """The county publishes; the township reads; a day in the past, no firm and a word about people are refused."""
    county = sign_in(Role.COUNTY_OFFICER)
    good = {
        "firm": "青溪律师事务所",
        "on_day": "2026-11-27",
        "hours": "9:00-11:30",
        "place": "接待大厅",
        "tasks": ["1"],
    }
    for changes in (
        {"on_day": "2020-01-01"},
        {"firm": ""},
        {"tasks": []},
        {"place": "重点人员接待点"},
        {"firm": "长" * 5000},
    ):
        answer = county.post("/lawyers/duties", data=good | changes)
        assert answer.status_code == 422, changes
        assert "接待大厅" in text_of(answer) or "place" in changes
    assert county.post("/lawyers/duties", data=good).status_code == 302
    assert county.post("/lawyers/duties", data=good).status_code == 409

    township = sign_in(Role.TOWNSHIP_LEAD)
    page = text_of(township.get("/lawyers"))
    assert "青溪律师事务所" in page
    assert "登记一天值班" not in page
    assert township.post("/lawyers/duties", data=good).status_code == 403
