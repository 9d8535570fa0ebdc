"""Help by consent and lawyers, as the source documents tell of them; each name begins with its row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.assistance import AssistanceMeasure, AssistancePlan, ConsentRecord
from grid_app.models.disputes import DisputeEvent, Party
from grid_app.policy import Role, dispute_scope
from grid_app.queries.assistance import help_on, measures_due
from grid_app.queries.lawyers import clinics_of, duties_from, task_names
from grid_app.services.assistance import plans
from grid_app.services.assistance.amounts import review_amount
from grid_app.services.assistance.lawyers import Duty, add_duty, name_tasks, open_clinic
from grid_app.services.assistance.plans import Measure
from grid_app.vocabulary.assistance import MEASURE_WORDS, SLOTS
from grid_app.vocabulary.handling import RESULT_WORDS
from grid_app.web.residents.frame import code_of
from tests.joint_world import add_departments, at, in_hand, kinds
from tests.world import COUNTY, NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
DAY = local_date(NOW)
SOON = DAY + timedelta(days=20)
PARTY = "当事人A"


@pytest.fixture(autouse=True)
def departments(session, world):
    add_departments(session, world)


def matter(session, world, **more):
    """Add a matter in hand with one party."""
    dispute = in_hand(session, world, **more)
    session.add(Party(dispute_id=dispute.id, label=PARTY, created_at=NOW))
    return dispute


def planned(session, world, dispute):
    """Let the party agree to help, and make the plan with it."""
    officer = Role.TOWNSHIP_OFFICER
    plans.agree_to_help(session, at(session, world, dispute, officer), party=PARTY, way="present")
    step = at(session, world, dispute, officer)
    plans.make_plan(session, step, party=PARTY, unit_id=world.units["township"], due_on=SOON, agreed=True)
    return session.scalars(select(AssistancePlan).where(AssistancePlan.dispute_id == dispute.id)).one()


def added(session, world, dispute, plan, **changes):
    """Add a measure and return it."""
    values = {"kind": "civil_relief", "what": "帮忙申请临时救助", "unit_id": world.units["water"], "due_on": SOON}
    measure = Measure(**(values | changes))
    plans.add_measure(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), plan_id=plan.id, measure=measure)
    rows = select(AssistanceMeasure).where(AssistanceMeasure.dispute_id == dispute.id)
    return session.scalars(rows.order_by(AssistanceMeasure.number.desc())).first()


def test_S3_05_help_is_planned_with_whoever_wants_it_and_ends_with_one_word(session, world):
    """Consent, a plan agreed with the party, measures with unit and day; refusing ends it, and the matter goes on."""
    dispute = matter(session, world)
    with pytest.raises(ConflictError, match="本人同意"):
        step = at(session, world, dispute, Role.TOWNSHIP_OFFICER)
        plans.make_plan(session, step, party=PARTY, unit_id=world.units["township"], due_on=SOON, agreed=True)
    plan = planned(session, world, dispute)
    assert (plan.due_on, plan.agreed_on) == (SOON, DAY)
    measure, other = added(session, world, dispute, plan), added(session, world, dispute, plan, kind="employment")
    water = world.actor(session, "water")
    assert [one.kind for one in measures_due(session, water, dispute_scope(water))] == ["civil_relief", "employment"]
    step = at(session, world, dispute, "water")
    plans.measure_done(session, step, measure_id=measure.id, done_on=DAY, result="救助已经办下来")
    state = dispute.state

    plans.withdraw_help(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), party=PARTY)

    assert (plan.ended_why, measure.state, other.state, dispute.state) == ("refused", "done", "declined", state)
    assert session.scalars(select(ConsentRecord.withdrawn_at)).one() == NOW
    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind.startswith("help_"))).all()
    assert set(notes) == {""}, "what somebody needed stands in no history"


def test_S3_05_money_needs_two_people_who_did_not_enter_it(session, world):
    """Whoever entered an amount, and whoever agreed once, agrees no more; the county helps where nobody is left."""
    dispute = matter(session, world)
    measure = added(session, world, dispute, planned(session, world, dispute), amount="1200.50")
    agree = {"measure_id": measure.id, "agrees": True, "note": ""}
    with pytest.raises(ForbiddenError):
        review_amount(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), **agree)
    review_amount(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), **agree)
    with pytest.raises(ConflictError):
        review_amount(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), **agree)
    with pytest.raises(ConflictError, match="两个人"):
        step = at(session, world, dispute, "water")
        plans.measure_done(session, step, measure_id=measure.id, done_on=DAY, result="钱已经发到卡上")

    review_amount(session, at(session, world, dispute, Role.COUNTY_OFFICER), **agree)

    assert (measure.amount_cents, measure.amount_state) == (120050, "approved")
    step = at(session, world, dispute, "water")
    plans.measure_done(session, step, measure_id=measure.id, done_on=DAY, result="钱已经发到卡上")


def test_S3_05_help_is_not_the_price_of_silence(session, world):
    """A text that ties help to not petitioning, suing or complaining is refused; what protects these rights is not."""
    dispute = matter(session, world)
    plan = planned(session, world, dispute)
    for what in (
        "签字保证不再上访,发放救助金", "息访以后给临时救助", "停止 信访 后办低保", "再去信访就取消低保",
        "撤回起诉后给慰问金",
    ):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            added(session, world, dispute, plan, what=what)
        assert "what" in refused.value.fields, what
    assert added(session, world, dispute, plan, kind="legal_aid", what="帮助申请法律援助,不影响信访和起诉")


def test_S3_02_a_claim_without_a_basis_in_law_leaves_the_help_open(session, world):
    """The opinion speaks of the claim with three results; help is asked for by the party, whatever the opinion says."""
    dispute = matter(session, world, state="closed", closed_at=NOW)
    scope = dispute_scope(world.actor(session, Role.TOWNSHIP_OFFICER))
    assert not help_on(session, scope=scope, dispute_id=dispute.id).needed

    plans.agree_to_help(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), party=PARTY, way="phone")

    assert help_on(session, scope=scope, dispute_id=dispute.id).needed
    assert set(RESULT_WORDS) == {"supported", "no_legal_basis", "not_supported"}
    assert dispute.state == "closed", "after the conclusion help goes on (信访工作条例 37)"
    assert kinds(session, dispute)[-1] == "help_agreed"


def test_S3_04_counselling_is_offered_and_nothing_is_written_about_anybody(session, world):
    """Counselling has no words of its own, before or after; there is no column for a state of mind; no is no."""
    dispute = matter(session, world)
    plan = planned(session, world, dispute)
    measure = added(session, world, dispute, plan, kind="counselling", what="情绪激动,疑似抑郁", amount="")
    assert (measure.what, MEASURE_WORDS["counselling"]) == (
        "告诉本人哪里有心理疏导,去不去由本人定。",
        "心理疏导(本人愿意才去)",
    )
    other = added(session, world, dispute, plan, kind="visit", what="入户走访,问问缺什么")
    columns = {column.name for table in (AssistanceMeasure, AssistancePlan) for column in table.__table__.columns}
    assert not columns & {"diagnosis", "health", "illness", "mood", "state_of_mind"}

    plans.decline_measure(session, at(session, world, dispute, Role.TOWNSHIP_OFFICER), measure_id=measure.id)

    assert (measure.state, measure.result, other.state) == ("declined", "", "planned")


def test_S2_07_law_firms_receive_on_days_that_residents_can_read(app, session, world):
    """Firm, day, place and what lawyers may be asked for: nine kinds, in the county's own words, on the public page."""
    county = world.actor(session, Role.COUNTY_OFFICER)
    assert len(task_names(session, COUNTY)) == SLOTS == 9
    name_tasks(session, actor=county, names={1: "解答法律问题", 9: ""}, now=NOW)
    duty = Duty("青溪律师事务所", DAY + timedelta(days=3), "9:00-11:30", "信访接待大厅 3 号窗口", None, [1, 3])
    add_duty(session, actor=county, duty=duty, now=NOW)
    with pytest.raises(InvalidError):
        add_duty(session, actor=county, duty=Duty("青溪律师事务所", DAY, "上午", "大厅", None, [9]), now=NOW)
    with pytest.raises(ForbiddenError):
        add_duty(session, actor=world.actor(session, Role.TOWNSHIP_LEAD), duty=duty, now=NOW)
    (shown,) = duties_from(session, COUNTY, today=DAY)
    assert (shown.firm, shown.tasks) == ("青溪律师事务所", ("解答法律问题", "参与人民调解"))
    session.commit()

    page = app.test_client().get(f"/r/{code_of(COUNTY)}/info").get_data(as_text=True)

    assert "青溪律师事务所" in page
    assert "信访接待大厅 3 号窗口" in page


def test_S1_20_the_department_of_justice_publishes_the_lawyers_who_help(session, world):
    """A department of the county may publish lawyers; taking part in mediation is one of their nine kinds of work."""
    duty = Duty("青溪律师事务所", DAY, "9:00-11:30", "云岭村调解室", None, [3])
    add_duty(session, actor=world.actor(session, "water"), duty=duty, now=NOW)

    assert [one.tasks for one in duties_from(session, COUNTY, today=DAY)] == [("参与人民调解",)]
    assert duties_from(session, COUNTY, today=DAY + timedelta(days=1)) == []


def test_S2_12_the_legal_studio_is_a_first_stop_for_whoever_likes(app, session, world):
    """It is published with place and hours and says that nobody has to go; a report is taken without it."""
    texts = {
        "name": "青溪县访前法律工作室",
        "address": "信访局一楼",
        "hours": "周一至周五上午",
        "phone": "0736-1234567",
    }
    key = open_clinic(session, actor=world.actor(session, Role.COUNTY_LEAD), texts=texts, now=NOW)
    assert session.get_one(Unit, key).kind == "legal_clinic"
    assert [one.hours for one in clinics_of(session, COUNTY)] == ["周一至周五上午"]
    session.commit()
    client = app.test_client()

    page = client.get(f"/r/{code_of(COUNTY)}/info").get_data(as_text=True)
    report = client.get(f"/r/{code_of(COUNTY)}/report").get_data(as_text=True)

    assert "愿意去就去" in page
    assert "没有先后" in page
    assert "青溪县访前法律工作室" in page
    assert "律师" not in report
