"""Findings as their pages show them: words, days, the plain sentences of who does what by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from grid_app.queries.finding_course import ClockRow, CourseRow, Precision
from grid_app.queries.finding_pages import EscalationLine
from grid_app.queries.findings import FindingFacts, FindingRow
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.findings import (
    BY_RULE,
    COUNTS_HOUSEHOLDS,
    FEW_DECIDED,
    LEVEL_DECIDERS,
    LIVE_STATES,
    SHARED_GRIEVANCE,
    TOWNSHIP,
    WHY_WORDS,
    signal_word,
    subject_of,
)
from grid_app.vocabulary.words import ESCALATION_STATE_WORDS, FINDING_STATE_WORDS, GRADE_WORDS, TREND_WORDS
from grid_app.web.wording import few, few_matters, local_date, local_time, remaining
from screening.inputs import SILENCE

TONES: Final = {"suspected": "attention", **dict.fromkeys(LIVE_STATES, "active")}
DUTIES: Final = {
    "finding_confirm": "{owner}核实是不是同一件事,再确认,或写明为什么不成立",
    "finding_owner": "{owner}定下由哪个单位答复、解决",
    "finding_answer": "{unit}当面、开会或者书面答复反映的群众",
    "finding_measures": "{unit}拿出解决办法",
}
AFTERWARDS: Final = {
    "measures": "{unit}照办法做;{owner}核实解决了没有,再记下来",
    "monitored": "{owner}看一看问题有没有再出现,没有就办结",
    "resolved": "{owner}向反映的群众问一问,没有异议就办结",
}
BEYOND: Final = "跨乡镇"


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
    """Return one finding in words; whose unit has the duty reads few households as a word."""
    since, trend = local_date(row.since), TREND_WORDS[row.trend]
    households = few(row.households_ever) if row.is_own_duty else f"先后 {row.households_ever} 户"
    return FindingCell(
        finding_id=row.finding_id,
        code=row.code,
        grade=row.grade,
        place=BEYOND if row.is_beyond else f"{row.township}{row.place}",
        category_word=name_of(row.category),
        summary=_summary(row, trend, households, since),
        since_word=since,
        trend_word=trend,
        state_word=FINDING_STATE_WORDS[row.state],
        tone=TONES.get(row.state, "done"),
        due_word=f"判断期限{remaining(row.decide_by, now)}" if row.decide_by else "",
    )


def sentence_of(row: FindingRow, facts: FindingFacts, *, own: int) -> str:
    """Return in one sentence why a finding is raised; who sees a part of it reads of the others their number alone."""
    if not row.is_beyond:
        return facts.reason
    total = f"先后有{_subject(row, f' {row.households_ever} 户', f' {row.disputes_ever} 件')}"
    return f"{total},跨乡镇;登记的 {row.disputes_ever} 件里有 {own} 件在您的范围内,别处的只计数。"


def owner_words(course: CourseRow) -> str:
    """Return who owns and decides a finding, such as ``东河镇领导``."""
    return f"{course.place}领导" if course.level == TOWNSHIP else LEVEL_DECIDERS[course.level]


def owner_sentence(course: CourseRow) -> str:
    """Return who decides about a finding and why it is they."""
    return f"由{owner_words(course)}判断和负责:{WHY_WORDS[course.why]}。"


def duties(
    row: FindingRow, course: CourseRow | None, clocks: Sequence[ClockRow], *, now: datetime
) -> list[tuple[str, str]]:
    """Return by when, and who is to do what: the clocks that run, and what follows without one."""
    if course is None:
        return []
    words = {"owner": owner_words(course), "unit": course.unit or "责任单位"}
    found = [
        (day_of_clock(clock), f"{DUTIES[clock.code].format(**words)}({remaining(clock.due_at, now)})")
        for clock in clocks
        if clock.done_at is None and clock.code in DUTIES
    ]
    if row.state in AFTERWARDS:
        found.append(("接下来", AFTERWARDS[row.state].format(**words)))
    return found


def day_of_clock(clock: ClockRow) -> str:
    """Return the end of a clock, short enough for a narrow column; the hour where hours are counted."""
    day = local_date(clock.due_at).partition("(")[0]
    hour = f" {local_time(clock.due_at).rpartition(' ')[2]}" if clock.day_kind == "hours" else ""
    return f"{day}{hour}前"


def question_sentence(row: FindingRow) -> str:
    """Return what a unit with the duty is told: the question, without who and which disputes."""
    concerned = f"(涉及{row.organisation})" if row.organisation else ""
    told = (few(row.households_ever).replace(" ", ""), few_matters(row.disputes_ever).replace(" ", ""))
    what = f"{_subject(row, *told)}{concerned}"
    return f"{row.township}{row.place}{'' if row.kind == SILENCE else '有'}{what},最早 {local_date(row.since)}。"


def _subject(row: FindingRow, households: str, disputes: str) -> str:
    return subject_of(row.kind, category=name_of(row.category), households=households, disputes=disputes)


def _summary(row: FindingRow, trend: str, households: str, since: str) -> str:
    if row.kind == SILENCE:
        return f"{signal_word(row.kind)}:{trend}"
    if row.kind == SHARED_GRIEVANCE:
        return f"{trend},{households}反映,最早 {since}"
    disputes = few_matters(row.disputes_ever) if row.is_own_duty else f"先后 {row.disputes_ever} 件"
    told = households if row.kind in COUNTS_HOUSEHOLDS else disputes
    return f"{signal_word(row.kind)}:{trend},{told},最早 {since}"


def compared_sentence(facts: FindingFacts, kind: str = SHARED_GRIEVANCE) -> str:
    """Return what was seen beside what was expected, or that the past is too short to say."""
    if kind in BY_RULE:
        return "这类提示按规则提出,不与以往比较。"
    if kind not in COUNTS_HOUSEHOLDS and facts.expected is not None:
        return _compared_incidents(facts)
    if not facts.enough_history or facts.expected is None or facts.ratio is None:
        return "历史数据不足 28 天,没有做比较,只按户数规则判断。"
    return (
        f"这段时间有 {facts.observed} 户反映;按以往和别处的情况,同样长的时间约有 {facts.expected:.1f} 户,"
        f"现在是 {facts.ratio:.1f} 倍。"
    )


def _compared_incidents(facts: FindingFacts) -> str:
    expected = facts.expected or 0.0
    times = f",现在是 {facts.ratio:.1f} 倍" if facts.ratio else ""
    return f"这段时间有 {facts.observed} 件;按以往和别处的情况约有 {expected:.1f} 件{times}。"


def chance_sentence(facts: FindingFacts) -> str:
    """Return how likely chance alone is, for those who unfold it."""
    if not facts.enough_history or facts.p_value is None:
        return "没有做比较,所以没有这些数字。"
    sentence = f"如果只是碰巧,出现这么多户的可能性是 {_chance(facts.p_value)}。"
    if facts.recurrence_days is None:
        return sentence
    return f"{sentence}同样的情况碰巧约每 {facts.recurrence_days:,.0f} 天出现一次。"


def _chance(p_value: float) -> str:
    return "不到 0.1%" if p_value < 0.001 else f"{p_value:.1%}"


def precision_sentence(one: Precision | None) -> str:
    """Return how often people confirmed a signal; a few decisions are said to be few."""
    if one is None or not one.decided:
        return "这类提示在本县还没有判断过,看不出准不准。"
    counted = f"这类提示在本县判断过 {one.decided} 条,确认 {one.confirmed} 条。"
    return counted if one.decided >= FEW_DECIDED else f"{counted}判断过的还少,看不出准不准。"


def precision_lines(found: Sequence[Precision]) -> list[tuple[str, str]]:
    """Return each signal with how often people confirmed it."""
    return [(signal_word(one.kind), precision_sentence(one)) for one in found]


def escalation_lines(rows: Sequence[EscalationLine]) -> list[str]:
    """Return one sentence per escalation: when it went up, and who has taken it up."""
    return [_escalation_line(row) for row in rows]


def _escalation_line(row: EscalationLine) -> str:
    sent = f"{local_time(row.opened_at)} 已提醒上级({GRADE_WORDS[row.grade]},编号 {row.code}):"
    if row.acknowledged_at:
        return f"{sent}{row.acknowledged_unit} {local_time(row.acknowledged_at)} 确认收到。"
    return f"{sent}{ESCALATION_STATE_WORDS[row.state]}。"
