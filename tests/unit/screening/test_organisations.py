"""Which registered organisation a name written freely means, and when nothing is said."""

from __future__ import annotations

import pytest

from screening.organisations.register import Register
from screening.organisations.sounds import syllable_of

PLACES = ("青溪县（新）", "云岭县", "麻阳苗族自治县", "石桥镇", "柳塘村")
NAMES = {
    "building": "青溪县华兴建筑工程有限公司",
    "property": "青溪县华兴物业管理有限公司",
    "farm": "湖南省青溪县禾眠农业开发有限责任公司",
    "mine": "云岭县金石岭采石有限公司",
    "twin here": "青溪县瑞丰建材有限公司",
    "twin there": "云岭县瑞丰建材有限公司",
    "bureau": "青溪县住房和城乡建设局",
    "water": "青溪县水利局",
    "police": "青溪县公安局石桥派出所",
    "village": "石桥镇柳塘村村民委员会",
    "first school": "青溪县第一中学",
    "bank": "青溪农村商业银行股份有限公司",
    "branch": "青溪农村商业银行股份有限公司石桥支行",
    "site": "云湖花园一期",
    "town": "石桥安屿物业服务有限公司",
    "sister": "青溪县正大宏图商贸有限公司",
}


@pytest.fixture(scope="module")
def register() -> Register:
    entries = [*NAMES.items(), ("farm", "禾眠公司"), ("bank", "农商行")]
    return Register(entries, PLACES)


SAME = {
    "“青溪县　华兴建筑工程有限公司”": "building",
    "华兴建筑": "building",
    "华兴建筑工程（青溪）股份有限公司": "building",
    "青溪华星建筑工程公司": "building",
    "青溪县华兴健筑工程有限公司": "building",
    "青溪县兴华建筑工程有限公司": "building",
    "强烈要求华兴物业公司的负责人": "property",
    "禾棉农业开发公司": "farm",
    "禾眠公司": "farm",
    "青溪禾眠": "farm",
    "云岭金石领采石场": "mine",
    "云岭县瑞丰建材": "twin there",
    "住建局": "bureau",
    "县水利局": "water",
    "柳塘村委会": "village",
    "柳塘村村委": "village",
    "青溪一中": "first school",
    "青溪县第1中学": "first school",
    "农商行": "bank",
    "安屿物业公司": "town",
    "青溪县石桥镇安屿物业公司": "town",
    "云湖花园（1期）": "site",
    "云湖花园第一期": "site",
}
NOBODY = (
    "", "　", "😀", "公司", "物业公司", "建材有限公司", "派出所", "青溪县",
    "华兴公司",  # the builders or the property firm
    "瑞丰建材有限公司",  # here or there
    "平江县瑞丰建材有限公司",
    "青溪县华兴建筑工程有限公司云岭分公司", "华兴建筑第二项目部", "华兴建筑工程有限公司（第3项目部）",
    "青溪县华兴商贸有限公司", "青溪县禾眠农民专业合作社", "青溪县第二中学", "云湖花园二期", "云湖花园",
    "青溪县正大宏利商贸有限公司", "青溪县金茂建筑工程有限公司", "柳林安屿物业服务有限公司", "云岭县水利局",
    "青溪县水务局", "农村商业银行云岭支行", "甲" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize(("name", "identity"), SAME.items())
def test_a_name_written_freely_means_its_organisation(register: Register, name: str, identity: str) -> None:
    found = register.best_match(name)

    assert (found.identity if found else "") == identity, register.ranked(name)


@pytest.mark.parametrize("name", NOBODY)
def test_nothing_is_said_of_another_organisation_or_of_several(register: Register, name: str) -> None:
    assert register.best_match(name) is None


def test_a_refused_organisation_is_not_told_again_and_the_next_has_its_turn(register: Register) -> None:
    assert register.best_match("青溪华星建筑工程公司", other_than={"building"}) is None
    assert register.best_match("华兴公司", other_than={"building"}).identity == "property"


def test_a_slip_is_doubted_where_the_name_as_written_is_registered_for_somebody_else() -> None:
    known = [("1", "青溪县华兴建材有限公司"), ("2", "云岭县华星餐饮有限公司")]

    assert Register(known[:1], PLACES).best_match("青溪县华星建材有限公司").identity == "1"
    assert Register(known, PLACES).best_match("青溪县华星建材有限公司") is None


def test_the_answer_says_what_differs_and_how_near_the_next_is(register: Register) -> None:
    found = register.best_match("华星建筑工程公司")

    assert found.why == ("一字同音", "地名只有一方写明")
    assert found.name == NAMES["building"]
    assert 0 < found.runner_up < found.score < 1


def test_an_empty_register_says_nothing() -> None:
    assert Register([]).best_match("青溪县华兴建材有限公司") is None
    assert Register([("1", "😀"), ("2", "")]).ranked("😀") == []


def test_the_order_of_the_register_changes_no_answer(register: Register) -> None:
    entries = [*NAMES.items(), ("farm", "禾眠公司"), ("bank", "农商行")]
    again = Register(entries[::-1], PLACES)

    for name in (*SAME, *NOBODY):
        assert again.best_match(name) == register.best_match(name)


def test_sounds_follow_the_order_of_the_common_characters() -> None:
    assert [syllable_of(letter) for letter in "啊做兵吕女虐鑫晟"] == [
        "a",
        "zuo",
        "bing",
        "lv",
        "nv",
        "nve",
        "xin",
        "sheng",
    ]
