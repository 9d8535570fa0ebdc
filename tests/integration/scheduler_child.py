"""A scheduler that a test kills: imports once, then forks a fresh one for each line on its standard input.

Each line is the number of minutes by which that scheduler's clock runs ahead. The answer is the child's process id.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from grid_app.clock import ShiftedClock, SystemClock
from grid_app.factory import create_app
from grid_app.jobs.leader import Leader, process_name
from grid_app.jobs.runner import make_blocking
from grid_app.jobs.table import JOBS, Job
from grid_app.settings import Settings

QUICK = timedelta(seconds=0.15)
LEASE = timedelta(seconds=0.3)
PR_SET_PDEATHSIG = 1
"""prctl(2): die with the parent, so that a failing test leaves no scheduler behind."""
WANTED = ("ladder.step_up", "outbox.deliver")


def run(folder: Path, minutes: int) -> None:
    """Schedule the two jobs of escalations, many times a second, until killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    settings = Settings(instance_dir=folder, push_allow_loopback=True)
    app = create_app(settings, clock=ShiftedClock(SystemClock().now() + timedelta(minutes=minutes)))
    leader = Leader(app.extensions["grid"].engine, holder=process_name(), lease=LEASE, tick=LEASE / 2)
    jobs = [Job(job.name, job.function, QUICK, job.why) for job in JOBS if job.name in WANTED]
    make_blocking(app, jobs=jobs, leader=leader).start()


def main() -> None:
    """Fork one scheduler per line."""
    folder = Path(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(folder, int(line))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
