"""What runs in the solver's own process: read the arrays, solve, write the answer, end; see ``siting_solver``."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from geo.coverage.siting import solve_here

LENGTH_BYTES: Final = 8
NICE: Final = 5
ORPHANED: Final = 3


def main() -> None:
    """Answer the one question that comes through the pipe."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no part of the answer
    os.nice(NICE)
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big")
    packed = sys.stdin.buffer.read(length)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with np.load(io.BytesIO(packed), allow_pickle=False) as asked:
        indices, shape = asked["indices"], asked["shape"].tolist()
        matrix = csr_array((np.ones(len(indices)), indices, asked["indptr"]), shape=tuple(shape))
        chosen, most = solve_here(matrix, asked["gains"], int(asked["number"]), float(asked["seconds"]))
    with answer:
        np.savez(answer, chosen=chosen, most=np.array(most))


def _end_with_parent() -> None:
    """End this process when the pipe breaks: nobody is left to read the answer."""
    sys.stdin.buffer.read()
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
    os._exit(0)  # the thread still waits at the pipe
