"""How rules of time limits and days of the working calendar read on their pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from flask import url_for

from grid_app.clocks.calendar import SATURDAY, WorkingCalendar
from grid_app.clocks.rules import KIND_WORDS, ExtensionBy, Passes, Rule, limit_words, rule_in_force
from grid_app.clocks.words import trigger_words
from grid_app.queries.clocks import OwnEntry, StoredRule
from grid_app.web.wording import local_date, local_time

WORKS_WORDS: Final = {True: "上班", False: "休息"}


def rule_shown(versions: Sequence[StoredRule], *, today: date) -> dict[str, object]:
    """Return a rule as a line of the table: the version in force today, the newest first among the others."""
    used = rule_in_force([one.rule for one in versions], on=today)
    return {
        "name": used.name,
        "trigger": trigger_words(used),
        "limit": _limit(used),
        "kind": KIND_WORDS[used.kind],
        "basis": used.basis,
        "url": url_for("policies.edit_clock", code=used.code),
        "version": f"第 {used.version} 版",
        "others": [_other(one, used) for one in versions if one.rule.version != used.version],
    }


def _limit(rule: Rule) -> str:
    parts = [limit_words(rule)]
    if rule.extension:
        who = "各方同意" if rule.extension_by is ExtensionBy.PARTIES else "经批准"
        parts.append(f"{who}可延长一次,最多 {rule.extension} 天")
    if rule.excludes_hearing:
        parts.append("听证的日子不算")
    if rule.repeats:
        parts.append("办一次重新算一次")
    if rule.passes is Passes.LAPSES:
        parts.append("过期就不能再提出")
    return ";".join(parts)


def _other(stored: StoredRule, used: Rule) -> str:
    rule = stored.rule
    when = f"{rule.valid_from} 起算" if rule.version > used.version else f"{local_time(stored.created_at)}保存"
    return f"第 {rule.version} 版:{_limit(rule)},依据:{rule.basis}({when})"


def special_days(calendar: WorkingCalendar, year: int) -> list[dict[str, str]]:
    """Return the runs of days of a year that are not what their weekday says: holidays and make-up days."""
    runs: list[tuple[date, date, str, bool]] = []
    day = date(year, 1, 1)
    while day.year == year:
        found = calendar.look(day)
        if found.works == (day.weekday() >= SATURDAY) or (not found.works and found.name != "周末"):
            runs = _joined(runs, day, found.name, works=found.works)
        day += timedelta(days=1)
    return [
        {"days": _span(first, last), "name": name, "works": WORKS_WORDS[works]} for first, last, name, works in runs
    ]


def _joined(
    runs: list[tuple[date, date, str, bool]], day: date, name: str, *, works: bool
) -> list[tuple[date, date, str, bool]]:
    if runs and runs[-1][1] == day - timedelta(days=1) and runs[-1][2:] == (name, works):
        return [*runs[:-1], (runs[-1][0], day, name, works)]
    return [*runs, (day, day, name, works)]


def _span(first: date, last: date) -> str:
    return local_date(first) if first == last else f"{local_date(first)}至{local_date(last)}"


def day_shown(entry: OwnEntry) -> dict[str, str]:
    """Return one of the county's own entries as a line of the table."""
    return {
        "day": entry.day.isoformat(),
        "shown": f"{entry.day.year}年{local_date(entry.day)}",
        "works": WORKS_WORDS[entry.works],
        "name": entry.name,
        "basis": entry.basis,
        "changed": local_time(entry.changed_at),
    }
