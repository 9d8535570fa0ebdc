"""How sure a share from a sample is."""

from __future__ import annotations

from math import sqrt
from typing import Final

Z: Final = 1.959963985


def wilson(part: float, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of Wilson for a share, both ends between 0 and 1.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if whole <= 0:
        return 0.0, 1.0
    rate = part / whole
    middle = rate + Z * Z / (2 * whole)
    spread = Z * sqrt(rate * (1 - rate) / whole + Z * Z / (4 * whole * whole))
    below = 1 + Z * Z / whole
    return max((middle - spread) / below, 0.0), min((middle + spread) / below, 1.0)
