"""Shared grievances in messages: what belongs together, who counts, how findings live, and what bad rows do."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy import sparse

from screening.grievances.grouping import Links, agreement, pieces
from screening.grievances.messages import LONG_LETTERS, Message, compared_text
from screening.grievances.names import name_spots
from screening.grievances.parameters import Parameters
from screening.grievances.places import Gazetteer, Place
from screening.grievances.replay import all_time, replay
from screening.grievances.vectors import Vectors

FIRST = datetime(2026, 3, 2)  # noqa: DTZ001 - local time
AGAIN = timedelta(days=120)
SHOPS = (
    "白鹭苑",
    "青枫小区",
    "石榴家园",
    "云渡花园",
    "望溪公寓",
    "南塘小区",
    "东篱山庄",
    "听松苑",
    "沙鸥小区",
    "菱角塘村",
)
OTHERS = (
    "{}门口的断头路什么时候打通", "{}二次供水经常停水", "{}电梯困人没人修", "{}房产证办不下来", "{}幼儿园收费太贵",
    "{}公交班次太少", "{}路灯不亮", "{}垃圾清运不及时", "{}树木遮挡采光", "{}停车位被占",
)  # fmt: skip


def background() -> list[Message]:
    """Ten places with ten matters each, every one told once: nothing is shared."""
    return [
        Message(
            f"b{at:02d}{which}", f"u{at}{which}", FIRST + timedelta(days=at * 7 + which), text.format(place), "请处理"
        )
        for at, place in enumerate(SHOPS)
        for which, text in enumerate(OTHERS)
        if (at + which) % 3 == 0
    ]


def fumes(place: str, people: list[str], start: int = 20) -> list[Message]:
    words = (
        "楼下烧烤店油烟直排熏得开不了窗",
        "夜宵摊油烟扰民,烧烤到凌晨",
        "餐馆没有烟道,油烟往楼上窜",
        "底商油烟味太大,夜里还吵",
    )
    return [
        Message(
            f"{place}{at}", who, FIRST + timedelta(days=start + at, hours=9),
            f"{place}{words[at % 4]}", f"我是{place}的居民,{words[(at + 1) % 4]}。",
        )
        for at, who in enumerate(people)
    ]  # fmt: skip


def mondays(count: int = 30) -> list[datetime]:
    return [FIRST + timedelta(days=7 * week) for week in range(count)]


def told(messages: list[Message], **more: object) -> list[tuple[str, str, frozenset[str]]]:
    return [
        (found.finding_id, found.state, frozenset(found.message_ids))
        for one in replay(messages, mondays(), **more)  # type: ignore[arg-type]
        for found in one.findings
    ]


def test_three_people_about_one_place_are_told_in_the_next_round_and_gone_once_after_the_window():
    shared = fumes("翠竹湾小区", ["p1", "p2", "p3"])
    rounds = replay(background() + shared, mondays())

    first = next(one for one in rounds if one.findings)
    assert first.as_of - timedelta(days=7) <= shared[2].written < first.as_of
    assert [set(found.message_ids) for found in first.findings] == [{one.message_id for one in shared}]
    assert (first.findings[0].reporters, first.findings[0].state) == (3, "new")
    assert first.findings[0].label.startswith("翠竹湾")
    assert "3人" in first.findings[0].reason
    states = [found.state for one in rounds for found in one.findings]
    assert states[0] == "new"
    assert states[-1] == "gone"
    assert set(states[1:-1]) == {"unchanged"}


@pytest.mark.parametrize("people", [["p1"] * 5, ["p1", "p2", "p1", "p2"], ["p1", "p2", "", ""]])
def test_repeats_and_messages_of_nobody_known_never_make_three_people(people: list[str]):
    assert told(background() + fumes("翠竹湾小区", people)) == []


def test_the_same_words_about_two_places_are_two_findings_and_another_matter_stays_out():
    here, there = fumes("翠竹湾小区", ["p1", "p2", "p3"]), fumes("红枫里小区", ["q1", "q2", "q3"])
    other = Message(
        "x", "z", FIRST + timedelta(days=22), "翠竹湾房产证迟迟不办", "开发商说资料交不齐,办证一拖再拖,孩子上学怎么办"
    )

    found = {members for _, _, members in told([*background(), *here, *there, other])}

    assert found == {frozenset(one.message_id for one in part) for part in (here, there)}


def test_two_who_agree_make_no_shared_grievance_until_a_third_says_what_one_of_them_says():
    matters = [[1.0, 0.0], [1.0, 0.02], [0.03, 1.0], [0.03, 1.0], [0.9, 0.3]]
    told = Vectors(sparse.csr_array(np.ones((5, 1))), sparse.csr_array(np.array(matters)))

    def core(rows: list[int], people: list[str]) -> float:
        return agreement(told, np.array(rows), people, Parameters()).core

    assert core([0, 1, 2], ["p1", "p2", "p3", "p3", "p4"]) < Parameters().core
    assert core([0, 1, 2, 3], ["p1", "p2", "p3", "p3", "p4"]) < Parameters().core
    assert core([0, 1, 2, 4], ["p1", "p2", "p3", "p3", "p4"]) > Parameters().core
    assert core([0, 1, 2, 4], ["p1", "p2", "p3", "p3", ""]) < Parameters().core
    assert core([0, 1, 4], ["p1", "p2", "p3", "p3", "p2"]) == 0


def test_services_that_every_county_has_are_no_names_of_places():
    texts = ("a市自来水公司强行停水", "a4区四方街道办事处收费", "a市供电公司停电")

    for text in texts:
        named = {text[begin:end] for begin, end in name_spots(text)}
        assert not any(word in name for name in named for word in ("自来水", "办事处", "供电")), named


def test_a_finding_keeps_its_name_while_it_grows_and_its_order_follows_people():
    grown = fumes("翠竹湾小区", [f"p{at}" for at in range(9)])
    small = fumes("红枫里小区", ["q1", "q2", "q3"])
    rounds = replay(background() + grown + small, mondays())

    both = [one for one in rounds if len(one.findings) == 2]
    assert all(one.findings[0].reporters >= one.findings[1].reporters for one in both)
    names = {found.finding_id for one in rounds for found in one.findings}
    assert len(names) == 2
    assert "growing" in {found.state for one in rounds for found in one.findings}


def test_what_flares_up_after_it_was_gone_is_a_new_finding_that_says_so():
    again = [
        replace(one, message_id=f"2{one.message_id}", user_id=f"2{one.user_id}", written=one.written + AGAIN)
        for one in fumes("翠竹湾小区", ["p1", "p2", "p3"])
    ]  # fmt: skip
    rounds = replay(background() + fumes("翠竹湾小区", ["p1", "p2", "p3"]) + again, mondays(40))

    assert len({found.finding_id for one in rounds for found in one.findings}) == 2
    last = [found for one in rounds for found in one.findings if found.state == "new"][-1]
    assert "此前曾提示过" in last.reason
    assert len(last.message_ids) == 6


def test_answers_do_not_depend_on_the_order_of_rows_or_on_rounds_before():
    messages = background() + fumes("翠竹湾小区", ["p1", "p2", "p3", "p4"])
    mixed = random.Random(5).sample(messages, len(messages))  # noqa: S311 - an order, no secret

    assert replay(messages, mondays()) == replay(mixed, mondays())
    assert all_time(messages) == all_time(mixed)
    late = replay(messages, mondays()[6:7])[0].findings
    assert {found.message_ids for found in late} == {
        found.message_ids for found in replay(messages, mondays())[6].findings
    }


def test_an_alias_of_the_list_and_a_name_with_swapped_letters_are_one_place():
    aliases = ["翠竹湾小区", "翠竹湾小区", "翡翠竹苑"]
    rows = [
        replace(fumes(name, ["p"] * 4)[at], message_id=f"m{at}", user_id=f"p{at}") for at, name in enumerate(aliases)
    ]
    places = [Place("翠竹湾小区", "7"), Place("翡翠竹苑", "7")]
    swapped = fumes("广汇集团家属院", ["p1", "p2", "p3"])
    swapped[1] = replace(
        swapped[1], title=swapped[1].title.replace("广汇", "汇广"), body=swapped[1].body.replace("广汇", "汇广")
    )

    assert {"m0", "m1", "m2"} in [set(found.message_ids) for found in all_time(background() + rows, places)]
    assert {one.message_id for one in swapped} in [set(found.message_ids) for found in all_time(background() + swapped)]
    assert Gazetteer(places).mentions("在翡翠竹苑和翠竹湾小区之间") == [(1, 5, "7"), (6, 11, "7")]


def test_nothing_one_message_and_ten_megabytes_have_defined_answers():
    assert [one.findings for one in replay([], mondays(2))] == [(), ()]
    assert all_time([]) == all_time(fumes("翠竹湾小区", ["p1"])) == ()
    assert told(fumes("翠竹湾小区", ["p1"])) == []
    empty = [Message(f"e{at}", f"p{at}", FIRST, "", "") for at in range(5)]
    assert told(empty) == []
    assert all_time(empty) == ()
    long = fumes("翠竹湾小区", ["p1", "p2", "p3"])
    long[1] = replace(long[1], body=long[1].body + "啊" * (10_000_000 // 3))

    found = [found for one in replay(background() + long, mondays()) for found in one.findings]

    assert len(long[1].body) > LONG_LETTERS
    assert len(compared_text(long[1])[0]) < 300
    assert "其中1条正文过长,只读了开头" in found[0].reason


def test_a_piece_above_the_limit_is_cut_where_it_is_weakest():
    chain = Links(np.array([1, 2, 3, 4, 5]), np.array([0, 1, 2, 3, 4]), np.array([0.9, 0.9, 0.5, 0.9, 0.9]))

    assert [part.tolist() for part in pieces(chain, 7)] == [[0, 1, 2, 3, 4, 5]]
    assert [part.tolist() for part in pieces(chain, 7, limit=3)] == [[0, 1, 2], [3, 4, 5]]
