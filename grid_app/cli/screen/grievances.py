"""grid-app screen grievances: rounds over a file of messages, each listing what several people share."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from grid_app.cli.screen.days import Day
from grid_app.cli.screen.files import FileError
from grid_app.cli.screen.message_files import MessageFile, read_messages, read_named_places
from screening.grievances.findings import Finding
from screening.grievances.places import Place
from screening.grievances.replay import Round, all_time, replay

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="grievances")
@click.option("--messages", type=_FILE, required=True, help="诉求文件:message_id,user_id,title,created_at,body")
@click.option("--from", "first", type=Day(), help="第一轮的日期(零点以前的诉求参加)")
@click.option("--to", "last", type=Day(), help="最后一轮不晚于这一天")
@click.option("--every-days", type=click.IntRange(1), default=7, show_default=True, help="每几天一轮")
@click.option("--places", type=_FILE, help="地名文件:name,alias,code")
@click.option("--all-time", "is_all_time", is_flag=True, help="不分轮次,把全部诉求归成一份")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def grievances_command(**options: Any) -> None:  # noqa: ANN401 - click hands over what the decorators name
    """共同诉求:同一个地方、同一件事,有没有三个以上的人分别反映。"""
    try:
        days = [] if options["is_all_time"] else _days(options["first"], options["last"], options["every_days"])
        read = read_messages(options["messages"])
        named = read_named_places(options["places"]) if options["places"] else ()
    except FileError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    rounds = _everything(read, named) if options["is_all_time"] else replay(read.messages, days, named)
    answer = {"rounds": [_round(one) for one in rounds], "ignored": _ignored(read)}
    click.echo(json.dumps(answer, ensure_ascii=False) if options["as_json"] else _lines(answer))


def _days(first: date | None, last: date | None, every: int) -> list[datetime]:
    """Return midnight of the first day and of every n-th after it up to the last.

    Raises
    ------
    FileError
        A day is missing, or the last is before the first.
    """
    if first is None or last is None:
        raise FileError("请用 --from 和 --to 写明第一轮和最后一轮的日期,或用 --all-time 不分轮次。")
    if last < first:
        raise FileError(f"最后一轮 {last} 在第一轮 {first} 之前。请对调后重试。")
    return [_midnight(first + timedelta(days=at)) for at in range(0, (last - first).days + 1, every)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _everything(read: MessageFile, named: tuple[Place, ...]) -> list[Round]:
    """Return one round after the last message, with every group; none when there is no message."""
    if not read.messages:
        return []
    after = _midnight(read.messages[-1].written.date() + timedelta(days=1))
    return [Round(after, all_time(read.messages, named))]


def _round(one: Round) -> dict[str, Any]:
    return {"as_of": one.as_of.date().isoformat(), "findings": [_finding(found) for found in one.findings]}


def _finding(one: Finding) -> dict[str, Any]:
    return {**asdict(one), "message_ids": list(one.message_ids)}


def _ignored(read: MessageFile) -> dict[str, int]:
    return {"no_id": read.no_id, "no_date": read.no_date, "repeated_id": read.repeated_id}


def _lines(answer: dict[str, Any]) -> str:
    """Return the same to read: a heading per round, a line per finding."""
    lines: list[str] = []
    for one in answer["rounds"]:
        lines.append(f"{one['as_of']} 零点:{len(one['findings'])} 条")
        lines += [
            f"  {found['finding_id']} {found['state']} {found['label']}:{found['reason']}" for found in one["findings"]
        ]
    left_out = "、".join(
        f"{count} 行{words}"
        for count, words in zip(answer["ignored"].values(), ("没有编号", "没有日期", "编号重复"), strict=True)
        if count
    )
    return "\n".join([*lines, *([f"未参加:{left_out}"] if left_out else [])]) or "没有诉求。"
