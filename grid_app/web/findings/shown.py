"""Findings as their pages show them: words, days, the plain sentences of who does what by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from grid_app.queries.finding_pages import EscalationLine, HistoryRow
from grid_app.queries.findings import FindingFacts, FindingRow
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import ESCALATION_STATE_WORDS, FINDING_STATE_WORDS, GRADE_WORDS, TREND_WORDS
from grid_app.web.wording import local_date, local_time, remaining

TONES: Final = {"suspected": "attention", "confirmed": "active", "dismissed": "done", "gone": "done"}
TIMES_AFTER_CONFIRMING: Final = (
    (timedelta(days=1), "乡镇定下责任单位"),
    (timedelta(days=7), "责任单位当面或开会答复反映的群众"),
    (timedelta(days=15), "责任单位拿出解决办法"),
)
STEADY: Final = "steady"
KIND_WORDS: Final = {
    "new": "第一次提示",
    "growing": "户数增加",
    STEADY: "仍在,没有变化",
    "shrinking": "户数减少",
    "raised_again": "再次提示,请重新判断",
    "gone": "不再提示",
    "merged": "并入另一条提示",
    "confirmed": "确认",
    "dismissed": "判断为不成立",
}


@dataclass(frozen=True)
class FindingCell:
    """One finding in a list."""

    finding_id: UUID
    code: str
    grade: str
    place: str
    category_word: str
    summary: str
    since_word: str
    trend_word: str
    state_word: str
    tone: str
    due_word: str


def finding_cells(rows: Sequence[FindingRow], *, now: datetime) -> list[FindingCell]:
    """Return the cells of findings, in their order."""
    return [finding_cell(row, now=now) for row in rows]


def finding_cell(row: FindingRow, *, now: datetime) -> FindingCell:
    """Return one finding in words."""
    since, trend = local_date(row.since), TREND_WORDS[row.trend]
    return FindingCell(
        finding_id=row.finding_id,
        code=row.code,
        grade=row.grade,
        place=f"{row.township}{row.place}",
        category_word=name_of(row.category),
        summary=f"{trend},先后 {row.households_ever} 户反映,最早 {since}",
        since_word=since,
        trend_word=trend,
        state_word=FINDING_STATE_WORDS[row.state],
        tone=TONES[row.state],
        due_word=f"判断期限{remaining(row.decide_by, now)}" if row.decide_by else "",
    )


def duties(row: FindingRow, facts: FindingFacts, *, now: datetime) -> list[tuple[str, str]]:
    """Return by when, and who is to do what: before the decision, and after a confirmation while it lasts."""
    if row.state == "suspected" and row.decide_by:
        what = f"乡镇领导核实是不是同一件事,再确认,或写明为什么不成立({remaining(row.decide_by, now)})"
        return [(_before(row.decide_by), what)]
    if row.state == "confirmed" and row.trend != "gone" and facts.decided_at:
        return [(_before(facts.decided_at + time), what) for time, what in TIMES_AFTER_CONFIRMING]
    return []


def _before(moment: datetime) -> str:
    """Return the day without its weekday, to stand in a narrow column."""
    return f"{local_date(moment).partition('(')[0]}前"


def statistics_sentence(facts: FindingFacts) -> str:
    """Return the statistics in one plain sentence, or that the past is too short for any."""
    if not facts.enough_history or facts.expected is None or facts.ratio is None or facts.p_value is None:
        return "历史数据不足 28 天,没有做比较,只按户数规则判断。"
    return (
        f"这段时间有 {facts.observed} 户反映;按以往和别处的情况,同样长的时间约有 {facts.expected:.1f} 户,"
        f"现在是 {facts.ratio:.1f} 倍。如果只是碰巧,出现这么多户的可能性是 {_chance(facts.p_value)}。"
    )


def _chance(p_value: float) -> str:
    return "不到 0.1%" if p_value < 0.001 else f"{p_value:.1%}"


def history_moments(rows: Sequence[HistoryRow]) -> list[dict[str, str]]:
    """Return the history for the timeline; rounds in a row that changed nothing are one line with their number."""
    unchanged = groupby(rows, key=lambda row: row.kind == STEADY)
    return [
        moment
        for is_unchanged, group in unchanged
        for moment in ([_unchanged(list(group))] if is_unchanged else [_moment(row) for row in group])
    ]


def _unchanged(rows: Sequence[HistoryRow]) -> dict[str, str]:
    moment = _moment(rows[0])
    return {**moment, "title": f"{moment['title']}({len(rows)} 轮)"} if len(rows) > 1 else moment


def _moment(row: HistoryRow) -> dict[str, str]:
    return {
        "title": KIND_WORDS.get(row.kind, row.kind),
        "at": local_time(row.at),
        "iso": row.at.isoformat(),
        "actor": _who(row),
        "body": _what(row),
        "tone": "attention" if row.kind in ("new", "raised_again") else "",
    }


def _who(row: HistoryRow) -> str:
    if not row.person:
        return row.round_name
    return f"{row.unit} {row.person}" + (f"(受 {row.lender} 委托)" if row.lender else "")


def _what(row: HistoryRow) -> str:
    if row.note:
        return row.note
    if "reason" in row.details:
        return str(row.details["reason"])
    grade = GRADE_WORDS.get(str(row.details.get("grade", "")), "")
    return f"{row.details.get('households', 0)} 户,{grade}" if grade else ""


def escalation_lines(rows: Sequence[EscalationLine]) -> list[str]:
    """Return one sentence per escalation: when it went up, and who has taken it up."""
    return [_escalation_line(row) for row in rows]


def _escalation_line(row: EscalationLine) -> str:
    sent = f"{local_time(row.opened_at)} 已提醒上级({GRADE_WORDS[row.grade]},编号 {row.code}):"
    if row.acknowledged_at:
        return f"{sent}{row.acknowledged_unit} {local_time(row.acknowledged_at)} 确认收到。"
    return f"{sent}{ESCALATION_STATE_WORDS[row.state]}。"
