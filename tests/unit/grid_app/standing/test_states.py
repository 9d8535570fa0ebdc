"""How criteria are judged and how the state moves; every figure is the file's."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from grid_app.standing.criteria import NAMES, judge, needs_a_look
from grid_app.standing.facts import Check, VillageFacts
from grid_app.standing.outcomes import bands_of
from grid_app.standing.rules import FigureError, rules_of_file, rules_with
from grid_app.standing.states import Standing, next_standing

ON = date(2026, 12, 1)
RULES = rules_of_file()
GOOD = VillageFacts(
    recorded_since=date(2025, 1, 1), rounds=52, rounds_on_time=50, room="effective", has_unit=True, matters=10,
    contacted=8, found=10, found_late=2, ended=12, asked=10, told=8, posted_on=date(2025, 12, 1),
)  # fmt: skip
MET = Standing("met", date(2026, 3, 1), "七项都达到", date(2027, 3, 1))
REVIEW = Standing("under_review", date(2026, 11, 1), "复核", date(2027, 3, 1), date(2027, 2, 1))


def results(facts: VillageFacts, on: date = ON) -> dict[str, str]:
    return {one.key: one.state for one in judge(facts, rules=RULES, on=on)}


def after(before: Standing | None, facts: VillageFacts, on: date = ON) -> Standing:
    found = judge(facts, rules=RULES, on=on)
    return next_standing(before, found, on=on, recorded_since=facts.recorded_since, rules=RULES)


@pytest.mark.parametrize(
    ("key", "change", "state"),
    [
        ("R1", {"rounds_on_time": 49}, "not_met"),
        ("R1", {"rounds": 3, "rounds_on_time": 3}, "too_few"),
        ("R1", {"rounds": 0, "rounds_on_time": 0}, "no_data"),
        ("R2", {"room": "nominal"}, "not_met"),
        ("R2", {"room": "none"}, "not_met"),
        ("R2", {"room": "unknown"}, "no_data"),
        ("R3", {"contacted": 7}, "not_met"),
        ("R3", {"matters": 9, "contacted": 9}, "too_few"),
        ("R3", {"matters": 3, "contacted": 3, "urgent_late": 1}, "not_met"),
        ("R4", {"found_late": 3}, "not_met"),
        ("R4", {"found": 9, "found_late": 9}, "too_few"),
        ("R5", {"breaches": 1}, "not_met"),
        ("R5", {"has_unit": False}, "no_data"),
        ("R6", {"told": 7}, "not_met"),
        ("R6", {"asked": 9, "told": 9}, "too_few"),
        ("R6", {"ended": 3, "asked": 3, "told": 3}, "met"),
        ("R6", {"ended": 0, "asked": 0, "told": 0}, "too_few"),
        ("R7", {"posted_on": date(2025, 11, 30)}, "not_met"),
        ("R7", {"ledger_open": 2, "ledger_stale": 1}, "not_met"),
        ("R7", {"posted_on": None}, "no_data"),
    ],
)
def test_each_criterion_has_its_line_and_nothing_unknown_counts_as_met(key, change, state):
    assert set(results(GOOD).values()) == {"met"}

    found = results(replace(GOOD, **change))

    assert found[key] == state
    assert {other for name, other in found.items() if name != key} == {"met"}


def test_a_check_on_the_spot_stands_in_for_too_few_cases_and_for_nothing_else():
    quiet = replace(GOOD, matters=2, contacted=2, found=2, found_late=0, checks=(
        Check(key="R3", on=date(2026, 5, 4), fits=True), Check(key="R4", on=date(2026, 5, 4), fits=False),
        Check(key="R1", on=date(2026, 5, 4), fits=False),
    ))  # fmt: skip

    found = {one.key: one for one in judge(quiet, rules=RULES, on=ON)}

    assert (found["R3"].state, found["R4"].state, found["R1"].state) == ("met", "not_met", "met")
    assert "现场核查" in found["R3"].why


@pytest.mark.parametrize(
    ("before", "change", "on", "state"),
    [
        (None, {}, ON, "met"),
        (None, {"recorded_since": date(2026, 1, 5)}, ON, "on_track"),
        (None, {"rounds_on_time": 40}, ON, "on_track"),
        (None, {"posted_on": None}, ON, "not_assessed"),
        (None, {"matters": 0, "contacted": 0}, ON, "not_assessed"),
        (MET, {"matters": 0, "contacted": 0}, ON, "met"),
        (MET, {"rounds_on_time": 40}, ON, "under_review"),
        (MET, {"posted_on": None}, ON, "under_review"),
        (MET, {"posted_on": date(2027, 2, 1)}, date(2027, 3, 1), "met"),
        (MET, {"posted_on": date(2027, 2, 1), "matters": 0}, date(2027, 3, 1), "not_assessed"),
        (MET, {"posted_on": date(2027, 2, 1), "breaches": 1}, date(2027, 3, 1), "under_review"),
        (REVIEW, {}, ON, "met"),
        (REVIEW, {"breaches": 1}, ON, "under_review"),
        (REVIEW, {"breaches": 1, "posted_on": date(2026, 9, 1)}, date(2027, 2, 1), "lapsed"),
        (REVIEW, {"room": "unknown", "posted_on": date(2026, 9, 1)}, date(2027, 2, 1), "not_assessed"),
        (Standing("lapsed", ON, ""), {"breaches": 1}, ON, "lapsed"),
        (Standing("lapsed", ON, ""), {}, ON, "met"),
        (Standing("lapsed", ON, ""), {"room": "unknown"}, ON, "not_assessed"),
    ],
)
def test_the_state_moves_by_the_criteria_alone(before, change, on, state):
    found = after(before, replace(GOOD, **change), on)

    assert found.state == state
    assert found.why.endswith("。") or found is before
    assert (found.met_until is not None) == (found.state in ("met", "under_review"))


def test_a_review_that_ends_well_keeps_the_year_it_interrupted():
    assert after(REVIEW, GOOD).met_until == date(2027, 3, 1)
    assert after(replace(REVIEW, met_until=date(2026, 11, 15)), GOOD).met_until == date(2027, 12, 1)


def test_silence_and_late_discovery_ask_for_a_look_and_move_nothing():
    silent = replace(GOOD, zero_days=364, found=10, found_late=4)
    looked = (Check(key="R4", on=date(2026, 5, 4), fits=True),)

    assert len(needs_a_look(silent, rules=RULES)) == 2
    assert needs_a_look(replace(silent, found=4), rules=RULES) == needs_a_look(silent, rules=RULES)[:1], "few: no share"
    assert needs_a_look(replace(GOOD, zero_days=364, checks=looked), rules=RULES) == (), "somebody has looked"
    assert needs_a_look(replace(GOOD, zero_days=364, checks=(replace(looked[0], fits=False),)), rules=RULES) != ()
    assert needs_a_look(GOOD, rules=RULES) == ()
    assert results(replace(GOOD, zero_days=364)) == results(GOOD)


def test_no_field_holds_petitions_lawsuits_complaints_findings_or_people():
    names = " ".join([*(field.name for field in fields(VillageFacts)), *RULES.figures, *NAMES.values()])

    for word in (
        "petition",
        "complain",
        "lawsuit",
        "court",
        "finding",
        "cluster",
        "griev",
        "person",
        "访的",
        "投诉",
        "诉讼",
    ):
        assert word not in names


def test_a_county_changes_a_figure_within_its_bounds_only():
    assert rules_with(3, [{"code": "R6.least", "value": 5}])["R6.least"] == 5
    with pytest.raises(FigureError, match="5 到 50"):
        rules_with(3, [{"code": "R6.least", "value": 1}])


WELL_DONE = replace(
    GOOD, contact_days=0.0, contacts=12, performed_days=14.5, performed=10, relapses=1, visits_due=40, visits_done=36
)


@pytest.mark.parametrize(
    ("change", "at", "band"),
    [
        ({}, 0, "一半以上在 24 小时内"), ({"contact_days": 1.0}, 0, "一半以上在 3 天内"),
        ({"contact_days": 3.0}, 0, "一半以上超过 3 天"), ({"contacts": 9}, 0, "样本不足"),
        ({}, 1, "一半以上在 15 天内"), ({"performed_days": 15.0}, 1, "一半以上在 30 天内"),
        ({"performed_days": 60.0}, 1, "一半以上超过 60 天"), ({"performed": 0}, 1, "没有这样的事项"),
        ({}, 2, "不超过 10%"), ({"relapses": 2}, 2, "超过 10%"), ({"ended": 9}, 2, "样本不足"),
        ({}, 3, "90% 以上"), ({"visits_done": 35}, 3, "不到 90%"), ({"visits_due": 9}, 3, "样本不足"),
    ],
)  # fmt: skip
def test_the_bands_of_outcomes_tell_no_number_and_judge_nothing(change, at, band):
    facts = replace(WELL_DONE, **change)

    assert bands_of(facts, rules=RULES)[at].band == band
    assert results(facts) == results(replace(GOOD, ended=facts.ended))
    assert after(MET, facts) == after(MET, replace(GOOD, ended=facts.ended))
