"""What the source documents say of supervision, inspection and reviews of duty, one scenario per row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.support_work import open_due_reviews_job
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.support_work import (
    DutyReview,
    Inspection,
    InspectionMatter,
    Recommendation,
    Rectification,
    Resolution,
    Supervision,
)
from grid_app.services.support_work.inspections import draw
from tests.builders import add_dispute
from tests.handling_world import talk
from tests.support_world import DAY, SOON, code_of, late, matter, only, page_of, send, supervised
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_S4_05_a_unit_is_supervised_answers_and_the_supervisor_ends_it(sign_in, app_world):
    dispute_id = matter(app_world)
    late(dispute_id)
    office, village = sign_in("township_officer"), sign_in("village_lead")
    due = page_of(office.get("/supervision/due"))
    assert code_of(dispute_id) in due
    assert "已超" in due

    assert supervised(office, app_world, dispute_id).status_code == 302
    row = only(Supervision)
    card = page_of(village.get(f"/disputes/{dispute_id}"))
    assert "请您的单位答复" in card
    assert all("等您的单位答复" in page_of(village.get(page)) for page in ("/", "/support-work"))
    answered = send(village, "/supervision", f"answer-{row.id}", to=f"/supervision/{row.id}/answer",
                    reply="周三已经上门,本周办好")  # fmt: skip
    assert answered.status_code == 302
    send(office, "/supervision", f"end-{row.id}", to=f"/supervision/{row.id}/end", closing="已经办好,核实过")

    assert only(Supervision).closed_at is not None
    with reading() as session:
        kinds = list(session.scalars(select(DisputeEvent.kind).where(DisputeEvent.dispute_id == dispute_id)))
    assert kinds[-3:] == ["supervised", "supervision_answered", "supervision_closed"]
    assert "催办:云岭村村民委员会" in page_of(office.get(f"/disputes/{dispute_id}"))


def test_S4_05_a_yellow_matter_is_supervised_only_after_both_talks(sign_in, app_world):
    dispute_id = matter(app_world, grade="yellow")
    client = sign_in("township_officer")

    refused = supervised(client, app_world, dispute_id)

    assert refused.status_code == 422
    assert "双沟通" in page_of(refused)
    assert "办结期限已过,没有延期" in page_of(refused)
    with transaction() as session:
        talk(session, app_world, session.get(Dispute, dispute_id), unit=app_world.units["village"])
    assert supervised(client, app_world, dispute_id).status_code == 302


def test_S4_08_a_late_matter_that_was_submitted_again_opens_a_review_of_the_unit(sign_in, app_world):
    dispute_id, calm = matter(app_world), matter(app_world)
    clock_id, _ = late(dispute_id), late(calm)
    with transaction() as session:
        again = add_dispute(session, app_world, at=NOW - DAY, summary="水沟还是没有人来")
        session.add(DisputeLink(dispute_id=again.id, other_id=dispute_id, relation="same_household", at=NOW))

    assert (open_due_reviews_job(), open_due_reviews_job()) == (1, 0)

    row = only(DutyReview)
    assert (row.deadline_id, row.unit_id, row.by_unit_id) == (
        clock_id, app_world.units["village"], app_world.units["township"],
    )  # fmt: skip
    page = page_of(sign_in("township_lead").get("/reviews-of-duty"))
    assert "误了的期限" in page
    assert "群众再次反映不是过错" in page


def test_S0_17_a_review_asks_why_and_what_changes_and_names_nobody(sign_in, app_world):
    clock_id = late(matter(app_world))
    office, village = sign_in("township_officer"), sign_in("village_lead")
    send(office, "/reviews-of-duty/new", "new", deadline=str(clock_id), due_on=SOON)
    row = only(DutyReview)
    address = f"/reviews-of-duty/{row.id}/answer"

    named = send(village, "/reviews-of-duty", f"answer-{row.id}", to=address,
                 reply="village_lead甲忘记登记了", changes="以后两个人登记")  # fmt: skip

    assert named.status_code == 422
    assert "不写工作人员的姓名" in page_of(named)
    assert "以后两个人登记" in page_of(named)
    send(village, "/reviews-of-duty", f"answer-{row.id}", to=address,
         reply="登记和办理在两本账上,没有对过", changes="以后每周五对一次账")  # fmt: skip
    send(office, "/reviews-of-duty", f"end-{row.id}", to=f"/reviews-of-duty/{row.id}/end", closing="已经对账两次")
    done = only(DutyReview)
    assert done.changes == "以后每周五对一次账"
    assert done.closed_at is not None


def test_S0_14_a_unit_puts_an_issue_right_until_a_day_and_shows_what_proves_it(sign_in, app_world):
    office, village = sign_in("township_officer"), sign_in("village_lead")
    send(office, "/rectifications/new", "new", unit=str(app_world.units["village"]), issue="答复没有写救济途径",
         due_on=SOON)  # fmt: skip
    row = only(Rectification)
    send(village, "/rectifications", f"answer-{row.id}", to=f"/rectifications/{row.id}/answer",
         reply="十一月的答复都补写了")  # fmt: skip

    send(office, "/rectifications", f"end-{row.id}", to=f"/rectifications/{row.id}/end", closing="抽看五份,都有",
         closed_on=local_date(NOW).isoformat())  # fmt: skip

    done = only(Rectification)
    assert (done.reply, done.closed_on) == ("十一月的答复都补写了", local_date(NOW))
    assert not {"person", "name", "account"} & {column.name.split("_")[0] for column in Rectification.__table__.c}


def test_S0_16_a_random_sample_is_drawn_with_a_kept_seed_and_can_be_drawn_again(sign_in, app_world):
    codes = [code_of(matter(app_world)) for _ in range(12)]
    client = sign_in("township_lead")

    shown = send(client, "/inspections/new", "new", title="答复送达抽查", method="random", count="4",
                 first_day="2026-10-01", last_day="2026-11-20", held_on="2026-11-20")  # fmt: skip

    row = only(Inspection)
    with reading() as session:
        drawn = list(
            session.scalars(
                select(Dispute.case_code)
                .join(InspectionMatter, InspectionMatter.dispute_id == Dispute.id)
                .order_by(InspectionMatter.number)
            )
        )
    assert len(row.seed) == 32
    assert row.candidates == 12
    assert drawn == draw(list(reversed(codes)), seed=row.seed, count=4)
    assert "完全一样" in page_of(client.get(f"{shown.location}?again=1"))
    for method in ("announced", "unannounced", "onsite"):
        asked = {"title": "接待场所", "method": method, "held_on": "2026-11-20", "announced_on": "2026-11-18"}
        assert send(client, "/inspections/new", "new", **asked).status_code == 302


def test_S3_23_an_inspection_at_irregular_times_ends_with_findings_about_the_unit(sign_in, app_world):
    dispute_id = matter(app_world)
    client = sign_in("township_officer")
    shown = send(client, "/inspections/new", "new", title="十一月暗访", method="unannounced", held_on="2026-11-20",
                 unit=str(app_world.units["village"]), matters=code_of(dispute_id)).location  # fmt: skip

    send(client, shown, "note-1", to=f"{shown}/1", result="gap", note="没有告知期限")
    send(client, shown, "end", to=f"{shown}/end", findings="告知这个环节要补")

    page = page_of(client.get(shown))
    assert "没有告知期限" in page
    assert "告知这个环节要补" in page
    assert sign_in("village_lead").get("/inspections").status_code == 403


def test_S1_27_a_proposal_is_answered_in_writing_before_it_can_be_ended(sign_in, app_world):
    county, township = sign_in("county_officer"), sign_in("township_lead")
    send(county, "/recommendations/new", "new", kind="improve_policy", unit=str(app_world.units["township"]),
         title="租地合同备案", body="五户以上的租地合同先到乡镇备案", legal_basis="信访工作条例第十四条",
         due_on=SOON)  # fmt: skip
    row = only(Recommendation)

    early = send(county, "/recommendations", f"end-{row.id}", to=f"/recommendations/{row.id}/end", closing="已经收到了")
    assert early.status_code == 409
    assert "第四十条" in page_of(early)
    assert "已经收到了" in page_of(early)
    send(township, "/recommendations", f"answer-{row.id}", to=f"/recommendations/{row.id}/answer", adopted="partly",
         reply="十亩以上的先备案")  # fmt: skip
    send(county, "/recommendations", f"end-{row.id}", to=f"/recommendations/{row.id}/end", closing="同意先这样做")

    done = only(Recommendation)
    assert (done.adopted, done.reply, done.closing) == ("partly", "十亩以上的先备案", "同意先这样做")


def test_S1_27_a_joint_meeting_resolves_which_unit_does_what_until_when(sign_in, app_world):
    dispute_id = matter(app_world)
    county = sign_in("county_lead")
    shown = send(county, "/joint-meetings/new", "new", title="第四季度联席会议", planned_on="2026-11-20",
                 place="县政府", matters=code_of(dispute_id)).location  # fmt: skip

    send(county, shown, "hold", to=f"{shown}/minutes", minutes="议定由镇政府协调修沟,年底前完成")
    send(county, shown, "resolve", to=f"{shown}/resolutions", unit=str(app_world.units["township"]),
         what="协调两村修水沟", matter=code_of(dispute_id), due_on=SOON)  # fmt: skip

    row = only(Resolution)
    assert (row.unit_id, row.dispute_id) == (app_world.units["township"], dispute_id)
    assert "协调两村修水沟" in page_of(sign_in("township_officer").get("/resolutions"))
    assert "议定由镇政府协调修沟" in page_of(county.get(shown))


def test_S2_04_the_support_workspace_is_one_entrance_for_offices(sign_in, app_world):
    office = page_of(sign_in("township_officer").get("/support-work"))

    for word in ("台账", "督办", "三项建议", "联席会议", "督查", "整改", "履职倒查", "通报", "分析和年报"):
        assert word in office
    assert 'href="/support-work"' in office
    assert sign_in("grid_worker").get("/support-work").status_code == 403
