"""The file of rules, what a rule refuses, which version counts, and the sentences why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from grid_app.clocks.calendar import WorkingCalendar
from grid_app.clocks.counting import ZONE, count
from grid_app.clocks.rules import (
    STANDING,
    ExtensionBy,
    Kind,
    LimitUnit,
    Passes,
    RuleError,
    limit_words,
    read_rules,
    rule_in_force,
)
from grid_app.clocks.words import why

BY_CODE = {rule.code: rule for rule in STANDING}
SPECIFIED = {
    "first_contact": "24小时", "triage": "1天", "accept_simple": "3天", "accept_complex": "5天",
    "finish_target": "30天",
    "petition_transfer": "15天", "acceptance_notice": "15天", "objection": "5个工作日", "petition_finish": "60天",
    "review_request": "30天", "review_answer": "30天", "recheck_request": "30天", "recheck_answer": "30天",
    "mediation": "30天", "admin_mediation_accept": "5个工作日", "admin_mediation_accept_complex": "10个工作日",
    "admin_mediation_transfer": "3个工作日", "judicial_confirmation_apply": "30天", "court_accepts": "3天",
    "court_decides": "15天", "mediation_committee_filing": "30天", "labour_mediation": "15天",
    "labour_arbitration_limit": "1年", "labour_arbitration_decide": "45天", "land_arbitration_limit": "2年",
    "land_arbitration_decide": "60天", "admin_reconsideration_apply": "60天", "admin_reconsideration_decide": "60天",
    "admin_reconsideration_decide_simple": "30天", "protection_order": "72小时", "protection_order_urgent": "24小时",
    "lead_official_visit": "15天", "incident_first_report": "1小时", "screening_return": "8天",
    "quarterly_analysis": "10天", "follow_up_1": "1天", "follow_up_2": "3天", "follow_up_3": "7天",
    "follow_up_4": "30天", "seal_decision": "1个工作日",
    "whistle_answer": "1个工作日", "whistle_answer_urgent": "2小时", "whistle_site": "3个工作日",
    "whistle_site_urgent": "1个工作日",
    "finding_confirm": "48小时", "finding_owner": "24小时", "finding_answer": "7天", "finding_measures": "15天",
}  # fmt: skip
EXTENSIBLE = {
    "petition_finish": 30, "mediation": 30, "court_decides": 10, "labour_arbitration_decide": 15,
    "land_arbitration_decide": 30, "admin_reconsideration_decide": 30,
}  # fmt: skip


def test_the_file_holds_every_limit_of_the_specification():
    assert {rule.code: limit_words(rule) for rule in STANDING} == SPECIFIED
    assert {rule.code: rule.extension for rule in STANDING if rule.extension} == EXTENSIBLE
    assert [rule.code for rule in STANDING if rule.excludes_hearing] == ["recheck_answer"]


def test_statutory_limits_name_a_law_with_its_article():
    for rule in STANDING:
        if rule.kind is Kind.STATUTORY:
            assert "《" in rule.basis, rule.code
            assert "条" in rule.basis, rule.code


def test_a_right_lapses_and_only_a_duty_is_late():
    assert {rule.code for rule in STANDING if rule.passes is Passes.LAPSES} == {
        "objection", "review_request", "recheck_request", "judicial_confirmation_apply", "labour_mediation",
        "labour_arbitration_limit", "land_arbitration_limit", "admin_reconsideration_apply",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": -3}, "limit"),
        ({"limit": 99_999}, "limit"),
        ({"name": " "}, "name"),
        ({"basis": ""}, "basis"),
        ({"extension": 10}, "extension"),
        ({"extension_by": ExtensionBy.APPROVAL}, "extension"),
        ({"extension": 999, "extension_by": ExtensionBy.APPROVAL}, "extension"),
        ({"extension": 5, "extension_by": ExtensionBy.APPROVAL, "unit": LimitUnit.HOURS}, "extension"),
        ({"excludes_hearing": True, "unit": LimitUnit.WORKING_DAYS}, "unit"),
    ],
)
def test_a_rule_that_cannot_be_counted_by_is_refused(change, field: str):
    with pytest.raises(RuleError) as refused:
        replace(BY_CODE["triage"], **change)

    assert refused.value.field == field


@pytest.mark.parametrize(("old", "new"), [('trigger = "received"', 'trigger = "rain"'), ('code = "b"', 'code = "a"')])
def test_a_file_with_an_unknown_trigger_or_a_rule_twice_is_refused(old: str, new: str):
    row = (
        '[[rule]]\ncode = "{}"\nname = "试"\ntrigger = "received"\nlimit = 1\nunit = "days"\nkind = "service"\n'
        'passes = "overdue"\nbasis = "试"\nvalid_from = 2026-01-01\n'
    )
    text = '[triggers]\nreceived = "收到"\n' + row.format("a") + row.format("b")

    assert len(read_rules(text)) == 2
    with pytest.raises(RuleError):
        read_rules(text.replace(old, new))


def test_the_version_of_the_day_of_the_trigger_counts():
    old = replace(BY_CODE["triage"], valid_from=date(2024, 1, 1))
    new = replace(old, version=2, limit=2, valid_from=date(2027, 1, 1))

    assert rule_in_force([new, old], on=date(2026, 12, 31)) is old
    assert rule_in_force([old, new], on=date(2027, 1, 1)) is new
    assert rule_in_force([old, new], on=date(2000, 1, 1)) is old
    with pytest.raises(ValueError, match="without a version"):
        rule_in_force([], on=date(2026, 1, 1))


def _why(code: str, start: str, **more: int) -> str:
    begun = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    return "\n".join(why(BY_CODE[code], count(BY_CODE[code], started_at=begun, calendar=WorkingCalendar(), **more)))


def test_the_sentences_name_rule_start_days_left_out_move_and_article():
    told = _why("acceptance_notice", "2026-09-16T10:00")

    assert "《信访工作条例》第二十三条(第 1 版规则)" in told
    assert "从2026年9月16日(周三)收到反映起算,当天不算(民法典第二百零一条第一款)" in told
    assert "第 15 天是2026年10月1日(周四),不是工作日" in told
    assert "跳过10月1日至10月7日(国庆节假期),顺延到2026年10月8日(周四)" in told
    assert "民法典第二百零三条" in told


def test_the_sentences_name_days_that_do_not_count_and_a_year_nobody_published():
    told = _why("objection", "2026-12-30T10:00")

    assert "不算的日子:1月2日至1月3日(周末)" in told
    assert "2027 年的放假安排还没有收录" in told


def test_the_sentences_name_extension_hearing_months_and_hours():
    assert "延长了 30 天" in _why("petition_finish", "2026-03-04T10:00", extra_days=30)
    assert "听证的 4 天不计算在内" in _why("recheck_answer", "2026-03-02T10:00", hearing_days=4)
    assert "民法典第二百零二条" in _why("labour_arbitration_limit", "2024-02-29T10:00")
    assert "10:00 得知紧急情况起算,按小时连续计算" in _why("incident_first_report", "2026-03-02T10:00")
    assert "中间没有休息日" in _why("admin_mediation_transfer", "2026-06-01T10:00")
