"""Tiles cut by a process of its own: pages answer meanwhile, and killing it loses nothing.

Cutting a large county takes half a minute of one core. In a thread of the server it would hold up every page; here the
thread only waits. The child is told where the database is through a pipe that stays open, and ends with who asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from grid_app.adapters.tile_cutting import BeingCutError

CHILD: Final = "grid_app.adapters.tile_cutting_child"
BEING_CUT_CODE: Final = 75
"""How the child ends when somebody else is cutting (EX_TEMPFAIL of sysexits.h)."""
at_work: Final[set[subprocess.Popen[bytes]]] = set()
"""The children of this process."""
_HOME: Final = str(Path(__file__).parents[2])


class CutterKilledError(Exception):
    """The child was ended by a signal; nothing is left that would be served, and it may be tried again."""


class CutterFailedError(Exception):
    """The child ended with an error, which it has written to the log."""


def cut_apart(generation: UUID, *, database_url: str, folder: Path) -> None:
    """Let a child cut the tiles of a generation into ``folder``, and wait for it.

    Raises
    ------
    BeingCutError
        Somebody else is cutting in this folder.
    CutterKilledError, CutterFailedError
        As their names say.
    OSError
        No process can be started here.
    """
    command = [sys.executable, "-P", "-m", CHILD]
    with subprocess.Popen(  # noqa: S603 - this Python and a module of our own
        command, stdin=subprocess.PIPE, env=_environment()
    ) as child:
        at_work.add(child)
        try:
            _tell(child, {"database": database_url, "folder": str(folder), "generation": str(generation)})
            code = child.wait()
        finally:
            child.kill()  # one that has ended already is not harmed
            at_work.discard(child)
    if code == BEING_CUT_CODE:
        raise BeingCutError
    if code < 0:
        raise CutterKilledError(f"ended by signal {-code}")
    if code:
        raise CutterFailedError(f"ended with {code}")


def _environment() -> dict[str, str]:
    """Return what the child needs beside what it is told: where the code is, no key of the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRID_")}
    return kept | {"PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)])}


def _tell(child: subprocess.Popen[bytes], order: dict[str, str]) -> None:
    """Write one line; the pipe stays open for as long as the asking process lives."""
    if child.stdin is None:
        raise CutterFailedError("the child has no pipe")
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
    except BrokenPipeError as error:
        raise CutterFailedError("the child ended before it was told anything") from error
