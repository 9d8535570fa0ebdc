"""The cells of a workbook that somebody sent, read by a process of its own that may not take much.

The reader believes what a file says of its size: some kilobytes of the old kind (.xls) make it ask for more memory than
there is, and the process in which it does so is ended at once, with no error that could be caught. Here it is a child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from grid_app.documents.workbook_reach import NoWorkbookError

CHILD: Final = "grid_app.documents.workbook_apart_child"
LENGTH_BYTES: Final = 8
NO_WORKBOOK, TOO_LARGE = 3, 4
"""How the child ends when it has nothing to tell."""
LONGEST_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 20.0
"""How long to wait for somebody else's workbook; one is read at a time."""
_HOME: Final = str(Path(__file__).parents[2])
_turn: Final = BoundedSemaphore(1)
Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of a merged range, by row and column from 0."""


class BusyError(Exception):
    """Others are having their workbooks read."""


class TooLargeError(ValueError):
    """Reading it takes more memory or time than anybody gets."""


@dataclass(frozen=True)
class ReadSheet:
    """One visible sheet: its cells as texts, row by row, or none where it has more ``lines`` than were asked for."""

    name: str
    lines: int
    rows: Sequence[Sequence[str]]
    merged: Sequence[Range]


@dataclass(frozen=True)
class ReadBook:
    """The names of the visible sheets, and those that were read."""

    names: tuple[str, ...]
    sheets: tuple[ReadSheet, ...]


def read_apart(raw: bytes, *, wanted: str, most_lines: int) -> ReadBook:
    """Return the visible sheets of a workbook, or the one named ``wanted``.

    Raises
    ------
    NoWorkbookError
        It is no workbook, or it is damaged or locked.
    TooLargeError, BusyError
        As their names say.
    """
    if not _turn.acquire(timeout=PATIENCE_SECONDS):
        raise BusyError
    try:
        answer = _asked(raw, {"wanted": wanted, "most_lines": most_lines})
    finally:
        _turn.release()
    return ReadBook(tuple(answer["names"]), tuple(_sheet(*one) for one in answer["sheets"]))


def _asked(raw: bytes, order: dict[str, str | int]) -> dict[str, Any]:
    told = json.dumps(order).encode()
    command = [sys.executable, "-P", "-m", CHILD]
    try:
        done = subprocess.run(  # noqa: S603 - this Python and a module of our own
            command, input=len(told).to_bytes(LENGTH_BYTES, "big") + told + raw, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=_environment(), timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TooLargeError("time") from error
    if done.returncode < 0 or done.returncode == TOO_LARGE:  # a signal ends it when its memory or time is over
        raise TooLargeError(f"ended with {done.returncode}")
    if done.returncode:
        raise NoWorkbookError(f"ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _sheet(name: str, lines: int, rows: list[list[str]], merged: list[list[list[int]]]) -> ReadSheet:
    return ReadSheet(name, lines, rows, [((top, left), (bottom, right)) for (top, left), (bottom, right) in merged])


def _environment() -> dict[str, str]:
    """Return what the child needs: where the code is, nothing of keys and databases."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)]), "PYTHONUTF8": "1"}
