"""What can and what cannot be asked of a backtest."""

from __future__ import annotations

from datetime import date

import pytest

from grid_app.errors import InvalidError
from grid_app.services.backtests.asking import asked_of
from screening import Parameters

TODAY = date(2026, 12, 30)
FORM = {
    "first": "2026-11-13", "last": "2026-12-18", "every_days": "7", "budget_per_month": "4", "scan_radius_km": "20",
}  # fmt: skip


def asked(*, signals=("shared_grievance",), **typed: str):
    return asked_of({**FORM, **typed}, signals, division_code="990101", standing=Parameters(), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first": "2026-12-19"}, "first", "开始日期在结束日期后面了"),
        ({"first": "2024-12-01"}, "first", "一次最多回测两年"),
        ({"last": "2026-12-30"}, "last", "最晚到昨天(2026-12-29)"),
        ({"last": "2099-01-01"}, "last", "最晚到昨天"),
        ({"first": "", "last": "昨天"}, "last", "请写成 2026-11-20 这样的日期"),
        ({"every_days": "0"}, "every_days", "1 到 31 的整数"),
        ({"every_days": "7" * 5000}, "every_days", "1 到 31 的整数"),
        ({"budget_per_month": "²"}, "budget_per_month", "1 到 100 的整数"),
        ({"scan_radius_km": "-3"}, "scan_radius_km", "1 到 100 的整数"),
        ({"signals": ()}, "signals", "请至少选一种信号"),
        ({"signals": ("luck",)}, "signals", "没有这种信号"),
    ],
)
def test_what_cannot_be_backtested_is_said_at_its_field(typed, field, sentence):
    with pytest.raises(InvalidError) as refused:
        asked(**typed)

    assert sentence in refused.value.fields[field]


def test_the_days_of_rounds_never_pass_the_last_one_and_figures_are_those_typed():
    made = asked(signals=("growth", "shared_grievance"), every_days="10", budget_per_month="9", last="2026-12-29")
    one = asked(first="2026-12-29", last="2026-12-29")

    assert made.days == [
        date(2026, 11, 13),
        date(2026, 11, 23),
        date(2026, 12, 3),
        date(2026, 12, 13),
        date(2026, 12, 23),
    ]
    assert (made.parameters.signals, made.parameters.budget_per_month) == (("shared_grievance", "growth"), 9.0)
    assert one.days == [date(2026, 12, 29)]
