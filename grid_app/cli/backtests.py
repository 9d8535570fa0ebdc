"""grid-app round backtest: what the rounds of a past period would have told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import click

from grid_app.cli.context import in_app, print_json, refuse
from grid_app.cli.progress import progress
from grid_app.clock import local_date, start_of_day
from grid_app.database.transaction import reading
from grid_app.http import backtests
from grid_app.queries.backtests import StoredBacktest, stored_backtest
from grid_app.services.backtests.asking import FIGURES, Asked, asked_of
from grid_app.services.signals.settings import parameters_at
from grid_app.vocabulary.findings import signal_word
from grid_app.wiring import wired

DAY = click.DateTime(["%Y-%m-%d"])
TAKEN_OVER = "另一个进程重新开始了这次回测,请在“回测”页面看它的结果。"


@click.command("backtest")
@click.option("--division", required=True, help="区划代码:县、乡镇或村。")
@click.option("--from", "first", type=DAY, required=True, help="第一轮知道的最后一天。")
@click.option("--to", "last", type=DAY, required=True, help="最后一轮最晚到这一天,最晚是昨天。")
@click.option("--every-days", type=int, default=7, show_default=True, help="每隔几天一轮。")
@click.option("--signals", default="", help="信号,用逗号隔开,如 shared_grievance,scan;不写则用县里开着的。")
@click.option("--budget", type=int, help="靠统计的信号每月最多几条;不写则按县里的。")
@click.option("--radius", type=int, help="一片地方的半径最大几公里;不写则按县里的。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def backtest_command(*, division: str, first: datetime, last: datetime, as_json: bool, **typed: Any) -> None:  # noqa: ANN401 - click's own values
    """回测:按过去每一天当时掌握的情况研判,看会提示什么;不产生提示,不通知任何人。"""
    asked = _asked(division, first, last, typed)
    begun = backtests.begin(asked, actor=None)
    done = 0.0
    with progress("正在回测", total=1) as advance:

        def heard(share: float) -> None:
            nonlocal done
            advance("正在回测", share - done)
            done = share

        backtests.replay_and_record(begun, heard=heard)
    _say(begun.backtest_id, as_json=as_json)


def _asked(division: str, first: datetime, last: datetime, typed: dict[str, Any]) -> Asked:
    now = wired().clock.now()
    with reading() as session:
        standing = parameters_at(session, division_code=division, at=now)
    signals = [one.strip() for one in typed["signals"].split(",") if one.strip()] or list(standing.signals)
    given = {"budget_per_month": typed["budget"], "scan_radius_km": typed["radius"]}
    figures = {name: given[name] if given[name] is not None else f"{getattr(standing, name):g}" for name in FIGURES}
    words = {
        "first": first.date().isoformat(),
        "last": last.date().isoformat(),
        "every_days": str(typed["every_days"]),
        **{name: str(figure) for name, figure in figures.items()},
    }
    return asked_of(words, signals, division_code=division, standing=standing, today=local_date(now))


def _say(backtest_id: UUID, *, as_json: bool) -> None:
    with reading() as session:
        stored = stored_backtest(session, backtest_id)
    if stored.state != "done":
        refuse(TAKEN_OVER)
    if as_json:
        print_json(_document(stored))
        return
    click.echo(stored.sentence)
    for one in stored.result["findings"]:
        click.echo(f"{one['finding_id']} {one['first_on']} {signal_word(one['kind'])}:{one['reason']}")
    click.echo(f"编号 {stored.backtest_id},结果摘要 {stored.result_digest}")


def _document(stored: StoredBacktest) -> dict[str, object]:
    rounds = [{**one, "known_at": _known_at(one["day"])} for one in stored.result["rounds"]]
    return {
        "backtest": str(stored.backtest_id),
        "division": stored.division_code,
        "from": stored.first.isoformat(),
        "to": stored.last.isoformat(),
        "every_days": stored.every_days,
        "signals": list(stored.parameters["signals"]),
        "parameters": stored.parameters,
        **stored.result,
        "rounds": rounds,
        "input_digest": stored.input_digest,
        "result_digest": stored.result_digest,
        "code_version": stored.code_version,
    }


def _known_at(day: str) -> str:
    return start_of_day(date.fromisoformat(day) + timedelta(days=1)).isoformat()
