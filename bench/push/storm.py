"""Ten thousand devices at once, the inbox meanwhile, and how soon a red matter is with the push service."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from bench.push.receiver import Receiver
from bench.push.world import put_all
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import POLL_SECONDS, deliver_job, send_due_messages
from grid_app.jobs.leader import Leader, process_name
from grid_app.jobs.runner import start_background
from grid_app.jobs.table import JOBS
from grid_app.models.escalations import OutboxMessage
from grid_app.wiring import wired
from tests.escalation_world import add_dispute, raise_for
from tests.world import PASSWORD, World

PAUSE = 0.5
PAGE = "/inbox"
LOOK_EVERY = 0.02


def storm(app: Flask, world: World, receiver: Receiver, devices: Sequence[UUID]) -> dict[str, Any]:
    """Return how long one message to each device took, and how long the inbox took to open meanwhile.

    Pages, and a report that is written every second, are answered by the process that sends: the embedded form, which
    has one interpreter and on SQLite one turn to write for both.
    """
    accepted, _ = receiver.received()
    quiet = _opened(app, world, threading.Event(), times=15)
    over = threading.Event()
    opened: list[float] = []
    written: list[float] = []
    with transaction() as session:
        escalation = raise_for(session, add_dispute(session, world, number=90001), now=wired().clock.now())
    put_all(devices, escalation=escalation)
    watching = threading.Thread(target=lambda: opened.extend(_opened(app, world, over)))
    writing = threading.Thread(target=lambda: written.extend(_written(app, world, over)))
    watching.start()
    writing.start()
    began = time.perf_counter()
    while send_due_messages().claimed:
        pass
    seconds = time.perf_counter() - began
    over.set()
    watching.join()
    writing.join()
    arrived, refused = receiver.received()
    with reading() as session:
        left = session.scalar(select(func.count()).where(OutboxMessage.state == "due"))
    return {
        "devices": len(devices),
        "seconds": round(seconds, 1),
        "per_second": round(len(devices) / seconds, 1),
        "arrived": arrived - accepted - 1,  # the storm's own escalation told the county's device
        "refused": refused,
        "left": left,
        "inbox_quiet_p95_ms": p95(quiet),
        "inbox_p95_ms": p95(opened),
        "inbox_opened": len(opened),
        "write_p95_ms": p95(written),
    }


def hand_over(app: Flask, world: World, receiver: Receiver, devices: Sequence[UUID], *, times: int) -> dict[str, Any]:
    """Return how long it took, at most, from an escalation that is raised to its arrival, with 100 waiting before it.

    The scheduler runs as in ``grid-app serve``, so that the wait for its next look at the outbox counts.
    """
    jobs = [job for job in JOBS if job.function is deliver_job]
    leader = Leader(app.extensions["grid"].engine, holder=process_name())
    scheduler = start_background(app, jobs=jobs, leader=leader)
    found: list[float] = []
    try:
        for turn in range(times):
            time.sleep(PAUSE + POLL_SECONDS * turn / times)  # at another moment between two looks each time
            before, _ = receiver.received()
            put_all(devices)
            with transaction() as session:
                raise_for(session, add_dispute(session, world, number=91001 + turn), now=wired().clock.now())
            began = time.perf_counter()
            expected = before + len(devices) + 1
            while receiver.received()[0] < expected and time.perf_counter() - began < 60:
                time.sleep(LOOK_EVERY)
            found.append(time.perf_counter() - began)
    finally:
        scheduler.shutdown()
    return {"waiting": len(devices), "seconds_worst": round(max(found), 2), "times": times}


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return round(1000 * sorted(times)[max(0, int(len(times) * 0.95) - 1)], 1) if times else 0.0


def _opened(app: Flask, world: World, over: threading.Event, *, times: int = 100_000) -> list[float]:
    """Return how long the inbox took to open, again and again until it is over."""
    client = app.test_client()
    found: list[float] = []
    answer = client.post("/sign-in", data={"login": "county_officer", "password": PASSWORD})
    assert answer.status_code == 302, world
    while not over.is_set() and len(found) < times:
        began = time.perf_counter()
        assert client.get(PAGE).status_code == 200
        found.append(time.perf_counter() - began)
        over.wait(PAUSE)
    return found


def _written(app: Flask, world: World, over: threading.Event) -> list[float]:
    """Return how long it took to write a new matter, once a second until it is over."""
    found: list[float] = []
    with app.app_context():
        while not over.wait(PAUSE * 2):
            began = time.perf_counter()
            with transaction() as session:
                add_dispute(session, world, number=80001 + len(found))
            found.append(time.perf_counter() - began)
    return found
