"""grid-app scheduler: the jobs in a process of their own."""

from __future__ import annotations

import signal
from types import FrameType

import click

from grid_app.cli.context import load_app, refuse
from grid_app.database.migrate import head_revision, revision_of
from grid_app.jobs.runner import make_blocking
from grid_app.jobs.table import JOBS
from grid_app.wiring import Wiring


@click.command("scheduler")
def scheduler_command() -> None:
    """运行定时任务。可以同时运行两个:一个工作,另一个等待,工作的停了就接替。"""
    app = load_app()
    wiring: Wiring = app.extensions["grid"]
    if revision_of(wiring.engine) != head_revision():
        refuse("数据库不是最新版本,定时任务没有启动。请先运行 grid-app db upgrade。")
    scheduler = make_blocking(app)
    signal.signal(signal.SIGTERM, _interrupt)
    click.echo(f"定时任务已启动,共 {len(JOBS)} 项(按 Ctrl-C 停止)。")
    try:
        scheduler.start()
    except KeyboardInterrupt:
        scheduler.shutdown()
        click.echo("定时任务已停止。没做完的下次启动时接着做,不会丢失。")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
