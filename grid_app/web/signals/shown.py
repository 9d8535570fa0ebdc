"""Signals as their pages show them: plain sentences of what is on, how it did, and what was held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from flask import url_for

from grid_app.queries.finding_course import Precision
from grid_app.queries.signal_pages import BudgetLine, HeldLine, LastRuns, NotScreenedLine
from grid_app.queries.signal_settings import Setting
from grid_app.services.signals.settings import is_on
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.findings import signal_word
from grid_app.vocabulary.signals import BUDGET, NEVER_OFF, QUESTIONS, UNDECIDED, UNDECIDED_WORD
from grid_app.web.findings.shown import precision_sentence
from grid_app.web.wording import few_matters, local_time, number

DAYS_SHOWN: Final = 90
DAYS_OF_A_YEAR: Final = 365
YEARS_FROM: Final = 2 * DAYS_OF_A_YEAR
HELD_SHOWN: Final = 50
NAMED: Final = 5
CLOSE: Final = "\u00a0"
"""A space at which a narrow column does not break."""
ALL_STREAMS: Final = {"all": "全部类别合在一起"}
RAISES_NOTHING: Final = "它只提醒已有的提示到期没有人判断,不另外提示新的事,没有准不准的问题。"
FIGURE_WORDS: Final = {"scan_radius_km": ("半径", "公里"), "budget_per_month": ("每月最多", "条")}
EDIT, READ = "打开或关闭", "改动记录"
ON, OFF = ("开着", "done"), ("没有开", "neutral")


@dataclass(frozen=True)
class SignalCard:
    """One signal on the list."""

    code: str
    word: str
    question: str
    tag: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    url: str
    link: str


def word_of(code: str) -> str:
    """Return the name of a signal as its county sets it."""
    return UNDECIDED_WORD if code == UNDECIDED else signal_word(code)


def signal_cards(
    settings: Mapping[str, Setting], precisions: Sequence[Precision], raised: Mapping[str, int], *, may_edit: bool
) -> list[SignalCard]:
    """Return a card for each signal, in their order."""
    found = {one.kind: one for one in precisions}
    return [
        replace(_card(code, settings, found.get(code), raised), link=EDIT if may_edit and code != NEVER_OFF else READ)
        for code in QUESTIONS
    ]


def _card(
    code: str, settings: Mapping[str, Setting], precision: Precision | None, raised: Mapping[str, int]
) -> SignalCard:
    told = f"{raised.get(code, 0)} 条"
    if code == UNDECIDED:
        told = f"报给上一级 {raised.get('finding_undecided', 0)} 次"
    return SignalCard(
        code=code,
        word=word_of(code),
        question=QUESTIONS[code],
        tag=ON if is_on(settings, code) else OFF,
        facts=(
            ("最近改动", since_words(settings.get(code))),
            ("准不准", RAISES_NOTHING if code == UNDECIDED else precision_sentence(precision)),
            (f"近 {DAYS_SHOWN} 天提示", told),
        ),
        url=url_for("signals.signal", code=code),
        link=READ,
    )


def since_words(setting: Setting | None) -> str:
    """Return since when a setting stands and by which unit, never by whom."""
    if setting is None:
        return "没有改过,平台开始时就是这样"
    return f"{local_time(setting.set_at)},{setting.unit or '平台'}"


def history_lines(settings: Sequence[Setting], *, may_backtest: bool) -> list[tuple[str, str]]:
    """Return what was set, one line each with the address of the backtest that bore it, in their order."""
    return [(_history_line(one), backtest_url(one.backtest_id) if may_backtest else "") for one in settings]


def backtest_url(backtest_id: UUID | None) -> str:
    """Return the address of a backtest, empty without one."""
    return url_for("backtests.detail", backtest_id=backtest_id) if backtest_id else ""


def _history_line(one: Setting) -> str:
    words = [f"{FIGURE_WORDS[name][0]} {value:g} {FIGURE_WORDS[name][1]}" for name, value in one.figures.items()]
    state = [] if one.signal == BUDGET else ["打开" if one.enabled else "关闭"]
    return f"{since_words(one)}:{'、'.join([*state, *words])}。理由:{one.reason}"


def try_url(signals: Sequence[str], figures: Mapping[str, str]) -> str:
    """Return the address of the form of a backtest, filled with signals and figures."""
    asked: dict[str, Any] = {"signals": signals, **figures}
    return url_for("backtests.index", **asked)


def budget_lines(last: LastRuns, *, per_month: float) -> list[str]:
    """Return what followed from the budget in the newest run for each signal, and whether it changed since."""
    lines = [f"{signal_word(one.kind)}:{_threshold_words(one)}" for one in last.budgets]
    if lines and last.per_month != per_month:
        lines.append(f"这是按每月 {last.per_month:g} 条算的。上限后来改过,下一次研判重新算。")
    return lines


def _threshold_words(one: BudgetLine) -> str:
    if not one.streams:
        return "这一轮没有可看的。"
    streams = f"同时看 {number(one.streams)} 个组合(哪里、哪一类)"
    return f"{streams};碰巧的话{interval_words(one.recurrence_days)}才会有一次的,才提示。"


def interval_words(days: float) -> str:
    """Return a recurrence interval in words, such as ``大约 91 天`` or ``大约 8 年``."""
    if days < YEARS_FROM:
        return f"大约 {max(round(days), 1)} 天"
    return f"大约 {number(round(days / DAYS_OF_A_YEAR))} 年"


def held_rows(rows: Sequence[HeldLine]) -> list[dict[str, object]]:
    """Return what was held back as table rows; few incidents are a word, as on every page beyond the own matters."""
    return [
        {
            "signal": signal_word(one.kind),
            "place": one.place or "–",
            "category": category_words(one.category),
            "observed": few_matters(one.observed).replace(" ", CLOSE),
            "expected": "–" if one.expected is None else f"约{CLOSE}{one.expected:.1f}{CLOSE}件",
            "chance": "–" if one.recurrence_days is None else f"{interval_words(one.recurrence_days)}一次",
            "reason": one.reason,
            "round": one.round_name,
            "url": url_for("rounds.detail", round_id=one.round_id),
        }
        for one in rows[:HELD_SHOWN]
    ]


def category_words(code: str) -> str:
    """Return the name of a category, or of the stream of all."""
    return ALL_STREAMS.get(code) or name_of(code)


def not_screened_lines(rows: Sequence[NotScreenedLine]) -> list[str]:
    """Return what was not looked at, one line for each signal and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in rows:
        named = groups.setdefault((one.kind, one.reason), [])
        if one.place or one.category:
            named.append(one.place or category_words(one.category))
    return [f"{signal_word(kind)}:{_named(names)}{reason}" for (kind, reason), names in groups.items()]


def _named(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f"等 {len(names)} 个" if len(names) > NAMED else ""
    return f"{'、'.join(names[:NAMED])}{more}:"
