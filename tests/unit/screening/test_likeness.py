from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening.inputs import Incident
from screening.likeness import HintParameters, likely_matches, likeness
from screening.likeness_organisations import same_organisation
from tests.unit.screening.makers import COUNTY, TOWN, incident

PLAIN = HintParameters()
TABLE = Path(__file__).with_name("likeness_pairs.json")
"""Pairs with their verdict by hand, and the score that the phone's module must give too."""
RENT = "某公司占了村里的田，土地租金一直没有给"


def told(name: str, given: dict[str, Any]) -> Incident:
    """Give an incident as the table writes it."""
    return Incident(
        dispute_id=name, reporter=name, channel="field", path=(), noted_on=date.fromisoformat(given["since"]),
        category=given["category"], cell=given["village_code"], text=given["text"],
        organisation=given["organisation"] or None, lon=given["lon"], lat=given["lat"],
    )  # fmt: skip


def test_every_pair_of_the_table_is_judged_as_by_hand_in_either_order() -> None:
    for row in json.loads(TABLE.read_text("utf-8")):
        one, other = told("a", row["one"]), told("b", row["other"])
        found = likeness(one, other, PLAIN)

        assert (found.verdict, round(found.score, 6)) == (row["verdict"], row["score"]), row["name"]
        assert likeness(other, one, PLAIN) == found, row["name"]


def test_who_reported_and_by_which_way_changes_nothing() -> None:
    first, second = incident("a", text=RENT), incident("b", text=RENT)

    assert likeness(first, replace(second, reporter=first.reporter, channel="hotline"), PLAIN) == likeness(
        first, second, PLAIN
    )


def test_in_town_the_radius_is_200_metres() -> None:
    town = {"cell": "430702008003", "path": ("430702", "430702008"), "text": RENT, "lat": 29.0}
    country = {"text": RENT, "lat": 29.0}

    parts = [
        likeness(incident("a", lon=111.70, **where), incident("b", lon=111.704, **where), PLAIN).parts.place
        for where in (town, country)
    ]

    assert parts == [0.2, 1.0]


def test_a_township_report_may_be_in_any_of_its_villages() -> None:
    coarse = incident("b", cell=TOWN, path=(COUNTY,), text=RENT)

    assert likeness(incident("a", text=RENT), coarse, PLAIN).verdict == "same_matter"


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        ("青溪县自来水有限责任公司", "自来水公司", 1.0),
        ("禾眠农业开发有限公司", "眠禾农业开发公司", 1.0),
        ("城东市政工程公司", "城东物业管理公司", 0.0),
        ("永兴建筑劳务", "永兴建材商店", None),
        ("(", "永兴建材商店", None),
    ],
)
def test_organisations_are_compared_in_a_plain_form(one: str, other: str, part: float | None) -> None:
    assert same_organisation(one, other) == same_organisation(other, one) == part


def test_hints_among_five_hundred_open_disputes_are_few_and_best_first() -> None:
    others = [incident(f"o{at:03d}", text=f"第{at}组的水渠堵了，田里没有水用") for at in range(500)]
    same = incident("same", text=RENT + "\n" + "请尽快处理。" * 100_000)
    hints = likely_matches(incident("new", text=RENT), [*others, same], PLAIN)

    assert [name for name, _ in hints] == ["same"]


@pytest.mark.parametrize("wrong", [{"related": 0.9}, {"matter": 1.0}, {"half_words": 0.0}, {"window_days": 0}])
def test_figures_of_the_hint_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="The duplicate hint needs"):
        HintParameters(**wrong)
