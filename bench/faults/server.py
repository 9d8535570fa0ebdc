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
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.policy import Role
from grid_app.services.devices import register_device
from grid_app.services.ladders import seed_ladders
from grid_app.settings import Settings
from tests.world import build_world

COMMAND = (sys.executable, "-c", "from grid_app.cli.main import main; main()", "serve", "--port")
ROLES = (Role.GRID_WORKER, Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD)
"""The first two phones belong to one worker; further phones begin again."""
START_SECONDS = 60.0


@dataclass(frozen=True)
class KnownPhone:
    """A registered phone: its token, and the account that it works for."""

    token: str
    owner: str


def make_office(folder: Path, phones: int) -> tuple[Flask, list[KnownPhone]]:
    """Make the county in ``folder``, with as many registered phones."""
    app = create_app(Settings(instance_dir=folder, database_url=f"sqlite:///{folder / 'grid.sqlite'}"))
    now = datetime.now(UTC)
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            world = build_world(session)
            seed_ladders(session, now)
            session.flush()  # the phones need the ids of the accounts
            known = []
            for number in range(phones):
                actor = world.actor(session, ROLES[number % len(ROLES)])
                device = register_device(session, actor=actor, label=f"{number}", pin="2580", days=30, now=now)
                known.append(KnownPhone(device.token, str(actor.account_id)))
    return app, known


class Server:
    """A serving process on a fixed port that is killed now and then and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.kills = 0
        self._stopping = threading.Event()
        self._process = self._start()

    @property
    def address(self) -> str:
        """Return where it serves, on this machine only."""
        return f"http://127.0.0.1:{self.port}"

    def _start(self) -> subprocess.Popen[bytes]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("GRID_", "DATABASE_URL"))}
        environment = {
            **plain,
            "GRID_INSTANCE_DIR": str(self._folder),
            "GRID_DATABASE_URL": f"sqlite:///{self._folder / 'grid.sqlite'}",
        }
        with (self._folder / "serve.out").open("ab") as out:
            process = subprocess.Popen([*COMMAND, str(self.port)], stdout=out, stderr=out, env=environment)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return process
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {(self._folder / 'serve.out').read_text('utf-8')[-2_000:]}")

    def kill(self) -> None:
        """Kill the process as a power cut does, and start it again on the same data."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1
        self._process = self._start()

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
