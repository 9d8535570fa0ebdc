"""The sieve of reports of incidents: how people are commonly named is refused, places and offices pass."""

from __future__ import annotations

import re

import pytest

from grid_app.database.base import Base
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.services.incidents.without_persons import NUMBERS, PLATE, trouble_in, trouble_in_post

NAMED = (
    "村民王小明、李四等人", "带头人张建国。", "王书记在现场", "李副镇长正在答复", "老王说不走", "张某某反映",
    "组织者:刘强", "王小明先生到场", "欧阳小红女士", "由李师傅开车", "胡大爷摔伤", "关某某", "苏老师在劝",
)  # fmt: skip
HARMLESS = (
    "约 30 名村民在镇政府门口,要求答复土地租金", "朱家村主任不在", "杨林镇镇长办公室已派人", "公安局长正在赶来",
    "林业局长期未答复", "周边群众等候", "群众高度关注", "小区业主代表,要求见开发商", "老张家湾组渠道垮塌",
    "县水利局副局长在现场", "工人安全。", "总经理不在场", "王家坪水库", "村民周边,", "孟家桥站长期停运",
    "2026年11月20日10时", "",
)  # fmt: skip
PERSONAL = re.compile(
    r"name|phone|mobile|person|party|photo|face|image|score|rank|track|(?<![a-z])(?:plates?|lon|lat|point)(?![a-z])"
)


@pytest.mark.parametrize("text", NAMED)
def test_a_name_by_form_of_address_or_part_is_refused_with_what_to_write_instead(text):
    assert "请只写事、不写人" in trouble_in(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_places_posts_and_offices_pass(text):
    assert trouble_in(text) == ""


@pytest.mark.parametrize("text", ["联系13812345678", "身份证110101199003070011", "打 0736-2345678 找", "a@b.cn"])
def test_a_number_of_a_person_is_refused_and_never_repeated(text):
    assert trouble_in(text) == NUMBERS


@pytest.mark.parametrize("text", ["湘J12345堵路", "一辆湘J·A1234D货车", "湘jd12345"])
def test_a_plate_is_refused(text):
    assert trouble_in(text) == PLATE


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("东河镇值班领导", True), ("派出所、司法所", True), ("党委", True), ("县水利局现场工作组", True),
        ("王小明", False), ("王小明、司法所", False), ("李建国(副镇长)", False),
    ],
)  # fmt: skip
def test_who_answers_is_a_post_and_no_name(text, is_fine):
    assert (trouble_in_post(text) == "") is is_fine


def test_no_column_of_an_incident_holds_a_person_or_a_point():
    columns = [column.name for table in (Incident, IncidentEntry) for column in table.__table__.columns]

    assert [name for name in columns if PERSONAL.search(name)] == []
    assert not [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in ("incidents", "incident_entries")
        and table.name not in ("incidents", "incident_entries", "escalations")
    ]
