"""The server under fault injection: a small county on the embedded database, served by a process that may be killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from grid_app.clock import SHANGHAI, local_date
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Actor
from grid_app.services.accounts.devices import register_device
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.rounds.calendar import Period
from grid_app.services.rounds.returns import submit_return
from grid_app.services.rounds.steps import open_round
from grid_app.settings import Settings
from tests.builders import add_dispute
from tests.warm_program import WarmProcess
from tests.world import World, build_world

COMMAND = (sys.executable, "-c", "from grid_app.cli.main import main; main()", "serve", "--port")
WORKERS = ("grid_worker", "grid_worker", "mediator", "village_lead", "second_grid_worker")
"""The first two phones belong to one worker; further phones begin again."""
GRIDS = {"grid_worker": "990101001201J001", "second_grid_worker": "990101001201J002"}
VILLAGE = "990101001201"
ROUND_DAYS, LONG_AGO_DAYS = 30, 200
START_SECONDS = 60.0


@dataclass(frozen=True)
class KnownPhone:
    """A registered phone: its token, and the account that it works for."""

    token: str
    owner: str
    grid: str = ""
    """The grid that it answers rounds for, if any."""
    follow_up: str = ""
    """A visit that it may try again and again, if any."""


def open_app(folder: Path, url: str = "") -> Flask:
    """Return the application on ``folder``, and on its embedded database unless ``url`` names another."""
    return create_app(Settings(instance_dir=folder, database_url=url or f"sqlite:///{folder / 'grid.sqlite'}"))


def make_office(folder: Path, phones: int) -> tuple[Flask, list[KnownPhone]]:
    """Make the county in ``folder``, with as many registered phones."""
    app = open_app(folder)
    now = datetime.now(UTC)
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            world = build_world(session)
            seed_ladders(session, now)
            session.flush()  # the phones need the ids of the accounts
            known = []
            for number in range(phones):
                login = WORKERS[number % len(WORKERS)]
                actor = world.actor(session, login)
                device = register_device(session, actor=actor, label=f"{number}", pin="2580", days=30, now=now)
                visit = str(add_follow_up(session, world, login, now)) if login in GRIDS else ""
                known.append(KnownPhone(device.token, str(actor.account_id), GRIDS.get(login, ""), visit))
            _open_round(session, world.actor(session, "grid_worker"), now)
    return app, known


def add_follow_up(session: Session, world: World, login: str, now: datetime) -> UUID:
    """Add a dispute that was settled yesterday and the visit to it, carried by the worker of that name."""
    closed = now - timedelta(days=1)
    dispute = add_dispute(session, world, at=closed, state="closed", division_code=VILLAGE, reported_by=None)
    dispute.captured_at = dispute.received_at = closed - timedelta(days=LONG_AGO_DAYS)
    made = FollowUp(
        id=new_id(),
        dispute_id=dispute.id,
        closed_at=closed,
        day=1,
        due_on=local_date(now),
        carrier_id=world.assignments[login],
    )
    session.add(made)
    session.flush()
    return made.id


def _open_round(session: Session, actor: Actor, now: datetime) -> None:
    """Open a round; where reports will come in, it is answered before the first of them."""
    division, day = GRIDS["grid_worker"], now.astimezone(SHANGHAI).date()
    period = Period("faults", day, day + timedelta(days=ROUND_DAYS))
    open_round(
        session,
        actor=None,
        template_code="special",
        division_code=division[:12],
        period=period,
        name="排查",
        now=now,
    )
    session.flush()
    submit_return(session, actor=actor, division_code=division, zero=True, method_note="走访", now=now)


class Server:
    """A serving process on a fixed port that is killed now and then and started again.

    A warm one has imported already whenever it starts: it is away for less time, and is killed the more often.
    """

    def __init__(self, folder: Path, url: str = "", *, is_warm: bool = False) -> None:
        self._folder = folder
        self._is_warm = is_warm
        self._url = url or f"sqlite:///{folder / 'grid.sqlite'}"
        self.port = _free_port()
        self.kills = 0
        self._stopping = threading.Event()
        self._process = self._start()

    @property
    def address(self) -> str:
        """Return where it serves, on this machine only."""
        return f"http://127.0.0.1:{self.port}"

    def _start(self) -> subprocess.Popen[bytes] | WarmProcess:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("GRID_", "DATABASE_URL"))}
        environment = {
            **plain,
            "GRID_INSTANCE_DIR": str(self._folder),
            "DATABASE_URL": self._url,
        }
        process = self._begin(environment)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return process
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {(self._folder / 'serve.out').read_text('utf-8')[-2_000:]}")

    def _begin(self, environment: dict[str, str]) -> subprocess.Popen[bytes] | WarmProcess:
        told = self._folder / "serve.out"
        if self._is_warm:
            return WarmProcess(("serve", "--port", str(self.port)), environment, out=told, err=told)
        with told.open("ab") as out:
            return subprocess.Popen([*COMMAND, str(self.port)], stdout=out, stderr=out, env=environment)

    def strike(self) -> None:
        """Kill the process as a power cut does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def start_again(self) -> None:
        """Start it again on the same data."""
        self._process = self._start()

    def kill(self) -> None:
        """Kill the process and start it again."""
        self.strike()
        self.start_again()

    @contextlib.contextmanager
    def killed_every(self, seconds: float, seed: int) -> Iterator[None]:
        """Kill it at random moments, ``seconds`` apart on average, as long as the block runs; 0 is never."""
        chance = random.Random(seed)  # noqa: S311 - moments of death, not secrets
        thread = threading.Thread(target=self._kill_often, args=(seconds, chance), daemon=True)
        if seconds:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            if seconds:
                thread.join()

    def leave_alone(self) -> None:
        """Kill it no more; if it is just being started again, it will be there."""
        self._stopping.set()

    def _kill_often(self, seconds: float, chance: random.Random) -> None:
        while not self._stopping.wait(seconds * (0.5 + chance.random())):
            self.kill()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
