"""grid-app screen counts: what counts more than in the weeks before, and where, replayed round by round."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from grid_app.cli.screen.events import Events, Fields, read_events
from grid_app.cli.screen.files import FileError, moment
from screening.growth.excess import Rule
from screening.growth.incidents import distinct
from screening.growth.replay import Flags, Round, replay

CENTURY = 36_525  # days
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        match = _DATE.fullmatch(str(value).strip())
        found = moment("-".join(match.groups())) if match else None
        if found is None:
            self.fail(f"日期要写成 2026-11-20 这样(年份四位,日子真有),现在是“{value}”。", param, ctx)
        return found


@dataclass(frozen=True)
class Replayed:
    """What was counted, and the rounds."""

    events: Events
    repeated: int
    rounds: Sequence[Round]


@click.command(name="counts")
@click.option("--events", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV,有表头,每行一件")
@click.option("--place-field", required=True, help="哪一列是地点")
@click.option("--category-field", required=True, help="哪一列是事项类别")
@click.option("--time-field", required=True, help="哪一列是时间(不带时区的按北京时间)")
@click.option("--from", "first", type=_Day(), required=True, help="第一轮的日子;只用这天零点以前的行")
@click.option("--to", "last", type=_Day(), required=True, help="最后一轮不晚于这天")
@click.option("--every-days", type=click.IntRange(1, 366), default=7, show_default=True, help="几天一轮")
@click.option("--budget-per-week", type=click.IntRange(0), default=10, show_default=True, help="任何七天内最多提示几条")
@click.option("--all", "with_held_back", is_flag=True, help="也列出超过预算而没提示的")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def counts_command(**options: Any) -> None:  # noqa: ANN401 - click hands over what the decorators name
    """件数增长:哪个地方的哪类事,一周里比此前六周多。"""
    try:
        replayed = _replayed(options)
    except FileError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    answer = _answer(replayed, with_held_back=options["with_held_back"])
    click.echo(json.dumps(answer, ensure_ascii=False) if options["as_json"] else _lines(answer))


def _replayed(options: dict[str, Any]) -> Replayed:
    first, last, every = options["first"], options["last"], options["every_days"]
    if last < first:
        raise FileError(f"最后一天 {last} 在第一天 {first} 之前。请对调后重试。")
    fields = Fields(options["place_field"], options["category_field"], options["time_field"])
    events = read_events(options["events"], fields)
    kept = distinct(events.stream, events.moment)
    as_of = range(first.toordinal(), last.toordinal() + 1, every)
    rounds = replay(
        events.stream[kept], events.day[kept], as_of, every=every, budget=options["budget_per_week"], rule=Rule()
    )
    return Replayed(events, len(events.stream) - len(kept), list(rounds))


def _answer(replayed: Replayed, *, with_held_back: bool) -> dict[str, Any]:
    events = replayed.events
    return {
        "rounds": [_shown(one, events, with_held_back=with_held_back) for one in replayed.rounds],
        "rows": {"counted": len(events.stream) - replayed.repeated, "repeated": replayed.repeated},
        "left_out": events.left_out,
    }


def _shown(one: Round, events: Events, *, with_held_back: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "as_of": str(date.fromordinal(one.as_of)),
        "flags": _flags(one.flags, one, events),
        "held_back": len(one.held_back),
        "baseline_days": one.base_days,
        "dispersion": round(one.dispersion, 3),
        "short_baseline": one.is_short,
    }
    if with_held_back:
        shown["held_back_flags"] = _flags(one.held_back, one, events)
    return shown


def _flags(flags: Flags, one: Round, events: Events) -> list[dict[str, Any]]:
    windows = flags.windows
    return [
        {
            "place": events.names[stream][0],
            "category": events.names[stream][1],
            "start": str(date.fromordinal(begin)),
            "end": str(date.fromordinal(end - 1)),
            "observed": observed,
            "expected": round(expected, 4),
            "p_value": p,
            "recurrence_interval_days": interval,
            "short_baseline": one.is_short,
        }
        for stream, begin, end, observed, expected, p, interval in zip(
            flags.stream.tolist(), windows.begin.tolist(), windows.end.tolist(), windows.observed.tolist(),
            windows.expected.tolist(), windows.p.tolist(), flags.interval.tolist(), strict=True,
        )
    ]  # fmt: skip


def _lines(answer: dict[str, Any]) -> str:
    """Return the answer as lines to read."""
    lines = [_left_out(answer)]
    for one in answer["rounds"]:
        short = f",基线只有 {one['baseline_days']} 天" if one["short_baseline"] else ""
        held = f",另有 {one['held_back']} 条超过预算" if one["held_back"] else ""
        lines.append(f"{one['as_of']}:提示 {len(one['flags'])} 条{held}{short}")
        lines += [_line(rank, flag) for rank, flag in enumerate(one["flags"], 1)]
        lines += [f"  (未提示){_line(0, flag)[5:]}" for flag in one.get("held_back_flags", [])]
    return "\n".join(lines)


def _left_out(answer: dict[str, Any]) -> str:
    lacking = answer["left_out"]
    return (
        f"计入 {answer['rows']['counted']} 件;重复 {answer['rows']['repeated']} 行;"
        f"没有地点 {lacking['place']} 行、类别 {lacking['category']} 行、时间 {lacking['time']} 行,未计入。"
    )


def _seldom(days: float) -> str:
    return f"偶然约 {days:.0f} 天一次" if days < CENTURY else "偶然一百年也难有一次"


def _line(rank: int, flag: dict[str, Any]) -> str:
    return (
        f"  {rank}. {flag['place']} {flag['category']},{flag['start']} 至 {flag['end']}:{flag['observed']} 件,"
        f"预期 {flag['expected']:.1f} 件,{_seldom(flag['recurrence_interval_days'])}"
    )
