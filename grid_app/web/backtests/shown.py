"""Backtests as their pages show them: weeks by signal, days to detection, and the list to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from flask import url_for

from grid_app.queries.backtests import BacktestRow, StoredFinding, StoredResult
from grid_app.vocabulary.findings import signal_word
from grid_app.web.signals.shown import category_words, interval_words
from grid_app.web.wording import local_date, local_time, number
from screening.detection import Detection, median_days
from screening.replayed import Left, ReplayedRound

STATES: Final = {
    "running": ("正在回测", "active"),
    "done": ("做完了", "done"),
    "failed": ("没有做完", "attention"),
    "broken_off": ("中断了", "attention"),
}
JUDGED: Final = {True: ("人已确认", "done"), False: ("人判断不成立", "attention"), None: ("没有人判断过", "neutral")}
LEFT_SHOWN: Final = 30
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Bar:
    """How many new findings of one signal a week brought."""

    word: str
    count: int


@dataclass(frozen=True)
class WeekRow:
    """One week: what was new by signal, and how many were told at its end; or several weeks in which nothing was."""

    week: str
    bars: tuple[Bar, ...]
    live: int
    gone: int


def backtest_cell(row: BacktestRow) -> dict[str, object]:
    """Return one backtest for the list."""
    word, tone = STATES[row.state]
    return {
        "title": period_words(row),
        "url": url_for("backtests.detail", backtest_id=row.backtest_id),
        "detail": "、".join(signal_word(one) for one in row.signals),
        "meta": local_time(row.started_at),
        "word": word,
        "tone": tone,
    }


def period_words(row: BacktestRow) -> str:
    """Return the days a backtest goes over, such as ``2026-05-01 至 2026-10-30,每 7 天一轮``."""
    if row.first == row.last:
        return f"{row.first.isoformat()} 那天"
    return f"{row.first.isoformat()} 至 {row.last.isoformat()},每 {row.every_days} 天一轮"


def figures_of(row: BacktestRow) -> list[tuple[str, str]]:
    """Return what was asked."""
    return [
        ("地方", row.place),
        ("日子", period_words(row)),
        ("信号", "、".join(signal_word(one) for one in row.signals)),
        ("靠统计的信号每月最多", f"{row.parameters['budget_per_month']:g} 条"),
        ("一片地方的半径最大", f"{row.parameters['scan_radius_km']:g} 公里"),
    ]


def proof_of(row: BacktestRow) -> list[tuple[str, str]]:
    """Return what proves a result."""
    return [("输入摘要", row.input_digest), ("结果摘要", row.result_digest), ("程序版本", row.code_version)]


def weeks_of(rounds: Sequence[ReplayedRound]) -> dict[date, list[ReplayedRound]]:
    """Return the rounds of each week by its Monday, the earliest first."""
    weeks: dict[date, list[ReplayedRound]] = {}
    for one in rounds:
        weeks.setdefault(one.day - timedelta(days=one.day.weekday()), []).append(one)
    return weeks


def week_rows(weeks: Mapping[date, list[ReplayedRound]]) -> list[WeekRow]:
    """Return what each week brought; weeks in a row that brought nothing new are one line."""
    rows = []
    for has_new, some in groupby(weeks.items(), key=lambda week: _has_new(week[1])):
        if has_new:
            rows += [_week(monday.isoformat(), rounds) for monday, rounds in some]
        else:
            quiet = list(some)
            several = f" 起 {len(quiet)} 周" if len(quiet) > 1 else ""
            rows.append(_week(f"{quiet[0][0].isoformat()}{several}", [one for _, week in quiet for one in week]))
    return rows


def _has_new(rounds: Sequence[ReplayedRound]) -> bool:
    return any(kind.new for one in rounds for kind in one.kinds)


def _week(words: str, rounds: Sequence[ReplayedRound]) -> WeekRow:
    new: Counter[str] = Counter()
    for one in rounds:
        new.update({kind.kind: kind.new for kind in one.kinds})
    return WeekRow(
        week=words,
        bars=tuple(Bar(signal_word(kind), count) for kind, count in new.items() if count),
        live=sum(kind.live for kind in rounds[-1].kinds),
        gone=sum(kind.gone for one in rounds for kind in one.kinds),
    )


def highest_bar(weeks: Sequence[WeekRow]) -> int:
    """Return the most new findings that one signal brought in a week; 1 at least, so that a bar has a length."""
    return max((bar.count for week in weeks for bar in week.bars), default=1)


def signal_rows(row: BacktestRow, result: StoredResult, weeks: int) -> list[dict[str, str]]:
    """Return a line for each signal of the backtest: how many it told, how often, and what people said of the same."""
    return [_signal_row(kind, result.findings, weeks) for kind in row.signals]


def _signal_row(kind: str, findings: Sequence[StoredFinding], weeks: int) -> dict[str, str]:
    own = [one for one in findings if one.told.kind == kind]
    judged = Counter(one.confirmed for one in own)
    people = [(judged[True], "确认"), (judged[False], "不成立"), (judged[None], "没有判断过")]
    return {
        "signal": signal_word(kind),
        "told": f"{len(own)} 条",
        "weekly": _weekly(len(own), weeks) if own and weeks > 1 else "",
        "people": "、".join(f"{word} {count}" for count, word in people if count),
    }


def _weekly(count: int, weeks: int) -> str:
    share = count / weeks
    if 0 < share < 0.1:
        return "平均每周不到 0.1 条"
    return f"平均每周 {share:.1f} 条"


def threshold_lines(result: StoredResult) -> list[str]:
    """Return what followed from the budget for each statistical signal in the last round."""
    return [
        f"{signal_word(one.kind)}:碰巧的话{interval_words(one.recurrence_days)}才会有一次的,才提示。"
        for one in result.budgets
        if one.streams
    ]


def detection_sentence(matters: Sequence[Detection]) -> str:
    """Return what the days to detection are in the middle."""
    middle = median_days(matters)
    if middle is None:
        return ""
    found = sum(one.found_on is not None for one in matters)
    return f"{len(matters)} 件里找到 {found} 件。找到的,一半在第三户反映以后 {middle:g} 天以内就会提示。"


def detection_rows(matters: Sequence[Detection], names: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    """Return a row for each confirmed matter; ``names`` are code and place of those the reader may open."""
    return [_detection_row(one, names) for one in matters]


def _detection_row(one: Detection, names: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    code, place = names.get(one.matter_id, ("", ""))
    return {
        "matter": f"{code} {place}" if code else "不在您能看的范围里",
        "url": url_for("findings.detail", finding_id=one.matter_id) if code else "",
        "ripe": local_date(one.ripe_on),
        "found": f"{local_date(one.found_on)},{signal_word(one.kind or '')}" if one.found_on else "没有找到",
        "days": _days_words(one.days),
        "ahead": _ahead_words(one.ahead),
    }


def _days_words(days: int | None) -> str:
    if days is None:
        return "–"
    return f"{days} 天" if days >= 0 else f"早 {-days} 天"


def _ahead_words(ahead: int | None) -> str:
    if ahead is None:
        return "–"
    if ahead == 0:
        return "同一天"
    return f"早 {ahead} 天" if ahead > 0 else f"晚 {-ahead} 天"


def held_rows(lines: Sequence[Left], places: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what was held back, most rounds first."""
    ordered = sorted(lines, key=lambda one: (-one.rounds, one.first_on, one.kind, one.subject))
    return [
        {
            "signal": signal_word(one.kind),
            "place": _subject(one, places),
            "observed": f"最多 {number(one.observed)} 件" if one.observed else "–",
            "days": _days_of(one),
            "reason": one.reason,
        }
        for one in ordered[:LEFT_SHOWN]
    ]


def _subject(one: Left, places: Mapping[str, str]) -> str:
    category = category_words(one.category2) if one.category2 else ""
    return " · ".join(word for word in (places.get(one.subject, one.subject), category) if word) or "–"


def _days_of(one: Left) -> str:
    if one.first_on == one.last_on:
        return one.first_on.isoformat()
    return f"{one.first_on.isoformat()} 至 {one.last_on.isoformat()},{one.rounds} 轮"


def not_screened_lines(lines: Sequence[Left], places: Mapping[str, str]) -> list[str]:
    """Return what could not be looked at, one line for each signal and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in lines:
        subject = places.get(one.subject) or (category_words(one.subject) if one.subject else "")
        groups.setdefault((one.kind, one.reason), []).append(subject)
    return [f"{signal_word(kind)}:{_subjects(names)}{reason}" for (kind, reason), names in groups.items()]


def _subjects(names: Sequence[str]) -> str:
    named = [one for one in names if one]
    more = f"等 {len(named)} 个" if len(named) > 5 else ""
    return f"{'、'.join(named[:5])}{more}:" if named else ""
