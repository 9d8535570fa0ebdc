"""The solver of sitings in a process of its own: it can be stopped at any moment, and dies with who asked it.

A solver inside the server cannot be interrupted between its first cut and its time limit. Here the arrays go to a child
through a pipe that stays open; when it breaks, because the asking process was killed, the child ends itself.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from scipy.sparse import csr_array

    from geo.coordinates import Floats
    from geo.coverage.places import Ints

CHILD: Final = "grid_app.adapters.siting_solver_child"
LENGTH_BYTES: Final = 8
LOOK_SECONDS: Final = 0.2
GRACE_SECONDS: Final = 10.0
"""How long after its limit a solver may still be busy with one step before it is ended without an answer."""
_HOME: Final = str(Path(__file__).parents[2])


class StoppedError(Exception):
    """Whoever asked does not want the answer any more."""


class SolverFailedError(Exception):
    """The child ended without an answer."""


def solve_apart(
    matrix: csr_array, gains: Floats, number: int, seconds: float, *, goes_on: Callable[[], bool] = lambda: True
) -> tuple[Ints, float]:
    """Return what ``geo.coverage.siting.solve_here`` returns, worked out by a child.

    ``goes_on`` is asked several times a second. A child that is still busy long after ``seconds`` is ended: no sites,
    and the sum of all gains as the bound.

    Raises
    ------
    StoppedError
        ``goes_on`` said no; the child is dead.
    SolverFailedError
        The child ended without an answer.
    """
    command = [sys.executable, "-P", "-m", CHILD]
    with subprocess.Popen(  # noqa: S603 - this Python and a module of our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
    ) as child:
        try:
            _send(child, _packed(matrix, gains, number, seconds))
            is_done = _waited(child, monotonic() + seconds + GRACE_SECONDS, goes_on)
        finally:
            child.kill()  # one that has ended already is not harmed
        if not is_done:
            return np.empty(0, dtype=np.int64), float(gains.sum())
        answer = child.stdout.read() if child.stdout else b""
    if not answer:
        raise SolverFailedError(f"the solver ended with {child.returncode} and no answer")
    with np.load(io.BytesIO(answer), allow_pickle=False) as told:
        return told["chosen"].astype(np.int64), float(told["most"])


def _environment() -> dict[str, str]:
    """Return what a solver needs to know: where the code is, nothing of secrets and databases."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)]), "OPENBLAS_NUM_THREADS": "1"}


def _packed(matrix: csr_array, gains: Floats, number: int, seconds: float) -> bytes:
    packed = io.BytesIO()
    np.savez(
        packed, indices=matrix.indices, indptr=matrix.indptr, shape=np.array(matrix.shape), gains=gains,
        number=np.array(number), seconds=np.array(seconds),
    )  # fmt: skip
    return packed.getvalue()


def _send(child: subprocess.Popen[bytes], packed: bytes) -> None:
    """Write the arrays; the pipe stays open for as long as the asking process lives."""
    if child.stdin is None:
        raise SolverFailedError("the solver has no pipe")
    try:
        child.stdin.write(len(packed).to_bytes(LENGTH_BYTES, "big") + packed)
        child.stdin.flush()
    except BrokenPipeError as error:
        raise SolverFailedError("the solver ended before it was asked") from error


def _waited(child: subprocess.Popen[bytes], until: float, goes_on: Callable[[], bool]) -> bool:
    """Wait for the child's end; ``False`` when it is late."""
    while True:
        try:
            child.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if not goes_on():
                raise StoppedError from None
            if monotonic() >= until:
                return False
        else:
            return True
