"""The pages of joint work through the client: both sides of a whistle, bad input, two at once, another township."""

from __future__ import annotations

import re

import pytest

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.policy import Role
from grid_app.services.joint.together import Joining, begin_joint
from tests.joint_world import add_departments, at, in_hand, whistled
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
PROBLEM = "堤边的路灯不亮,村里没有权限修。"


@pytest.fixture
def matter(app, app_world):
    """Give the id and version of a matter in hand, in a county with departments."""
    with transaction() as session:
        add_departments(session, app_world)
        return in_hand(session, app_world).id


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def version_of(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def send(client, matter, form, **fields):
    page = text_of(client.get(f"/disputes/{matter}/joint"))
    named = {f"{form.replace('-', '_')}_{name}": value for name, value in fields.items()}
    return client.post(f"/disputes/{matter}/joint/{form}", data={"version": version_of(page), **named})


def test_a_whistle_is_seen_and_answered_from_both_sides(sign_in, app_world, matter):
    """The village whistles, the leader sends it, the department finds it in its list and reports in."""
    village, lead = sign_in(Role.VILLAGE_LEAD), sign_in(Role.TOWNSHIP_LEAD)
    asked = {"units": [str(app_world.units["water"])], "urgent": "no", "problem": PROBLEM}
    assert send(village, matter, "whistle", **asked).status_code == 302
    assert "等把关的吹哨" in text_of(lead.get("/whistles"))
    assert "轮到您:吹哨把关" in text_of(lead.get(f"/disputes/{matter}"))
    assert send(lead, matter, "check", decision="yes").status_code == 302

    water = sign_in("water")
    assert "等本单位办的" in text_of(water.get("/whistles"))
    assert "云岭村村民委员会吹哨" in text_of(water.get("/whistles"))
    assert send(water, matter, "report-in", plan="水政股上堤看灯", due_on="2026-11-25").status_code == 302
    shown = text_of(village.get(f"/disputes/{matter}/joint"))
    assert "已报到" in shown
    assert "水政股上堤看灯" in shown
    assert "报到" in text_of(village.get(f"/disputes/{matter}"))


def test_bad_input_is_told_and_nothing_typed_is_lost(sign_in, app_world, matter):
    """Every refusal says what is wrong and shows the form with what was typed."""
    with transaction() as session:
        session.get_one(Unit, app_world.units["roads"]).closed_at = NOW
    officer = sign_in(Role.TOWNSHIP_OFFICER)
    good = {"units": [str(app_world.units["water"])], "urgent": "yes", "problem": PROBLEM}
    for changes, told in (
        ({"problem": "长" * 5000}, "最多 2000 个字"),
        ({"problem": "😀"}, "请写明"),
        ({"units": []}, "请选要叫哪些部门"),
        ({"units": [str(app_world.units["roads"])]}, "已经撤销"),
        ({"units": ["no id"]}, "不是本县的部门"),
        ({"urgent": ""}, "请选急不急"),
        ({"problem": "请部门来做工作,让他保证不再上访"}, "放弃权利"),
    ):
        fields = good | changes
        answer = send(officer, matter, "whistle", **fields)

        assert (answer.status_code, told in text_of(answer)) == (422, True), changes
        assert fields["problem"] in text_of(answer)


def test_the_second_of_two_departments_people_is_told_and_keeps_the_words(app, sign_in, app_world):
    """Two colleagues answer the same call; the second one's words stay on the page."""
    with transaction() as session:
        add_departments(session, app_world)
        matter = whistled(session, app_world, "water").id
    water = sign_in("water")
    page = version_of(text_of(water.get(f"/disputes/{matter}/joint")))
    data = {"version": page, "report_in_plan": "先去现场看看", "report_in_due_on": "2026-11-23"}
    assert water.post(f"/disputes/{matter}/joint/report-in", data=data).status_code == 302
    again = water.post(f"/disputes/{matter}/joint/report-in", data=data)
    assert again.status_code == 302, "the same words twice are one step"
    answer = water.post(f"/disputes/{matter}/joint/report-in", data={**data, "report_in_plan": "明天派人带工具去"})

    assert answer.status_code == 409
    assert "明天派人带工具去" in text_of(answer)
    assert "已报到" in text_of(answer)


def test_another_township_opens_what_it_handles_too_and_nothing_else(sign_in, app_world, matter):
    """While it handles the matter too it sees the page, with one form; before and elsewhere there is no such page."""
    other = sign_in("other_township_officer")
    assert other.get(f"/disputes/{matter}").status_code == 404
    with transaction() as session:
        joining = Joining([app_world.units["township2"]], "看下游的水口", "两个乡镇都有份")
        dispute = session.get_one(Dispute, matter)
        begin_joint(session, at(session, app_world, dispute, Role.COUNTY_OFFICER), joining=joining)

    page = text_of(other.get(f"/disputes/{matter}"))
    assert "您的单位协办" in page
    assert f"/disputes/{matter}/work" in page
    for form in ("close", "assign", "refer-out", "party"):
        assert f"/disputes/{matter}/{form}" not in page
    assert other.get(f"/disputes/{matter}/handling").status_code == 404
    assert "看下游的水口" in text_of(other.get("/whistles"))
    work = {"version": version_of(page), "work_note": "下游水口已经清开"}
    assert other.post(f"/disputes/{matter}/work", data=work).status_code == 302
    assert other.post(f"/disputes/{matter}/close", data={"version": "9"}).status_code in (403, 404, 422)


def test_the_county_draws_an_area_and_the_form_of_assigning_proposes_its_unit(sign_in, app_world, matter):
    """An area saved on the page stands as the proposal where a unit is named; a name that watches people is refused."""
    county, roads = sign_in(Role.COUNTY_OFFICER), str(app_world.units["roads"])
    data = {"name": "沿河片区", "lead": roads, "team": "第一工作组", "codes": ["990101001"], "version": "0"}
    assert county.post("/areas/new", data={**data, "name": "重点人员片区"}).status_code == 422
    assert county.post("/areas/new", data=data).status_code == 302

    page = text_of(sign_in(Role.TOWNSHIP_OFFICER).get(f"/disputes/{matter}"))
    assert "责任片区“沿河片区”:由青溪县交通运输局负责" in page
    assert "按分片包干,“沿河片区”由青溪县交通运输局负责" in page
    assert f'<option value="{roads}" selected>' in page
    assert sign_in("water").post("/areas/new", data=data).status_code == 403
