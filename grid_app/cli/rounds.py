"""grid-app round open | close | run | backtest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import click
from flask.globals import app_ctx

from grid_app.cli.backtests import backtest_command
from grid_app.cli.context import in_app, print_json, refuse
from grid_app.cli.progress import progress
from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError
from grid_app.http.analyses import Compute
from grid_app.jobs.fan_out import LOCAL, by_county, computing
from grid_app.jobs.rounds import analyse_and_record
from grid_app.queries.rounds import NamedRound, closed_round_ids, named_rounds, rounds_by_county
from grid_app.services.rounds.calendar import Period, chosen_period, period_on
from grid_app.services.rounds.runs import RecordedRun
from grid_app.services.rounds.steps import close_overdue_rounds, close_round, open_round
from grid_app.services.rounds.templates import schedule_of, template_of, workdays
from grid_app.wiring import wired

USUAL_DAYS = 8
UNKNOWN = "没有编号是 {text} 的排查。编号可以在 round open 的输出或排查页面的网址里找到。"


@click.group("round")
def round_group() -> None:
    """排查:开展、关闭、研判、回测。"""


round_group.add_command(backtest_command)


@round_group.command("open")
@click.option("--template", required=True, help="模板代码,如 village_weekly、special。")
@click.option("--division", required=True, help="区划代码:在哪里开展。")
@click.option("--from", "opens", type=click.DateTime(["%Y-%m-%d"]), help="开始日期;不写则按模板的本期。")
@click.option("--to", "due", type=click.DateTime(["%Y-%m-%d"]), help="截止日期(含当天)。")
@click.option("--name", default="", help="名称;不写则用地名、模板名和日期。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def open_command(
    *, template: str, division: str, opens: datetime | None, due: datetime | None, name: str, as_json: bool
) -> None:
    """在一个区划里开展一轮排查。"""
    now = wired().clock.now()
    with transaction() as session:
        schedule = schedule_of(template_of(session, template))
        standing = period_on(schedule, local_date(now), works=workdays(session))
        period = _period(standing, schedule.days, opens, due, today=local_date(now))
        round_id = open_round(
            session, actor=None, template_code=template, division_code=division, period=period, name=name, now=now
        )
    _say([round_id], "已开展", as_json=as_json)


def _period(standing: Period | None, days: int, opens: datetime | None, due: datetime | None, *, today: date) -> Period:
    """Return the template's ``standing`` period, or the days that were given; one of the two may be left out."""
    if opens is None and due is None and standing is not None:
        return standing
    length = timedelta(days=(days or USUAL_DAYS) - 1)
    last = due.date() if due else None
    first = opens.date() if opens else (last - length if last else today)
    return chosen_period(first, last or first + length)


@round_group.command("close")
@click.argument("round", required=False)
@click.option("--all-due", is_flag=True, help="关闭所有已经到期的。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def close_command(*, round: str | None, all_due: bool, as_json: bool) -> None:  # noqa: A002 - the argument's name on the command line
    """关闭一轮排查(编号 ROUND),或所有到期的;已经关闭的不变。"""
    _one_or_all(round, all_given=all_due, option="--all-due")
    now = wired().clock.now()
    with transaction() as session:
        if round is None:
            closed = close_overdue_rounds(session, now=now)
        else:
            closed = [_id(round)]
            close_round(session, round_id=closed[0], actor=None, now=now)
    _say(closed, "已关闭", as_json=as_json)


@round_group.command("run")
@click.argument("round", required=False)
@click.option("--all-closed", is_flag=True, help="研判所有已关闭、还没研判的。")
@click.option("--seed", type=int, help="随机种子;不写则用固定的,两次结果相同。")
@click.option("--executor", default=LOCAL, help="在哪里算:local(本机),或 dask://主机:端口(全省,按县分开算)。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def run_command(*, round: str | None, all_closed: bool, seed: int | None, executor: str, as_json: bool) -> None:  # noqa: A002 - as above
    """研判一轮已关闭的排查(编号 ROUND),或所有已关闭的;再研判一次会另存一次结果。"""
    _one_or_all(round, all_given=all_closed, option="--all-closed")
    with reading() as session:
        waiting = [_id(round)] if round else closed_round_ids(session)
        counties = rounds_by_county(session, waiting)
    total = len(waiting)
    with computing(executor) as (compute, at_once), progress("正在研判", total=total) as advance:

        def run(round_id: UUID) -> list[tuple[UUID, RecordedRun]]:
            found = _run(round_id, seed, None if executor == LOCAL else compute, skips=all_closed)
            advance("正在研判", 1)
            return found

        recorded = by_county(app_ctx.app, counties, run, at_once=at_once)
    _say_runs([one for found in recorded for one in found], as_json=as_json)


def _run(round_id: UUID, seed: int | None, compute: Compute | None, *, skips: bool) -> list[tuple[UUID, RecordedRun]]:
    """Return what was recorded; nothing when another process was quicker and any closed round would do."""
    try:
        return [(round_id, analyse_and_record(round_id, seed=seed, compute=compute))]
    except ConflictError as refusal:
        if skips and refusal.code in ("already_analysed", "under_way"):
            return []
        raise


def _one_or_all(given: str | None, *, all_given: bool, option: str) -> None:
    if (given is None) == (not all_given):
        raise click.UsageError(f"请给出一个 ROUND 编号,或者用 {option},两者选一。")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        refuse(UNKNOWN.format(text=text))


def _named(ids: Sequence[UUID]) -> list[NamedRound]:
    with reading() as session:
        return named_rounds(session, ids)


def _say(ids: Sequence[UUID], done: str, *, as_json: bool) -> None:
    rounds = _named(ids)
    if as_json:
        print_json({"rounds": [_document(one) for one in rounds]})
        return
    for one in rounds:
        click.echo(f"{done}:{one.name}(编号 {one.round_id})")
    if not rounds:
        click.echo("没有到期的排查。")


def _say_runs(recorded: Sequence[tuple[UUID, RecordedRun]], *, as_json: bool) -> None:
    names = {one.round_id: one for one in _named([round_id for round_id, _ in recorded])}
    if as_json:
        print_json({"runs": [_run_document(names[round_id], run) for round_id, run in recorded]})
        return
    for round_id, run in recorded:
        click.echo(
            f"研判完成:{names[round_id].name},第 {run.number} 次,苗头提示 {run.findings} 条,其中新出现 {run.new} 条。"
        )
    if not recorded:
        click.echo("没有等待研判的排查。")


def _document(one: NamedRound) -> dict[str, object]:
    return {
        "round": str(one.round_id),
        "name": one.name,
        "template": one.template_code,
        "division": one.division_code,
        "state": one.state,
        "opens_at": one.opens_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "window_end": one.window_end.isoformat(),
    }


def _run_document(one: NamedRound, run: RecordedRun) -> dict[str, object]:
    return {
        "round": str(one.round_id),
        "name": one.name,
        "run": run.number,
        "findings": run.findings,
        "new": run.new,
        "input_digest": run.input_digest,
        "result_digest": run.result_digest,
        "duration_ms": run.duration_ms,
    }
