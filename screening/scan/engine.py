"""The two ways of computing: compiled loops, and whole arrays; they give the same answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from screening.scan import draws, kernel, kernel_numpy
from screening.scan.compiled import HAS_NUMBA


@dataclass(frozen=True)
class Engine:
    """The loops that a scan calls; see `kernel` and `draws` for what each does."""

    name: str
    nested_maxima: Callable[..., Any]
    free_maxima: Callable[..., Any]
    best_windows: Callable[..., Any]
    fill_permuted: Callable[..., Any]
    fill_scattered: Callable[..., Any]
    fill_labelled: Callable[..., Any]


COMPILED: Final = Engine(
    "compiled",
    kernel.nested_maxima,
    kernel.free_maxima,
    kernel.best_windows,
    draws.fill_permuted,
    draws.fill_scattered,
    draws.fill_labelled,
)
ARRAYS: Final = Engine(
    "arrays",
    kernel_numpy.nested_maxima,
    kernel_numpy.free_maxima,
    kernel_numpy.best_windows,
    kernel_numpy.fill_permuted,
    kernel_numpy.fill_scattered,
    kernel_numpy.fill_labelled,
)


def fastest() -> Engine:
    """Return the compiled loops where numba is installed, else those on arrays."""
    return COMPILED if HAS_NUMBA else ARRAYS
