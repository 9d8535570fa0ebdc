"""Which column of a sheet is probably which item: proposed by its name, confirmed by a person, kept per source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "编号", "台账编号", "案件编号", "事项编号", "信访件编号", "登记编号", "工单编号", "工单号", "id",
    ),
    "noted_at": (
        "日期", "时间", "发生日期", "发生时间", "排查日期", "排查时间", "登记日期", "登记时间", "上报日期",
        "上报时间",
        "受理日期", "受理时间", "信访日期", "来访日期", "来访时间", "反映时间", "受理登记日期", "noted_at",
        "created_at",
    ),
    "text": (
        "主要内容", "内容", "事项", "事由", "简要情况", "基本情况", "纠纷内容", "纠纷简况", "矛盾纠纷简况",
        "矛盾纠纷情况",
        "矛盾纠纷基本情况", "矛盾纠纷内容", "诉求内容", "信访内容", "反映内容", "反映事项", "反映问题",
        "事件简述", "概况",
        "问题描述", "主要诉求", "矛盾纠纷简要情况", "纠纷事由", "text",
    ),
    "type": (
        "类别", "类型", "纠纷类型", "纠纷类别", "矛盾类型", "矛盾纠纷类型", "矛盾纠纷类别", "事件类别", "问题类别",
        "内容分类", "问题类型", "分类", "type",
    ),
    "district": (
        "村", "村名", "村(社区)", "村居", "村社区", "所属村", "所在村", "行政村", "社区", "所属社区", "属地",
        "问题属地", "地点",
        "发生地", "发生地点", "所属村(社区)", "所在村(社区)", "排查区域", "单位", "辖区", "district",
    ),
    "division": ("区划代码", "村代码", "division"),
    "place_text": ("具体地点", "详细地点", "详细地址", "发生地点详址", "具体位置", "place_text"),
    "organisation": ("涉及单位", "涉事单位", "涉事企业", "涉及企业", "被反映单位", "涉及单位或企业", "organisation"),
    "project": ("项目", "工程项目", "涉及项目", "楼盘", "标段", "project"),
    "band": ("涉及户数", "户数", "band"),
    "channel": ("来源", "事件来源", "信访形式", "来件方式", "渠道", "channel"),
    "state": (
        "状态", "办理状态", "是否办结", "是否化解", "化解是否成功", "是否已化解", "办结情况", "办理进度", "是否销号",
        "目前状态",
    ),
    "closed_on": ("办结日期", "办结时间", "化解日期", "化解时间", "销号日期", "销号时间", "结案日期", "结案时间"),
    "outcome": (
        "办理结果", "化解情况", "处理结果", "化解结果", "调解结果", "办理情况", "处理情况", "处理意见",
        "化解措施", "具体工作措施",
    ),
}  # fmt: skip
"""Items and the names that offices give their columns; the names are compared without spaces, marks and width."""

ITEM_WORDS: Final[Mapping[str, str]] = {
    "text": "主要内容",
    "noted_at": "日期",
    "district": "村(社区)",
    "type": "类别",
    "id": "编号",
    "state": "是否办结",
    "closed_on": "办结日期",
    "outcome": "办理结果",
    "organisation": "涉及单位",
    "project": "项目",
    "place_text": "具体地点",
    "band": "涉及户数",
    "channel": "来源",
}
"""The items that the page asks for, in its order, with their words."""

PERSONAL: Final = re.compile(
    r"姓名|当事人|电话|手机|联系方式|民族|性别|年龄|学历|政治面貌|住址|家庭地址|户主|人员类别|信访人|重点"
)
_MATTER: Final = re.compile(r"内容|事由|情况|诉求|事项|结果")
"""Columns that a page never proposes to read: who the people are is kept for a dispute, not for a history of it."""


def known_name(name: str) -> str:
    """Return the item that a column's name stands for, empty for none.

    Examples
    --------
    >>> known_name(" 村 ( 社区 ) "), known_name("身高")
    ('district', '')
    """
    return _ITEM_OF.get(_key(name), "")


def propose(columns: Sequence[str], kept: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Return the column proposed for each item: as kept from the last sheet of the source, else by its name.

    Parameters
    ----------
    columns : sequence of str
        The sheet's columns that may be read.
    kept : mapping or None
        What was chosen for the source before.
    """
    found: dict[str, str] = {}
    for item, names in (kept or {}).items():
        there = [name for name in names if name in columns]
        if item in ITEM_WORDS and there:
            found[item] = there[0]
    for name in columns:
        item = known_name(name)
        if item in ITEM_WORDS and item not in found and name not in found.values():
            found[item] = name
    return found


def is_personal(name: str) -> bool:
    """Say whether a column tells who people are, by its name; one that also tells the matter is left to a person."""
    plain = unicodedata.normalize("NFKC", name)
    return bool(PERSONAL.search(plain)) and not _MATTER.search(plain)


def _key(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


_ITEM_OF: Final = {_key(name): item for item, names in NAMES.items() for name in names}
