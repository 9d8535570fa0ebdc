"""The page of a mediation, the one screen of settling on the spot, and where both are offered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.services.mediation.steps import terminate_mediation
from tests.mediation_world import BOTH, DUE, TODAY, agreed, at_step, matter, mediating, offered
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import NOW

SPOT = {"spot_what": "屋檐水滴到隔壁院坝", "spot_how": "当场装好檐沟,两家都说可以", "spot_content": "yes"}


@pytest.fixture
def made(app, app_world):
    """Give a function that brings a dispute as far as ``step`` brings it."""

    def brought(step=matter, *args, **more) -> Dispute:
        with transaction() as session:
            dispute = step(session, app_world, *args, **more)
            session.flush()
            session.refresh(dispute)
        return dispute

    return brought


def now_of(dispute: Dispute) -> Dispute:
    with reading() as session:
        found = session.get_one(Dispute, dispute.id)
        session.expunge(found)
        return found


def send(client, dispute: Dispute, ending: str, **typed):
    data = {"version": str(now_of(dispute).version), **typed}
    return client.post(f"/disputes/{dispute.id}/mediation/{ending}", data=data, follow_redirects=True)


def look(client, dispute: Dispute):
    return client.get(f"/disputes/{dispute.id}/mediation")


def next_title(answer) -> str:
    found = parsed(answer).select_one(".card-next h2")
    return found.get_text(strip=True) if found else ""


def test_the_page_of_an_accepted_dispute_offers_mediation_first(sign_in, made):
    page = page_of(sign_in("township_officer").get(f"/disputes/{made().id}"))

    assert "先调解" in page
    assert "不愿意的一句话就行" in page


def test_the_whole_way_through_the_page_without_script(sign_in, made, app_world, clock):
    dispute = made(matter)
    officer, mediator = sign_in("township_officer"), sign_in("mediator")
    typed = {
        "offer_committee": str(app_world.units["mediation"]), "offer_mediator": str(app_world.assignments["mediator"]),
        "offer_source": "offered",
    }  # fmt: skip
    assert "已记下" in page_of(send(officer, dispute, "offer", **typed))
    for label in BOTH:
        assert next_title(look(mediator, dispute)) == "下一步:问各方愿不愿意"
        send(mediator, dispute, "consent", consent_party=label, consent_way="present")
    assert next_title(look(mediator, dispute)) == "下一步:开始调解"
    begin = fields_of(page_of(look(mediator, dispute)), f"/disputes/{dispute.id}/mediation/begin")
    assert begin["begin_mediator"] == [str(app_world.assignments["mediator"])]
    send(mediator, dispute, "begin", **{name: values[0] for name, values in begin.items()}, begin_pledged="1")
    assert next_title(look(mediator, dispute)) == "下一步:约时间"
    send(mediator, dispute, "sessions", plan_day="2026-11-20", plan_time="10:00", plan_place="田边")
    assert next_title(look(mediator, dispute)) == "下一步:记这次调解"
    hold = fields_of(page_of(look(mediator, dispute)), f"/disputes/{dispute.id}/mediation/hold")
    send(mediator, dispute, "hold", hold_session=hold["hold_session"][0], hold_note="谈到由谁出工钱,都愿意各出一半。")
    assert next_title(look(mediator, dispute)) == "下一步:写协议内容"
    draft = {
        "draft_facts": "雨水流到邻居家门口。", "draft_issues": "水往哪里排", "draft_responsibility": "各出一半",
        "draft_performance_method": "到现场看", "draft_form": "written",
        "draft_who_1": "当事人A", "draft_what_1": "装好檐沟", "draft_due_1": DUE.isoformat(),
    }  # fmt: skip
    send(mediator, dispute, "draft", **draft)
    assert next_title(look(mediator, dispute)) == "下一步:达成协议"
    done = send(
        mediator, dispute, "conclude", conclude_signed=list(BOTH), conclude_mediator_signed="1", conclude_sealed="1",
        conclude_day=TODAY.isoformat(),
    )  # fmt: skip
    assert "协议已生效" in page_of(done)
    assert "12月21日(周一)" in page_of(done)  # the last day for asking the court together
    assert next_title(done) == "下一步:看履行了没有"
    perform = fields_of(page_of(done), f"/disputes/{dispute.id}/mediation/perform")["perform_term"][0]
    done = send(
        mediator, dispute, "perform", perform_term=perform, perform_day=TODAY.isoformat(), perform_note="看过现场了"
    )

    assert now_of(dispute).state == "performed"
    assert next_title(done) == "下一步:办结"


def test_saying_no_is_one_button_and_shows_the_other_routes(sign_in, made):
    dispute = made(offered)
    client = sign_in("mediator")
    page = page_of(look(client, dispute))
    assert f"/disputes/{dispute.id}/mediation/refuse" in page

    answer = send(client, dispute, "refuse", refuse_party=BOTH[0])

    assert answer.status_code in (200, 404)  # the matter went back to the township
    told = look(sign_in("township_officer"), dispute)
    assert next_title(told) == "还有这些途径"
    assert "向人民法院起诉" in page_of(told)
    assert "民法典》第一百八十八条" in page_of(told)
    send(sign_in("township_officer"), dispute, "told", told_way="present", told_day=TODAY.isoformat())
    assert next_title(look(sign_in("township_officer"), dispute)) == "下一步:安排调解"


@pytest.mark.parametrize(
    ("category", "sentence"),
    [
        ("0799", "申请劳动仲裁(拖欠报酬的,从劳动关系终止起算):1年以内"),
        ("0901", "申请农村土地承包仲裁:2年以内"),
        ("1101", "申请行政复议:60天以内,从知道行政行为起算(《行政复议法》第二十条)"),
        ("0102", "申请人身安全保护令"),
    ],
)
def test_the_routes_and_their_limits_follow_the_matter(sign_in, made, category, sentence):
    dispute = made(offered, category=category)

    assert sentence in page_of(look(sign_in("township_officer"), dispute))


def test_a_refused_draft_keeps_everything_and_another_line_saves_nothing(sign_in, made):
    dispute = made(mediating)
    client = sign_in("mediator")
    typed = {
        "draft_facts": "雨水流到邻居家门口。", "draft_issues": "水往哪里排", "draft_responsibility": "各出一半",
        "draft_performance_method": "到现场看", "draft_form": "written", "draft_who_3": "当事人B",
        "draft_what_3": "以后不再上访", "draft_due_3": DUE.isoformat(),
    }  # fmt: skip

    refused = send(client, dispute, "draft", **typed)
    assert refused.status_code == 422
    assert "人民调解法第三条第三项" in page_of(refused)
    assert "各出一半" in page_of(refused)
    more = send(client, dispute, "draft", **typed, draft_more="1")

    assert more.status_code == 200
    assert 'name="draft_what_4"' in page_of(more)
    assert now_of(dispute).state == "mediating"


def test_the_second_of_two_people_is_told_and_keeps_the_words(sign_in, made):
    dispute = made(mediating)
    stale = str(now_of(dispute).version)
    mediator, officer = sign_in("mediator"), sign_in("township_officer")
    send(mediator, dispute, "sessions", plan_day="2026-11-21", plan_time="10:00", plan_place="田边")

    typed = {"version": stale, "terminate_why": "no_agreement", "terminate_note": "谈了两次没有谈成"}
    answer = officer.post(f"/disputes/{dispute.id}/mediation/terminate", data=typed)

    assert answer.status_code == 409
    assert "mediator甲" in page_of(answer)
    assert "谈了两次没有谈成" in page_of(answer)


def test_whoever_may_only_look_sees_no_form(sign_in, made):
    dispute = made(agreed, division_code="990101001201J001")

    answer = look(sign_in("grid_worker"), dispute)

    assert answer.status_code == 200
    assert "mediation/perform" not in page_of(answer)


@pytest.mark.parametrize("category", ["1401", "1502"])
def test_what_others_decide_has_no_mediation_page(sign_in, made, category):
    dispute = made(matter, category=category)

    assert look(sign_in("county_lead"), dispute).status_code == 404
    assert sign_in("county_lead").get(f"/disputes/{dispute.id}/settled-on-spot").status_code == 404


def test_the_start_page_counts_what_is_to_be_kept_and_names_nobody(sign_in, made):
    made(agreed)

    home = page_of(sign_in("mediator").get("/"))
    listed = page_of(sign_in("mediator").get("/mediation"))

    assert "要履行的调解约定" in home
    assert "第 1 条约定" in listed
    assert "当事人A" not in home + listed


def test_the_history_says_what_happened_in_words(sign_in, made, app_world):
    dispute = made(agreed)

    page = page_of(sign_in("township_officer").get(f"/disputes/{dispute.id}"))

    assert "云岭村人民调解委员会去问各方愿不愿意" in page
    assert "书面协议,约定 1 条" in page
    assert "不公开" in page


def test_ended_mediation_shows_that_the_routes_were_told(sign_in, made, app_world):
    dispute = made(mediating)
    with transaction() as session:
        again = session.get_one(Dispute, dispute.id)
        terminate_mediation(session, at_step(session, app_world, again), why="no_agreement", told=True)

    page = page_of(look(sign_in("township_officer"), dispute))

    assert "告知其他途径" in page
    assert "没有谈成" in page
    assert next_title(look(sign_in("township_officer"), dispute)) == "下一步:安排调解"


def test_one_screen_closes_a_light_matter_with_one_visit(sign_in, made):
    dispute = made(matter, state="reported", accepted_at=None)
    client = sign_in("township_officer")
    assert "已经当场化解了" in page_of(client.get(f"/disputes/{dispute.id}"))

    answer = client.post(
        f"/disputes/{dispute.id}/settled-on-spot", data={"version": "1", **SPOT}, follow_redirects=True
    )

    found = now_of(dispute)
    assert (found.state, found.closure_ground) == ("closed", "settled_on_spot")
    assert "第 7 天" in page_of(answer)
    assert "第 30 天" not in page_of(answer)


def test_the_reporter_may_settle_the_own_report_and_nobody_elses(sign_in, made):
    own = made(matter, state="reported", accepted_at=None, division_code="990101001201J001")
    url = f"/disputes/{own.id}/settled-on-spot"

    assert sign_in("second_grid_worker").post(url, data={"version": "1", **SPOT}).status_code in (403, 404)
    assert sign_in("grid_worker").post(url, data={"version": "1", **SPOT}).status_code == 302
    assert now_of(own).state == "closed"


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"safety_present": True, "category": "0102"}, "有人有危险"),
        ({"household_band": "5-9"}, "户数多"),
        ({"category": "0799"}, "不是家庭、邻里"),
        ({"track": "petition"}, "没有定为矛盾纠纷"),
    ],
)
def test_a_weighty_matter_is_not_settled_on_one_screen(sign_in, made, columns, why):
    dispute = made(matter, **columns)
    client = sign_in("township_officer")

    assert why in page_of(client.get(f"/disputes/{dispute.id}/settled-on-spot"))
    refused = client.post(
        f"/disputes/{dispute.id}/settled-on-spot", data={"version": str(now_of(dispute).version), **SPOT}
    )
    assert refused.status_code == 422
    assert "当场装好檐沟" in page_of(refused)
    assert now_of(dispute).state == "accepted"


def test_one_side_not_content_closes_nothing_and_keeps_the_words(sign_in, made):
    dispute = made(matter)

    answer = sign_in("township_officer").post(
        f"/disputes/{dispute.id}/settled-on-spot",
        data={"version": str(now_of(dispute).version), **SPOT, "spot_content": "no"},
    )

    assert answer.status_code == 422
    assert "双方都说满意才能即时化解" in page_of(answer)
    assert now_of(dispute).state == "accepted"


def test_the_form_of_closing_does_not_offer_settling_on_the_spot(sign_in, made):
    dispute = made(matter, state="handling")
    client = sign_in("township_officer")
    grounds = fields_of(page_of(client.get(f"/disputes/{dispute.id}")), f"/disputes/{dispute.id}/close")
    typed = {"close_ground": "settled_on_spot", "close_legal_basis": "人民调解法", "close_note": "当场谈好"}

    assert "close_ground" in grounds
    answer = client.post(f"/disputes/{dispute.id}/close", data={"version": str(now_of(dispute).version), **typed})
    assert answer.status_code == 422


def test_a_late_promise_says_so(sign_in, made, clock):
    dispute = made(agreed)
    clock.advance(timedelta(days=8))

    assert "已过 3 天,还没有记下履行" in page_of(look(sign_in("township_officer"), dispute))
    assert clock.now() > NOW
