import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from screening.parameters import Parameters
from screening.rates import rate_test

PLAIN = Parameters()


@pytest.mark.parametrize("wrong", [(-1, 0, 90, 90), (1, -1, 90, 90), (1, 0, -1, 90), (1, 0, 90, 0)])
def test_counts_below_zero_and_empty_windows_are_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        rate_test(*wrong, PLAIN)


def test_less_than_28_days_of_history_is_said_and_not_guessed() -> None:
    answer = rate_test(50, 0, 27, 90, PLAIN)

    assert (answer.enough_history, answer.expected, answer.p, answer.passes) == (False, None, None, False)
    assert rate_test(50, 0, 28, 90, PLAIN).enough_history


def test_three_households_where_nobody_ever_complained_pass() -> None:
    answer = rate_test(3, 0, 365, 90, PLAIN)

    assert answer.passes
    assert answer.p == pytest.approx(0.0035994932, abs=1e-9)  # 1 - exp(-0.3)(1 + 0.3 + 0.045)


def test_a_high_ratio_with_a_likely_p_and_a_small_p_with_a_low_ratio_both_fail() -> None:
    assert not rate_test(1, 0, 365, 90, PLAIN).passes
    assert not rate_test(200, 400, 360, 90, PLAIN).passes


def test_nothing_observed_is_never_surprising() -> None:
    assert rate_test(0, 3, 365, 90, PLAIN).p == 1.0


def test_the_general_level_elsewhere_raises_what_is_expected() -> None:
    alone = rate_test(9, 0, 365, 90, PLAIN)
    common = rate_test(9, 0, 365, 90, PLAIN, elsewhere=8.0)

    assert alone.passes
    assert not common.passes
    assert common.expected == 8.0


@given(observed=st.integers(1, 300), base=st.integers(0, 2000), days=st.integers(28, 365), window=st.integers(7, 90))
def test_p_is_the_poisson_upper_tail(observed: int, base: int, days: int, window: int) -> None:
    answer = rate_test(observed, base, days, window, PLAIN)

    assert answer.p == pytest.approx(poisson.sf(observed - 1, answer.expected), rel=1e-8, abs=1e-300)
