"""The words of a finding's page: statistics in a sentence, duties with their days, a history without noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from grid_app.queries.finding_course import ClockRow, CourseRow, Precision
from grid_app.queries.finding_pages import EscalationLine, HistoryRow
from grid_app.queries.findings import FindingFacts, FindingRow
from grid_app.web.findings.history import history_moments
from grid_app.web.findings.shown import (
    chance_sentence,
    compared_sentence,
    duties,
    escalation_lines,
    finding_cell,
    precision_sentence,
    question_sentence,
    sentence_of,
)
from tests.world import NOW

ANY = UUID(int=1)
DAY = timedelta(days=1)
ROW = FindingRow(
    finding_id=ANY, code="F990101-2026-0001", kind="shared_grievance", state="suspected", trend="new",
    grade="yellow", category="09",
    place="云岭村", township="东河镇", organisation="", households_ever=4, households_now=4, disputes_ever=4,
    since=date(2026, 11, 1), decide_by=NOW + DAY,
)  # fmt: skip
FACTS = FindingFacts(
    grade_reasons=("多户反映同一件事",), reason="r", unflag="u", rule="several_households", observed=4, expected=0.3,
    ratio=13.3, p_value=0.0003, recurrence_days=None, enough_history=True, created_at=NOW, decided_at=None,
    decision_reason="",
    merged_into=None, first_run_id=ANY, last_run_id=ANY,
)  # fmt: skip


def _step(kind: str, days: int, **more: object) -> HistoryRow:
    row = HistoryRow(NOW + days * DAY, kind, "", {"households": 4, "grade": "yellow"}, "每周排查", "", "", "")
    return replace(row, **more)


def test_a_short_past_is_said_and_no_figure_is_given():
    short = replace(FACTS, enough_history=False)

    assert compared_sentence(short) == "历史数据不足 28 天,没有做比较,只按户数规则判断。"
    assert chance_sentence(short) == "没有做比较,所以没有这些数字。"


@pytest.mark.parametrize(("p_value", "words"), [(0.0003, "不到 0.1%"), (0.004, "0.4%")])
def test_what_was_seen_beside_what_was_expected_stands_apart_from_chance(p_value, words):
    facts = replace(FACTS, p_value=p_value, recurrence_days=1234.5)

    assert compared_sentence(facts).endswith("同样长的时间约有 0.3 户,现在是 13.3 倍。")
    assert chance_sentence(facts) == (
        f"如果只是碰巧,出现这么多户的可能性是 {words}。同样的情况碰巧约每 1,234 天出现一次。"
    )


def test_duties_are_the_clocks_that_run_with_hour_or_day_and_who_has_them():
    late = ClockRow("finding_confirm", "hours", NOW - DAY, None, "")
    answer = ClockRow("finding_answer", "days", NOW + 7 * DAY, None, "")
    done = ClockRow("finding_owner", "hours", NOW, NOW, "done")
    course = CourseRow(1, "township", "东河镇", "place", None, "")

    ((day, what),) = duties(ROW, course, [late], now=NOW)
    assert day == "11月19日 10:00前"
    assert what.startswith("东河镇领导核实")
    assert "已超 1 天" in what
    named = duties(replace(ROW, state="assigned"), replace(course, unit="云岭村村民委员会"), [done, answer], now=NOW)
    assert named == [("11月27日前", "云岭村村民委员会当面、开会或者书面答复反映的群众(还剩 7 天)")]
    assert duties(replace(ROW, state="resolved"), course, [], now=NOW)[0][0] == "接下来"


def test_few_households_are_a_word_for_the_unit_with_the_duty_and_a_part_is_told_as_a_part():
    own = replace(ROW, is_own_duty=True)
    many, part = replace(own, households_ever=12), replace(ROW, is_beyond=True, households_ever=7, disputes_ever=8)

    assert "数户反映" in question_sentence(own)
    assert "数户反映" in finding_cell(own, now=NOW).summary
    assert "有12户反映" in question_sentence(many)
    said = sentence_of(part, FACTS, own=3)
    assert "先后有 7 户反映" in said
    assert "8 件里有 3 件在您的范围内" in said
    assert "云岭村" not in said + finding_cell(part, now=NOW).place


def test_each_signal_counts_what_it_counts_and_names_itself_in_the_list():
    scan, silent = replace(ROW, kind="scan", disputes_ever=12), replace(ROW, kind="silence", households_ever=0)
    own = replace(scan, is_own_duty=True, disputes_ever=4)

    assert finding_cell(scan, now=NOW).summary == "一段时间里一片地方突然增多:新出现,先后 12 件,最早 11月1日(周日)"
    assert finding_cell(silent, now=NOW).summary == "长期零报告或发现得晚:新出现"
    assert ",数件," in finding_cell(own, now=NOW).summary
    assert "有数件" in question_sentence(own)
    assert "4" not in question_sentence(own)
    assert "有12件" in question_sentence(scan)


def test_a_signal_says_how_often_it_was_right_and_when_that_is_little_to_go_by():
    assert precision_sentence(None) == "这类提示在本县还没有判断过,看不出准不准。"
    few = precision_sentence(Precision("scan", 4, 3))
    assert few == "这类提示在本县判断过 4 条,确认 3 条。判断过的还少,看不出准不准。"
    assert precision_sentence(Precision("scan", 12, 9)) == "这类提示在本县判断过 12 条,确认 9 条。"


def test_rounds_in_a_row_without_a_change_are_one_line():
    shown = history_moments([_step("growing", 5), _step("steady", 4), _step("steady", 3), _step("new", 0)])

    assert [one["title"] for one in shown] == ["户数增加", "仍在,没有变化(2 轮)", "第一次提示"]
    assert shown[1]["at"].startswith("11月24日")


def test_a_lent_decision_names_both_and_a_fading_gives_its_reason():
    shown = history_moments(
        [
            _step("gone", 2, details={"reason": "反映的事项均已办结", "households": 0, "grade": "yellow"}),
            _step("confirmed", 1, note="核实过", unit="东河镇人民政府", person="甲", lender="乙"),
        ]
    )

    assert shown[0]["body"] == "反映的事项均已办结"
    assert shown[1]["actor"] == "东河镇人民政府 甲(受 乙 委托)"
    assert shown[1]["body"] == "核实过"


def test_an_escalation_line_says_who_took_it_up_or_that_nobody_did():
    line = EscalationLine("E990101-2026-00001", "red", "open", NOW, None, "")

    waiting, taken = escalation_lines(
        [line, replace(line, acknowledged_at=NOW + timedelta(hours=1), acknowledged_unit="县信访联席办")]
    )

    assert waiting.endswith("待确认收到。")
    assert taken.endswith("县信访联席办 11月20日(周五) 11:00 确认收到。")
