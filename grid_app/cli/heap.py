"""What a serving process does with its memory once it has read all its code."""

from __future__ import annotations

import gc


def settle_heap() -> None:
    """Take what exists now out of the garbage collector's rounds: code, models and pages live as long as the process.

    A full round over these some 280,000 objects stops every thread for 160 ms, and it falls into whichever page is
    being made just then. What requests make afterwards is still collected.
    """
    gc.collect()
    gc.freeze()
