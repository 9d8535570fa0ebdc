"""One matter keeps one finding: across rounds, overlapping rounds, areas, decisions and growth, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.disputes import Dispute, DisputeLink
from grid_app.models.escalations import Escalation
from grid_app.models.rounds import Finding, FindingEvent
from grid_app.policy import Role
from grid_app.services.findings.decisions import confirm_finding, dismiss_finding
from tests.builders import add_dispute, add_shared_grievance
from tests.questions import asked
from tests.rounds_world import OF_FINDINGS, closed_round, counted, members_of, runs_of_round
from tests.world import NOW

DAY = timedelta(days=1)
WEEK = 7 * DAY
NEXT = date(2026, 11, 27)
THIRD = date(2026, 12, 4)


def _analysed(now, due, division="990101"):
    with transaction() as session:
        round_id = closed_round(session, due=due, division=division, now=now)
    jobs.analyse_round(round_id)
    return round_id


def _planted(world, **facts):
    with transaction() as session:
        return add_shared_grievance(session, world, **facts)[0].organisation_id


def _grow(world, organisation_id, households, at, **columns):
    with transaction() as session:
        for _ in range(households):
            add_dispute(
                session, world, at=at, organisation_id=organisation_id, summary="公司租地的租金拖欠没有付", **columns
            )


def _decide(decide, world, finding_id, role=Role.TOWNSHIP_LEAD, now=NOW):
    with transaction() as session:
        decide(session, finding_id=finding_id, actor=world.actor(session, role), reason="已逐户核实", now=now)


def _the_finding(session):
    return session.execute(select(Finding).where(Finding.merged_into.is_(None))).scalar_one()


def _kinds(session, finding_id):
    return session.scalars(
        select(FindingEvent.kind).where(FindingEvent.finding_id == finding_id).order_by(FindingEvent.id)
    ).all()


def test_the_next_round_continues_the_finding_and_tells_how_it_went_on(app, app_world):
    organisation = _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    _grow(app_world, organisation, 1, NOW + 2 * DAY)

    _analysed(NOW + WEEK, NEXT)
    _analysed(NOW + 2 * WEEK, THIRD)

    with reading() as session:
        finding = _the_finding(session)
        assert _kinds(session, finding.id) == ["new", "growing", "steady"]
        assert (finding.trend, finding.households_ever, finding.disputes_ever) == ("steady", 4, 4)
        assert finding.grade == "yellow"


def test_many_findings_that_go_on_are_kept_with_as_many_questions_as_one(app, app_world):
    organisation = _planted(app_world)
    questions = []
    for week, others in enumerate(([], ["0101", "0301", "1001"])):
        for category in others:
            _grow(app_world, organisation, 3, NOW, category=category)
        _analysed(NOW + 2 * week * WEEK, date(2026, 11, 20) + 2 * week * WEEK)
        with asked(app.extensions["grid"].engine) as statements:
            _analysed(NOW + (2 * week + 1) * WEEK, date(2026, 11, 27) + 2 * week * WEEK)
        questions.append(sum(one.startswith("SELECT") for one in statements))

    assert counted(Finding) == 4
    assert questions[1] <= questions[0] + 1, questions


def test_an_overlapping_round_of_the_same_days_brings_no_second_finding_and_no_noise(app, app_world):
    _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))

    _analysed(NOW, date(2026, 11, 20), division="990101001")

    with reading() as session:
        finding = _the_finding(session)
        assert finding.trend == "new"
        assert _kinds(session, finding.id) == ["new"]


def test_an_older_round_analysed_late_neither_doubles_nor_rewinds_a_finding(app, app_world):
    with transaction() as session:
        older = closed_round(session, now=NOW)
    _planted(app_world, before=NOW - DAY)
    _analysed(NOW + WEEK, NEXT)

    jobs.analyse_round(older)

    with reading() as session:
        finding = _the_finding(session)
        assert runs_of_round(session, older)[0].result["identities"] == [str(finding.id)]
        assert _kinds(session, finding.id) == ["new"]


def test_a_round_over_a_part_of_the_members_leaves_the_finding_whole(app, app_world):
    organisation = _planted(app_world, households=3)
    with transaction() as session:
        linked = session.scalars(select(Dispute.id)).first()
        for number in range(2):
            far = add_dispute(
                session, app_world, at=NOW - DAY * number, division_code="990101002201",
                organisation_id=organisation, summary="公司租地的租金拖欠没有付给我家",
            )  # fmt: skip
            _join(session, far, linked)
    _analysed(NOW, date(2026, 11, 20))

    _analysed(NOW + WEEK, NEXT, division="990101001")

    with reading() as session:
        finding = session.scalars(select(Finding).order_by(Finding.code)).first()
        assert finding.households_now == len(members_of(session, finding.id)) == 5
        assert finding.trend == "new"
        assert counted(Finding) == 1


def _join(session, dispute, other):
    session.add(DisputeLink(dispute_id=dispute.id, other_id=other, relation="other_household", at=NOW))


def test_a_correction_after_a_run_takes_the_finding_back_in_the_re_run(app, app_world):
    _planted(app_world)
    round_id = _analysed(NOW, date(2026, 11, 20))
    with transaction() as session:
        for number, one in enumerate(session.scalars(select(Dispute))):
            one.category, one.organisation_id, one.summary = f"0{number + 1}01", None, f"另一件事{number}"

    jobs.analyse_round(round_id)

    with reading() as session:
        finding = _the_finding(session)
        assert (finding.state, finding.trend) == ("gone", "gone")
        assert len(members_of(session, finding.id)) == 3
        assert _kinds(session, finding.id) == ["new", "gone"]


def test_a_finding_all_of_whose_matters_are_closed_is_gone_and_stays_on_record(app, app_world):
    _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    with transaction() as session:
        for one in session.scalars(select(Dispute)):
            one.state = "closed"

    _analysed(NOW + WEEK, NEXT)

    with reading() as session:
        finding = _the_finding(session)
        assert (finding.state, finding.trend, finding.households_ever) == ("gone", "gone", 3)
        gone = session.scalars(select(FindingEvent).where(FindingEvent.kind == "gone")).one()
        assert gone.details["reason"] == "反映的事项均已办结，本轮不再提示，记录保留。"


def test_one_that_was_gone_and_returns_is_raised_again_under_its_old_number(app, app_world):
    organisation = _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    with transaction() as session:
        for one in session.scalars(select(Dispute)):
            one.state = "closed"
    _analysed(NOW + WEEK, NEXT)
    _grow(app_world, organisation, 1, NOW + 8 * DAY)

    _analysed(NOW + 2 * WEEK, THIRD)

    with reading() as session:
        finding = _the_finding(session)
        assert finding.state == "suspected"
        assert _kinds(session, finding.id) == ["new", "gone", "raised_again"]


def test_a_dismissed_one_stays_dismissed_until_more_households_tell_of_it(app, app_world):
    organisation = _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    with reading() as session:
        finding_id = _the_finding(session).id
    _decide(dismiss_finding, app_world, finding_id)

    _analysed(NOW + WEEK, NEXT)
    with reading() as session:
        assert session.get_one(Finding, finding_id).state == "dismissed"
    _grow(app_world, organisation, 1, NOW + 8 * DAY)
    third = _analysed(NOW + 2 * WEEK, THIRD)

    with reading() as session:
        finding = session.get_one(Finding, finding_id)
        assert (finding.state, finding.decided_at, finding.decision_reason) == ("suspected", None, "")
        assert _kinds(session, finding_id) == ["new", "dismissed", "steady", "raised_again"]
    _decide(dismiss_finding, app_world, finding_id, now=NOW + 2 * WEEK)
    jobs.analyse_round(third)
    with reading() as session:
        assert session.get_one(Finding, finding_id).state == "dismissed"


def test_a_confirmed_one_that_becomes_graver_escalates_again_exactly_once(app, app_world):
    organisation = _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    with reading() as session:
        finding_id = _the_finding(session).id
    _decide(confirm_finding, app_world, finding_id)
    _grow(app_world, organisation, 8, NOW + DAY)

    second = _analysed(NOW + WEEK, NEXT)
    jobs.analyse_round(second)
    _analysed(NOW + 2 * WEEK, THIRD)

    with reading() as session:
        assert session.get_one(Finding, finding_id).grade == "orange"
        told = select(Escalation.grade).where(OF_FINDINGS).order_by(Escalation.opened_at, Escalation.id)
        grades = session.scalars(told).all()
        assert grades == ["yellow", "orange"]
        joined = session.scalars(select(Dispute.grade).where(Dispute.noted_on > date(2026, 11, 20))).all()
        assert joined == ["yellow"] * 8


def test_an_unconfirmed_one_never_escalates_however_it_grows(app, app_world):
    organisation = _planted(app_world)
    _analysed(NOW, date(2026, 11, 20))
    _grow(app_world, organisation, 30, NOW + DAY)

    _analysed(NOW + WEEK, NEXT)

    with reading() as session:
        assert _the_finding(session).grade == "red"
        assert session.scalar(select(func.count()).select_from(Escalation).where(OF_FINDINGS)) == 0


def test_an_estimated_band_holds_a_finding_at_orange_until_the_township_confirms_it(app, app_world):
    organisation = _planted(app_world, households=3)
    with transaction() as session:
        told = session.scalars(select(Dispute).where(Dispute.organisation_id == organisation)).first()
        told.household_band, told.band_status = "50+", "estimated"
        told_id = told.id
    _analysed(NOW, date(2026, 11, 20))
    with reading() as session:
        before = _the_finding(session)
        assert (before.grade, before.grade_reasons) == ("orange", ["估计涉及50户以上，待乡镇核实"])
    with transaction() as session:
        session.get_one(Dispute, told_id).band_status = "confirmed"

    _analysed(NOW + WEEK, NEXT)

    with reading() as session:
        assert _the_finding(session).grade == "red"


def test_danger_is_never_held_back(app, app_world):
    organisation = _planted(app_world)
    _grow(app_world, organisation, 1, NOW - DAY, danger=True)

    _analysed(NOW, date(2026, 11, 20))

    with reading() as session:
        assert _the_finding(session).grade == "red"
