"""Bands from the own past and funnel limits, held against chance itself and against the published formula."""

import numpy as np
import pytest
from scipy.stats import binom, nbinom

from screening.own_past import (
    binomial_quantiles,
    count_bands,
    funnel,
    funnel_limit,
    negative_binomial_quantiles,
    share_bands,
)

TAILS = np.array([0.001, 0.025, 0.975, 0.999])[:, None]


def test_a_week_like_those_before_leaves_its_band_one_time_in_twenty():
    chance = np.random.default_rng(7)
    weeks = chance.poisson(20, size=(300, 27))
    last = [count_bands(row.tolist())[-1] for row in weeks]
    outside = np.mean([not band.low <= row[-1] <= band.high for row, band in zip(weeks, last, strict=True)])
    assert 0.01 <= outside <= 0.07

    jumpy = [10, 40] * 13 + [60]
    assert count_bands(jumpy)[-1].high > 60, "a past that scatters widely makes a wide band"
    assert count_bands([20] * 26 + [60])[-1].highest < 60


def test_bands_need_eight_weeks_and_shares_ten_matters():
    assert count_bands([3] * 9)[:8] == [None] * 8
    assert count_bands([0] * 9)[8].low == 0
    bands = share_bands([8] * 10, [10] * 9 + [9])
    assert bands[8].middle == pytest.approx(0.8)
    assert bands[7] is None
    assert bands[9] is None


@pytest.mark.parametrize(("share", "whole", "probability"), [(0.8, 40, 0.025), (0.8, 40, 0.999), (0.3, 11, 0.975)])
def test_funnel_limits_are_the_interpolated_binomial_quantiles_of_the_reference(share, whole, probability):
    quantile = next(r for r in range(whole + 1) if binom.cdf(r, whole, share) >= probability)
    upto, below = binom.cdf(quantile, whole, share), binom.cdf(quantile - 1, whole, share)
    expected = (quantile - (upto - probability) / (upto - below)) / whole

    assert funnel_limit(share, whole, probability) == pytest.approx(min(1.0, max(0.0, expected)))


def test_the_funnel_narrows_and_holds_a_share_of_nothing_or_all():
    wide, narrow = funnel(0.7, [10, 400])
    assert wide.lowest < wide.low < narrow.low < 0.7 < narrow.high < wide.high <= wide.highest
    assert funnel(1.0, [10])[0].low == 1.0


def test_quantiles_are_those_of_the_distributions_in_scipy_stats():
    chance = np.random.default_rng(3)
    sizes = np.concatenate([chance.integers(1, 40, 3000), chance.integers(40, 5000, 2000)])
    shares = np.concatenate([np.repeat([0.0, 1.0, 0.5], 200), chance.uniform(0, 1, 4400)])
    assert (binomial_quantiles(TAILS, sizes, shares) == binom.ppf(TAILS, sizes, shares)).all()

    means = np.concatenate([chance.uniform(0.01, 5, 2500), chance.uniform(1, 3000, 2500)])
    wide = means / (chance.uniform(1.001, 40, 5000) - 1)
    shares = wide / (wide + means)
    assert (negative_binomial_quantiles(TAILS, wide, shares) == nbinom.ppf(TAILS, wide, shares)).all()
