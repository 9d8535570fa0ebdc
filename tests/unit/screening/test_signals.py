"""The signals of a round beside the shared grievance: what each raises, what the budget holds back, who stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from screening.inputs import Answered, Arrear, Village
from screening.parameters import SIGNALS, Parameters
from screening.round import run_round
from screening.signals.quiet import neighbours
from tests.unit.screening.makers import COUNTY, LONG_AGO, TOWN, WINDOW_END, incident, known, round_of

VILLAGES = tuple(
    Village(code=f"4307022002{at:02d}", path=(COUNTY, TOWN), lon=111.0 + 0.02 * (at % 5), lat=29.0 + 0.02 * (at // 5))
    for at in range(20)
)
NAMES = (
    ("09", "土地及资源权属纠纷"),
    ("u1", "莲屏镇人民政府"),
    *((one.code, f"{one.code[-2:]}号村") for one in VILLAGES),
)
ALL = Parameters(signals=SIGNALS, budget_per_month=40)


def only(kind: str, **figures: object) -> Parameters:
    return Parameters(signals=tuple(one for one in SIGNALS if one in {"shared_grievance", kind}), **figures)


def county(*extra, seed: int = 21, **changes):
    """Give a quiet county with a year of unlike reports, and what is added."""
    rng = np.random.default_rng(seed)
    letters = rng.integers(0x4E00, 0x9FA5, (700, 12))
    drawn = (rng.integers(0, 400, 700), rng.integers(0, 20, 700), rng.choice(["0101", "0201", "0901"], 700))
    plain = [
        incident(
            f"b{at:04d}", noted_on=WINDOW_END - timedelta(days=int(day)), category=str(category),
            cell=VILLAGES[int(village)].code, text="".join(chr(one) for one in letters[at]),
        )
        for at, (day, village, category) in enumerate(zip(*drawn, strict=True))
    ]  # fmt: skip
    return round_of([*plain, *extra], villages=VILLAGES, names=NAMES, history_start=LONG_AGO, **changes)


def burst(count: int, *, villages: tuple[int, ...] = (0, 1, 5), days: int = 6, **changes) -> list:
    """Give reports of land matters that differ in their words, in neighbouring villages in the newest days."""
    texts = ["".join(chr(0x4E00 + 97 * at + 13 * letter) for letter in range(30)) for at in range(count)]
    return [
        incident(
            f"n{at:03d}", noted_on=WINDOW_END - timedelta(days=at % days), category="0901",
            cell=VILLAGES[villages[at % len(villages)]].code, text=text, **changes,
        )
        for at, text in enumerate(texts)
    ]  # fmt: skip


def told(result, kind: str):
    return [one for one in result.findings if one.kind == kind]


def test_a_burst_in_neighbouring_villages_is_one_scan_finding_that_says_where_since_when_and_how_many():
    result = run_round(county(*burst(18)), only("scan"), seed=3)

    [found] = told(result, "scan")
    assert set(found.cells) >= {VILLAGES[at].code for at in (0, 1, 5)}
    assert {f"n{at:03d}" for at in range(18)} <= set(found.current_ids)
    assert found.rate.observed >= 18 > 3 * found.rate.expected
    assert found.recurrence_days > 365
    assert (found.rule.which, found.grade) == ("scan", "orange")
    assert "“土地及资源权属纠纷”类反映" in found.reason
    assert "倍" in found.reason
    assert result.budgets[0].kind == "scan"
    assert result.counts.raised == len(result.findings) == 1


def test_a_quiet_county_raises_no_statistical_signal():
    result = run_round(county(), Parameters(signals=("shared_grievance", "scan", "growth")), seed=3)

    assert result.findings == ()


def test_growth_against_the_six_weeks_before_is_told_by_place_and_category():
    result = run_round(county(*burst(12, villages=(7,))), only("growth"), seed=3)

    [found] = told(result, "growth")
    assert found.key == f"09||{VILLAGES[7].code}"
    assert found.rate.observed >= 12
    assert "按前六周" in found.reason


def test_the_budget_lets_the_strongest_through_and_lists_the_rest_with_the_reason():
    data = county(*burst(12, villages=(7,)), *list(_renamed(burst(10, villages=(15,)))), told_lately=0)
    free = run_round(data, only("growth", budget_per_month=40), seed=3)
    tight = run_round(data, only("growth", budget_per_month=1), seed=3)
    spent = run_round(county(*burst(12, villages=(7,)), told_lately=1), only("growth", budget_per_month=1), seed=3)

    assert len(told(free, "growth")) == 2
    assert free.held == ()
    assert len(told(tight, "growth")) == 1
    assert len(tight.held) == tight.counts.held == 1
    assert "预算" in tight.held[0].reason
    assert told(spent, "growth") == []
    assert "最近30天已提示1条" in spent.held[0].reason


def test_what_has_a_danger_is_never_held_back():
    data = county(*burst(12, villages=(7,), danger=True), told_lately=9)

    [found] = told(run_round(data, only("growth", budget_per_month=1), seed=3), "growth")
    assert found.grade == "red"


def _renamed(incidents):
    return [replace(one, dispute_id=f"m{one.dispute_id}", reporter=f"m{one.reporter}") for one in incidents]


def test_what_a_shared_grievance_tells_already_is_not_told_again():
    text = "村里占了田，土地租金一直没有给"
    same = [incident(f"s{at}", noted_on=WINDOW_END, cell=VILLAGES[7].code, text=text) for at in range(12)]
    result = run_round(county(*same), only("growth"), seed=3)

    assert [one.kind for one in result.findings] == ["shared_grievance"]
    assert [one.reason for one in result.held] == ["其中多数已在另一条提示里，不重复提示。"]


def test_a_known_finding_goes_on_under_its_signal_and_one_that_ended_is_gone_with_a_reason():
    data = county(*burst(12, villages=(7,)), earlier=(
        known("g1", ["n000"], kind="growth", key=f"09||{VILLAGES[7].code}"),
        known("g2", ["b0001"], kind="growth", key=f"02||{VILLAGES[3].code}"),
        known("s1", ["n000"], kind="scan"),
    ), told_lately=99)  # fmt: skip
    result = run_round(data, only("growth", budget_per_month=1), seed=3)

    assert [(one.finding_id, one.kind) for one in result.findings] == [("g1", "growth")]
    assert [(one.finding_id, "前几周" in one.reason) for one in result.gone] == [("g2", True)]


def test_overdue_disputes_of_one_unit_pile_up():
    late = [Arrear(dispute_id=f"n{at:03d}", unit="u1", cell=VILLAGES[0].code, days_late=at + 1) for at in range(4)]
    fine = [Arrear(dispute_id=f"b{at:04d}", unit="u2", cell=VILLAGES[1].code, days_late=-3) for at in range(30)]
    result = run_round(county(*burst(4), arrears=(*late, *fine)), only("overdue_pile"), seed=3)

    [found] = told(result, "overdue_pile")
    assert found.member_ids == ("n000", "n001", "n002", "n003")
    assert found.reason == "莲屏镇人民政府正在办理的4件中有4件过了期限，最久的已超过4天。"


def test_zero_returns_that_are_hard_to_believe_ask_to_go_and_look():
    answers = [
        Answered(village=one.code, day=WINDOW_END - timedelta(days=7 * back), entries=0 if at == 6 and back < 5 else 4)
        for at, one in enumerate(VILLAGES)
        for back in range(12)
    ]
    result = run_round(county(answers=tuple(answers)), only("silence", budget_per_month=40), seed=3)

    [found] = told(result, "silence")
    assert (found.cell, found.member_ids, found.households_current) == (VILLAGES[6].code, (), 0)
    assert found.key == f"|zero|{VILLAGES[6].code}"
    assert "连续5轮" in found.reason
    assert "请去村里走一走" in found.reason


def test_the_same_inputs_give_the_same_bytes_whatever_their_order():
    data = county(*burst(18))
    other = round_of(
        list(reversed(data.incidents)), villages=tuple(reversed(VILLAGES)), names=NAMES, history_start=LONG_AGO
    )
    one, two = run_round(data, ALL, seed=3), run_round(other, ALL, seed=3)

    assert (one.input_digest, one.result_digest) == (two.input_digest, two.result_digest)


@pytest.mark.parametrize(
    "data",
    [
        round_of([], villages=VILLAGES),
        round_of([incident("a")]),
        round_of([incident("a", cell=VILLAGES[0].code)], villages=VILLAGES),
        round_of([incident(f"d{at}", cell=VILLAGES[0].code) for at in range(60)], villages=VILLAGES[:1]),
        round_of([incident("a")], villages=(Village(code="1", path=()),)),
    ],
    ids=["no cases", "no villages", "one case", "all in one place", "no coordinates"],
)
def test_too_little_to_look_at_is_said_and_nothing_breaks(data):
    result = run_round(data, ALL, seed=3)

    assert not told(result, "scan")
    assert "silence" in {one.kind for one in result.not_screened}


def test_a_village_without_a_point_is_nobodys_neighbour():
    ptr, idx = neighbours((*VILLAGES[:3], Village(code="x", path=())))

    assert np.diff(ptr).tolist() == [2, 2, 2, 0]
    assert 3 not in idx


def test_signals_are_named_in_their_order():
    with pytest.raises(ValueError, match="signals holds"):
        Parameters(signals=("scan", "shared_grievance"))


@pytest.mark.parametrize("kind", ["scan", "growth"])
def test_a_village_that_a_split_has_just_made_has_no_past_to_compare_with_and_that_is_said(kind):
    young = replace(VILLAGES[7], since=WINDOW_END - timedelta(days=20))
    villages = tuple(young if one.code == young.code else one for one in VILLAGES)
    quiet = county(seed=22)
    others = [one for one in quiet.incidents if one.cell != young.code]
    split = replace(quiet, incidents=(*others, *burst(14, villages=(7,))), villages=villages)

    before = run_round(replace(split, villages=VILLAGES), only(kind), seed=3)
    result = run_round(split, only(kind), seed=3)

    assert [one for one in told(before, kind) if young.code in one.cells]
    assert not [one for one in told(result, kind) if young.code in one.cells]
    assert kind == "growth" or [one.subject for one in result.not_screened] == [young.code]
