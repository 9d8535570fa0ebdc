"""Texts that name one place and tell one grievance belong together, whatever they were filed under."""

from __future__ import annotations

import pytest

from screening.named_matters import named_groups
from screening.parameters import Parameters
from screening.round import run_round
from tests.unit.screening.makers import NEXT_VILLAGE, VILLAGE, incident, round_of

NOISE = (
    "松涛雅苑旁边的工地夜间施工噪音扰民。凌晨两点还在打桩，老人孩子睡不着",
    "松涛雅苑附近工地半夜施工太吵。挖机轰鸣到凌晨，没有人管",
    "松涛雅苑小区对面夜间施工扰民。连续半个月晚上施工，无法入睡",
)


def other_place(text: str) -> str:
    return text.replace("松涛雅苑", "碧水龙庭")


def noise(*, names: str = "abc", **changes):
    filed = (("0203", VILLAGE), ("1104", NEXT_VILLAGE), ("99", VILLAGE))
    return [
        incident(f"{name}{at}", text=text, category=category, cell=cell, **changes)
        for at, (name, text, (category, cell)) in enumerate(zip(names, NOISE, filed, strict=True))
    ]


def grouped(incidents) -> list[set[str]]:
    ordered = sorted(incidents, key=lambda one: one.dispute_id)
    groups = named_groups(ordered, [one.reporter for one in ordered])
    return [{ordered[at].dispute_id for at in group} for group in groups]


def test_one_place_and_one_grievance_join_over_villages_and_categories():
    assert grouped(noise()) == [{"a0", "b1", "c2"}]


def test_the_same_words_about_another_place_are_another_matter():
    elsewhere = [incident(f"x{at}", text=other_place(text), category="0203") for at, text in enumerate(NOISE)]

    assert grouped([*noise(), *elsewhere]) == [{"a0", "b1", "c2"}, {"x0", "x1", "x2"}]


def test_another_grievance_about_the_same_place_stays_apart():
    other = incident("y", text="松涛雅苑开发商逾期交房。合同写明去年交房，房产证也没有办")

    assert grouped([*noise(), other]) == [{"a0", "b1", "c2"}]


@pytest.mark.parametrize("texts", [(), ("其他", "其他"), ("", "")], ids=["none", "labels", "empty"])
def test_texts_that_say_nothing_make_no_group(texts):
    assert grouped([incident(f"n{at}", text=text) for at, text in enumerate(texts)]) == []


def test_three_households_written_down_alike_by_one_worker_are_a_shared_grievance():
    alike = [incident(f"d{at}", text=NOISE[0], category="0203", channel="grid_walk") for at in range(3)]

    [found] = run_round(round_of(alike), Parameters(), 1).findings
    assert (found.kind, found.households_current) == ("shared_grievance", 3)


def test_one_household_that_writes_often_is_none_and_the_answer_unrelated_keeps_apart():
    often = noise(reporter="one home")
    apart = [*noise()[:2], incident("c2", text=NOISE[2], unrelated=("a0", "b1"))]

    assert run_round(round_of(often), Parameters(), 1).findings == ()
    assert run_round(round_of(apart), Parameters(), 1).findings == ()


def test_a_finding_over_villages_names_all_of_them():
    [found] = run_round(round_of(noise()), Parameters(), 1).findings

    assert found.cells == (VILLAGE, NEXT_VILLAGE)
    assert found.households_current == 3


def test_the_same_words_of_many_villages_are_a_word_and_no_name():
    stop = "公交站牌移走后，老人要多走一里路"
    everywhere = [incident(f"w{at}", text=stop, cell=f"43070220030{at}", category="1104") for at in range(6)]
    twice = [incident(f"v{at}", text=stop, cell="430702200300", category="1104") for at in range(2)]

    assert grouped([*everywhere, *twice]) == []


def test_one_home_in_each_of_three_villages_is_three_matters():
    apart = [incident(f"w{at}", text=NOISE[at], cell=f"43070220030{at}", category="0203") for at in range(3)]

    assert grouped(apart) == []
