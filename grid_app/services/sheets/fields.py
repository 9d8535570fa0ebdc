"""What can stand in the column of a superior's sheet: our fields, none of a person, and the names offices give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from grid_app.clock import local_date
from grid_app.documents.tables.content import Value
from grid_app.services.exports.disputes import Told
from grid_app.services.exports.gbt31000 import items_of
from grid_app.services.intake.proposal import is_personal, known_name
from grid_app.vocabulary.categories import category_names, group_of, name_of
from grid_app.vocabulary.words import (
    CHANNEL_WORDS,
    CLOSURE_WORDS,
    ENDED_STATES,
    GRADE_WORDS,
    OPEN_STATES,
    STATE_WORDS,
)

YES, NO = "是", "否"
SEQUENCE: Final = "seq"
OF_THE_RETURN: Final = frozenset({SEQUENCE, "period_first", "period_last", "made_on", "reporting_unit"})
"""What depends on the return and not on the matter: no change of it makes a row changed."""


@dataclass(frozen=True)
class Field:
    """One of our fields: its word, and the words that may stand in it where they are few."""

    key: str
    word: str
    words: tuple[str, ...] = ()


_GROUPS: Final = tuple(name for code, name in category_names().items() if len(code) == 2)
FIELDS: Final = {
    field.key: field
    for field in (
        Field(SEQUENCE, "序号(从 1 起)"),
        Field("number", "编号"),
        Field("received", "登记日期"),
        Field("since", "从何时起(发生日期)"),
        Field("township", "乡镇(街道)"),
        Field("village", "村(社区)"),
        Field("place", "地点(乡镇和村)"),
        Field("place_code", "区划代码"),
        Field("kind", "类别(大类·小类)"),
        Field("group", "类别(大类)", _GROUPS),
        Field("category", "类别代码(GB/T 31000)"),
        Field("summary", "主要内容"),
        Field("households", "涉及户数"),
        Field("scale", "事件规模代码", ("01", "02")),
        Field("grade", "等级", tuple(GRADE_WORDS.values())),
        Field("state", "状态", tuple(STATE_WORDS.values())),
        Field("is_settled", "是否化解", (YES, NO)),
        Field("is_ended", "是否办结", (YES, NO)),
        Field("is_late", "是否超期", (YES, NO)),
        Field("channel", "来源", tuple(CHANNEL_WORDS.values())),
        Field("organisation", "涉及单位或企业"),
        Field("project", "涉及项目"),
        Field("unit", "责任单位"),
        Field("unit_phone", "责任单位值班电话"),
        Field("accepted", "受理日期"),
        Field("due", "办理时限"),
        Field("closed", "办结日期"),
        Field("ground", "办结方式", tuple(CLOSURE_WORDS.values())),
        Field("method", "化解方式代码"),
        Field("outcome", "化解情况"),
        Field("basis", "办结依据"),
        Field("evaluation", "群众评价", ("满意", "不满意")),
        Field("period_first", "本期开始日期"),
        Field("period_last", "本期结束日期"),
        Field("made_on", "填表日期"),
        Field("reporting_unit", "填报单位"),
    )
}
_USUAL: Final[Mapping[str, str]] = {
    "id": "number", "noted_at": "received", "text": "summary", "type": "kind", "district": "village",
    "division": "place_code", "organisation": "organisation", "project": "project", "band": "households",
    "channel": "channel", "state": "is_settled", "closed_on": "closed", "outcome": "outcome", "place_text": "place",
}  # fmt: skip
_BY_WORD: Final[Mapping[str, str]] = {
    "序号": SEQUENCE, "乡镇": "township", "街道": "township", "单位值班电话": "unit_phone", "单位电话": "unit_phone",
    "单位联系方式": "unit_phone", "责任单位": "unit", "化解组织": "unit", "办理单位": "unit",
    "等级": "grade", "受理日期": "accepted", "办理时限": "due", "化解时限": "due", "填报单位": "reporting_unit",
    "填表日期": "made_on", "是否超期": "is_late", "化解方式": "ground", "群众评价": "evaluation", "满意": "evaluation",
    "事件规模": "scale", "纠纷编号": "number", "案件编号": "number", "事项编号": "number",
}  # fmt: skip


def proposed(name: str) -> str:
    """Return the field that a column of this name probably wants; none for a column of persons.

    Examples
    --------
    >>> proposed("基本情况-登记日期"), proposed("是否化解"), proposed("当事人姓名"), proposed("涉及-单位")
    ('received', 'is_settled', '', 'organisation')
    """
    last = name.rsplit("-", maxsplit=1)[-1]
    if tells_of_persons(name):
        return ""
    if last in ("日期", "时间") and re.search(r"化解|办结|销号|结案", name):
        return "closed"
    for part, key in _BY_WORD.items():
        if part in last:
            return key
    both = "".join(name.split("-")[-2:])  # 涉及 above 单位 is another thing than 单位 alone
    return _USUAL.get(known_name(both) or known_name(last) or "", "")


def tells_of_persons(name: str) -> bool:
    """Say whether a column of this name tells who people are; how to reach a unit does not."""
    last = name.rsplit("-", maxsplit=1)[-1]
    return is_personal(last) and not any(word in last for word in ("单位", "组织", "部门"))


def values_of(one: Told, *, today: date) -> dict[str, Value]:
    """Return our fields of a dispute, by key; those of the return itself are put in by whoever fills the sheet."""
    facts, items = one.facts, items_of(one)
    parts = [*one.place.split(" "), "", ""]
    due = local_date(facts.due_at) if facts.due_at else None
    return {
        "number": facts.number,
        "received": local_date(facts.received_at),
        "since": facts.since,
        "township": parts[0],
        "village": parts[1],
        "place": one.place,
        "place_code": facts.division_code,
        "kind": name_of(facts.category),
        "group": name_of(group_of(facts.category)),
        "category": facts.category,
        "summary": one.summary,
        "households": facts.band,
        "scale": items["scale"],
        "grade": GRADE_WORDS.get(facts.grade, facts.grade),
        "state": STATE_WORDS.get(facts.state, facts.state),
        "is_settled": YES if items["success"] == "1" else NO,
        "is_ended": YES if facts.state in ENDED_STATES else NO,
        "is_late": YES if due is not None and due < today and facts.state in OPEN_STATES else NO,
        "channel": CHANNEL_WORDS.get(facts.channel, facts.channel),
        "organisation": items["involved_org"],
        "project": "" if facts.is_sealed else facts.project,
        "unit": facts.unit,
        "unit_phone": facts.unit_phone,
        "accepted": local_date(facts.accepted_at) if facts.accepted_at else None,
        "due": due,
        "closed": local_date(facts.closed_at) if facts.closed_at else None,
        "ground": CLOSURE_WORDS.get(facts.ground, facts.ground),
        "method": items["resolution_method"],
        "outcome": items["resolution_text"],
        "basis": one.basis,
        "evaluation": items["evaluation_text"],
    }
