from datetime import date

import pytest

from screening.likeness import likely_matches, likeness
from screening.parameters import Parameters
from tests.unit.screening.makers import COUNTY, NEXT_VILLAGE, TOWN, incident

PLAIN = Parameters()
RENT = "某公司占了村里的田，土地租金一直没有给"


@pytest.mark.parametrize(
    "other",
    [
        {"cell": NEXT_VILLAGE}, {"category": "0201"}, {"noted_on": date(2026, 1, 1)},
    ],
)  # fmt: skip
def test_another_place_category_or_season_is_unrelated_in_the_same_words(other: dict[str, object]) -> None:
    answer = likeness(incident("a", text=RENT), incident("b", text=RENT, **other), PLAIN)

    assert (answer.score, answer.verdict) == (0.0, "unrelated")


def test_the_same_words_beside_each_other_are_asked_as_the_same_matter() -> None:
    first = incident("a", text=RENT, lon=111.70, lat=29.0)
    second = incident("b", text=RENT, lon=111.7003, lat=29.0)

    assert likeness(first, second, PLAIN).verdict == "same_matter"


def test_positions_far_apart_in_one_village_lower_the_score() -> None:
    first = incident("a", text=RENT, lon=111.70, lat=29.0)
    beside, away = (incident("b", text=RENT, lon=lon, lat=29.0) for lon in (111.704, 111.72))

    assert likeness(first, beside, PLAIN).parts.place == 1.0
    assert likeness(first, away, PLAIN).parts.place == 0.0
    assert likeness(first, away, PLAIN).score < likeness(first, beside, PLAIN).score


def test_in_town_the_radius_is_200_metres() -> None:
    town = {"cell": "430702008003", "path": ("430702", "430702008"), "text": RENT, "lat": 29.0}

    answer = likeness(incident("a", lon=111.70, **town), incident("b", lon=111.704, **town), PLAIN)

    assert answer.parts.place == 0.0


def test_one_organisation_raises_and_two_lower_the_score() -> None:
    first = incident("a", text=RENT, organisation="甲公司")
    same, other, silent = (incident("b", text="租金没给", organisation=name) for name in ("甲公司", "乙公司", None))

    scores = [likeness(first, one, PLAIN).score for one in (same, other, silent)]

    assert scores[0] > scores[1] == scores[2]


def test_texts_without_letters_share_nothing() -> None:
    assert likeness(incident("a", text="？！"), incident("b", text=""), PLAIN).parts.text == 0.0


def test_a_township_report_may_be_in_any_of_its_villages() -> None:
    coarse = incident("b", cell=TOWN, path=(COUNTY,), text=RENT)

    assert likeness(incident("a", text=RENT), coarse, PLAIN).score > 0.5


def test_hints_among_five_hundred_open_disputes_are_few_and_best_first() -> None:
    others = [incident(f"o{at:03d}", text=f"第{at}组的水渠堵了，田里没有水用") for at in range(500)]
    same = incident("same", text=RENT)
    hints = likely_matches(incident("new", text=RENT), [*others, same], PLAIN)

    assert hints[0][0] == "same"
    assert len(hints) <= 3
