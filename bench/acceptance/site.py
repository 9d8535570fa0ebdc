"""One installation under test: the application, real HTTP on loopback, and its command line, all at one clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cheroot.wsgi import Server
from click.testing import CliRunner
from flask import Flask

from bench.acceptance.timeline import SettableClock
from grid_app.cli.heap import settle_heap
from grid_app.cli.main import main as grid_app_command
from grid_app.factory import create_app
from grid_app.settings import Settings
from grid_app.wiring import Wiring

THREADS = 4
COMMAND_SECONDS = 300


class CommandFailedError(Exception):
    """A command ended with another code than 0; the message holds what it said."""


class Site:
    """An installation in a folder of its own.

    Parameters
    ----------
    folder : Path
        Becomes the instance folder: keys, and the database when none is named.
    database_url : str
        Empty for SQLite in the folder.
    clock : SettableClock
        The time of the application and of every command.
    """

    def __init__(self, folder: Path, database_url: str, clock: SettableClock) -> None:
        self.folder = folder
        self.clock = clock
        self.database_url = database_url
        self.origin = ""
        self.app: Flask

    @property
    def wiring(self) -> Wiring:
        """Return what the application runs with."""
        wiring: Wiring = self.app.extensions["grid"]
        return wiring

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the application on a free loopback port and stand in its context, until the block ends."""
        settings = Settings(instance_dir=self.folder, database_url=self.database_url, push_allow_loopback=True)
        self.app = create_app(settings, clock=self.clock)
        server = Server(("127.0.0.1", 0), self.app, numthreads=THREADS)
        server.prepare()
        self.origin = f"http://127.0.0.1:{server.bind_addr[1]}"
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        settle_heap()  # as a serving process does when it has started
        try:
            with self.app.app_context():
                yield
        finally:
            server.stop()
            thread.join(timeout=10)
            self.wiring.engine.dispose()

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a command: this database, at the simulated moment.

        A simulated time is accepted in the demonstration mode only, so a command runs in that.
        """
        return {
            "GRID_INSTANCE_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "GRID_DEMO": "1",
            "SIMULATED_NOW": self.clock.now().isoformat(),
        }

    def command(self, *arguments: str) -> Any:
        """Run a command of ``grid-app`` with ``--json`` in this process and return its document.

        It uses the application that is served, so that a year of weekly imports does not read all places each week;
        ``program`` runs one as it is installed.
        """
        with self._time_passing():
            done = CliRunner().invoke(
                grid_app_command, [*arguments, "--json"], env=self.environment, obj=getattr(self, "app", None)
            )
        if done.exit_code:
            raise CommandFailedError(f"{' '.join(arguments)}: {done.stderr or done.output}") from done.exception
        return json.loads(done.stdout)

    def program(self, *arguments: str) -> str:
        """Run the installed ``grid-app`` as a process of its own and return what it printed."""
        with self._time_passing():
            done = self._run(arguments)
        if done.returncode:
            raise CommandFailedError(f"{' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / "grid-app"), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    @contextmanager
    def _time_passing(self) -> Iterator[None]:
        """Let the simulated clock catch up with a command, whose own clock runs on from the moment it began."""
        begun = time.monotonic()
        yield
        passed = timedelta(minutes=(time.monotonic() - begun) // 60 + 1)
        self.clock.set(self.clock.now() + passed)
