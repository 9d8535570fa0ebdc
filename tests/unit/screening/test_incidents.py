"""What a scan may count: worked by hand."""

from __future__ import annotations

import random

import pytest

from screening.incidents import MergeRule, Row, incidents_of

RULE = MergeRule(near_days=3, once_days=14)
RENT = "村里占了我家的田，土地租金半年没有给"
RENT_TYPED_AGAIN = "村里占了我家的田,土地租金半年没有給"
WATER = "水渠堵塞多年没有人来清理，稻子都旱死了"


def row(name: str, day: int, household: str | None, text: str = RENT, **changes: object) -> Row:
    return Row(**{"row_id": name, "place": "v", "category": "09", "day": day, "household": household, "text": text,
                  **changes})  # fmt: skip


def merged(*rows: Row) -> list[str]:
    return ["".join(one.row_ids) for one in incidents_of(rows, RULE)]


def test_three_households_in_the_same_words_of_one_worker_stay_three() -> None:
    assert merged(row("a", 1, "h1"), row("b", 1, "h2"), row("c", 1, "h3")) == ["a", "b", "c"]
    answered = [row(name, 1, None, other_household=name != "a") for name in "abc"]
    assert merged(*answered) == ["a", "b", "c"]


def test_a_household_counts_once_in_a_window_whatever_it_says() -> None:
    assert merged(row("a", 1, "h1"), row("b", 14, "h1", WATER), row("c", 15, "h1", RENT)) == ["ab", "c"]
    assert merged(row("a", 1, "h1"), row("b", 2, "h1", other_household=True)) == ["ab"]


def test_a_household_that_goes_on_in_the_same_words_is_still_the_same_incident_after_the_window() -> None:
    days = (1, 13, 16, 19, 23)

    assert merged(*(row(name, day, "h1") for name, day in zip("abcde", days, strict=True))) == ["abcd", "e"]


def test_a_copy_without_a_household_is_merged_and_takes_on_the_household_that_is_known() -> None:
    (one,) = incidents_of([row("a", 1, None), row("b", 2, "h1", RENT_TYPED_AGAIN), row("c", 4, None)], RULE)

    assert (one.row_ids, one.day, one.household) == (("a", "b", "c"), 1, "h1")
    assert merged(row("a", 1, None), row("b", 2, "h1"), row("c", 2, "h2")) == ["ab", "c"]


@pytest.mark.parametrize(
    "other",
    [
        row("b", 2, None, place="w"),
        row("b", 2, None, category="07"),
        row("b", 5, None),
        row("b", 2, None, WATER),
        row("b", 2, None, other_household=True),
    ],
    ids=["place", "category", "too late", "other words", "answered"],
)
def test_what_is_no_copy(other: Row) -> None:
    assert merged(row("a", 1, "h1"), other) == ["a", "b"]


def test_labels_and_empty_texts_are_no_copies() -> None:
    assert merged(row("a", 1, None, "垃圾臭味扰民"), row("b", 1, None, "垃圾臭味扰民")) == ["a", "b"]
    assert merged(row("a", 1, None, ""), row("b", 1, None, "")) == ["a", "b"]
    assert incidents_of([], RULE) == ()


def test_the_order_of_rows_changes_nothing_and_later_rows_never_change_what_earlier_ones_became() -> None:
    mixer = random.Random(5)  # noqa: S311 - a fixed shuffle, no secret
    rows = [
        row(f"{at:03d}", mixer.randrange(40), mixer.choice(["h1", "h2", None]), mixer.choice([RENT, WATER]))
        for at in range(120)
    ]
    found = incidents_of(rows, RULE)

    assert incidents_of(mixer.sample(rows, len(rows)), RULE) == found
    assert sorted(name for one in found for name in one.row_ids) == [one.row_id for one in rows]
    until = {one.row_id for one in rows if one.day <= 20}
    cut = [tuple(name for name in one.row_ids if name in until) for one in found if one.day <= 20]
    assert [one.row_ids for one in incidents_of([one for one in rows if one.day <= 20], RULE)] == cut


def test_a_huge_text_is_compared_by_its_beginning_and_an_identity_may_appear_once() -> None:
    assert merged(row("a", 1, None, RENT * 200_000), row("b", 1, None, RENT * 200_000)) == ["ab"]
    with pytest.raises(ValueError, match="identity"):
        incidents_of([row("a", 1, "h1"), row("a", 2, "h2")], RULE)
    with pytest.raises(ValueError, match="near_text"):
        MergeRule(near_text=0)
