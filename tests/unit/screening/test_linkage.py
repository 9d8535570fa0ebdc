import random
from itertools import permutations

from screening.inputs import Incident
from screening.linkage import link
from screening.parameters import Parameters
from screening.texts import text_vectors
from screening.union import Union
from tests.unit.screening.makers import COUNTY, NEXT_VILLAGE, TOWN, incident, like_incidents

PLAIN = Parameters()
RENT = "某公司占了村里的田，土地租金一直没有给"
RENT_TOO = "我家的土地租金拖欠半年，公司说没有钱"
OTHERS = ("邻居盖房挡住我家采光", "路灯坏了三个月没人修", "垃圾站离住房太近", "工地夜里施工太吵")
WATER = "水渠堵塞多年无人清理，稻子都旱死了"


def groups_of(incidents: list[Incident], params: Parameters = PLAIN) -> set[frozenset[str]]:
    ordered = sorted(incidents, key=lambda one: one.dispute_id)
    groups = link(ordered, text_vectors([one.text for one in ordered]), params)
    return {frozenset(ordered[at].dispute_id for at in group) for group in groups}


def together(incidents: list[Incident]) -> bool:
    return len(groups_of(incidents)) == 1


def test_the_same_village_and_category_alone_does_not_join() -> None:
    assert not together([incident("a", text=RENT), incident("b", text=WATER)])
    assert not together([incident("a"), incident("b")])


def test_the_same_words_in_two_villages_or_two_categories_do_not_join() -> None:
    assert not together([incident("a", text=RENT), incident("b", text=RENT, cell=NEXT_VILLAGE)])
    assert not together([incident("a", text=RENT), incident("b", text=RENT, category="0701")])


def test_the_same_sentences_about_two_estates_do_not_join() -> None:
    words = "{}小区楼下餐馆油烟直排，夜里扰民，请政府处理"

    assert not together([incident(name, text=words.format(name), category="99") for name in ("云湖", "金桂")])


def test_like_words_and_a_common_organisation_join() -> None:
    background = [incident(f"x{at}", text=text, category="1301") for at, text in enumerate(OTHERS)]

    assert {"a", "b"} in groups_of([incident("a", text=RENT), incident("b", text=RENT_TOO), *background])
    assert together([
        incident("a", text=RENT, organisation="甲公司"), incident("b", text=WATER, organisation="甲公司"),
    ])  # fmt: skip


def test_in_the_mixed_category_an_organisation_alone_does_not_join() -> None:
    mixed = {"category": "99", "organisation": "物业公司"}

    assert not together([incident("a", text=RENT, **mixed), incident("b", text=WATER, **mixed)])


def test_equal_labels_join_and_a_label_that_says_nothing_does_not() -> None:
    assert together([incident(name, text="垃圾臭味扰民") for name in "abc"])
    assert not together([incident(name, text="其他", category="99") for name in "ab"])


def test_a_report_known_only_to_the_township_joins_its_village_but_not_two_of_them() -> None:
    reports = [
        incident("a", text=RENT), incident("b", text=RENT, cell=TOWN, path=(COUNTY,)),
        incident("c", text=RENT, cell=NEXT_VILLAGE),
    ]  # fmt: skip

    found = groups_of(reports)

    assert not any({"a", "c"} <= group for group in found)
    assert len(found) == 2


def test_what_a_person_said_stands_above_words() -> None:
    assert together([incident("a", text=RENT, linked=("b",)), incident("b", text=WATER)])
    assert together([incident("a", text=RENT, linked=("b",)), incident("b", text=RENT, cell=NEXT_VILLAGE)])
    assert not together([incident("a", text=RENT, unrelated=("b",)), incident("b", text=RENT)])


def test_unrelated_keeps_two_reports_apart_in_a_large_group() -> None:
    reports = [*like_incidents(20), incident("odd", text="村里占了田，土地租金没有给我", unrelated=("d001",))]

    assert not any({"odd", "d001"} <= group for group in groups_of(reports))


def test_answers_about_disputes_outside_the_round_change_nothing() -> None:
    assert together([incident("a", text=RENT, linked=("gone",), unrelated=("old",)), incident("b", text=RENT)])


def test_one_talkative_report_does_not_chain_two_matters() -> None:
    rent = [incident(f"r{at}", text=RENT + "多次催要" + mark) for at, mark in enumerate("甲乙丙丁")]
    water = [incident(f"w{at}", text=WATER + "反映多次" + mark) for at, mark in enumerate("甲乙丙丁")]
    bridge = incident("x", text=RENT + WATER)

    found = groups_of([*rent, *water, bridge])

    assert not any({"r0", "w0"} <= group for group in found)


def test_the_order_of_incidents_does_not_matter() -> None:
    reports = [incident(n, text=t) for n, t in zip("abcde", (RENT, RENT_TOO, WATER, RENT, WATER), strict=True)]

    assert len({frozenset(groups_of(list(order))) for order in permutations(reports)}) == 1


def test_a_block_above_the_limit_is_cut_and_still_holds_everybody() -> None:
    mixer = random.Random(7)  # noqa: S311 - a fixed shuffle of letters, no secret
    reports = [
        incident(f"d{at:03d}", text="".join(mixer.choices("田地水路租金公司村民修建", k=30))) for at in range(120)
    ]

    found = groups_of(reports, Parameters(block_limit=10))

    assert sorted(name for group in found for name in group) == sorted(one.dispute_id for one in reports)
    assert max(map(len, found)) <= 10


def test_a_union_refuses_to_bring_a_forbidden_pair_together() -> None:
    sets = Union(4, [(0, 3)])

    assert sets.join(0, 1)
    assert sets.join(2, 3)
    assert not sets.join(1, 2)
    assert sets.groups() == [(0, 1), (2, 3)]
