"""The words of a finding's page: statistics in a sentence, duties with their days, a history without noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from grid_app.queries.finding_pages import EscalationLine, HistoryRow
from grid_app.queries.findings import FindingFacts, FindingRow
from grid_app.web.findings.shown import duties, escalation_lines, history_moments, statistics_sentence
from tests.world import NOW

ANY = UUID(int=1)
DAY = timedelta(days=1)
ROW = FindingRow(
    finding_id=ANY, code="F990101-2026-0001", state="suspected", trend="new", grade="yellow", category="09",
    place="云岭村", township="东河镇", organisation="", households_ever=4, households_now=4, disputes_ever=4,
    since=date(2026, 11, 1), decide_by=NOW + DAY,
)  # fmt: skip
FACTS = FindingFacts(
    grade_reasons=("多户反映同一件事",), reason="r", unflag="u", rule="several_households", observed=4, expected=0.3,
    ratio=13.3, p_value=0.0003, enough_history=True, created_at=NOW, decided_at=None, decision_reason="",
    merged_into=None, first_run_id=ANY, last_run_id=ANY,
)  # fmt: skip


def _step(kind: str, days: int, **more: object) -> HistoryRow:
    row = HistoryRow(NOW + days * DAY, kind, "", {"households": 4, "grade": "yellow"}, "每周排查", "", "", "")
    return replace(row, **more)


def test_a_short_past_is_said_and_no_figure_is_given():
    assert statistics_sentence(replace(FACTS, enough_history=False)) == (
        "历史数据不足 28 天,没有做比较,只按户数规则判断。"
    )


@pytest.mark.parametrize(("p_value", "words"), [(0.0003, "不到 0.1%"), (0.004, "0.4%")])
def test_statistics_are_one_plain_sentence(p_value, words):
    said = statistics_sentence(replace(FACTS, p_value=p_value))

    assert "有 4 户反映" in said
    assert "约有 0.3 户,现在是 13.3 倍" in said
    assert words in said


def test_a_late_decision_says_so():
    ((day, what),) = duties(replace(ROW, decide_by=NOW - DAY), FACTS, now=NOW)

    assert day == "11月19日前"
    assert "已超 1 天" in what


def test_nothing_is_due_once_a_confirmed_finding_is_gone_or_it_was_dismissed():
    decided = replace(FACTS, decided_at=NOW)

    assert len(duties(replace(ROW, state="confirmed"), decided, now=NOW)) == 3
    assert duties(replace(ROW, state="confirmed", trend="gone"), decided, now=NOW) == []
    assert duties(replace(ROW, state="dismissed"), decided, now=NOW) == []


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
