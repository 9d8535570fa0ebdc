"""The page of handling by the law, as a browser sends it, without script."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ClosingProposal, Opinion, Seal, Transfer
from tests.builders import add_dispute
from tests.handling_world import TODAY
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed

OPINION = {
    "opinion_claim": "要求付清土地租金", "opinion_facts": "核对合同和账册,公司欠付一年租金。",
    "opinion_result": "supported",
    "opinion_opinion": "由公司在 12 月 10 日前付清。", "opinion_legal_basis": "《民法典》第五百七十七条",
}  # fmt: skip
TALK = {"contact_way": "phone", "contact_held_on": TODAY.isoformat(), "contact_note": "说明由村里办,没有意见"}


@pytest.fixture
def dispute(app, app_world) -> Dispute:
    with transaction() as session:
        added = add_dispute(session, app_world, state="handling")
        added.track, added.complexity = "petition", "simple"
    return added


def at(dispute: Dispute, ending: str = "") -> str:
    return f"/disputes/{dispute.id}/handling{ending}"


def send(client, dispute: Dispute, ending: str, **typed):
    page = page_of(client.get(at(dispute)))
    return client.post(
        at(dispute, ending), data={**fields_of(page, at(dispute, ending)), **typed}, follow_redirects=True
    )


def rows(model) -> list:
    with reading() as session:
        found = list(session.scalars(select(model)))
        session.expunge_all()
        return found


def test_the_same_form_sent_twice_is_one_step_and_other_words_of_the_same_person_are_kept(sign_in, dispute):
    """A page from before, mended by going back: the facts differ, so nothing says that it was recorded already."""
    client, address = sign_in("township_officer"), at(dispute, "/opinion")
    form = {**fields_of(page_of(client.get(at(dispute))), address), **OPINION}
    mended = form | {"opinion_facts": "核对合同和账册,公司欠付两年租金。"}

    answers = [client.post(address, data=one) for one in (form, form, mended)]

    assert [one.status_code for one in answers] == [302, 302, 409]
    assert mended["opinion_facts"] in page_of(answers[2])
    assert [one.facts for one in rows(Opinion)] == [OPINION["opinion_facts"]]


def test_a_petition_matter_is_answered_in_writing_through_the_page(sign_in, dispute):
    client = sign_in("township_officer")
    page = page_of(client.get(at(dispute)))
    assert "下一步:写处理意见书" in page

    send(client, dispute, "/opinion", **OPINION)
    assert "下一步:送达处理意见书" in page_of(client.get(at(dispute)))
    answer = send(client, dispute, "/deliver", deliver_method="in_person", deliver_delivered_on=TODAY.isoformat())

    assert "三十日内可以请求复查" in page_of(answer)
    assert rows(Opinion)[0].delivered_on == TODAY
    assert rows(Dispute)[0].state == "replied"


def test_a_refused_opinion_keeps_every_word(sign_in, dispute):
    answer = send(sign_in("township_officer"), dispute, "/opinion", **{**OPINION, "opinion_legal_basis": ""})

    assert answer.status_code == 422
    assert "核对合同和账册" in page_of(answer)
    assert parsed(answer).select_one("#opinion_legal_basis-error") is not None
    assert rows(Opinion) == []


def test_a_matter_is_handed_on_signed_for_and_objected_to(sign_in, dispute, app_world):
    office = sign_in("township_officer")
    village = str(app_world.units["village"])
    send(office, dispute, "/contact", contact_side="resident", **TALK)
    send(office, dispute, "/contact", contact_side="unit", contact_unit=village, **TALK)
    send(office, dispute, "/transfer", transfer_unit=village, transfer_document="灌溉渠由村里管护,请修复并答复。")
    assert [one.state for one in rows(Transfer)] == ["sent"]

    lead = sign_in("village_lead")
    assert "下一步:签收转办" in page_of(lead.get(at(dispute)))
    send(lead, dispute, "/receive")
    send(lead, dispute, "/object", object_note="这段渠由水利站管护,依据管护协议第二条。")

    office = sign_in("township_officer")
    assert "下一步:核实异议" in page_of(office.get(at(dispute)))
    send(office, dispute, "/decide", decide_decision="yes", decide_note="核对过协议,不属于村里")
    assert [one.state for one in rows(Transfer)] == ["returned"]


def test_without_talks_the_refusal_says_what_is_missing_and_keeps_the_document(sign_in, dispute, app_world):
    village = str(app_world.units["village"])

    answer = send(
        sign_in("township_officer"),
        dispute,
        "/transfer",
        transfer_unit=village,
        transfer_document="请村里修复灌溉渠并答复。",
    )

    page = page_of(answer)
    assert answer.status_code == 422
    assert "还缺和反映人、和接收单位的沟通记录" in page
    assert "请村里修复灌溉渠并答复。" in page


def test_a_closing_goes_past_two_readers(sign_in, dispute):
    office = sign_in("township_officer")
    closing = {"propose_ground": "agreement_performed", "propose_legal_basis": "《民法典》第五百七十七条"}
    send(office, dispute, "/propose", propose_note="租金已经付清,凭证在案卷", **closing)
    assert "等办理单位负责人审核、上一级统筹部门审核" in page_of(office.get(at(dispute)))

    for who in ("township_lead", "county_officer"):
        client = sign_in(who)
        assert "下一步:审核办结" in page_of(client.get(at(dispute)))
        send(client, dispute, "/review", review_decision="yes", review_note="看过付款凭证")
    office = sign_in("township_officer")
    send(office, dispute, "/finish")

    assert rows(Dispute)[0].state == "closed"
    assert rows(ClosingProposal)[0].state == "used"


def test_a_seal_takes_the_matter_out_of_sight_at_once(sign_in, dispute, app_world):
    lead = sign_in("village_lead")
    assert lead.get(at(dispute)).status_code == 200
    office = sign_in("township_officer")
    village = str(app_world.units["village"])
    send(office, dispute, "/seal", seal_unit=village, seal_kind="conduct", seal_note="反映村里分配不公开")
    assert sign_in("village_lead").get(at(dispute)).status_code == 404

    county = sign_in("county_officer")
    assert "下一步:确认或者解除保密" in page_of(county.get(at(dispute)))
    send(county, dispute, "/decide-seal", decide_seal_decision="no", decide_seal_note="反映的不是村委会的行为")

    assert rows(Seal)[0].lifted_at is not None
    assert sign_in("village_lead").get(at(dispute)).status_code == 200


def test_the_card_says_whose_turn_it_is(sign_in, dispute):
    page = page_of(sign_in("township_officer").get(f"/disputes/{dispute.id}"))

    assert "轮到您:写处理意见书。" in page
    assert at(dispute) in page


def test_a_grid_worker_reads_the_page_and_is_offered_no_step_of_others(sign_in, dispute):
    page = page_of(sign_in("grid_worker").get(at(dispute)))

    assert "依法办理" in page
    assert "提出办结" not in page.replace("已提出办结", "")
