"""Two fields never confused (责任单位, 被反映单位), who withdraws and who goes on, and the sources' checklists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError, InvalidError
from grid_app.models.accounts import Notice
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.models.handling import Seal
from grid_app.policy import Role, dispute_scope
from grid_app.queries.duties import checks_of, duty_of
from grid_app.queries.follow_ups import unit_visits
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling.checklists import checklists, read_checklists
from grid_app.services.handling.closing import missing_reviews, reviews_needed, standing_proposal
from grid_app.services.handling.duty_units import name_duty_unit
from grid_app.services.handling.finish import close_as_proposed
from grid_app.services.handling.recusals import lift_recusal, recuse
from grid_app.services.handling.reviews import Closing, propose_closing, review_closing
from grid_app.services.handling.seals import set_seal
from grid_app.services.handling.steps import assign, record_work
from tests.builders import add_dispute
from tests.handling_world import review_all, step_of
from tests.web.report_pages import filled
from tests.world import NOW, add_account

SETTLED = Closing("agreement_performed", "信访工作条例第三十二条", "占地补偿已经付清,双方当面核对过。")
RULE = "属地管理、分级负责,补偿由乡镇支付"

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def ladders(session):
    seed_ladders(session, NOW)


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_S4_01_what_a_township_must_solve_it_handles_and_the_county_reviews_and_calls_back(session, world, ladders):
    """The township has the duty and does the work; even a light matter is closed only by the county's readers."""
    dispute = add_dispute(session, world, state="handling")
    step = step_of(session, world, "county_officer", dispute)
    name_duty_unit(session, step, unit_id=world.units["township"], basis=RULE)
    assert duty_of(session, dispute.id).is_township

    record_work(session, step_of(session, world, "township_officer", dispute), note="核对了面积,付了补偿。")
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=SETTLED)
    assert reviews_needed(session, dispute, SETTLED.ground) == ("handling_unit", "coordinating_office", "call_back")
    for side in ("coordinating_office", "call_back"):
        with pytest.raises(ForbiddenError):
            step = step_of(session, world, "township_lead", dispute)
            review_closing(session, step, side=side, agrees=True, note="看过材料,问过双方")

    given = {side: who for who, side in review_all(session, world, dispute)}
    assert given["handling_unit"] == "township_lead"
    assert {given["coordinating_office"], given["call_back"]} <= {"county_officer", "county_lead"}
    close_as_proposed(session, step_of(session, world, "township_officer", dispute))
    session.flush()
    until = local_date(NOW) + timedelta(days=31)
    assert set(session.scalars(select(FollowUp.carrier_id))) == {None}
    due = {
        who: unit_visits(session, world.actor(session, who), dispute_scope(world.actor(session, who)), until=until,
                         now=NOW)
        for who in ("township_officer", "county_officer")
    }  # fmt: skip
    assert not due["township_officer"]
    assert due["county_officer"]


def test_S4_01_the_unit_complained_of_is_never_the_unit_with_the_duty(session, world):
    dispute = add_dispute(session, world, state="handling")
    step = step_of(session, world, "township_officer", dispute)
    name_duty_unit(session, step, unit_id=world.units["village"], basis=RULE)
    set_seal(
        session, step_of(session, world, "township_officer", dispute), unit_id=world.units["village"],
        kind="conduct", reason="反映分配不公开",
    )  # fmt: skip

    session.flush()
    assert duty_of(session, dispute.id) is None
    for unit in ("village", "village2", "county_lead"):
        with pytest.raises(InvalidError):
            step = step_of(session, world, "township_officer", dispute)
            name_duty_unit(session, step, unit_id=world.units[unit], basis=RULE)
    with pytest.raises(InvalidError, match="没有指定成功"):
        assign(session, step_of(session, world, "township_officer", dispute), unit_id=world.units["village"])


def test_S1_23_what_is_kept_from_the_own_unit_leaves_its_sight_at_once_and_the_reporter_keeps_the_number(
    sign_in, app_world
):
    """The report asks for it; the village sees nothing, the township is told and decides, the receipt stays."""
    worker = sign_in("grid_worker")
    answer = worker.post("/report", data=filled(worker, keep_from="village"))
    assert answer.status_code == 302

    with reading() as session:
        dispute = session.scalars(select(Dispute)).one()
        seal = session.scalars(select(Seal)).one()
        told = set(session.scalars(select(Notice.account_id).where(Notice.kind == "seal")))
        session.expunge_all()
    assert (dispute.about_unit_id, seal.kind) == (app_world.units["village"], "confidential")
    assert dispute.owner_unit_id == app_world.units["township"]
    assert told == {app_world.accounts["township_officer"], app_world.accounts["township_lead"]}
    assert sign_in("village_lead").get(f"/disputes/{dispute.id}").status_code == 404
    kept = page_of(worker.get(answer.location))
    assert dispute.case_code in kept
    assert dispute.tracking_code[:4] in kept
    assert "土地租金" not in kept
    assert dispute.case_code in page_of(worker.get("/report/mine"))
    assert sign_in("second_grid_worker").get(answer.location).status_code == 404


def test_S1_23_a_township_of_three_with_nobody_left_passes_the_review_to_the_county_by_itself(session, world):
    """The officer proposes, the leader has withdrawn: nobody of the township is left, and the county reads."""
    dispute = add_dispute(session, world, state="handling")
    dispute.grade = "yellow"
    recuse(session, step_of(session, world, "township_lead", dispute))
    propose_closing(session, step_of(session, world, "township_officer", dispute), closing=SETTLED)
    with pytest.raises(ForbiddenError):
        step = step_of(session, world, "township_lead", dispute)
        review_closing(session, step, side="handling_unit", agrees=True, note="看过材料,问过双方")

    given = review_all(session, world, dispute)

    proposal = standing_proposal(session, dispute)
    assert missing_reviews(session, proposal, reviews_needed(session, dispute, SETTLED.ground)) == ()
    assert {who for who, _ in given} <= {"county_officer", "county_lead"}


def test_XF_28_one_tap_withdraws_the_colleague_goes_on_and_with_nobody_left_the_office_above(session, world):
    """No reason is asked; a second village leader goes on, and when both have withdrawn the township does."""
    add_account(session, world, "second_lead", Role.VILLAGE_LEAD, "village", "990101001201")
    dispute = add_dispute(session, world, state="handling")
    dispute.owner_unit_id = world.units["village"]

    recuse(session, step_of(session, world, "village_lead", dispute))
    assert dispute.owner_unit_id == world.units["village"]
    with pytest.raises(ForbiddenError, match="已经申明回避"):
        record_work(session, step_of(session, world, "village_lead", dispute), note="到现场看过了")
    told = session.scalars(select(Notice.account_id).where(Notice.kind == "recusal")).all()
    assert list(told) == [world.accounts["second_lead"]]

    recuse(session, step_of(session, world, "second_lead", dispute))
    assert dispute.owner_unit_id == world.units["township"]

    session.flush()
    step = step_of(session, world, "township_lead", dispute)
    with pytest.raises(InvalidError):
        lift_recusal(session, step, recusal_id=None, reason="")


def test_XF_28_the_page_takes_one_tap_and_a_leader_puts_a_mistake_right(sign_in, app_world):
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="handling")
    officer, address = sign_in("township_officer"), f"/disputes/{dispute.id}/duties"
    officer.post(f"{address}/recuse", data={"version": dispute.version})
    refused = officer.post(f"/disputes/{dispute.id}/work", data={"version": 9, "work_note": "到现场看过了"})
    assert refused.status_code == 403
    assert "到现场看过了" in page_of(refused)

    lead = sign_in("township_lead")
    listed = page_of(lead.get(address))
    assert "township_officer甲" not in listed
    key = listed.split('name="lift_recusal" value="')[1].split('"')[0]
    lead.post(f"{address}/lift", data={"version": 9, "lift_recusal": key, "lift_note": "点错了,没有利害关系"})
    assert (
        officer.post(f"/disputes/{dispute.id}/work", data={"version": 9, "work_note": "到现场看过了"}).status_code
        == 302
    )


def test_S1_13_the_six_of_sorting_stand_beside_it_as_data_that_the_county_may_change(sign_in, app_world):
    """Six lines from a file; what was answered is kept; a list that names people as risks is refused."""
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="reported")
    client, address = sign_in("township_officer"), f"/disputes/{dispute.id}/duties"
    six = checklists().find("six_musts")
    assert len(six.codes) == 6

    client.post(
        f"{address}/check", data={"version": 1, "check_list": "six_musts", "check_done": ["read", "litigation"]}
    )

    with reading() as session:
        kept = checks_of(session, dispute.id)
    assert {code for (_, code), done in kept.items() if done} == {"read", "litigation"}
    answer = client.post(f"{address}/check", data={"version": 1, "check_list": "six_musts", "check_done": ["拖"]})
    assert answer.status_code == 422
    with pytest.raises(InvalidError):
        read_checklists('version = 2\n[[list]]\ncode = "x"\ntitle = "重点人员核对"\nstages = []\nitem = []')


def test_S2_11_every_stage_has_its_three_questions(sign_in, app_world):
    """In the open, whose duty, by the law: for each of the five stages, answered once or again."""
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="handling")
    client, address = sign_in("township_officer"), f"/disputes/{dispute.id}/duties"
    three = checklists().find("open_duty_lawful")
    assert [word for word, _ in three.groups] == ["受理", "办理", "调解", "送达", "回访"]
    assert len(three.codes) == 15

    sent = {"version": 1, "check_list": three.code}
    client.post(f"{address}/check", data={**sent, "check_done": ["accept_open", "accept_duty", "accept_lawful"]})
    client.post(f"{address}/check", data={**sent, "check_done": ["accept_open"]})

    with reading() as session:
        kept = checks_of(session, dispute.id)
    assert kept[three.code, "accept_open"]
    assert not kept[three.code, "accept_lawful"]
