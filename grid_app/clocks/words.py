"""Why a term ends on its day, in sentences (zh-CN): rule, start, days left out, moves, articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from grid_app.clocks.counting import ARTICLE_LAST_DAY, ARTICLE_MONTHS, ARTICLE_START, ZONE, Counted, Skipped
from grid_app.clocks.rules import KIND_WORDS, TRIGGER_WORDS, LimitUnit, Rule, limit_words

WEEKDAYS: Final = "一二三四五六日"


def why(rule: Rule, counted: Counted) -> list[str]:
    """Return the sentences that explain the day, in the order of counting."""
    own = f"{rule.name}:{limit_words(rule)},{KIND_WORDS[rule.kind]}。依据:{rule.basis}(第 {rule.version} 版规则)。"
    begun = f"从{_moment(counted.started_at, with_time=rule.unit is LimitUnit.HOURS)}{trigger_words(rule)}起算"
    if rule.unit is LimitUnit.HOURS:
        return [own, f"{begun},按小时连续计算({ARTICLE_START}第二款)。"]
    lines = [own, f"{begun},当天不算({ARTICLE_START}第一款)。", *_counting(rule, counted)]
    return [*lines, *_guess(counted.guessed_years)]


def trigger_words(rule: Rule) -> str:
    """Return what starts the clock of ``rule``, such as ``收到反映``."""
    return TRIGGER_WORDS.get(rule.trigger, rule.trigger)


def _counting(rule: Rule, counted: Counted) -> list[str]:
    if counted.nominal is None or counted.last_day is None:
        return []
    if rule.unit is LimitUnit.WORKING_DAYS:
        left_out = f"不算的日子:{runs(counted.skipped)}。" if counted.skipped else "中间没有休息日。"
        return [left_out, f"第 {rule.limit} 个工作日是{shown(counted.last_day)},到当天 24 时为止。"]
    return [*_added(counted), *_last_day(rule, counted, counted.nominal, counted.last_day)]


def _added(counted: Counted) -> list[str]:
    hearing = f"听证的 {counted.hearing_days} 天不计算在内(信访工作条例第三十六条)。" if counted.hearing_days else ""
    extended = f"延长了 {counted.extra_days} 天,从原来的最后一天接着算,只能延长一次。" if counted.extra_days else ""
    return [line for line in (hearing, extended) if line]


def _last_day(rule: Rule, counted: Counted, nominal: date, last: date) -> list[str]:
    article = f"({ARTICLE_MONTHS})" if ARTICLE_MONTHS in counted.articles else ""
    number = "" if rule.unit in (LimitUnit.MONTHS, LimitUnit.YEARS) else f"第 {_days(rule, counted)} 天"
    found = f"{number or '对应的最后一天'}是{shown(nominal)}{article}"
    if not counted.has_moved:
        return [f"{found},是工作日,到当天 24 时为止。"]
    return [
        f"{found},不是工作日。",
        f"跳过{runs(counted.skipped)},顺延到{shown(last)},到当天 24 时为止({ARTICLE_LAST_DAY})。",
    ]


def _days(rule: Rule, counted: Counted) -> int:
    return rule.limit + counted.hearing_days + counted.extra_days


def _guess(years: Sequence[int]) -> list[str]:
    if not years:
        return []
    named = "、".join(f"{year} 年" for year in years)
    return [
        f"{named}的放假安排还没有收录,这里只按周六、周日休息计算。"
        "公布后由安全管理员写进工作日历,以后开始的期限按新的算。"
    ]


def runs(skipped: Sequence[Skipped]) -> str:
    """Return days off in words, those that follow each other under one name put together."""
    groups = groupby(enumerate(skipped), key=lambda one: (one[1].day - timedelta(days=one[0]), one[1].name))
    return "、".join(_run([one for _, one in group]) for _, group in groups)


def _run(days: Sequence[Skipped]) -> str:
    first, last = days[0], days[-1]
    until = f"至{last.day.month}月{last.day.day}日" if last.day != first.day else ""
    return f"{first.day.month}月{first.day.day}日{until}({first.name})"


def shown(day: date) -> str:
    """Return a day with its year and weekday, such as ``2026年12月7日(周一)``."""
    return f"{day.year}年{day.month}月{day.day}日(周{WEEKDAYS[day.weekday()]})"


def _moment(moment: datetime, *, with_time: bool) -> str:
    there = moment.astimezone(ZONE)
    return f"{shown(there.date())}{f' {there:%H:%M} ' if with_time else ''}"
