"""Killing the scheduler at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from grid_app.clock import SystemClock
from grid_app.database.transaction import reading, transaction
from grid_app.factory import create_app
from grid_app.models.escalations import DeliveryAttempt, Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.services.audit import first_broken_link
from grid_app.services.escalations.subscriptions import subscribe
from grid_app.settings import Settings
from notifications.vapid import keypair_of
from tests.escalation_world import add_dispute, raise_for
from tests.push_receiver import PushReceiver, target_of
from tests.warm_program import WarmProcess
from tests.world import World, build_world

KILLS = 10
STEP_MINUTES = 30
"""Each scheduler's clock stands half an hour ahead of the one before: leases lapse, ladders climb in the fourth."""
NEW_EACH_TIME = 4
STEPS_BEFORE_DEATH = 3
CLIMBING_TURNS = (5, 8)
"""Turns that are killed while ladders climb; the others while messages are sent."""


@contextmanager
def _forker(folder: Path) -> Iterator[WarmProcess]:
    process = WarmProcess(
        (str(folder),), os.environ, err=folder / "scheduler.log", module="tests.integration.scheduler_child",
        listens=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _start(forker: WarmProcess, minutes: int) -> int:
    print(minutes, file=forker.stdin, flush=True)
    return int(forker.stdout.readline())


def _raise_some(world: World, first: int, count: int) -> None:
    now = SystemClock().now()
    for number in range(first, first + count):
        with transaction() as session:
            dispute = add_dispute(session, world, number=number)
            raise_for(session, dispute, danger=True, now=now)  # neither held at night nor capped


def _progress(turn: int) -> int:
    """Count what the scheduler of a turn has done that a kill could lose or double."""
    if turn in CLIMBING_TURNS:
        return _count(EscalationEvent, EscalationEvent.kind.in_(("climbed", "exhausted")))
    return _count(OutboxMessage, OutboxMessage.state != "due")


def _kill_at_work(child: int, turn: int, before: int, wait: float) -> None:
    """Kill a scheduler a moment after it has done some of its work, or after five seconds."""
    until = time.monotonic() + 5
    while _progress(turn) < before + STEPS_BEFORE_DEATH and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)


def _is_quiet() -> bool:
    with reading() as session:
        climbing = session.scalar(select(func.count()).where(Escalation.state == "open"))
        waiting = session.scalar(select(func.count()).where(OutboxMessage.state == "due"))
    return climbing == waiting == 0


def _wait_until_quiet(forker: WarmProcess, minutes: int) -> None:
    """Let unharmed schedulers finish: each stands three hours ahead, past every lease and every rung."""
    for ahead in (minutes, minutes + 180, minutes + 360, minutes + 540):
        child, until = _start(forker, ahead), time.monotonic() + 4
        while not _is_quiet() and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(child, signal.SIGKILL)
        if _is_quiet():
            return


@pytest.fixture
def killed_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(sqlite_template, tmp_path / "grid.sqlite")
    app = create_app(Settings(instance_dir=tmp_path, push_allow_loopback=True))
    with app.app_context():
        yield app
        app.extensions["grid"].engine.dispose()


@pytest.mark.slow
def test_a_scheduler_killed_ten_times_loses_and_doubles_nothing(killed_app: Flask, tmp_path: Path):
    chance, total = random.Random(7), KILLS * NEW_EACH_TIME  # noqa: S311 - moments of death, not secrets
    public = keypair_of(killed_app.extensions["grid"].keys.vapid_private).public_b64url
    with PushReceiver() as receiver, _forker(tmp_path) as forker:
        with transaction() as session:
            world = build_world(session)
            for name in ("county_officer", "county_lead"):
                target = target_of(receiver.subscription(public))
                actor = world.actor(session, name)
                subscribe(session, target=target, label="", actor=actor, now=SystemClock().now())

        for turn in range(KILLS):
            before = _progress(turn)
            child = _start(forker, turn * STEP_MINUTES)
            _raise_some(world, turn * NEW_EACH_TIME + 1, NEW_EACH_TIME)
            _kill_at_work(child, turn, before, chance.uniform(0, 0.03))
        climbed_under_fire = _count(EscalationEvent, EscalationEvent.kind == "climbed")
        _wait_until_quiet(forker, KILLS * STEP_MINUTES)

    assert climbed_under_fire > 0
    assert _is_quiet()
    with reading() as session:
        kinds = Counter(session.scalars(select(EscalationEvent.kind)))
        assert kinds == dict.fromkeys(("opened", "climbed", "exhausted"), total) | {"told": 2 * total}
        assert _count(InboxItem) == 2 * total
        assert session.scalars(select(OutboxMessage.state)).all() == ["sent"] * 2 * total
        ends = session.execute(select(DeliveryAttempt.outbox_id, DeliveryAttempt.outcome)).all()
        assert Counter(row.outcome for row in ends) == {"sent": 2 * total}
        assert len({row.outbox_id for row in ends}) == 2 * total
        assert first_broken_link(session) is None
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    tags = Counter(message["tag"] for message in receiver.received)
    assert len(tags) == total
    assert min(tags.values()) >= 2


def _count(table: type, *conditions: object) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
