"""`grid-app` as a process of its own that has imported already: one helper imports, and forks for every start.

A start of the program takes seconds, nearly all of them for importing; tests that kill servers start dozens. What is
forked has its own process id, signals, environment, standard streams and end, as if somebody had typed the command.

The helper reads a JSON list per line: ``["start", module, words, environment, into, out, err]`` is answered by the
process id, ``["poll", id]`` by null while it runs and by its exit code afterwards, negative for the signal that ended
it. Modules of tests that are processes of their own (``main()`` without arguments) start in the same way.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "grid_app.cli.main"
IMPORTED = (PROGRAM, *(f"grid_app.cli.{name}" for name in ("serve", "scheduler", "dispatch")))
PR_SET_PDEATHSIG = 1
"""prctl(2): die with the helper, so that a failing test leaves no process behind."""


class Helper:
    """The process that has imported the program."""

    def __init__(self) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self._busy = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_program"], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        atexit.register(self._stop)

    def ask(self, *words: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._busy:
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def _stop(self) -> None:
        self._process.communicate(timeout=30)


@cache
def helper() -> Helper:
    """Return the helper of this process."""
    return Helper()


class WarmProcess:
    """One start of `grid-app`, used like the `Popen` of it; text of its streams comes as it is written.

    ``module`` is another program than `grid-app`; one that ``listens`` has a ``stdin``.
    """

    def __init__(
        self,
        words: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        out: Path | None = None,
        err: Path | None = None,
        module: str = PROGRAM,
        listens: bool = False,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="warm-")
        pipes = [Path(self._folder.name) / name for name in ("in", "out", "err")]
        given_places = (None if listens else Path(os.devnull), out, err)
        places = [given or pipe for given, pipe in zip(given_places, pipes, strict=True)]
        for pipe in set(places) & set(pipes):
            os.mkfifo(pipe)
        self.pid: int = helper().ask("start", module, words, dict(environment), *map(str, places))
        self.returncode: int | None = None
        self.stdout, self.stderr = (_opened(place) if place in pipes else None for place in places[1:])
        self.stdin = places[0].open("w", encoding="utf-8") if listens else None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = helper().ask("poll", self.pid)
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        self._folder.cleanup()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = 60) -> tuple[str, str]:
        """Return what it still says, once it has ended; one that does not end in time is killed."""
        watch = threading.Timer(timeout, self.kill)
        watch.start()
        said = ["", ""]
        for number, stream in enumerate((self.stdout, self.stderr)):
            if stream is not None and not stream.closed:
                with stream:
                    said[number] = stream.read()
        self.wait(timeout)
        watch.cancel()
        watch.join()
        return said[0], said[1]


def _opened(pipe: Path) -> TextIO:
    return pipe.open(encoding="utf-8")


def _start(module: str, words: list[str], environment: dict[str, str], into: str, out: str, err: str) -> None:
    """Become the program: own streams and environment, nothing of the helper's."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    for number, place in ((1, out), (2, err)):
        opened = os.open(place, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(os.open(into, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["grid-app", *words]
    importlib.import_module(module).main()


def _poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _serve() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    while line := sys.stdin.readline():
        what, *asked = json.loads(line)
        if what == "poll":
            print(json.dumps(_poll(*asked)), flush=True)
            continue
        importlib.import_module(asked[0])
        if child := os.fork():
            print(child, flush=True)
        else:
            return _start(*asked)
    return None


if __name__ == "__main__":
    _serve()
