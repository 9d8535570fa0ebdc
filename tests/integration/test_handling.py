"""Handling from acceptance to closing and back: every step is in the history and in the audit trail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import Escalation
from grid_app.policy import dispute_scope
from grid_app.ports import PlaceAnswer
from grid_app.queries.disputes import Asked, Cut, Tab, list_disputes, tallies
from grid_app.queries.scoping import visible
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling import steps as handling
from grid_app.services.handling.reviews import Closing
from grid_app.services.handling.steps import Closure, Facts, Referral, Step
from tests.builders import add_dispute
from tests.handling_world import TOLD, close_reviewed
from tests.world import NOW

VILLAGE, NEXT_VILLAGE = "990101001201", "990101001202"
GOOD = Closure("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def step_of(session, world, who: str, dispute: Dispute, *, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def kinds_of(session, dispute: Dispute) -> list[str]:
    rows = select(DisputeEvent.kind).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return list(session.scalars(rows))


def audited(session, dispute: Dispute) -> list[str]:
    rows = select(AuditEvent.action).where(AuditEvent.target_id == str(dispute.id)).order_by(AuditEvent.number)
    return list(session.scalars(rows))


def event_of(session, dispute: Dispute, kind: str) -> DisputeEvent:
    rows = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id, DisputeEvent.kind == kind)
    return session.scalars(rows).one()


def test_a_dispute_goes_from_report_to_closed_and_every_step_is_kept(session, world):
    dispute = add_dispute(session, world)

    handling.accept(session, step_of(session, world, "township_officer", dispute))
    handling.assign(session, step_of(session, world, "township_lead", dispute), unit_id=world.units["village"])
    handling.record_work(session, step_of(session, world, "township_lead", dispute), note="到村里核对了合同")
    handling.close(session, step_of(session, world, "township_lead", dispute), closure=GOOD)

    assert dispute.state == "closed"
    assert dispute.closure_ground == "agreement_performed"
    assert dispute.legal_basis == "人民调解法第三十一条"
    assert (dispute.accepted_at, dispute.closed_at) == (NOW, NOW)
    assert dispute.grade == "green"
    told = [kind for kind in kinds_of(session, dispute) if kind != "graded"]
    assert told == ["reported", "accepted", "assigned", "work_recorded", "closed"]
    assert audited(session, dispute) == [
        "dispute.accepted",
        "dispute.assigned",
        "dispute.work_recorded",
        "dispute.closed",
    ]


def test_the_history_is_numbered_without_gaps(session, world):
    dispute = add_dispute(session, world)
    handling.accept(session, step_of(session, world, "township_lead", dispute))
    handling.record_work(session, step_of(session, world, "township_lead", dispute), note="到村里核对了合同")

    rows = select(DisputeEvent.number).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    numbers = session.scalars(rows).all()

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_accepting_office_answers_until_it_assigns_a_unit(session, world):
    dispute = add_dispute(session, world)
    dispute.owner_unit_id = world.units["village"]

    handling.accept(session, step_of(session, world, "township_lead", dispute))
    assert dispute.owner_unit_id == world.units["township"]

    handling.assign(session, step_of(session, world, "township_lead", dispute), unit_id=world.units["county"])
    assert dispute.owner_unit_id == world.units["county"]
    assert event_of(session, dispute, "assigned").details["unit"] == str(world.units["county"])


def test_staff_of_the_assigned_unit_write_down_their_work(session, world):
    dispute = add_dispute(session, world, state="accepted")
    dispute.owner_unit_id = world.units["village"]

    handling.record_work(session, step_of(session, world, "village_lead", dispute), note="约两家到村委会谈了一次")

    assert dispute.state == "handling"
    assert event_of(session, dispute, "work_recorded").assignment_id == world.assignments["village_lead"]


def test_a_mediation_committee_is_given_a_dispute_sees_it_and_works_on_it(session, world):
    dispute = add_dispute(session, world, state="accepted", reported_by=None)
    mediator = dispute_scope(world.actor(session, "mediator"))
    seen = select(Dispute.id).where(visible(mediator))
    assert session.scalars(seen).all() == []

    step = step_of(session, world, "township_lead", dispute)
    handling.assign(session, step, unit_id=world.units["mediation"])
    handling.record_work(session, step_of(session, world, "mediator", dispute), note="请两家到调解室谈了一次")

    assert session.scalars(seen).all() == [dispute.id]
    assert [line.id for line in list_disputes(session, scope=mediator, asked=Asked(), cut=Cut()).lines] == [dispute.id]
    assert tallies(session, scope=mediator, asked=Asked())[Tab.ALL] == 1
    assert event_of(session, dispute, "work_recorded").assignment_id == world.assignments["mediator"]


def test_work_of_two_people_is_both_kept_although_they_saw_the_same_page(session, world):
    dispute = add_dispute(session, world, state="accepted")
    first, second = (step_of(session, world, who, dispute) for who in ("township_lead", "township_officer"))

    handling.record_work(session, first, note="到村里核对了合同")
    handling.record_work(session, second, note="给公司打了电话,约好周一见面")
    handling.record_work(session, second, note="给公司打了电话,约好周一见面")

    assert kinds_of(session, dispute).count("work_recorded") == 2


def test_a_refused_dispute_keeps_the_reason(session, world):
    dispute = add_dispute(session, world)

    handling.decline(session, step_of(session, world, "township_lead", dispute), reason="已由法院受理,请等判决")

    assert dispute.state == "not_accepted"
    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "not_accepted")).all()
    assert notes == ["已由法院受理,请等判决"]


def test_a_matter_of_the_court_is_passed_on_with_its_receipt(session, world):
    dispute = add_dispute(session, world, category="1403", state="accepted")
    referral = Referral("青溪县人民法院", "立案回执 2026-118", "判决的执行由法院处理")

    handling.refer_out(session, step_of(session, world, "county_officer", dispute), referral=referral)

    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "referred_out")).one()
    assert dispute.state == "referred_out"
    assert "青溪县人民法院" in notes
    assert "立案回执 2026-118" in notes


def test_a_closed_dispute_is_taken_up_again_and_its_first_closing_stays_readable(session, world):
    dispute = add_dispute(session, world, state="handling")
    handling.close(session, step_of(session, world, "township_lead", dispute), closure=GOOD)

    handling.reopen(session, step_of(session, world, "township_officer", dispute), reason="租金又没有按时付")

    assert dispute.state == "reopened"
    assert (dispute.closed_at, dispute.closure_ground) == (None, None)
    assert dispute.grade == "blue"
    assert "closed" in kinds_of(session, dispute)


def test_a_duplicate_points_to_the_other_matter(session, world):
    other = add_dispute(session, world)
    dispute = add_dispute(session, world, state="handling")
    code = other.case_code.lower()

    closing = Closing("duplicate_of", GOOD.legal_basis, "与先上报的一件是同一件事", code, TOLD)
    close_reviewed(session, world, dispute, closing)

    assert dispute.same_matter_as == other.id


def test_no_contact_is_a_ground_after_three_days_of_trying_over_two_weeks(session, world):
    dispute = add_dispute(session, world, state="accepted")
    for days in (0, 7, 15):
        step = step_of(session, world, "township_lead", dispute, now=NOW + timedelta(days=days))
        handling.record_work(session, step, note=f"第{days}天打了电话,没有人接")

    step = step_of(session, world, "township_lead", dispute, now=NOW + timedelta(days=15))
    handling.close(session, step, closure=Closure("no_contact", "信访工作条例第三十一条", "多次联系不上当事人"))

    assert dispute.closure_ground == "no_contact"


def test_what_became_known_later_is_added_by_the_reporter(session, world):
    dispute = add_dispute(session, world)
    facts = Facts("青溪 农业开发有限公司", "千亩蔬菜基地", "10-29", "estimated", date(2026, 3, 12), "组长说的")

    handling.add_details(session, step_of(session, world, "grid_worker", dispute), facts=facts)

    assert dispute.organisation_id is not None
    assert (dispute.project, dispute.household_band, dispute.band_status) == ("千亩蔬菜基地", "10-29", "estimated")
    assert dispute.since_when == date(2026, 3, 12)
    assert dispute.grade == "orange"


def test_an_estimated_band_gives_orange_and_the_confirmed_one_red_with_an_escalation(session, world):
    dispute = add_dispute(session, world)
    handling.add_details(
        session, step_of(session, world, "grid_worker", dispute), facts=Facts(band="30-49", band_status="estimated")
    )
    assert dispute.grade == "orange"
    assert session.scalars(select(Escalation)).all() == []

    handling.confirm_band(
        session, step_of(session, world, "township_officer", dispute), band="30-49", note="电话问过组长"
    )

    assert (dispute.grade, dispute.band_status) == ("red", "confirmed")
    assert [row.dispute_id for row in session.scalars(select(Escalation))] == [dispute.id]


def test_a_handler_raises_the_grade_and_the_county_takes_it_back(session, world):
    dispute = add_dispute(session, world)
    handling.raise_grade(session, step_of(session, world, "township_officer", dispute), to="red", reason="两家要动手")
    assert dispute.grade == "red"
    assert "经办人上调等级" in dispute.grade_reasons

    handling.lower_grade(session, step_of(session, world, "county_officer", dispute), reason="已经劝开,派出所在场")

    assert dispute.grade == "blue"
    assert [kind for kind in kinds_of(session, dispute) if kind != "graded"] == [
        "reported",
        "grade_raised",
        "grade_lowered",
    ]


class Border:
    """Answers that the point touches two villages."""

    def find(self, session, *, lon, lat, accuracy_m):
        return PlaceAnswer(VILLAGE, "inside", (VILLAGE, NEXT_VILLAGE), None)

    def generation(self, session):
        return None


def test_the_reporter_settles_between_two_villages(session, world):
    dispute = add_dispute(session, world, lon=111.1, lat=29.05, accuracy_m=80.0)
    dispute.place_kind = "uncertain"

    step = step_of(session, world, "grid_worker", dispute)
    handling.settle_place(session, step, village_code=NEXT_VILLAGE, places=Border())

    assert (dispute.division_code, dispute.place_kind) == (NEXT_VILLAGE, "chosen")
    assert dispute.owner_unit_id == world.units["township"]
    assert audited(session, dispute) == ["dispute.place_settled"]


def test_a_township_corrects_a_place_inside_its_own_area_only(session, world):
    dispute = add_dispute(session, world)
    step = step_of(session, world, "township_officer", dispute)

    with pytest.raises(InvalidError):
        handling.settle_place(session, step, village_code="990101002201", places=Border())
    handling.settle_place(session, step, village_code=NEXT_VILLAGE, places=Border())

    assert dispute.division_code == NEXT_VILLAGE


def test_personal_numbers_in_a_note_are_masked(session, world):
    dispute = add_dispute(session, world, state="accepted")

    handling.record_work(
        session, step_of(session, world, "township_lead", dispute), note="已打电话13812345678,约周一见面"
    )

    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "work_recorded")).one()
    assert "13812345678" not in notes
    assert "138" in notes


def test_the_audit_trail_holds_codes_and_no_words(session, world):
    dispute = add_dispute(session, world, state="handling")
    handling.close(session, step_of(session, world, "township_lead", dispute), closure=GOOD)

    link = session.scalars(select(AuditEvent).where(AuditEvent.action == "dispute.closed")).one()

    carrier = str(world.assignments["grid_worker"])
    assert link.details == {"ground": "agreement_performed", "follow_ups": 4, "carrier": carrier}
