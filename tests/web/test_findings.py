"""Pages of findings: who sees which, why and by when, members in sight, confirming and dismissing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.rounds import Finding, FindingEvent
from tests.builders import add_dispute, add_shared_grievance
from tests.rounds_world import OF_FINDINGS, closed_round, counted_of_findings
from tests.world import NOW

REASON = "逐户问过,是同一笔租金"
DAY = timedelta(days=1)


@pytest.fixture
def finding_id(app, app_world):
    """Give the id of a suspected finding of three households of one village."""
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        return session.scalars(select(Finding.id)).one()


@pytest.mark.parametrize("name", ["grid_worker", "village_lead", "mediator", "security_admin", "sysadmin", "auditor"])
def test_who_is_no_office_sees_no_finding(sign_in, finding_id, name):
    client = sign_in(name)

    assert client.get("/findings").status_code == 403
    assert client.get(f"/findings/{finding_id}").status_code == 403
    assert client.post(f"/findings/{finding_id}/confirm", data={"reason": REASON}).status_code == 403


def test_a_finding_of_another_township_does_not_exist_for_this_one(sign_in, finding_id):
    client = sign_in("other_township_lead")

    for step in ("confirm", "dismiss"):
        assert client.post(f"/findings/{finding_id}/{step}", data={"reason": REASON}).status_code == 404
    assert client.get(f"/findings/{finding_id}").status_code == 404
    assert "云岭村" not in client.get("/findings?state=all").get_data(as_text=True)


def test_the_officer_who_types_reads_but_does_not_decide(sign_in, finding_id):
    client = sign_in("township_officer")

    page = client.get(f"/findings/{finding_id}").get_data(as_text=True)

    assert client.post(f"/findings/{finding_id}/confirm", data={"reason": REASON}).status_code == 403
    assert "您可以查看,不能判断" in page
    assert "请您判断" not in page


def test_a_unit_complained_of_does_not_see_the_finding(sign_in, app_world, finding_id):
    with transaction() as session:
        session.scalars(select(Dispute)).first().about_unit_id = app_world.units["township"]

    assert sign_in("township_lead").get(f"/findings/{finding_id}").status_code == 404
    assert sign_in("township_lead").post(f"/findings/{finding_id}/dismiss", data={"reason": "x"}).status_code == 404
    assert sign_in("county_officer").get(f"/findings/{finding_id}").status_code == 200


@pytest.mark.parametrize("reason", ["", " \x00 ", "长" * 501])
def test_a_decision_without_a_proper_reason_is_asked_for_one_and_keeps_the_words(sign_in, finding_id, reason):
    client = sign_in("township_lead")

    answer = client.post(f"/findings/{finding_id}/confirm", data={"reason": reason})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请写明理由,500 字以内" in page
    assert reason.replace("\x00", "").strip() in page
    assert counted_of_findings() == 0


def test_the_page_says_why_who_does_what_by_when_and_what_would_end_it(sign_in, finding_id):
    client = sign_in("township_lead")

    page = client.get(f"/findings/{finding_id}").get_data(as_text=True)

    assert "云岭村近90天有3户分别反映同一件事（涉及青溪农业开发有限公司），最早11月15日" in page
    assert "11月22日 10:00前" in page
    assert "或写明为什么不成立(还剩 2 天)" in page
    assert "近90天反映同一件事的不足3户" in page
    assert "历史数据不足 28 天,没有做比较,只按户数规则判断" in page
    assert page.index("为什么提示") < page.index("谁该做什么") < page.index("请您判断") < page.index("有哪些纠纷")
    assert "<details" in page
    assert page.index("<details") < page.index("统计数字") < page.index("没有做比较,所以没有这些数字")


def test_members_are_shown_only_in_the_viewers_scope_and_counted_elsewhere(sign_in, app_world, finding_id):
    with transaction() as session:
        moved = session.scalars(select(Dispute).order_by(Dispute.id)).first()
        moved.division_code = "990101002201"
        codes = session.scalars(select(Dispute.case_code).order_by(Dispute.id)).all()

    own = sign_in("township_lead").get(f"/findings/{finding_id}").get_data(as_text=True)
    county = sign_in("county_officer").get(f"/findings/{finding_id}").get_data(as_text=True)

    assert codes[0] not in own
    assert all(code in own for code in codes[1:])
    assert "另有 1 件不在您的范围内,只计数" in own
    assert all(code in county for code in codes)
    assert "只计数" not in county


def test_the_page_holds_no_name_phone_text_or_download(sign_in, finding_id):
    page = sign_in("county_lead").get(f"/findings/{finding_id}").get_data(as_text=True)

    assert "第1户反映" not in page
    assert "household-" not in page
    assert "tel:" not in page
    assert "下载" not in page
    assert "csv" not in page.lower()


def test_the_list_opens_on_what_waits_and_puts_the_gravest_first(sign_in, app_world, finding_id):
    with transaction() as session:
        for number in range(3):
            add_dispute(
                session, app_world, division_code="990101001202", at=NOW - DAY * number, danger=number == 0,
                summary="饮水井打不出水,全组没有水喝", category="1001",
            )  # fmt: skip
        round_id = closed_round(session, now=NOW, division="990101001")
    jobs.analyse_round(round_id)
    client = sign_in("township_lead")

    page = client.get("/findings").get_data(as_text=True)

    assert page.index("柳湾村") < page.index("云岭村")
    assert "判断期限还剩 2 天" in page
    assert "待判断" in page


def test_confirming_escalates_tells_the_county_and_grades_the_members(sign_in, app_world, finding_id):
    client = sign_in("township_lead")

    answer = client.post(f"/findings/{finding_id}/confirm", data={"reason": REASON}, follow_redirects=True)

    page = answer.get_data(as_text=True)
    assert "已确认,并已提醒县级经办单位" in page
    assert "11月27日前" in page
    assert "已提醒上级(黄" in page
    assert REASON in page
    with reading() as session:
        assert session.scalars(select(Escalation.finding_id).where(OF_FINDINGS)).all() == [finding_id]
        lies = select(InboxItem.unit_id).join(Escalation, Escalation.id == InboxItem.escalation_id).where(OF_FINDINGS)
        assert session.scalars(lies).all() == [app_world.units["county"]]
        assert set(session.scalars(select(Dispute.grade))) == {"yellow"}
        event = session.scalars(select(FindingEvent).where(FindingEvent.kind == "confirmed")).one()
        assert (event.note, event.assignment_id) == (REASON, app_world.assignments["township_lead"])
        assert "finding.confirmed" in session.scalars(select(AuditEvent.action)).all()


def test_dismissing_tells_nobody_and_keeps_the_reason(sign_in, finding_id):
    client = sign_in("county_officer")

    page = client.post(f"/findings/{finding_id}/dismiss", data={"reason": REASON}, follow_redirects=True)

    assert "已判断为不成立" in page.get_data(as_text=True)
    assert REASON in page.get_data(as_text=True)
    assert counted_of_findings() == 0
    assert "没有待判断的苗头提示" in client.get("/findings").get_data(as_text=True)


def test_the_second_of_two_deciders_is_told_and_keeps_the_words(sign_in, finding_id):
    first, second = sign_in("township_lead"), sign_in("county_lead")
    first.post(f"/findings/{finding_id}/dismiss", data={"reason": REASON})

    answer = second.post(f"/findings/{finding_id}/confirm", data={"reason": "我这里核实是真的"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "这条提示已经是“不成立”" in page
    assert "您写的理由:我这里核实是真的" in page
    assert counted_of_findings() == 0


def test_a_delegated_decision_shows_both_names(app, sign_in, app_world, finding_id):
    from grid_app.models.accounts import Delegation

    with transaction() as session:
        session.add(
            Delegation(
                from_assignment_id=app_world.assignments["township_lead"],
                to_assignment_id=app_world.assignments["township_officer"],
                actions=["finding.decide"], starts_at=NOW - DAY, ends_at=NOW + DAY,
            )
        )  # fmt: skip
    client = sign_in("township_officer")

    page = client.post(f"/findings/{finding_id}/confirm", data={"reason": REASON}, follow_redirects=True)

    assert "township_officer甲(受 township_lead甲 委托)" in page.get_data(as_text=True)
