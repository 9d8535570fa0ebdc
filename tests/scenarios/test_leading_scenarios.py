"""What the source documents ask of leaders who own hard matters, told as people meet it; the row begins each name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date, start_of_day
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Assignment
from grid_app.models.clocks import Deadline
from grid_app.models.leading import Hearing, HearingInvitee, LeaderAssignment, LeaderPromise, LeaderVisit, PlanStep
from grid_app.policy import dispute_scope
from grid_app.queries.leading import leading_of
from grid_app.queries.leading_lists import count_without_lead, due_promises, due_visits, waiting_queries, without_lead
from grid_app.services.control_words import control_words_in
from grid_app.services.handling import steps as handling
from grid_app.services.handling.opinions import draft_opinion
from grid_app.services.leading import examinations, hearings, plans, questions, visits
from grid_app.services.leading.lead import Member, assign_lead, decline_contact, welcome_contact
from grid_app.vocabulary.leading import leading_rules, read_leading
from tests.handling_world import TODAY
from tests.leading_world import OPINION, at, charge, clock_of, matter, met, only, owned, until_final_review
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_S1_24_grave_matters_that_no_leader_owns_are_listed_for_the_office(session, world):
    red = matter(session, world, "red", at=NOW - timedelta(days=1))
    orange = matter(session, world, "orange", at=NOW - timedelta(days=9))
    matter(session, world, "yellow")
    matter(session, world, "red", state="closed")
    owned(session, world)
    scope = dispute_scope(world.actor(session, "township_officer"))

    listed = without_lead(session, scope=scope, now=NOW)

    assert [one.dispute_id for one in listed] == [red.id, orange.id]
    assert count_without_lead(session, scope=scope, now=NOW) == 2
    session.get_one(Assignment, world.assignments["township_lead"]).valid_to = NOW
    assert count_without_lead(session, scope=scope, now=NOW) == 3  # the official who owned one has left
    assert not {"name", "lead", "person"} & set(type(listed[0]).__dataclass_fields__)


def test_S1_28_a_lead_official_owes_a_visit_every_fifteen_days_from_the_day_of_the_last_one(session, world):
    dispute = owned(session, world)
    assert local_date(clock_of(session, dispute).due_at) >= TODAY + timedelta(days=15)
    later = NOW + timedelta(days=12)

    visits.record_visit(session, at(session, world, dispute, now=later), meeting=met(world, local_date(later)))

    assert clock_of(session, dispute).started_at == start_of_day(local_date(later))
    scope = dispute_scope(world.actor(session, "township_officer"))
    assert due_visits(session, scope=scope, until=NOW + timedelta(days=20)) == []
    assert [one.dispute_id for one in due_visits(session, scope=scope, until=NOW + timedelta(days=40))] == [dispute.id]


def test_S1_31_the_duties_of_the_team_are_the_countys_own_list_and_speak_of_the_matter(session, world):
    rules = leading_rules()
    assert not control_words_in(" ".join([*rules.duties.values(), *rules.reception_duties.values()]))
    own = read_leading(
        '[suggested]\ngrades=[]\nlisted=["red"]\n[visits]\ndays_ahead=3\n[[duty]]\ncode="a"\nname="查账"\n'
        '[[duty]]\ncode="b"\nname="调解"\n[[reception_duty]]\ncode="x"\nname="登记"\n'
        '[[reception_day]]\nkind="county_lead_office"\nweekday=5\n'
    )
    assert own.duties == {"a": "查账", "b": "调解"}
    dispute = matter(session, world, "red", state="handling")

    with pytest.raises(InvalidError) as refused:
        assign_lead(
            session, at(session, world, dispute, who="county_lead"),
            charge=charge(world, team=(Member("watch", world.units["village"]),) * 2),
        )  # fmt: skip

    assert "至少 2 个" in refused.value.fields["duty_1"] or "管什么" in refused.value.fields["duty_1"]


def test_S1_33_what_was_promised_is_followed_until_it_is_kept_also_after_closing_and_after_reopening(session, world):
    dispute = owned(session, world)
    visits.record_visit(session, at(session, world, dispute), meeting=met(world))
    dispute.state = "closed"
    scope = dispute_scope(world.actor(session, "township_officer"))
    assert [one.dispute_id for one in due_promises(session, scope=scope, until=TODAY + timedelta(days=7))]

    kept = at(session, world, dispute)
    visits.keep_promise(
        session, kept, promise_id=only(session, LeaderPromise).id, kept_on=TODAY, evidence="账已对完,双方签字"
    )

    assert due_promises(session, scope=scope, until=TODAY + timedelta(days=7)) == []
    running = clock_of(session, dispute)
    running.done_at, running.ended = NOW, "stopped"
    handling.reopen(session, at(session, world, dispute), reason="租金又没有付")
    assert clock_of(session, dispute) is not None


def test_S3_03_a_legacy_of_earlier_years_is_marked_and_its_plan_has_steps_with_days(session, world):
    dispute = owned(session, world)
    plans.mark_historical(
        session, at(session, world, dispute), background="2005 年按当时的县文件征地,补偿标准后来提高过两次"
    )
    wanted = plans.Wanted("核对 2005 年的补偿册", world.units["township"], TODAY + timedelta(days=10))
    plans.set_plan(session, at(session, world, dispute), wanted=(wanted,))

    plans.do_step(
        session, at(session, world, dispute), step_id=only(session, PlanStep).id, done_on=TODAY, evidence="补偿册已找到"
    )

    shown = leading_of(session, dispute.id, now=NOW)
    assert "2005 年" in shown.background
    assert [(one.unit, one.done_on) for one in shown.plan.steps] == [("东河镇人民政府", TODAY)]


def test_S3_07_one_issue_one_leader_one_team_one_plan_until_it_is_closed(session, world):
    dispute = owned(session, world)

    assign_lead(
        session, at(session, world, dispute, who="county_lead"),
        charge=charge(world, lead_id=world.assignments["county_lead"]),
    )  # fmt: skip

    rows = session.scalars(select(LeaderAssignment).where(LeaderAssignment.ended_at.is_(None))).all()
    assert [row.lead_id for row in rows] == [world.assignments["county_lead"]]
    shown = leading_of(session, dispute.id, now=NOW)
    assert [one.duty for one in shown.lead.team] == ["facts", "solve"]
    for changes, field in (
        ({"lead_id": world.assignments["grid_worker"]}, "lead"),
        ({"team": (Member("facts", world.units["village"]),)}, "duty_1"),
        ({"plan": ""}, "plan"),
        ({"issue": "🙂"}, "issue"),
    ):
        with pytest.raises(InvalidError) as refused:
            assign_lead(session, at(session, world, dispute, who="county_lead"), charge=charge(world, **changes))
        assert field in refused.value.fields
    with pytest.raises(InvalidError) as refused:  # a township gives no work to a leader of the county
        county = charge(world, lead_id=world.assignments["county_lead"])
        assign_lead(session, at(session, world, dispute, who="township_officer"), charge=county)
    assert "lead" in refused.value.fields


def test_S3_08_no_new_conclusion_before_site_resident_and_others_were_heard(session, world):
    dispute = owned(session, world)
    examinations.begin_examination(session, at(session, world, dispute), earlier="2019 年答复:面积以合同为准")
    heard = examinations.Finding("on_site", TODAY, "site", "到地里量了一遍,比合同少两分地")
    examinations.add_finding(session, at(session, world, dispute), finding=heard)

    with pytest.raises(ConflictError, match="还缺:当面听当事人说、听有关单位和人员说"):
        examinations.conclude_examination(session, at(session, world, dispute), conclusion="以现场量的面积为准。")
    with pytest.raises(ConflictError, match="三个必须"):
        draft_opinion(session, at(session, world, dispute), draft=OPINION)

    for slot, way in (("resident", "declined"), ("involved", "met")):
        done = examinations.Finding(slot, TODAY, way, "请了当事人;村里和公司都来说明了")
        examinations.add_finding(session, at(session, world, dispute), finding=done)
    draft_opinion(session, at(session, world, dispute), draft=OPINION)
    examinations.conclude_examination(
        session, at(session, world, dispute), conclusion="以现场量的面积为准,重新算租金。"
    )
    assert leading_of(session, dispute.id, now=NOW).examinations[0].conclusion.startswith("以现场量的面积")


def test_S3_09_the_steps_and_days_become_a_common_timetable_when_the_resident_agrees(session, world):
    dispute = owned(session, world)
    wanted = plans.Wanted("公司付清租金", world.units["township"], TODAY + timedelta(days=20))
    plans.set_plan(session, at(session, world, dispute), wanted=(wanted,))

    plans.agree_plan(session, at(session, world, dispute), agreed_on=TODAY, way="present", labels=("当事人A",))
    assert leading_of(session, dispute.id, now=NOW).plan.agreed_by == ("当事人A",)

    plans.set_plan(session, at(session, world, dispute), wanted=(wanted, wanted))
    shown = leading_of(session, dispute.id, now=NOW)
    assert shown.plan.agreed_on is None  # other steps or days: the resident is asked anew
    assert [one.number for one in shown.plans] == [2, 1]


def test_S3_10_a_question_of_policy_shows_how_long_it_waits_and_stops_no_clock(session, world):
    dispute = owned(session, world)
    before = {one.rule_code: one.due_at for one in session.scalars(select(Deadline).where(Deadline.done_at.is_(None)))}
    talk = questions.Talk(TODAY, "镇农业办、县自然资源局", "老合同的面积怎么算", "由自然资源局三天内答复")
    questions.consult(session, at(session, world, dispute), talk=talk)
    asked = questions.Query("市自然资源局", "2005 年的标准还能不能用", TODAY, TODAY + timedelta(days=15))
    questions.ask_policy(session, at(session, world, dispute), query=asked)

    scope = dispute_scope(world.actor(session, "township_officer"))
    assert [one.day for one in waiting_queries(session, scope=scope)] == [TODAY]
    after = {one.rule_code: one.due_at for one in session.scalars(select(Deadline).where(Deadline.done_at.is_(None)))}
    assert after == before
    query = leading_of(session, dispute.id, now=NOW).queries[0]
    questions.answer_policy(
        session, at(session, world, dispute), query_id=query.id, answered_on=TODAY, answer="按现行标准补差额"
    )
    assert waiting_queries(session, scope=scope) == []


def test_S3_12_a_resident_who_wants_no_visits_is_left_alone_and_nobody_is_watched(session, world):
    dispute = owned(session, world)

    decline_contact(session, at(session, world, dispute))

    assert clock_of(session, dispute) is None
    with pytest.raises(ConflictError, match="不再上门"):
        visits.record_visit(session, at(session, world, dispute), meeting=met(world))
    other = charge(world, lead_id=world.assignments["county_lead"])
    assign_lead(session, at(session, world, dispute, who="county_officer"), charge=other)
    assert clock_of(session, dispute) is None  # another official begins no new contact either
    columns = {column.name for table in (LeaderVisit, LeaderAssignment) for column in table.__table__.columns}
    assert not [name for name in columns if any(part in name for part in ("attitude", "mood", "where", "lon", "risk"))]
    welcome_contact(session, at(session, world, dispute))
    assert clock_of(session, dispute) is not None


def test_S3_13_the_diary_tells_date_place_request_promise_and_day_and_nothing_of_the_mind(session, world):
    dispute = owned(session, world)

    visits.record_visit(session, at(session, world, dispute), meeting=met(world, documents="租地合同复印件"))

    (visit,) = leading_of(session, dispute.id, now=NOW).visits
    assert (visit.held_on, visit.place, visit.asked) == (TODAY, "当事人家里", "要求年底前付清租金")
    assert [(one.what, one.unit, one.due_on) for one in visit.promises] == [
        ("带账册来对一次账", "东河镇人民政府", TODAY + timedelta(days=7))
    ]
    assert set(LeaderVisit.__table__.columns.keys()) == {
        "id", "leader_assignment_id", "dispute_id", "number", "held_on", "way", "place", "asked", "documents",
        "assignment_id", "at",
    }  # fmt: skip


def test_S3_14_a_hearing_invites_by_consent_only_and_its_days_are_left_out_of_the_final_review(session, world):
    dispute = owned(session, world)
    until_final_review(session, world, dispute)
    due = clock_of(session, dispute, "recheck_answer").due_at
    plan = hearings.Plan("hearing", (TODAY,), "镇会议室", is_public=True, public_by=("当事人A", "当事人B"))
    hearings.plan_hearing(session, at(session, world, dispute), plan=plan)
    held = only(session, Hearing)
    guest = hearings.Invitation("elder", "村里的老党员", ("当事人A",))
    with pytest.raises(InvalidError) as refused:
        hearings.invite(session, at(session, world, dispute), hearing_id=held.id, invitation=guest)
    assert "当事人B还没有同意" in refused.value.fields["consented"]
    hearings.invite(
        session, at(session, world, dispute), hearing_id=held.id,
        invitation=hearings.Invitation("elder", "村里的老党员", ("当事人A", "当事人B")),
    )  # fmt: skip
    later = NOW + timedelta(days=4)

    hearings.hold_hearing(
        session, at(session, world, dispute, now=later), hearing_id=held.id,
        days=(TODAY + timedelta(days=3), TODAY + timedelta(days=4)), record="双方都发了言,同意按现场量的面积算。",
    )  # fmt: skip

    clock = clock_of(session, dispute, "recheck_answer")
    assert clock.explanation["hearing_days"] == 2
    assert "信访工作条例第三十六条" in clock.explanation["articles"]
    assert clock.due_at > due
    assert only(session, HearingInvitee).consented_by == ["当事人A", "当事人B"]
