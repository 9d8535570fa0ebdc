"""Compiling a function with numba where it is installed; without it the function stays what it is."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

HAS_NUMBA = find_spec("numba") is not None
"""Whether the kernels are compiled; otherwise ``kernel_numpy`` gives the same answers, slower."""


def compiled(function: F) -> F:
    """Return ``function`` compiled and kept on disk, or itself on a machine without numba."""
    if not HAS_NUMBA:
        return function
    from numba import njit  # noqa: PLC0415 - half a second that only a scan should pay

    return cast("F", njit(cache=True, nogil=True)(function))
