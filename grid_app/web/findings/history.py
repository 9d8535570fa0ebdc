"""The history of a finding in words: what rounds saw, what people did, and with which reason."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from grid_app.queries.finding_pages import HistoryRow
from grid_app.services.findings.steps import KIND_WORDS as STEP_WORDS
from grid_app.vocabulary.findings import ANSWER_WAYS
from grid_app.vocabulary.words import GRADE_WORDS
from grid_app.web.wording import local_time

STEADY: Final = "steady"
KIND_WORDS: Final = {
    **STEP_WORDS,
    "new": "第一次提示",
    "growing": "户数增加",
    STEADY: "仍在,没有变化",
    "shrinking": "户数减少",
    "raised_again": "再次提示,请重新判断",
    "gone": "不再提示",
    "merged": "并入另一条提示",
    "undecided": "到期没有判断,已报上一级",
}
ATTENTION: Final = ("new", "raised_again", "undecided")


def history_moments(rows: Sequence[HistoryRow]) -> list[dict[str, str]]:
    """Return the history for the timeline; rounds in a row that changed nothing are one line with their number."""
    unchanged = groupby(rows, key=lambda row: row.kind == STEADY)
    return [
        moment
        for is_unchanged, group in unchanged
        for moment in ([_unchanged(list(group))] if is_unchanged else [_moment(row) for row in group])
    ]


def steps_by_people(rows: Sequence[HistoryRow]) -> list[dict[str, str]]:
    """Return what people did after a confirmation, without figures: for the unit that was asked."""
    told = ("assigned", "answered", "measures", "monitored", "resolved", "reworked", "closed")
    return [_moment(row) for row in rows if row.kind in told and row.person]


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
        "tone": "attention" if row.kind in ATTENTION else "",
    }


def _who(row: HistoryRow) -> str:
    if not row.person:
        return row.round_name
    return f"{row.unit} {row.person}" + (f"(受 {row.lender} 委托)" if row.lender else "")


def _what(row: HistoryRow) -> str:
    if row.note:
        way = ANSWER_WAYS.get(str(row.details.get("way", "")), "")
        return f"{way}:{row.note}" if way else row.note
    if "reason" in row.details:
        return str(row.details["reason"])
    grade = GRADE_WORDS.get(str(row.details.get("grade", "")), "")
    return f"{row.details.get('households', 0)} 户,{grade}" if grade else ""
