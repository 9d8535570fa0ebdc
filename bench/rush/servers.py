"""The two forms of serving as an operator starts them: `grid-app web` on PostGIS, `grid-app serve` on SQLite."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEYS = {
    "GRID_SESSION_KEY": "session.key",
    "GRID_RECEIPT_KEY": "receipt.key",
    "GRID_FIELD_KEYS": "field.keys",
    "GRID_VAPID_PRIVATE_KEY": "vapid.key",
    "GRID_OFFICE_KEYS": "office.keys",
}
START_SECONDS, STOP_SECONDS = 60, 60
PROGRAM = "from grid_app.cli.main import main; main()"


@contextmanager
def server(form: str, folder: Path, url: str, *, workers: int) -> Iterator[int]:
    """Serve an installation in a process of its own; give the port."""
    port = free_port()
    environment = {**os.environ, "GRID_INSTANCE_DIR": str(folder), "DATABASE_URL": url}
    arguments = ["serve", "--port", str(port)]
    if form == "server":
        environment |= {name: (folder / file).read_text("utf-8").strip() for name, file in KEYS.items()}
        environment["GRID_SERVER_MODE"] = "1"
        arguments = ["web", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    with (folder / "rush.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(port, running, folder / "rush.log")
            yield port
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(STOP_SECONDS)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            time.sleep(3)  # every worker has read its code
            return
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8')[-2_000:]}")
