"""Disputes under the data items of GB/T 31000-2015 (矛盾纠纷排查化解); what we do not collect stays empty."""

from __future__ import annotations

from typing import Final

from grid_app.clock import local_date
from grid_app.documents.tables.content import Column, Row, Table, Value
from grid_app.queries.exports.disputes import Wanted, dispute_ids
from grid_app.services.exports.desk import Desk
from grid_app.services.exports.disputes import Told, told_disputes
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import CLOSURE_WORDS, FOLLOWED_UP_GROUNDS, SETTLED_ON_SPOT

COLUMNS: Final = (
    Column("title", "事件名称", "text", 34),
    Column("occurred_on", "发生日期", "date", 12),
    Column("place_text", "发生地点详址", "text", 24),
    Column("scale", "事件规模", "code", 10),
    Column("category", "事件类别", "code", 10),
    Column("people_count", "涉及人数", "text", 10),
    Column("summary", "事件简述", "text", 60),
    Column("involved_org", "涉及单位", "text", 24),
    Column("party_id_type", "主要当事人证件代码", "text", 12),
    Column("party_id_no", "主要当事人证件号码", "text", 12),
    Column("party_name", "主要当事人姓名", "text", 12),
    Column("party_sex", "主要当事人性别", "text", 12),
    Column("party_ethnicity", "主要当事人民族", "text", 12),
    Column("party_education", "主要当事人学历", "text", 12),
    Column("party_type", "主要当事人人员类别", "text", 12),
    Column("party_address", "主要当事人居住详址", "text", 12),
    Column("due_on", "化解时限", "date", 12),
    Column("resolution_method", "化解方式", "code", 10),
    Column("resolving_org", "化解组织", "text", 26),
    Column("resolver_name", "化解责任人姓名", "text", 12),
    Column("resolver_phone", "化解责任人联系方式", "text", 16),
    Column("success", "化解是否成功", "code", 10),
    Column("resolution_text", "化解情况", "text", 50),
    Column("evaluated_on", "考评日期", "date", 12),
    Column("evaluation_text", "考评意见", "text", 16),
    Column("lon", "经度", "decimal", 12),
    Column("lat", "纬度", "decimal", 12),
)
NEVER_FILLED: Final = frozenset(
    {
        "people_count", "party_id_type", "party_id_no", "party_name", "party_sex", "party_ethnicity", "party_education",
        "party_type", "party_address", "resolver_name", "lon", "lat",
    }
)  # fmt: skip
"""Items of persons, and points of houses: they are not collected, or they do not leave the platform."""
SCALES: Final = {"1": "01", "2-4": "01", "5-9": "02", "10-29": "02", "30-49": "02", "50+": "02"}
"""By households; the standard's public copies set no number. 03 (重大) is for a person to write, never a machine."""
METHODS: Final = {
    "agreement_performed": "21",
    SETTLED_ON_SPOT: "10",
    "withdrawn_by_party": "10",
    "admin_reconsideration_decided": "40",
    "opinion_carried_out": "22",
    "moved_to_legal_pathway": "99",
}
LONGEST: Final = {"title": 100, "summary": 2000, "resolution_text": 2000, "evaluation_text": 2000}


def gbt31000_table(desk: Desk, wanted: Wanted) -> tuple[Table, int]:
    """Return the disputes under the standard's items and how many rows they are."""
    with desk.reading() as session:
        ids = dispute_ids(session, scope=desk.scope, wanted=wanted)
    rows = (Row(_values(one)) for one in told_disputes(desk, ids))
    return Table("gbt31000", "GB-T 31000 数据项", COLUMNS, rows), len(ids)


def _values(one: Told) -> tuple[Value, ...]:
    items = items_of(one)
    return tuple(_short(column.key, items.get(column.key)) for column in COLUMNS)


def items_of(one: Told) -> dict[str, Value]:
    """Return the items of a dispute that we know, by identifier."""
    facts, outcome = one.facts, one.outcome
    is_closed = facts.closed_at is not None
    return {
        "title": f"{one.place}{name_of(facts.category)}",
        "occurred_on": facts.since or local_date(facts.received_at),
        "place_text": one.place,
        "scale": SCALES.get(facts.band, ""),
        "category": facts.category,
        "summary": one.summary,
        "involved_org": "" if facts.is_sealed else facts.organisation,
        "due_on": local_date(facts.due_at) if facts.due_at else None,
        "resolution_method": METHODS.get(facts.ground, ""),
        "resolving_org": facts.unit,
        "resolver_phone": facts.unit_phone,
        "success": ("1" if facts.ground in FOLLOWED_UP_GROUNDS else "0") if is_closed else "",
        "resolution_text": one.note or CLOSURE_WORDS.get(facts.ground, ""),
        "evaluated_on": local_date(outcome.evaluated_at) if outcome.evaluated_at else None,
        "evaluation_text": "" if outcome.satisfied is None else "满意" if outcome.satisfied else "不满意",
    }


def _short(key: str, value: Value) -> Value:
    return value[: LONGEST[key]] if isinstance(value, str) and key in LONGEST else value
