"""Double contact, double review and the proof of each closing ground, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Account
from grid_app.models.disputes import DisputeEvent
from grid_app.models.handling import ClosingProposal, ContactRecord, ReviewRecord
from grid_app.models.residents import ResidentRequest
from grid_app.services.handling import steps as handling
from grid_app.services.handling.closing import Proof
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.handling.finish import close_as_proposed
from grid_app.services.handling.gates import gate_policy, read_policy
from grid_app.services.handling.reviews import Closing, propose_closing, review_closing
from grid_app.services.handling.steps import Closure
from tests.builders import add_dispute
from tests.handling_world import PAPER, TODAY, TOLD, close_reviewed, review_all, step_of, talk
from tests.world import NOW

GOOD = Closing("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")


def yellow(session, world, **more):
    """Give a matter in handling whose grade somebody raised to yellow."""
    dispute = add_dispute(session, world, state="handling", **more)
    dispute.grade, dispute.grade_raised_to = "yellow", "yellow"
    return dispute


def agree(session, world, who, dispute, side, *, agrees=True):
    note = "看过协议和付款凭证" if agrees else "付款凭证还没有"
    review_closing(session, step_of(session, world, who, dispute), side=side, agrees=agrees, note=note)


def test_a_light_matter_is_closed_without_any_review(session, world):
    dispute = add_dispute(session, world, state="handling")

    handling.close(
        session,
        step_of(session, world, "township_officer", dispute),
        closure=Closure(GOOD.ground, GOOD.legal_basis, GOOD.outcome),
    )

    assert dispute.state == "closed"
    assert session.scalars(select(ReviewRecord)).all() == []


def test_a_yellow_matter_needs_both_reviews_and_says_why(session, world):
    dispute = yellow(session, world)

    with pytest.raises(InvalidError) as refused:
        handling.close(
            session,
            step_of(session, world, "township_officer", dispute),
            closure=Closure(GOOD.ground, GOOD.legal_basis, GOOD.outcome),
        )

    assert refused.value.code == "review_missing"
    assert "等级是黄色以上" in refused.value.fields["ground"]
    assert dispute.state == "handling"


def test_a_closing_is_read_by_the_leader_of_the_unit_and_by_the_office_above(session, world):
    dispute = yellow(session, world)

    given = close_reviewed(session, world, dispute, GOOD)

    assert given == [("township_lead", "handling_unit"), ("county_officer", "coordinating_office")]
    assert (dispute.state, dispute.closure_ground, dispute.legal_basis) == ("closed", GOOD.ground, GOOD.legal_basis)


def test_a_village_matter_is_read_by_the_village_and_its_township(session, world):
    dispute = yellow(session, world)
    dispute.owner_unit_id = world.units["village"]

    given = close_reviewed(session, world, dispute, GOOD, who="county_officer")

    assert given == [("village_lead", "handling_unit"), ("township_officer", "coordinating_office")]


def test_nobody_reviews_the_own_closing_or_reviews_twice(session, world):
    dispute = yellow(session, world)
    propose_closing(session, step_of(session, world, "township_lead", dispute), closing=GOOD)

    with pytest.raises(ForbiddenError):
        agree(session, world, "township_lead", dispute, "handling_unit")
    with pytest.raises(ForbiddenError):
        agree(session, world, "township_officer", dispute, "handling_unit")


def test_where_a_township_has_no_second_leader_the_county_reviews_by_itself(session, world):
    dispute = yellow(session, world)
    propose_closing(session, step_of(session, world, "township_lead", dispute), closing=GOOD)

    agree(session, world, "county_officer", dispute, "handling_unit")
    with pytest.raises(ForbiddenError):
        agree(session, world, "county_officer", dispute, "coordinating_office")
    agree(session, world, "county_lead", dispute, "coordinating_office")
    close_as_proposed(session, step_of(session, world, "township_lead", dispute))

    passed = dict(session.execute(select(ReviewRecord.side, ReviewRecord.passed_up)).all())
    assert passed == {"handling_unit": True, "coordinating_office": False}


def test_a_leader_whose_account_is_shut_is_no_second_person(session, world):
    dispute = yellow(session, world)
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=GOOD)
    with pytest.raises(ForbiddenError):
        agree(session, world, "county_officer", dispute, "handling_unit")

    session.get_one(Account, world.accounts["township_lead"]).disabled_at = NOW
    session.flush()
    agree(session, world, "county_officer", dispute, "handling_unit")


def test_a_refused_review_ends_the_closing_and_keeps_the_reason(session, world):
    dispute = yellow(session, world)
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=GOOD)
    agree(session, world, "township_lead", dispute, "handling_unit", agrees=False)

    with pytest.raises(ConflictError):
        close_as_proposed(session, step_of(session, world, "township_officer", dispute))

    assert session.scalars(select(ClosingProposal.state)).all() == ["refused"]
    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "closing_reviewed")).all()
    assert notes == ["付款凭证还没有"]


def test_a_new_closing_takes_its_reviews_anew(session, world):
    dispute = yellow(session, world)
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=GOOD)
    review_all(session, world, dispute)
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=GOOD)

    with pytest.raises(ConflictError, match="还在等"):
        close_as_proposed(session, step_of(session, world, "township_officer", dispute))


@pytest.mark.parametrize("ground", ["moved_to_legal_pathway", "admin_reconsideration_decided", "withdrawn_by_party"])
def test_a_ground_that_needs_a_paper_is_refused_without_it(session, world, ground):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(InvalidError) as refused:
        propose_closing(
            session,
            step_of(session, world, "township_officer", dispute),
            closing=Closing(ground, GOOD.legal_basis, GOOD.outcome),
        )

    assert set(refused.value.fields) == {"document", "document_on"}


def test_a_paper_of_tomorrow_is_refused(session, world):
    dispute = add_dispute(session, world, state="handling")
    proof = Proof("县法院受理通知书12号", TODAY + timedelta(days=1))

    with pytest.raises(InvalidError) as refused:
        handling.close(
            session,
            step_of(session, world, "township_officer", dispute),
            closure=Closure("moved_to_legal_pathway", GOOD.legal_basis, GOOD.outcome, "", proof),
        )

    assert set(refused.value.fields) == {"document_on"}


def test_a_light_matter_goes_to_court_with_its_acceptance_notice(session, world):
    dispute = add_dispute(session, world, state="handling")

    handling.close(
        session,
        step_of(session, world, "township_officer", dispute),
        closure=Closure("moved_to_legal_pathway", GOOD.legal_basis, GOOD.outcome, "", PAPER),
    )

    assert session.scalars(select(ClosingProposal.document)).all() == [PAPER.document]


def test_a_withdrawal_is_called_back_by_another_officer(session, world):
    dispute = add_dispute(session, world, state="handling")
    closing = Closing("withdrawn_by_party", "信访工作条例第三十一条", "当事人来办公室撤回", "", PAPER)
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=closing)

    with pytest.raises(ForbiddenError):
        agree(session, world, "township_officer", dispute, "call_back")
    agree(session, world, "township_lead", dispute, "call_back")
    close_as_proposed(session, step_of(session, world, "township_officer", dispute))

    assert dispute.closure_ground == "withdrawn_by_party"


def test_the_partys_own_request_by_code_and_phone_stands_for_the_paper(session, world):
    dispute = add_dispute(session, world, state="handling")
    closing = Closing("withdrawn_by_party", "信访工作条例第三十一条", "当事人在手机上撤回")
    with pytest.raises(InvalidError):
        propose_closing(session, step_of(session, world, "township_officer", dispute), closing=closing)
    session.add(ResidentRequest(dispute_id=dispute.id, kind="withdraw", letter="A", at=NOW, due_on=TODAY))
    session.flush()

    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=closing)

    assert session.scalars(select(ClosingProposal.document_on)).one() == TODAY


@pytest.mark.parametrize("ground", ["not_established", "out_of_jurisdiction"])
def test_a_matter_that_ends_unhandled_is_looked_at_again_and_the_resident_is_told(session, world, ground):
    dispute = add_dispute(session, world, state="handling")
    step = step_of(session, world, "township_officer", dispute)
    with pytest.raises(InvalidError) as refused:
        propose_closing(session, step, closing=Closing(ground, GOOD.legal_basis, "到现场看过,不属实"))
    assert set(refused.value.fields) == {"remedy", "notified_on"}

    given = close_reviewed(session, world, dispute, Closing(ground, GOOD.legal_basis, "到现场看过,不属实", "", TOLD))

    assert [side for _, side in given] == ["second_person"]


def test_handing_on_a_yellow_matter_needs_both_talks_and_uses_them_up(session, world):
    dispute = yellow(session, world)
    village = world.units["village"]
    with pytest.raises(InvalidError) as refused:
        handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=village)
    assert "和反映人、和接收单位" in refused.value.fields["unit"]

    talk(session, world, dispute, unit=village)
    handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=village)

    assert dispute.owner_unit_id == village
    assert all(one.used_at == NOW for one in session.scalars(select(ContactRecord)))


def test_a_talk_with_another_unit_does_not_count(session, world):
    dispute = yellow(session, world)
    talk(session, world, dispute, unit=world.units["county"])

    with pytest.raises(InvalidError) as refused:
        handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=world.units["village"])

    assert "还缺和接收单位的沟通记录" in refused.value.fields["unit"]


def test_a_talk_names_no_day_to_come_and_a_number_in_it_is_masked(session, world):
    dispute = yellow(session, world)
    step = step_of(session, world, "township_officer", dispute)
    with pytest.raises(InvalidError) as refused:
        record_contact(
            session, step, contact=Contact("resident", "phone", TODAY + timedelta(days=1), "说明情况,没有意见")
        )
    assert set(refused.value.fields) == {"held_on"}

    record_contact(session, step, contact=Contact("resident", "phone", TODAY, "请打 13800001234 说明情况"))

    assert "13800001234" not in session.scalars(select(ContactRecord.note)).one()


def test_no_row_of_the_policy_asks_about_people():
    asked = {row.when for row in gate_policy().rows}

    about_matters = {"always", "yellow_and_above", "petition_track", "written_agreement", "was_transferred"}
    assert asked <= about_matters | {"duty_of_township"}  # a unit, never a person
    with pytest.raises(ValueError, match="no such"):
        read_policy('version = 2\n[[row]]\ngate = "review"\nstep = "close"\nwhen = "petitioned_before"\nwhy = "x"')
