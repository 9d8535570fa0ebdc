"""grid-app dispatch: send what is due in the outbox, once or for as long as it runs."""

from __future__ import annotations

import signal
import threading
from dataclasses import asdict
from types import FrameType

import click

from grid_app.cli.context import in_app, print_json
from grid_app.jobs.delivery import POLL_SECONDS, lanes_here, report_in_words, send_due_messages
from notifications.dispatcher import DispatchReport


@click.command("dispatch")
@click.option("--once", is_flag=True, help="发完到期的就结束;不加则一直运行。")
@click.option("--json", "as_json", is_flag=True, help="结束时输出一份 JSON。")
@in_app
def dispatch_command(once: bool, as_json: bool) -> None:  # noqa: FBT001 - flags of the command line
    """发送到期的推送。可以同时运行多个,每条只由其中一个发送。"""
    report = send_due_messages() if once else _until_told_to_stop(quiet=as_json)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(report_in_words(report))


def _until_told_to_stop(*, quiet: bool) -> DispatchReport:
    """Send what is due again and again; a signal ends it after the messages being sent."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if not quiet:
        click.echo("正在发送到期的推送(按 Ctrl-C 停止)。")
    lanes, total = lanes_here(), DispatchReport()
    while not stop.is_set():
        lanes.begin()
        stop.wait(POLL_SECONDS)
        total += lanes.take_report()
    lanes.finish()
    return total + lanes.take_report()
