"""The course of a finding until it is closed, and what units, people and residents are told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.jobs.findings import escalate_undecided_job
from grid_app.models.accounts import AuditEvent, Notice
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.findings import FindingDeadline
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.policy import Role
from grid_app.services.findings.decisions import confirm_finding
from grid_app.services.findings.undecided import raise_undecided
from tests.builders import add_dispute, add_shared_grievance
from tests.findings_world import WHY, case_codes, found, give_duty
from tests.rounds_world import OF_FINDINGS, closed_round
from tests.web.forms import fields_of
from tests.web.report_pages import page_of
from tests.web.resident_pages import PHONE, ask, report, tracking_of
from tests.world import NOW

DAY = timedelta(days=1)

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def finding_id(app, app_world):
    return found(app_world)


def send(client, page_url: str, action: str, **typed: str):
    return client.post(action, data={**fields_of(page_of(client.get(page_url)), action), **typed})


def test_a_finding_goes_from_suspicion_to_its_end_and_every_step_says_who_when_and_why(sign_in, app_world, finding_id):
    lead, village = sign_in("township_lead"), sign_in("village_lead")
    home, question = f"/findings/{finding_id}", f"/findings/{finding_id}/question"
    assert "有 3 户反映" in page_of(lead.get("/"))
    assert village.get(question).status_code == 404

    lead.post(f"{home}/confirm", data={"reason": WHY})
    assert "有 3 户反映同一个问题" not in page_of(lead.get("/"))
    village_unit = str(app_world.units["village"])
    missing = send(lead, home, f"{home}/assign", assign_unit="", assign_reason="村里收的租金")
    assert (missing.status_code, "村里收的租金" in page_of(missing)) == (422, True)
    lead.post(f"{home}/assign", data={"assign_unit": village_unit, "assign_reason": "村里收的租金,请讲清楚"})

    asked = page_of(village.get(question))
    assert "请您的单位答复" in page_of(village.get("/"))
    assert "数户反映" in asked
    assert "11月27日前" in asked
    assert "3 户" not in asked
    assert not [code for code in case_codes() if code in asked]
    refused = send(village, question, f"{home}/reply", reply_way="meeting", reply_reason="答应了,以后放弃信访权利")
    assert (refused.status_code, "以后放弃信访权利" in page_of(refused)) == (422, True)
    send(village, question, f"{home}/reply", reply_way="meeting", reply_reason="在院坝会上讲了账")
    village.post(f"{home}/plan", data={"plan_reason": "公司月底前付清,村里核对"})
    for move, why in (
        ("monitor", "付了一半"),
        ("rework", "又停了"),
        ("resolve", "都付清了"),
        ("close", "问过没有异议"),
    ):
        assert lead.post(f"{home}/end/{move}", data={"end_reason": why}).status_code == 302
    assert "开会当面答复:在院坝会上讲了账" in page_of(lead.get(home))

    with reading() as session:
        columns = (FindingEvent.kind, FindingEvent.note, FindingEvent.assignment_id, FindingEvent.details)
        by_people = select(*columns).where(FindingEvent.assignment_id.is_not(None)).order_by(FindingEvent.id)
        events = session.execute(by_people).all()
        audited = set(session.scalars(select(AuditEvent.action)))
        clocks = {row.rule_code: row.ended for row in session.scalars(select(FindingDeadline))}
    kinds = ["confirmed", "assigned", "answered", "measures", "monitored", "reworked", "resolved", "closed"]
    assert [event.kind for event in events] == kinds
    assert {f"finding.{kind}" for kind in kinds} <= audited
    assert all(event.note for event in events)
    assert (events[2].assignment_id, events[2].details["by_unit"]) == (app_world.assignments["village_lead"], True)
    assert clocks == dict.fromkeys(("finding_confirm", "finding_owner", "finding_answer", "finding_measures"), "done")
    assert "请您的单位答复" not in page_of(village.get("/"))


def test_two_people_at_once_one_wins_the_other_is_told_and_a_form_sent_twice_is_one_step(sign_in, finding_id):
    first, second, home = sign_in("township_lead"), sign_in("county_lead"), f"/findings/{finding_id}"
    stale = fields_of(page_of(second.get(home)), f"{home}/confirm")
    for _ in range(2):
        assert first.post(f"{home}/confirm", data={"reason": WHY}).status_code == 302

    late = second.post(f"{home}/assign", data={**stale, "assign_unit": "", "assign_reason": "由村里答复"})

    page = page_of(late)
    assert late.status_code == 409
    assert "township_lead甲(东河镇人民政府)已经在 11月20日 10:00 做了“确认”" in page
    assert "由村里答复" in BeautifulSoup(page, "lxml").find(id="assign_reason").get_text()
    with reading() as session:
        kinds = session.scalars(select(FindingEvent.kind).order_by(FindingEvent.id)).all()
        assert kinds == ["new", "confirmed"]
        assert len(session.scalars(select(Escalation).where(OF_FINDINGS)).all()) == 1
        assert session.scalars(select(AuditEvent.action)).all().count("finding.confirmed") == 1


@pytest.mark.parametrize(("unit", "told"), [(None, "county"), ("township", "county_lead")])
def test_undecided_after_two_days_it_goes_to_the_level_above_once(app, app_world, unit, told):
    finding_id = found(app_world)
    if unit:
        give_duty(app_world, unit)
    with transaction() as session:
        assert raise_undecided(session, now=NOW + 2 * DAY - timedelta(minutes=1)) == 0
        assert raise_undecided(session, now=NOW + 2 * DAY) == 1
        assert raise_undecided(session, now=NOW + 3 * DAY) == 0

    with reading() as session:
        raised = session.scalars(select(Escalation).where(OF_FINDINGS)).one()
        assert (raised.event_kind, raised.finding_id) == ("finding_undecided", finding_id)
        lies = select(InboxItem.unit_id).where(InboxItem.escalation_id == raised.id)
        assert session.scalars(lies).all() == [app_world.units[told]]
        assert session.scalars(select(FindingEvent.kind).order_by(FindingEvent.id)).all() == ["new", "undecided"]


def test_findings_from_before_there_were_clocks_are_given_theirs(app, app_world, finding_id):
    with transaction() as session:
        for clock in session.scalars(select(FindingDeadline)):
            session.delete(clock)

    assert escalate_undecided_job() == 0

    with reading() as session:
        (clock,) = session.scalars(select(FindingDeadline)).all()
        assert (clock.rule_code, clock.due_at) == ("finding_confirm", NOW + 2 * DAY)


@pytest.mark.parametrize(("more", "told"), [(1, 1), (2, 2)])
def test_people_are_told_again_when_it_grew_by_a_fifth_and_not_before(app, app_world, more, told):
    finding_id = found(app_world, households=10)
    with transaction() as session:
        actor = app_world.actor(session, Role.TOWNSHIP_LEAD)
        confirm_finding(session, finding_id=finding_id, actor=actor, reason=WHY, now=NOW)
        organisation = session.scalars(select(Dispute.organisation_id)).first()
        for _ in range(more):
            add_dispute(
                session, app_world, at=NOW + DAY, organisation_id=organisation, summary="公司租地的租金拖欠没有付给我家"
            )
        round_id = closed_round(session, now=NOW + 2 * DAY, due=(NOW + 2 * DAY).date())
    jobs.analyse_round(round_id)

    with reading() as session:
        grades = session.scalars(select(Escalation.grade).where(OF_FINDINGS)).all()
        assert grades == ["orange"] * told
        assert session.get_one(Finding, finding_id).disputes_ever == 10 + more


def test_a_resident_reads_how_many_told_the_same_and_which_unit_answers_when(app, sign_in, app_world):
    app_client = app.test_client()
    code = tracking_of(report(app_client, phone=PHONE, name="王小明"))
    finding_id = found(app_world)
    with transaction() as session:
        own = session.scalars(select(Dispute).where(Dispute.tracking_code == code.replace(" ", ""))).one()
        run = session.get_one(Finding, finding_id).first_run_id
        session.add(FindingMember(finding_id=finding_id, dispute_id=own.id, first_run_id=run))
    assert "同样的问题" not in page_of(ask(app_client, code, "1234"))
    with transaction() as session:
        actor = app_world.actor(session, Role.TOWNSHIP_LEAD)
        confirm_finding(session, finding_id=finding_id, actor=actor, reason=WHY, now=NOW)

    waiting = page_of(ask(app_client, code, "1234"))
    with transaction() as session:
        session.get_one(Finding, finding_id).households_ever = 12
    many = page_of(ask(app_client, code, "1234"))

    assert "数户反映同样的问题,东河镇人民政府 11月27日(周五)前答复" in waiting
    assert "12 户反映同样的问题" in many


def test_decisions_feed_what_is_said_of_the_signal(sign_in, app_world, finding_id):
    client = sign_in("county_officer")
    assert "还没有判断过" in page_of(client.get("/findings"))
    client.post(f"/findings/{finding_id}/dismiss", data={"reason": WHY})

    shown = page_of(client.get("/findings?state=dismissed"))
    beside = page_of(client.get(f"/findings/{finding_id}"))

    said = "这类提示在本县判断过 1 条,确认 0 条。判断过的还少,看不出准不准。"
    assert said in shown
    assert said in beside
    with reading() as session:
        assert not session.scalars(select(Notice.id).where(Notice.read_at.is_(None), Notice.kind == "finding")).all()


@pytest.mark.parametrize(("days", "grade"), [(16, "red"), (-2, "orange"), (-20, "yellow")])
def test_a_legal_limit_of_a_member_that_passed_counts_in_the_grade(app, app_world, days, grade):
    with transaction() as session:
        add_shared_grievance(session, app_world)[1].statutory_due_at = NOW - days * DAY
        round_id = closed_round(session, now=NOW)

    jobs.analyse_round(round_id)

    with reading() as session:
        assert session.scalars(select(Finding.grade)).one() == grade
