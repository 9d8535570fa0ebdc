"""Four schedulers and four dispatchers as processes: started, killed without warning, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.escalations.clock import SLOTS

ROOT: Final = Path(__file__).resolve().parents[2]
SCHEDULERS: Final = 4
READY_SECONDS: Final = 60


def kind_of(slot: int) -> str:
    """Return what runs in a slot."""
    return "scheduler" if slot < SCHEDULERS else "dispatcher"


class Children:
    """The processes by slot; ``kills`` counts what was killed."""

    def __init__(self, forker: subprocess.Popen[str]) -> None:
        self._forker = forker
        self._pids: dict[int, int] = {}
        self.kills: Counter[str] = Counter()
        self.died_alone = 0

    def start(self, slot: int) -> None:
        """Start what belongs into a slot."""
        if self._forker.stdin is None or self._forker.stdout is None:
            raise RuntimeError("the forker has no pipes")
        print(f"{kind_of(slot)} {slot}", file=self._forker.stdin, flush=True)
        self._pids[slot] = int(self._forker.stdout.readline())

    def start_all(self) -> None:
        """Start whatever does not run."""
        for slot in range(SLOTS):
            if not self.runs(slot):
                self.died_alone += slot in self._pids
                self.start(slot)

    def runs(self, slot: int) -> bool:
        """Say whether the process of a slot is there, and still a child of ours."""
        pid = self._pids.get(slot)
        if pid is None:
            return False
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            return False
        return after_name[0] != "Z" and int(after_name[1]) == self._forker.pid

    def kill(self, slot: int) -> None:
        """Kill the process of a slot at whatever it is."""
        if self.runs(slot):
            os.kill(self._pids[slot], signal.SIGKILL)
            self.kills[kind_of(slot)] += 1
        self._pids.pop(slot, None)


@contextmanager
def children(settings_file: Path) -> Iterator[Children]:
    """Give the processes, none running yet; all of them end with this."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.escalations.child", str(settings_file)]
    with (settings_file.parent / "children.log").open("w", encoding="utf-8") as log:
        forker = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        with forker:
            if forker.stdout is None or forker.stdout.readline() != "ready\n":
                raise RuntimeError(f"the children could not be loaded, see {log.name}")
            try:
                yield Children(forker)
            finally:
                forker.kill()  # its children die with it
