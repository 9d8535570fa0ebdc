"""What the source documents ask of handling by the law, told as people meet it; the row's id begins each name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.models.handling import Opinion, ReviewRecord, Sorting, Transfer
from grid_app.policy import dispute_scope
from grid_app.queries.disputes_detail import dispute_detail
from grid_app.services.clocks.filling import fill_clocks
from grid_app.services.handling import steps as handling
from grid_app.services.handling.chain import Answer, Conclusion, answer_review, ask_review, conclude
from grid_app.services.handling.legal_pathways import pathway_list
from grid_app.services.handling.opinions import Delivery, Draft, deliver_opinion, draft_opinion
from grid_app.services.handling.reviews import Closing
from grid_app.services.handling.seals import decide_seal, set_seal
from grid_app.services.handling.sorting import Considered, sort_dispute
from grid_app.services.handling.steps import Closure, Referral
from grid_app.services.handling.transfers import Sending, decide_objection, object_to, transfer
from grid_app.vocabulary.handling import REMEDY
from tests.builders import add_dispute
from tests.handling_world import CONSIDERED, TODAY, close_reviewed, step_of, talk
from tests.world import NOW

CLOSED = Closing("agreement_performed", "《民法典》第五百七十七条", "租金已付清,双方签收。")
OPINION = Draft(
    "要求付清土地租金", "核对合同和账册,公司欠付一年租金。", "supported", "由公司在 12 月 10 日前付清。",
    "《民法典》第五百七十七条", REMEDY,
)  # fmt: skip


def sort(session, world, dispute, *, who="township_officer", track="petition", complexity="simple", note="", now=NOW,
         considered=CONSIDERED):  # fmt: skip
    step = step_of(session, world, who, dispute, now=now)
    sort_dispute(session, step, track=track, complexity=complexity, note=note, considered=considered)


def running(session, dispute) -> dict[str, Deadline]:
    session.flush()
    rows = select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.done_at.is_(None))
    return {one.rule_code: one for one in session.scalars(rows)}


def answered(session, world, *, result="supported"):
    dispute = add_dispute(session, world, state="handling")
    words = Draft(OPINION.claim, OPINION.facts, result, OPINION.opinion, OPINION.legal_basis, OPINION.remedy)
    draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=words)
    delivery = Delivery("in_person", TODAY)
    deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=delivery)
    return dispute


def test_S0_01_nothing_is_closed_without_a_law_or_policy(session, world):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(InvalidError) as refused:
        closure = Closure("agreement_performed", "", "租金已付清,双方签收。")
        handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)

    assert "legal_basis" in refused.value.fields


def test_S0_07_a_matter_before_a_court_is_no_petition_and_goes_to_the_organ_with_a_receipt(session, world):
    dispute = add_dispute(session, world)
    pending = Considered("pending", "judicial", "civil_lawsuit")
    with pytest.raises(InvalidError, match="分流没有保存"):
        sort(session, world, dispute, track="petition", considered=pending)

    sort(session, world, dispute, track="litigation", considered=pending)
    referral = Referral("青溪县人民法院", "收件回执 7 号", "正在一审,由法院依法办理")
    handling.refer_out(session, step_of(session, world, "township_officer", dispute), referral=referral)

    assert dispute.state == "referred_out"
    assert running(session, dispute) == {}


def test_S0_08_a_matter_of_courts_ends_by_law_with_a_document_and_is_only_read_then(session, world):
    dispute = add_dispute(session, world, state="referred_out", category="1403")
    paper = Conclusion("省高级人民法院", "终结决定书(2026)5号", TODAY)

    conclude(session, step_of(session, world, "county_officer", dispute), conclusion=paper)

    assert dispute.state == "legally_concluded"
    with pytest.raises(ConflictError):
        handling.reopen(session, step_of(session, world, "county_officer", dispute), reason="再来反映同一件事")


def test_S0_09_sorting_a_petition_records_which_legal_pathway_was_considered(session, world):
    dispute = add_dispute(session, world)
    with pytest.raises(InvalidError) as refused:
        sort(session, world, dispute, considered=Considered("no", "", ""))
    assert set(refused.value.fields) == {"route", "pathway"}

    sort(session, world, dispute, considered=Considered("no", "arbitration", "land_contract_arbitration"))

    row = session.scalars(select(Sorting)).one()
    assert (row.route, row.pathway, row.list_version) == (
        "arbitration", "land_contract_arbitration", pathway_list().version,
    )  # fmt: skip


def test_S0_10_a_wrong_pathway_is_put_right_by_another_person_with_the_reason(session, world):
    dispute = add_dispute(session, world)
    sort(session, world, dispute)
    with pytest.raises(InvalidError):
        sort(session, world, dispute, who="township_lead", track="mediation")
    with pytest.raises(ForbiddenError, match="不能自己改"):
        sort(session, world, dispute, track="mediation", note="是两户之间的租金")

    sort(session, world, dispute, who="township_lead", track="mediation", note="是两户之间的租金")

    event = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "pathway_corrected")).one()
    assert (event.details["from_track"], event.details["track"], event.note) == (
        "petition", "mediation", "是两户之间的租金",
    )  # fmt: skip


@pytest.mark.parametrize(("complexity", "days"), [("simple", 3), ("complex", 5)])
def test_S1_18_a_simple_matter_is_accepted_in_three_days_a_complex_one_in_five_and_done_in_thirty(
    session, world, complexity, days
):
    dispute = add_dispute(session, world, category="0201")
    session.flush()
    fill_clocks(session, now=NOW)
    sort(session, world, dispute, track="mediation", complexity=complexity, considered=Considered())

    acceptance = running(session, dispute)[f"accept_{complexity}"]
    assert local_date(acceptance.due_at) == TODAY + timedelta(days=days)
    handling.accept(session, step_of(session, world, "township_officer", dispute))

    finish = running(session, dispute)["finish_target"]
    assert (finish.started_at, local_date(finish.due_at)) == (NOW, date(2026, 12, 21))  # the thirtieth is a Sunday


def test_S1_19_two_talks_come_before_handing_on_and_two_readers_before_closing(session, world):
    dispute = add_dispute(session, world, state="handling")
    dispute.grade, dispute.grade_raised_to = "yellow", "yellow"
    village = world.units["village"]
    with pytest.raises(InvalidError, match="双沟通"):
        handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=village)
    talk(session, world, dispute, unit=village)
    handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=village)

    close_reviewed(session, world, dispute, CLOSED)

    sides = set(session.scalars(select(ReviewRecord.side)))
    assert (dispute.state, sides) == ("closed", {"handling_unit", "coordinating_office"})


def test_S1_19_a_light_matter_is_free_of_both(session, world):
    dispute = add_dispute(session, world, state="handling")
    village = world.units["village"]
    handling.assign(session, step_of(session, world, "township_officer", dispute), unit_id=village)
    closure = Closure(CLOSED.ground, CLOSED.legal_basis, CLOSED.outcome)
    handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)

    assert dispute.state == "closed"


def test_S1_23_a_complaint_of_conduct_is_out_of_the_units_sight_at_once_and_the_next_level_decides(session, world):
    dispute = add_dispute(session, world, state="handling")
    dispute.owner_unit_id = world.units["village"]
    step = step_of(session, world, "township_officer", dispute)
    set_seal(session, step, unit_id=world.units["village"], kind="conduct", reason="反映分配不公开")

    scope = dispute_scope(world.actor(session, "village_lead"))
    assert dispute_detail(session, scope=scope, dispute_id=dispute.id) is None
    assert dispute.owner_unit_id == world.units["township"]
    assert local_date(running(session, dispute)["seal_decision"].due_at - timedelta(seconds=1)) == TODAY + timedelta(3)
    with pytest.raises(ForbiddenError):
        decide_seal(session, step_of(session, world, "township_lead", dispute), confirm=True, reason="同意继续保密")

    decide_seal(session, step_of(session, world, "county_officer", dispute), confirm=True, reason="属于作风问题")
    assert dispute_detail(session, scope=scope, dispute_id=dispute.id) is None


def test_S2_02_a_matter_does_not_go_round_after_two_returns_the_county_decides(session, world):
    dispute = add_dispute(session, world, state="accepted")
    village = world.units["village"]
    words = Sending(village, "灌溉渠属于村里管护,请修复并答复。")
    for _ in range(2):
        talk(session, world, dispute, unit=village)
        transfer(session, step_of(session, world, "township_officer", dispute), sending=words)
        reason = "这段渠由水利站管护,依据管护协议第二条。"
        object_to(session, step_of(session, world, "village_lead", dispute), reason=reason)
        step = step_of(session, world, "township_officer", dispute)
        decide_objection(session, step, agree=True, reason="核对协议,不属于村里")
    with pytest.raises(ForbiddenError, match="县级裁定"):
        transfer(session, step_of(session, world, "township_officer", dispute), sending=words)

    transfer(session, step_of(session, world, "county_officer", dispute), sending=words)

    assert session.scalars(select(Transfer.is_ruling).order_by(Transfer.id)).all() == [False, False, True]


def test_S2_09_the_question_about_courts_and_police_is_asked_and_a_yes_leaves_the_petition_track(session, world):
    dispute = add_dispute(session, world)
    with pytest.raises(InvalidError) as refused:
        sort(session, world, dispute, considered=Considered("", "opinion", "none"))
    assert set(refused.value.fields) == {"decided"}

    with pytest.raises(InvalidError) as refused:
        sort(session, world, dispute, considered=Considered("final", "opinion", "none"))
    assert "诉访分离" in refused.value.fields["track"]


def test_S2_10_the_list_of_pathways_names_authority_basis_time_and_how_for_every_row():
    rows = pathway_list().pathways

    assert len(rows) >= 22
    assert all(one.authority and one.basis and one.limit and one.how for one in rows)
    assert {one.kind for one in rows} >= {"administrative", "arbitration", "lawsuit"}


@pytest.mark.parametrize("result", ["supported", "no_legal_basis", "not_supported"])
def test_S3_02_the_answer_speaks_of_the_claim_in_one_of_three_results(session, world, result):
    answered(session, world, result=result)

    assert session.scalars(select(Opinion.result)).all() == [result]


def test_S3_04_a_claim_that_is_not_supported_is_answered_in_writing_with_the_law_and_the_way_on(session, world):
    answered(session, world, result="not_supported")

    row = session.scalars(select(Opinion)).one()
    assert row.legal_basis
    assert "三十日内" in row.remedy


def test_S3_11_the_opinion_is_delivered_and_review_and_final_review_end_the_chain(session, world):
    dispute = answered(session, world)
    for number in (1, 2):
        step = step_of(session, world, "county_officer", dispute)
        ask_review(session, step, asked_on=TODAY, organ="青溪县人民政府")
        step = step_of(session, world, "county_officer", dispute)
        words = Answer("upheld", f"青政复〔2026〕{number}号", "信访工作条例第三十五条", TODAY)
        answer_review(session, step, answer=words)

    closing = Closing("review_chain_completed", "信访工作条例第三十六条", "三级都已书面答复")
    close_reviewed(session, world, dispute, closing, who="county_officer")

    assert dispute.closure_ground == "review_chain_completed"


def test_S3_20_sanction_is_no_ground_and_every_other_ground_needs_its_proof(session, world):
    dispute = add_dispute(session, world, state="handling")
    for ground, field in (
        ("unlawful_act_dealt_with", "ground"), ("review_chain_completed", "ground"),
        ("admin_reconsideration_decided", "document"), ("moved_to_legal_pathway", "document"),
    ):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            closure = Closure(ground, "信访工作条例第三十六条", "已经作出决定")
            handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)
        assert field in refused.value.fields


def test_S4_01_the_place_decides_and_no_township_gets_a_matter_from_elsewhere(session, world):
    dispute = add_dispute(session, world, state="accepted")
    elsewhere = world.units["township2"]
    talk(session, world, dispute, unit=elsewhere, who="county_officer")

    with pytest.raises(InvalidError) as refused:
        words = Sending(elsewhere, "请处理东河镇的灌溉渠,并答复。")
        transfer(session, step_of(session, world, "county_officer", dispute), sending=words)

    assert "看不到别处的事项" in refused.value.fields["unit"]


def test_S4_03_a_petition_ends_with_a_written_answer_and_its_clock_with_the_delivery(session, world):
    dispute = add_dispute(session, world)
    sort(session, world, dispute)
    handling.accept(session, step_of(session, world, "township_officer", dispute))
    assert "petition_finish" in running(session, dispute)
    handling.record_work(session, step_of(session, world, "township_officer", dispute), note="到村里核对了合同")
    draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=OPINION)

    delivery = Delivery("in_person", TODAY)
    deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=delivery)

    assert "petition_finish" not in running(session, dispute)
    assert "review_request" in running(session, dispute)


def test_S4_05_the_five_working_days_to_object_are_kept(session, world):
    dispute = add_dispute(session, world, state="accepted")
    village = world.units["village"]
    talk(session, world, dispute, unit=village)
    words = Sending(village, "灌溉渠属于村里管护,请修复并答复。")
    transfer(session, step_of(session, world, "township_officer", dispute), sending=words)

    late = step_of(session, world, "village_lead", dispute, now=NOW + timedelta(days=8))
    with pytest.raises(ConflictError, match="五个工作日已经过了"):
        object_to(session, late, reason="这段渠由水利站管护,依据管护协议第二条。")
