"""Returns of screening rounds and findings as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grid_app.documents.tables.content import Column, Row, Table, Value
from grid_app.queries.findings import FindingRow, finding_facts, findings_of
from grid_app.queries.round_progress import VillageProgress
from grid_app.queries.rounds import RoundRow, progress_of, rounds_of
from grid_app.services.exports.desk import Desk
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.findings import signal_word
from grid_app.vocabulary.words import FINDING_STATE_WORDS, GRADE_WORDS, ROUND_STATE_WORDS, TREND_WORDS

MOST_ROUNDS: Final = 110
"""Weekly rounds of two years."""
MOST_FINDINGS: Final = 20_000
OWN_DUTY: Final = "本单位有责任解决,内容请在“苗头提示”页面看"
RETURN_COLUMNS: Final = (
    Column("round", "排查轮次", "text", 26),
    Column("area", "范围", "text", 14),
    Column("round_state", "轮次状态", "text", 10),
    Column("opens", "开始时间", "moment", 17),
    Column("due", "截止时间", "moment", 17),
    Column("township", "乡镇(街道)", "text", 16),
    Column("code", "区划代码", "code", 16),
    Column("village", "村(社区)", "text", 16),
    Column("grids", "网格数", "number", 8),
    Column("answered", "已应答网格", "number", 10),
    Column("returned", "是否已回执", "text", 10),
    Column("missing", "还没有应答的网格", "text", 40),
)
FINDING_COLUMNS: Final = (
    Column("code", "编号", "code", 20),
    Column("signal", "信号", "text", 24),
    Column("township", "乡镇(街道)", "text", 16),
    Column("place", "哪里", "text", 16),
    Column("category", "类别", "text", 24),
    Column("organisation", "涉及单位或企业", "text", 24),
    Column("grade", "等级", "text", 8),
    Column("state", "状态", "text", 12),
    Column("trend", "变化", "text", 10),
    Column("since", "从何时起", "date", 12),
    Column("households", "户数", "number", 8),
    Column("disputes", "件数", "number", 8),
    Column("reason", "为什么提示", "text", 60),
    Column("decide_by", "请在此前判断", "moment", 17),
)


def returns_table(desk: Desk) -> tuple[Table, int]:
    """Return a row per round and village: how many grids answered; nothing of who answered."""
    with desk.reading() as session:
        rounds = rounds_of(session, desk.actor, limit=MOST_ROUNDS)
    return Table("returns", "排查回执", RETURN_COLUMNS, _return_rows(desk, rounds)), 0


def findings_table(desk: Desk) -> tuple[Table, int]:
    """Return a row per finding that the asker may read; what the own unit has to solve comes without its content."""
    with desk.reading() as session:
        found = findings_of(session, desk.actor, states=(), limit=MOST_FINDINGS)
        reasons = {
            one.finding_id: OWN_DUTY if one.is_own_duty else finding_facts(session, one.finding_id).reason
            for one in found
        }
    rows = [Row(_finding_values(one, reasons[one.finding_id])) for one in found]
    return Table("findings", "苗头提示", FINDING_COLUMNS, rows), len(rows)


def _return_rows(desk: Desk, rounds: list[RoundRow]) -> Iterator[Row]:
    for one in rounds:
        with desk.reading() as session:
            villages = progress_of(session, one, within=desk.actor.division_path)
        yield from (Row(_return_values(one, village)) for village in villages)


def _return_values(one: RoundRow, village: VillageProgress) -> tuple[Value, ...]:
    return (
        one.name, one.area_name, ROUND_STATE_WORDS.get(one.state, one.state), one.opens_at, one.due_at,
        village.township, village.code, village.name, village.grids, village.answered,
        "是" if village.returned else "否", "、".join(village.missing),
    )  # fmt: skip


def _finding_values(one: FindingRow, reason: str) -> tuple[Value, ...]:
    counts = (None, None) if one.is_own_duty else (one.households_ever, one.disputes_ever)
    return (
        one.code, signal_word(one.kind), one.township, one.place, name_of(one.category),
        "" if one.is_own_duty else one.organisation, GRADE_WORDS.get(one.grade, one.grade),
        FINDING_STATE_WORDS.get(one.state, one.state), TREND_WORDS.get(one.trend, one.trend), one.since, *counts,
        reason, one.decide_by,
    )  # fmt: skip
