"""Counts under five and shares of few say nothing exact; nothing at all and enough do."""

from __future__ import annotations

from grid_app.queries.small_numbers import rate_shown, shown


def test_few_are_not_told_apart_and_none_is_told():
    assert [shown(count) for count in (0, 1, 4, 5, 1234)] == ["0", "<5", "<5", "5", "1234"]
    assert [rate_shown(*one) for one in ((0, 0), (9, 9), (5, 10), (2, 30))] == ["样本不足", "样本不足", "50%", "7%"]
