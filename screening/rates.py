"""The rate test asks whether a matter has become more frequent at a place than it used to be."""

from dataclasses import dataclass

from screening.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTest:
    """What the rate test answered.

    ``expected``, ``ratio`` and ``p`` are None when there is not enough history; ``passes`` is then False and the
    count rule decides alone. ``elsewhere`` is what the general level of the matter would bring here.
    """

    enough_history: bool
    base_days: int
    base_count: int
    observed: int
    elsewhere: float
    expected: float | None
    ratio: float | None
    p: float | None
    passes: bool


def rate_test(
    observed: int,
    base_count: int,
    base_days: int,
    window_days: int,
    params: Parameters,
    *,
    elsewhere: float = 0.0,
) -> RateTest:
    """Tell whether the window holds more incidents than the past and the general level lead one to expect.

    Null hypothesis: incidents of the window come as a Poisson count with mean ``expected``, the largest of what the
    base gives (the same place, category and kind of matter in the days before the window), what the general level
    of the matter in other places gives, and ``min_expected``. Alternative: they come at a higher rate. One-sided,
    upper tail: ``p = P(X >= observed)``. The mean is taken as known, which makes p a little too small when the base
    is short; ``min_expected`` and ``min_ratio`` guard against that. p is of one test; a round asks many groups.

    Parameters
    ----------
    observed, base_count : int
        Incidents in the window and in the base, each household counted once for one matter in one window length.
    base_days : int
        Days of the base on which reports were recorded, at most a year.
    window_days : int
        Days of the window.
    elsewhere : float
        Expected count by the general level of the matter; 0 leaves it out.
    params : Parameters
        ``base_days_min``, ``min_expected``, ``min_ratio`` and ``max_p`` are used.

    Returns
    -------
    RateTest
        With ``enough_history`` False and no figures when the base is shorter than ``base_days_min``.

    Raises
    ------
    ValueError
        When a count is negative or the window is empty.

    Examples
    --------
    >>> answer = rate_test(5, 1, 365, 90, Parameters())
    >>> round(answer.expected, 2), round(answer.ratio, 1), round(answer.p, 7), answer.passes
    (0.3, 16.7, 1.58e-05, True)
    >>> rate_test(5, 0, 20, 90, Parameters()).enough_history
    False
    """
    if observed < 0 or base_count < 0 or base_days < 0 or window_days < 1:
        raise ValueError("A rate test needs counts of 0 or more and a window of at least one day.")
    if base_days < params.base_days_min:
        return RateTest(
            enough_history=False, base_days=base_days, base_count=base_count, observed=observed,
            elsewhere=_rounded(elsewhere), expected=None, ratio=None, p=None, passes=False,
        )  # fmt: skip
    from scipy.special import gammainc  # noqa: PLC0415 - whoever only reads results need not load it

    expected = _rounded(max(params.min_expected, base_count * window_days / base_days, elsewhere))
    # For whole k >= 1 the Poisson upper tail P(X >= k) is the regularised incomplete gamma function P(k, mean).
    p = _rounded(float(gammainc(observed, expected))) if observed else 1.0
    ratio = _rounded(observed / expected)
    return RateTest(
        enough_history=True, base_days=base_days, base_count=base_count, observed=observed,
        elsewhere=_rounded(elsewhere), expected=expected, ratio=ratio, p=p,
        passes=ratio >= params.min_ratio and p < params.max_p,
    )  # fmt: skip


def _rounded(figure: float) -> float:
    """Keep ten significant digits, so that another machine's last bit gives no other digest."""
    return float(f"{figure:.10g}")
