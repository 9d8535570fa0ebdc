"""One analysis at the size of a busy county: 3,000 incidents in the window, 7,000 before it; 1.1 s when measured."""

import random
from datetime import timedelta

import pytest

from screening import Parameters
from screening.inputs import Incident
from screening.round import run_round
from tests.unit.screening.makers import WINDOW_END, incident, round_of


def busy_county() -> list[Incident]:
    chance = random.Random(3)  # noqa: S311 - invented texts, no secret
    letters = [chr(0x4E00 + at) for at in range(900)]
    return [
        incident(
            f"d{at:05d}",
            text="".join(chance.choices(letters, k=130)),
            category=chance.choice(("0901", "0201", "0701", "1104", "0504", "99")),
            cell=f"4307022{chance.randrange(400):05d}",
            noted_on=WINDOW_END - timedelta(days=chance.randrange(90) if at < 3000 else 90 + chance.randrange(364)),
            reporter=f"h{chance.randrange(8000)}",
        )
        for at in range(10_000)
    ]


@pytest.mark.slow
def test_a_round_of_ten_thousand_incidents_is_counted_whole() -> None:
    result = run_round(round_of(busy_county()), Parameters(), 1)

    assert (result.counts.in_window, result.counts.in_base) == (3000, 7000)
