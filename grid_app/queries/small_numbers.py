"""Small numbers: counts under five and shares of few are not shown where sums per village or grid are printed."""

from __future__ import annotations

from typing import Final

LEAST_SHOWN: Final = 5
LEAST_FOR_RATE: Final = 10
FEW: Final = f"<{LEAST_SHOWN}"
TOO_FEW: Final = "样本不足"


def shown(count: int) -> str:
    """Return a count as it may stand in the row of a village or grid: 0, "<5" for 1 to 4, else the number."""
    return FEW if 0 < count < LEAST_SHOWN else str(count)


def band_shown(count: int) -> str:
    """Return a count of a quarter: under ten as a band, else the number.

    Examples
    --------
    >>> [band_shown(count) for count in (0, 3, 9, 10)]
    ['0', '<5', '5-9', '10']
    """
    return f"{LEAST_SHOWN}-{LEAST_FOR_RATE - 1}" if LEAST_SHOWN <= count < LEAST_FOR_RATE else shown(count)


def rate_shown(part: int, whole: int) -> str:
    """Return the share of ``part`` in ``whole`` as a percentage; under ten in the whole it says nothing."""
    return TOO_FEW if whole < LEAST_FOR_RATE else f"{part / whole:.0%}"
