"""The schedulers and dispatchers that the bench kills: loaded once, then forked, one for each line it is given.

python -m bench.escalations.child <settings.json>
scheduler 0        -> the process id of a scheduler that reads clock 0
dispatcher 4       -> the process id of a dispatcher that reads clock 4
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask

from bench.escalations.clock import RATE, BenchClock
from grid_app.adapters.outward_channels import _mail_server
from grid_app.clock import SystemClock
from grid_app.factory import create_app
from grid_app.jobs.delivery import EXTENSION, lanes_here
from grid_app.jobs.leader import LEASE, TICK, Leader, process_name
from grid_app.jobs.runner import make_blocking
from grid_app.jobs.table import JOBS, Job
from grid_app.settings import Settings, outward_rule
from grid_app.wiring import Wiring
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.line import OutwardLine
from notifications.channels.mail import MailChannel
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webpush import WebPushChannel
from notifications.channels.wecom import WeComChannel
from notifications.ports import Channel

PR_SET_PDEATHSIG: Final = 1
PATIENCE_SECONDS: Final = 10 / RATE
POLL_SECONDS: Final = 0.1
STEPS: Final = {"ladder.step_up": 0.3, "outbox.deliver": 0.5, "outbox.sweep": 3.0, "auditor.check": 15.0}
"""Seconds of the machine between two runs of a job: six of the county's, ten, sixty and three hundred."""


def settings_in(text: str) -> Settings:
    """Return the settings that the bench wrote down."""
    given: dict[str, Any] = json.loads(text)
    given["instance_dir"] = Path(given["instance_dir"])
    given["outward_internal_hosts"] = tuple(given["outward_internal_hosts"])
    return Settings(**given)


def quick_channels(wiring: Wiring) -> dict[str, Channel]:
    """Return the channels of the product, only less patient, as everything here is quicker."""
    settings, clock = wiring.settings, SystemClock()
    line = OutwardLine(outward_rule(settings), timeout_seconds=PATIENCE_SECONDS, longest_seconds=2 * PATIENCE_SECONDS)
    mail = replace(_mail_server(settings), timeout_seconds=PATIENCE_SECONDS, longest_seconds=3 * PATIENCE_SECONDS)
    push = WebPushChannel(
        wiring.keys.vapid_private,
        settings.vapid_subject,
        allowed_hosts=wiring.push_rule,
        timeout_seconds=PATIENCE_SECONDS,
    )
    channels: tuple[Channel, ...] = (
        push,
        WeComChannel(line, base_url=settings.wecom_url),
        DingTalkChannel(line, clock=clock, base_url=settings.dingtalk_url),
        FeishuChannel(line, clock=clock, base_url=settings.feishu_url),
        WebhookChannel(line, clock=clock),
        MailChannel(mail, clock=clock),
    )
    return {channel.kind: channel for channel in channels}


def schedule(app: Flask, clock: BenchClock) -> None:
    """Be a scheduler, until killed; whether it leads is asked of the same clock, which may be wrong."""
    engine = app.extensions["grid"].engine
    leader = Leader(engine, holder=process_name(), clock=clock, lease=LEASE, tick=TICK / RATE)
    jobs = [Job(job.name, job.function, timedelta(seconds=STEPS[job.name]), job.why) for job in JOBS
            if job.name in STEPS]  # fmt: skip
    make_blocking(app, jobs=jobs, leader=leader).start()


def dispatch(app: Flask) -> None:
    """Be a dispatcher, until killed; a database that does not answer is asked again."""
    with app.app_context():
        lanes = lanes_here()
        while True:
            try:
                lanes.begin()
            except Exception:  # noqa: BLE001 - what a service manager does: it starts the dispatcher again
                traceback.print_exc()
            threading.Event().wait(POLL_SECONDS)


def run(app: Flask, kind: str, clock: BenchClock) -> None:
    """Be one child."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    wiring: Wiring = app.extensions["grid"]
    wiring.clock = clock
    if kind == "scheduler":
        schedule(app, clock)
    else:
        dispatch(app)


def main() -> None:
    """Fork one child for each line; none outlives this process."""
    settings = settings_in(Path(sys.argv[1]).read_text("utf-8"))
    path = settings.instance_dir / "clock"
    app = create_app(settings, clock=BenchClock(path))
    wiring: Wiring = app.extensions["grid"]
    wiring.channels = quick_channels(wiring)
    with app.app_context():  # a child finds its questions prepared
        for job in JOBS:
            if job.name in STEPS:
                job.function()
    app.extensions.pop(EXTENSION, None)
    wiring.engine.dispose()  # a connection must not be shared by two processes
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        kind, slot = line.split()
        child = os.fork()
        if child == 0:
            try:
                run(app, kind, BenchClock(path, int(slot)))
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
