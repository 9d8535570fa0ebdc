"""An activation of boundaries that a test kills: imports once, then forks a fresh one for each line on its input.

A line is a JSON list: the database's address, the folder, the command's words, the minutes by which its clock runs
ahead, and where it dies: before its n-th writing statement, at ``commit`` or at ``tiles``. The answer is a JSON list:
the signal that ended it (0 for none), its exit code, and how many statements wrote.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine, event

from grid_app.cli import context
from grid_app.cli.main import main as grid_app
from grid_app.factory import create_app
from grid_app.http import tiles
from tests.fakes import FrozenClock
from tests.world import NOW

PR_SET_PDEATHSIG = 1
"""prctl(2): die with the parent, so that a failing test leaves no process behind."""
WORK = 2
"""The first transaction takes the lease, the second one activates."""


def die(*_args: object, **_more: object) -> None:
    """End as by kill -9: nothing is written, closed or rolled back any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def run(url: str, folder: Path, words: list[str], minutes: int, point: int | str) -> None:
    """Run the command as somebody typed it, until it dies or ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    written, commits = folder / "written", 0

    def count(_connection, _cursor, statement: str, *_more: object) -> None:
        if statement.lstrip()[:6].upper() not in ("INSERT", "UPDATE", "DELETE"):
            return
        number = int(written.read_text("utf-8")) + 1
        written.write_text(str(number), "utf-8")
        if number == point:
            die()

    def committing(_connection) -> None:
        nonlocal commits
        commits += 1
        if point == "commit" and commits == WORK:
            die()

    written.write_text("0", "utf-8")
    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", committing)
    if point == "tiles":
        tiles.cut_in_use = die
    os.environ.update(DATABASE_URL=url, GRID_INSTANCE_DIR=str(folder / "instance"))
    clock = FrozenClock(NOW + timedelta(minutes=minutes))
    with patch.object(context, "create_app", lambda settings: create_app(settings, clock=clock)):
        grid_app(words)


def main() -> None:
    """Fork one activation per line."""
    print("ready", flush=True)
    for line in sys.stdin:
        url, folder, words, minutes, point = json.loads(line)
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)  # what the command prints is no answer
            run(url, Path(folder), words, minutes, point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        print(json.dumps([ended, code, int((Path(folder) / "written").read_text("utf-8"))]), flush=True)


if __name__ == "__main__":
    main()
