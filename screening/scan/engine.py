"""The two ways of computing: compiled loops, and whole arrays; they give the same answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.scan import draws, kernel_numpy
from screening.scan.compiled import HAS_NUMBA
from screening.scan.search import Drawn, Search


@dataclass(frozen=True)
class Engine:
    """The loops that a scan calls; see `kernel` and `draws` for what each does.

    Attributes
    ----------
    lanes : int
        Replicates that are drawn at a time; changes no result.
    maxima : callable
        From a search to a function that finds the largest statistics of what was drawn.
    """

    name: str
    lanes: int
    maxima: Callable[[Search], Callable[[Drawn], NDArray[np.float64]]]
    best_windows: Callable[..., Any]
    draw_permuted: Callable[..., Any]
    draw_scattered: Callable[..., Any]
    draw_labelled: Callable[..., Any]


ARRAYS: Final = Engine(
    "arrays",
    kernel_numpy.LANES,
    kernel_numpy.maxima,
    kernel_numpy.best_windows,
    kernel_numpy.draw_permuted,
    kernel_numpy.draw_scattered,
    kernel_numpy.draw_labelled,
)


def _compiled() -> Engine:
    from screening.scan import abreast, kernel, lanes  # noqa: PLC0415 - these need numba

    return Engine(
        "compiled",
        lanes.LANES,
        abreast.Abreast,
        kernel.best_windows,
        draws.draw_permuted,
        draws.draw_scattered,
        draws.draw_labelled,
    )


FASTEST: Final = _compiled() if HAS_NUMBA else ARRAYS
"""The compiled loops where numba is installed, else those on arrays."""
