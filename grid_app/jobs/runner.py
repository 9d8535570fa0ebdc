"""Running the table of jobs by APScheduler: inside the one process, or as a process of its own.

The schedule lives in memory alone, since every job reads what is due from tables; a run that was missed while the
machine slept is made up for once (``coalesce``), however often it was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from grid_app.clock import SHANGHAI, Clock, SystemClock
from grid_app.database.transaction import transaction
from grid_app.jobs.leader import Leader, process_name
from grid_app.jobs.table import JOBS, Job
from grid_app.services.upkeep.leases import note_run
from grid_app.wiring import EXTENSION, Wiring

MISFIRE_GRACE_SECONDS: Final = 3600
THREADS: Final = 4
QUIET_STEP: Final = timedelta(minutes=1)
"""Runs that found nothing to do are written down at most this often."""
NOTHING: Final = ("", "0", "None")
RENEWAL: Final = "leader"

_log = logging.getLogger(__name__)


class JobRunner:
    """Runs jobs of the table: only as the leader, each in a context of its own, and never raising.

    Parameters
    ----------
    app, leader
        The application whose database and clock the jobs use; who may work.
    clock
        Machine time, for the note of when a job ran.
    """

    def __init__(self, app: Flask, leader: Leader, *, clock: Clock | None = None) -> None:
        self._app = app
        self._leader = leader
        self._clock = clock or SystemClock()
        self._noted_at: dict[str, datetime] = {}

    def run(self, job: Job) -> None:
        """Run ``job`` if this process leads; one that fails is logged and tried again at its next time."""
        try:
            if self._leader.leads():
                self._run(job)
        except Exception:  # noqa: BLE001 - a job's outermost line: the other jobs and the next run go on
            _log.exception("job %s failed", job.name, extra={"job": job.name})

    def renew(self) -> None:
        """Renew the lease, or ask for it; a database that does not answer means that nobody works here."""
        try:
            self._leader.leads()
        except Exception:  # noqa: BLE001 - a job's outermost line: the next renewal goes on
            _log.exception("the leader's lease could not be renewed")

    def _run(self, job: Job) -> None:
        started_at, outcome = self._clock.now(), "failed"
        with self._app.app_context():
            try:
                outcome = f"{job.function()}"
            finally:
                self._note(job.name, started_at, outcome)

    def _note(self, name: str, started_at: datetime, outcome: str) -> None:
        now = self._clock.now()
        noted_at = self._noted_at.get(name)
        if outcome in NOTHING and noted_at is not None and now - noted_at < QUIET_STEP:
            return
        with transaction() as session:
            note_run(
                session,
                name=name,
                holder=self._leader.holder,
                started_at=started_at,
                finished_at=now,
                outcome=outcome,
            )
        self._noted_at[name] = now


def start_background(app: Flask, *, jobs: Iterable[Job] = JOBS, leader: Leader | None = None) -> BaseScheduler:
    """Start the jobs on threads of this process and return their scheduler; ``shutdown`` gives the lease up."""
    scheduler = BackgroundScheduler(**_options())
    _fill(scheduler, app, jobs, leader)
    scheduler.start()
    return scheduler


def make_blocking(app: Flask, *, jobs: Iterable[Job] = JOBS, leader: Leader | None = None) -> BaseScheduler:
    """Return the scheduler of a process of its own; its ``start`` returns after its ``shutdown``."""
    scheduler = BlockingScheduler(**_options())
    _fill(scheduler, app, jobs, leader)
    return scheduler


def _options() -> dict[str, object]:
    return {
        "timezone": SHANGHAI,
        "jobstores": {"default": MemoryJobStore()},
        "executors": {"default": ThreadPoolExecutor(THREADS)},
        "job_defaults": {"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_GRACE_SECONDS},
    }


def _fill(scheduler: BaseScheduler, app: Flask, jobs: Iterable[Job], wanted: Leader | None) -> None:
    wiring: Wiring = app.extensions[EXTENSION]
    leader = wanted or Leader(wiring.engine, holder=process_name())
    runner, now = JobRunner(app, leader), SystemClock().now()
    scheduler.add_job(runner.renew, _every(leader.tick), id=RENEWAL, next_run_time=now)
    for job in jobs:
        step = timedelta(seconds=wiring.settings.tick_seconds) if job.ticks else job.every
        scheduler.add_job(runner.run, _every(step), args=(job,), id=job.name, next_run_time=now)
    scheduler.add_listener(lambda _event: leader.release(), EVENT_SCHEDULER_SHUTDOWN)


def _every(step: timedelta) -> IntervalTrigger:
    return IntervalTrigger(seconds=step.total_seconds(), timezone=SHANGHAI)
