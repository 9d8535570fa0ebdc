"""Several units on one matter, as the source documents tell of it; each name begins with its row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.disputes import DisputeEvent
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.joint import CrossFlag, Whistle
from grid_app.policy import Role, dispute_scope, joined_scope
from grid_app.queries.areas import responsible_for
from grid_app.queries.disputes_detail import dispute_detail
from grid_app.queries.whistles import calls_of_unit, calls_to_check, calls_to_rule, calls_waiting_for, joined_by
from grid_app.services.handling.steps import Closure, close, record_work
from grid_app.services.joint.answers import arrive, decline_call, rate, report_done, report_in, rule_on_refusal
from grid_app.services.joint.areas import AreaEdit, save_area
from grid_app.services.joint.competence import decide_competence, raise_competence
from grid_app.services.joint.silence import SILENT, name_silence
from grid_app.services.joint.together import Joining, begin_joint, end_joint, mark_crossing
from grid_app.services.joint.whistles import Asked, ask_whistle, check_whistle, end_whistle
from grid_app.vocabulary.joint import FLAG_WORDS
from tests.joint_world import PROBLEM, add_departments, at, call_of, in_hand, kinds, whistled
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
DAY = local_date(NOW)


@pytest.fixture(autouse=True)
def departments(session, world):
    add_departments(session, world)


def test_S1_14_the_base_whistles_and_the_department_reports_in(session, world):
    """A village whistles, the township's leader checks it, the department answers by its time, comes, is rated."""
    dispute = in_hand(session, world)
    asked = Asked([world.units["water"]], False, PROBLEM)
    ask_whistle(session, at(session, world, dispute, Role.VILLAGE_LEAD), asked=asked)
    water, lead = world.actor(session, "water"), world.actor(session, Role.TOWNSHIP_LEAD)
    assert [one.state for one in calls_to_check(session, dispute_scope(lead))] == ["waiting"]
    assert calls_waiting_for(session, water, dispute_scope(water)) == []

    check_whistle(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), send=True)
    (line,) = calls_waiting_for(session, water, dispute_scope(water))
    assert line.due_at == call_of(session, world, dispute, "water").answer_due_at
    assert local_date(line.due_at - timedelta(seconds=1)) == DAY + timedelta(days=3), "Friday, one working day: Monday"
    report_in(session, at(session, world, dispute, "water"), plan="水政股去看堤和灯,换灯修栏杆", due_on=DAY)
    arrive(session, at(session, world, dispute, "water"))
    report_done(session, at(session, world, dispute, "water"), note="灯换了三盏,栏杆焊好了")
    village = world.actor(session, Role.VILLAGE_LEAD)
    assert [one.state for one in calls_of_unit(session, village, dispute_scope(village))] == ["done"]
    step = at(session, world, dispute, Role.VILLAGE_LEAD)
    rate(session, step, call_id=call_of(session, world, dispute, "water").id, rating="solved", note="晚上走路看得见了")

    assert session.scalars(select(Whistle.state)).one() == "ended"
    assert kinds(session, dispute)[1:] == [
        "whistle_asked", "whistle_sent", "whistle_answered", "whistle_on_site", "whistle_done", "whistle_rated",
    ]  # fmt: skip
    with pytest.raises(ForbiddenError):
        ask_whistle(session, at(session, world, dispute, "water"), asked=asked)


def test_S1_14_a_department_that_says_nothing_is_seen(session, world):
    """When the time has passed without a word, the matter's history says so once; an urgent call has two hours."""
    dispute = whistled(session, world, "water", "roads", urgent=True)
    assert call_of(session, world, dispute, "water").answer_due_at == NOW + timedelta(hours=2)
    report_in(session, at(session, world, dispute, "roads"), plan="派人去看路", due_on=DAY)
    late = NOW + timedelta(hours=2, minutes=1)

    assert name_silence(session, now=late - timedelta(minutes=2)) == 0
    assert name_silence(session, now=late) == 1
    assert name_silence(session, now=late) == 0

    event = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == SILENT)).one()
    assert event.details["unit"] == str(world.units["water"])
    water = world.actor(session, "water")
    assert [one.silent for one in calls_waiting_for(session, water, dispute_scope(water))] == [True]
    alert = session.scalars(select(Escalation).where(Escalation.event_kind == SILENT)).one()
    assert (alert.dispute_id, alert.state, alert.reason) == (dispute.id, "open", "青溪县水利局到期没有报到。")
    assert session.scalars(select(InboxItem.unit_id)).all() == [world.units["county"]]
    arriving = call_of(session, world, dispute, "roads").site_due_at + timedelta(minutes=1)
    assert name_silence(session, now=arriving) == 1
    assert len(session.scalars(select(Escalation.id)).all()) == 2, "the roads' missing visit is a cause of its own"


def test_S1_14_whoever_whistled_ends_it_and_may_whistle_anew(session, world):
    """A department that was dissolved never answers; the base ends the whistle with its reason and calls another."""
    dispute = whistled(session, world, "water")
    with pytest.raises(ForbiddenError):
        end_whistle(session, at(session, world, dispute, "water"), reason="我们自己结束这次吹哨")

    end_whistle(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), reason="水利局撤并了,另外叫部门")

    assert call_of(session, world, dispute, "water").state == "dropped"
    asked = Asked([world.units["roads"]], False, PROBLEM)
    ask_whistle(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), asked=asked)
    assert call_of(session, world, dispute, "roads").state == "called"


def test_S1_14_a_refusal_needs_a_reason_and_the_county_decides(session, world):
    """The department says why it is not its matter; the county, not a department, rules; then its time runs anew."""
    dispute = whistled(session, world, "water")
    with pytest.raises(InvalidError):
        decline_call(session, at(session, world, dispute, "water"), reason="不管")
    decline_call(session, at(session, world, dispute, "water"), reason="路灯按职责由交通运输局管理维护")
    county = world.actor(session, Role.COUNTY_OFFICER)
    assert len(calls_to_rule(session, dispute_scope(county))) == 1
    ruling = {"call_id": call_of(session, world, dispute, "water").id, "must_come": True, "reason": "堤顶路由水利局管"}
    for department in ("water", "roads"):
        with pytest.raises(ForbiddenError):
            rule_on_refusal(session, at(session, world, dispute, department), **ruling)

    later = NOW + timedelta(days=1)
    rule_on_refusal(session, at(session, world, dispute, Role.COUNTY_OFFICER, now=later), **ruling)

    call = call_of(session, world, dispute, "water")
    assert (call.state, call.called_at) == ("called", later)
    with pytest.raises(ConflictError):
        decline_call(session, at(session, world, dispute, "water"), reason="还是觉得不归水利局管")


def test_S1_15_one_leads_and_the_others_handle_their_part(session, world):
    """Another township's unit sees the matter while it handles it too, records its work, and can do nothing else."""
    dispute = in_hand(session, world)
    officer = world.actor(session, "other_township_officer")
    with pytest.raises(NotFoundError):
        record_work(session, at(session, world, dispute, "other_township_officer"), note="到下游看过水口")
    with pytest.raises(InvalidError):
        joining = Joining([world.units["township2"]], "看下游的水口", "水从上游流到下游,两个乡镇都有份")
        begin_joint(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), joining=joining)

    begin_joint(session, at(session, world, dispute, Role.COUNTY_OFFICER), joining=joining)
    record_work(session, at(session, world, dispute, "other_township_officer"), note="到下游看过水口")

    assert kinds(session, dispute)[1:] == ["joint_begun", "joint_unit_added", "work_recorded", "graded"]
    assert [one.lead for one in joined_by(session, officer, joined_scope(officer))] == ["东河镇人民政府"]
    assert dispute_detail(session, scope=dispute_scope(officer), dispute_id=dispute.id) is None
    with pytest.raises(ForbiddenError, match="协办"):
        closure = Closure("agreement_performed", "土地管理法第四条", "都谈好了,没有别的要求")
        close(session, at(session, world, dispute, "other_township_officer"), closure=closure)
    end_joint(session, at(session, world, dispute, Role.COUNTY_OFFICER), reason="下游那一段已经修好")
    with pytest.raises(NotFoundError):
        record_work(session, at(session, world, dispute, "other_township_officer"), note="再去看一次水口")


def test_XF_24_the_common_superior_decides_between_organs_that_disagree(session, world):
    """Two departments disagree; neither of them decides, the county does, with its reason."""
    dispute = in_hand(session, world)
    units = [world.units["water"], world.units["roads"]]
    question = "水利局说是路,交通局说是堤,都说不归自己管"
    raise_competence(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), unit_ids=units, question=question)
    decision = {"unit_id": world.units["roads"], "reason": "堤顶路是县道,按公路法由交通运输局管"}
    with pytest.raises(ForbiddenError):
        decide_competence(session, at(session, world, dispute, "roads"), **decision)

    decide_competence(session, at(session, world, dispute, Role.COUNTY_LEAD), **decision)

    assert dispute.owner_unit_id == world.units["roads"]
    with pytest.raises(ConflictError):
        decide_competence(session, at(session, world, dispute, Role.COUNTY_LEAD), **decision)


def test_S1_32_what_a_matter_crosses_is_said_of_the_matter(session, world):
    """Regions, departments, trades and the three ways of lying apart are marks of the matter alone."""
    dispute = in_hand(session, world)
    mark_crossing(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), flags=["regions", "home_apart"])
    mark_crossing(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), flags=["regions"])

    assert session.scalars(select(CrossFlag.flag).where(CrossFlag.dispute_id == dispute.id)).all() == ["regions"]
    assert {column.name for column in CrossFlag.__table__.columns} == {"id", "dispute_id", "flag", "set_at", "set_by"}
    assert list(FLAG_WORDS.values()) == ["跨地区", "跨部门", "跨行业", "人事分离", "人户分离", "人事户分离"]
    assert not [word for word in FLAG_WORDS.values() if "京" in word]
    with pytest.raises(InvalidError):
        mark_crossing(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), flags=["capital"])


def test_S2_03_the_place_says_which_unit_answers_for_it(session, world):
    """The county draws the areas; the most particular one proposes its unit; a place belongs to one area."""
    county = world.actor(session, Role.COUNTY_OFFICER)
    wide = AreaEdit("沿河片区", "第一工作组", world.units["township"], (), ["990101001"])
    near = AreaEdit("云岭片区", "第二工作组", world.units["water"], [world.units["village"]], ["990101001201"])
    save_area(session, actor=county, area_id=None, edit=wide, now=NOW)
    save_area(session, actor=county, area_id=None, edit=near, now=NOW)

    here, beside = in_hand(session, world), in_hand(session, world, division_code="990101001202")
    assert responsible_for(session, here.id).unit == "青溪县水利局"
    assert responsible_for(session, beside.id).area == "沿河片区"
    assert responsible_for(session, in_hand(session, world, division_code="990101002201").id) is None
    complained_of = in_hand(session, world, about_unit_id=world.units["water"])
    assert responsible_for(session, complained_of.id).area == "沿河片区"
    with pytest.raises(InvalidError, match="没有保存") as refused:
        save_area(session, actor=county, area_id=None, edit=wide, now=NOW)
    assert "只归一个片区" in refused.value.fields["codes"]
    with pytest.raises(ForbiddenError):
        save_area(session, actor=world.actor(session, "water"), area_id=None, edit=wide, now=NOW)
