"""Both clocks on the page of a dispute, with why each ends on its day, and the forms of sorting and of more time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.services.clocks.filling import fill_clocks
from tests.builders import add_dispute
from tests.web.report_pages import page_of, parsed
from tests.world import NOW


@pytest.fixture
def dispute(app, app_world) -> Dispute:
    with transaction() as session:
        added = add_dispute(session, app_world)
        session.flush()
        fill_clocks(session, now=NOW)
    return added


def version_of(dispute: Dispute) -> str:
    with reading() as session:
        return str(session.get_one(Dispute, dispute.id).version)


def extension_of(dispute: Dispute, code: str) -> int:
    with reading() as session:
        return session.scalars(select(Deadline).filter_by(dispute_id=dispute.id, rule_code=code)).one().extension_days


def send(client, dispute: Dispute, ending: str, **typed):
    data = {"version": version_of(dispute), **typed}
    return client.post(f"/disputes/{dispute.id}/{ending}", data=data, follow_redirects=True)


def petition(client, dispute: Dispute) -> None:
    typed = {"sort_track": "petition", "sort_complexity": "complex"}
    considered = {"sort_decided": "no", "sort_route": "opinion", "sort_pathway": "none"}
    assert send(client, dispute, "sort", **typed, **considered).status_code == 200
    assert send(client, dispute, "accept").status_code == 200


def marks(answer) -> dict[str, list[str]]:
    page = parsed(answer).select_one("ul.clocks")
    return {
        one.select_one(".clock-kind").get_text(strip=True): one.select_one("details")["class"]
        for one in page.select("li") if one.select_one(".clock-kind")
    }  # fmt: skip


def test_both_clocks_stand_at_the_top_with_why_this_day(sign_in, dispute):
    answer = sign_in("township_officer").get(f"/disputes/{dispute.id}")

    page = page_of(answer)
    assert set(marks(answer)) == {"服务目标", "法定期限"}
    assert "12月7日(周一)前书面告知是否受理,还剩 17 天" in page
    assert "为什么是这一天" in page
    assert "第 15 天是2026年12月5日(周六),不是工作日" in page
    assert "民法典第二百零三条" in page
    assert "《信访工作条例》第二十三条" in page


@pytest.mark.parametrize(
    ("days", "service", "statutory"), [(0, "", ""), (4, "due-late", ""), (20, "due-late", "due-passed")]
)
def test_a_passed_target_is_amber_and_a_passed_limit_red(sign_in, clock, dispute, days, service, statutory):
    clock.advance(timedelta(days=days))

    found = marks(sign_in("township_officer").get(f"/disputes/{dispute.id}"))

    assert found["服务目标"] == ["due", *([service] if service else [])]
    assert found["法定期限"] == ["due", *([statutory] if statutory else [])]


def test_a_right_that_lapsed_is_nobodys_delay(sign_in, clock, dispute, app_world):
    lead = sign_in("township_lead")
    send(lead, dispute, "accept")
    send(lead, dispute, "assign", assign_unit=str(app_world.units["village"]))
    clock.advance(timedelta(days=12))

    answer = sign_in("township_lead").get(f"/disputes/{dispute.id}")

    assert "due-lapsed" in page_of(answer)
    assert "due-passed" not in page_of(answer)


def test_a_grid_worker_sees_the_clocks_and_no_forms(sign_in, dispute):
    page = page_of(sign_in("grid_worker").get(f"/disputes/{dispute.id}"))

    assert "法定期限" in page
    assert 'id="sort"' not in page
    assert "/policies/clocks" not in page


@pytest.mark.parametrize("ending", ["sort", "extend", "extension"])
def test_a_grid_worker_is_refused_the_steps(sign_in, dispute, ending):
    assert send(sign_in("grid_worker"), dispute, ending).status_code == 403


@pytest.mark.parametrize("typed", [{}, {"sort_track": "x", "sort_complexity": "complex"}, {"sort_track": "petition"}])
def test_sorting_without_a_choice_is_refused_and_says_where(sign_in, dispute, typed):
    answer = send(sign_in("township_officer"), dispute, "sort", **typed)

    assert answer.status_code == 422
    assert "分流没有保存" in page_of(answer)


def test_sorting_as_a_petition_shows_sixty_days_after_acceptance(sign_in, dispute):
    client = sign_in("township_officer")
    petition(client, dispute)

    page = page_of(client.get(f"/disputes/{dispute.id}"))

    assert "1月19日(周二)前办结并书面答复(信访事项)" in page
    assert "2027 年的放假安排还没有收录" in page
    assert "信访事项(申诉求决),复杂" in page
    assert "已经结束的期限" in page


@pytest.mark.parametrize(
    ("days", "sentence"), [("", "请填数字"), ("十天", "请填数字"), ("99", "最多延长 30 天"), ("0", "最多延长 30 天")]
)
def test_days_that_cannot_be_given_are_refused_and_the_words_stay(sign_in, dispute, days, sentence):
    client = sign_in("township_officer")
    petition(client, dispute)

    answer = send(
        client, dispute, "extend", extend_code="petition_finish", extend_days=days, extend_note="档案没有找齐"
    )

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert "档案没有找齐" in page_of(answer)


def test_an_extension_after_the_limit_is_refused_with_the_day_it_passed(sign_in, clock, dispute):
    petition(sign_in("township_officer"), dispute)
    clock.advance(timedelta(days=61))

    answer = send(
        sign_in("township_officer"), dispute, "extend", extend_code="petition_finish", extend_days="5",
        extend_note="档案没有找齐",
    )  # fmt: skip

    assert answer.status_code == 409
    assert "2027 年 1 月 19 日已经过了,不能再延长" in page_of(answer)
    assert "档案没有找齐" in page_of(answer)


def test_asked_by_one_and_approved_by_another(sign_in, dispute):
    officer, lead = sign_in("township_officer"), sign_in("township_lead")
    petition(officer, dispute)
    typed = {"extend_code": "petition_finish", "extend_days": "20", "extend_note": "涉及三个单位的档案"}

    asked = page_of(send(officer, dispute, "extend", **typed))
    assert "等待批准" in asked
    assert 'id="extension"' not in asked
    missing = send(lead, dispute, "extension", extension_code="petition_finish")
    assert (missing.status_code, "请选批准还是不批准" in page_of(missing)) == (422, True)
    done = page_of(send(lead, dispute, "extension", extension_code="petition_finish", extension_decision="yes"))

    assert "2月8日(周一)前办结并书面答复" in done
    assert "办结并书面答复(信访事项):20 天" in done  # the history
    assert "township_lead甲批准,延长 20 天" in done
    assert extension_of(dispute, "petition_finish") == 20


def test_lists_show_the_day_of_the_clock(sign_in, dispute):
    client = sign_in("township_officer")
    send(client, dispute, "accept")

    page = page_of(client.get("/disputes?tab=all"))

    assert "12月21日" in page  # the 20th is a Sunday


def test_a_closed_dispute_without_clocks_says_so(sign_in, app, app_world):
    with transaction() as session:
        closed = add_dispute(session, app_world, state="closed")

    assert "现在没有正在计算的期限" in page_of(sign_in("township_officer").get(f"/disputes/{closed.id}"))
