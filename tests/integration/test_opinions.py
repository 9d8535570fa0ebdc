"""The handling opinion, its delivery, review and final review with their clocks; the end by law. On both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.clocks import Deadline
from grid_app.models.handling import Opinion, OpinionReview
from grid_app.services.handling import steps as handling
from grid_app.services.handling.chain import Answer, Conclusion, answer_review, ask_review, conclude
from grid_app.services.handling.opinions import Delivery, Draft, deliver_opinion, draft_opinion
from grid_app.services.handling.steps import Closure
from grid_app.vocabulary.handling import REMEDY
from tests.builders import add_dispute
from tests.handling_world import TODAY, step_of
from tests.world import NOW

DRAFT = Draft(
    claim="要求付清 2025 年土地租金",
    facts="核对合同和账册,公司欠付一年租金,双方都认可数额。",
    result="supported",
    opinion="由公司在 12 月 10 日前付清。",
    legal_basis="《民法典》第五百七十七条",
    remedy=REMEDY,
)
DELIVERED = Delivery("in_person", TODAY)


def drafted(session, world, draft=DRAFT, **more):
    dispute = add_dispute(session, world, state="handling", **more)
    draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=draft)
    return dispute


def delivered(session, world, delivery=DELIVERED):
    dispute = drafted(session, world)
    deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=delivery)
    return dispute


def clock(session, dispute, code) -> Deadline:
    session.flush()
    rows = select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.rule_code == code)
    return session.scalars(rows.order_by(Deadline.started_at.desc())).first()


def ask(session, world, dispute, on, *, now=NOW):
    step = step_of(session, world, "county_officer", dispute, now=now)
    ask_review(session, step, asked_on=on, organ="青溪县人民政府")


def answer(session, world, dispute, on, *, result="upheld", now=NOW):
    step = step_of(session, world, "county_officer", dispute, now=now)
    answer_review(session, step, answer=Answer(result, "青政复〔2026〕3号", "信访工作条例第三十五条", on))


def test_an_opinion_holds_claim_facts_result_and_basis_and_is_delivered(session, world):
    dispute = drafted(session, world)
    assert dispute.state == "handling"

    deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=DELIVERED)

    row = session.scalars(select(Opinion)).one()
    assert (row.claim, row.facts, row.result, row.legal_basis) == (
        DRAFT.claim, DRAFT.facts, "supported", DRAFT.legal_basis,
    )  # fmt: skip
    assert dispute.state == "replied"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("legal_basis", ""),
        ("facts", "短"),
        ("claim", ""),
        ("result", "refused_person"),
        ("remedy", "有意见可以再来说一说"),
    ],
)
def test_an_opinion_without_one_of_its_parts_is_refused(session, world, field, text):
    with pytest.raises(InvalidError) as refused:
        drafted(session, world, draft=replace(DRAFT, **{field: text}))

    assert set(refused.value.fields) == {field}


def test_an_opinion_that_signs_a_right_away_is_refused(session, world):
    with pytest.raises(InvalidError) as refused:
        drafted(session, world, draft=replace(DRAFT, opinion="付清以后,当事人保证不再上访。"))

    assert set(refused.value.fields) == {"opinion"}


def test_nothing_is_delivered_before_it_is_written(session, world):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(ConflictError, match="还没有处理意见书"):
        deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=DELIVERED)


def test_a_draft_is_written_anew_and_stays_one(session, world):
    dispute = drafted(session, world)

    again = replace(DRAFT, result="no_legal_basis")
    draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=again)

    assert session.scalars(select(Opinion.result)).all() == ["no_legal_basis"]


def test_refusing_to_sign_is_recorded_with_who_saw_it_and_hinders_nothing(session, world):
    with pytest.raises(InvalidError):
        delivered(session, world, Delivery("left", TODAY, refused=True))

    told = Delivery("left", TODAY, refused=True, note="由村委会两名工作人员见证留置")
    assert delivered(session, world, told).state == "replied"


def test_thirty_days_to_ask_for_a_review_run_from_the_day_of_delivery(session, world):
    earlier = TODAY - timedelta(days=3)

    dispute = delivered(session, world, Delivery("post", earlier))

    found = clock(session, dispute, "review_request")
    assert local_date(found.started_at) == earlier
    assert local_date(found.due_at - timedelta(seconds=1)) == date(2026, 12, 17)


def test_a_day_to_come_is_no_delivery(session, world):
    with pytest.raises(InvalidError) as refused:
        delivered(session, world, Delivery("post", TODAY + timedelta(days=1)))

    assert set(refused.value.fields) == {"delivered_on"}


def test_the_chain_is_opinion_review_and_final_review_each_with_its_day(session, world):
    dispute = delivered(session, world)
    closure = Closure("review_chain_completed", "信访工作条例第三十六条", "三级都已答复")
    with pytest.raises(InvalidError) as refused:
        handling.close(session, step_of(session, world, "county_officer", dispute), closure=closure)
    assert "复查意见、复核意见" in refused.value.fields["ground"]

    ask(session, world, dispute, TODAY)
    assert clock(session, dispute, "review_request").ended == "done"
    assert clock(session, dispute, "review_answer").done_at is None
    answer(session, world, dispute, TODAY)
    ask(session, world, dispute, TODAY)
    answer(session, world, dispute, TODAY)

    assert session.scalars(select(OpinionReview.stage).order_by(OpinionReview.id)).all() == ["review", "recheck"]
    handling.close(session, step_of(session, world, "county_officer", dispute), closure=closure)
    assert dispute.closure_ground == "review_chain_completed"


def test_after_thirty_days_a_request_is_too_late_and_the_sentence_says_when_it_ended(session, world):
    dispute = delivered(session, world)
    late = NOW + timedelta(days=40)

    with pytest.raises(ConflictError, match="12 月 21 日为止"):
        ask(session, world, dispute, TODAY + timedelta(days=35), now=late)


def test_a_request_written_in_time_counts_although_it_is_entered_later(session, world):
    dispute = delivered(session, world)

    ask(session, world, dispute, TODAY + timedelta(days=20), now=NOW + timedelta(days=40))

    assert session.scalars(select(OpinionReview.asked_on)).all() == [TODAY + timedelta(days=20)]


def test_a_third_review_does_not_exist(session, world):
    dispute = delivered(session, world)
    for _ in range(2):
        ask(session, world, dispute, TODAY)
        answer(session, world, dispute, TODAY)

    with pytest.raises(ConflictError, match="每一级只有一次"):
        ask(session, world, dispute, TODAY)


def test_a_revoked_opinion_is_worked_on_anew(session, world):
    dispute = delivered(session, world)
    ask(session, world, dispute, TODAY)

    answer(session, world, dispute, TODAY, result="revoked")

    assert dispute.state == "handling"
    draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=DRAFT)


def test_a_closed_matter_can_still_be_reviewed_in_time_and_is_taken_up_again_when_the_opinion_falls(session, world):
    dispute = delivered(session, world)
    closure = Closure("opinion_carried_out", "《民法典》第五百七十七条", "租金已按意见付清,凭证在案")
    handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)
    assert clock(session, dispute, "review_request").done_at is None

    ask(session, world, dispute, TODAY)
    answer(session, world, dispute, TODAY, result="revoked")

    assert dispute.state == "reopened"
    assert dispute.closure_ground is None


def test_an_opinion_is_carried_out_only_when_it_was_delivered(session, world):
    dispute = drafted(session, world)
    closure = Closure("opinion_carried_out", "《民法典》第五百七十七条", "租金已按意见付清,凭证在案")

    with pytest.raises(InvalidError) as refused:
        handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)

    assert set(refused.value.fields) == {"ground"}


def test_the_end_by_law_needs_its_document_is_the_countys_and_is_only_read_afterwards(session, world):
    dispute = add_dispute(session, world, state="referred_out", category="1403")
    paper = Conclusion("省高级人民法院", "终结决定书(2026)5号", TODAY)
    with pytest.raises(ForbiddenError):
        conclude(session, step_of(session, world, "township_lead", dispute), conclusion=paper)

    conclude(session, step_of(session, world, "county_officer", dispute), conclusion=paper)

    assert dispute.state == "legally_concluded"
    with pytest.raises(ConflictError):
        handling.record_work(session, step_of(session, world, "county_officer", dispute), note="再去看了一次")
