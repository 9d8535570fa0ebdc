"""Signal of one organisation, project or site that several villages or households name."""

from __future__ import annotations

from datetime import timedelta

from screening.inputs import Incident
from screening.parameters import Parameters
from screening.signals.same_organisation import shared_by
from tests.unit.screening.makers import NEXT_VILLAGE, TOWN, VILLAGE, WINDOW_END, incident

CATEGORIES = ("01", "02", "04", "06", "09", "11")


def groups(incidents: list[Incident]) -> tuple[tuple[int, ...], ...]:
    return shared_by(incidents, [one.reporter for one in incidents], Parameters(), today=WINDOW_END)


def named(number: int, **changes: object) -> list[Incident]:
    return [
        incident(f"{changes.get('organisation')} {changes.get('cell')} {at}", **{"organisation": "o", **changes})
        for at in range(number)
    ]


def test_nobody_and_nothing_named_is_no_group():
    assert shared_by([], [], Parameters()) == ()
    assert groups([incident(str(at)) for at in range(9)]) == ()
    assert groups([incident(str(at), organisation="——") for at in range(9)]) == ()


def test_two_households_of_one_village_are_too_few_and_three_of_any_category_enough():
    matters = [incident(str(at), organisation="o", category=f"0{at + 1}") for at in range(3)]

    assert groups(matters[:2]) == ()
    assert groups(matters) == ((0, 1, 2),)


def test_two_villages_are_enough_but_not_one_household_of_both_nor_a_village_and_its_township():
    here, there = named(1), named(1, cell=NEXT_VILLAGE)
    above = [incident("above", organisation="o", cell=TOWN, path=("430702",))]

    assert groups([*here, *there]) == ((0, 1),)
    assert (
        groups(
            [
                incident("a", organisation="o", reporter="x"),
                incident("b", organisation="o", reporter="x", cell=NEXT_VILLAGE),
            ]
        )
        == ()
    )
    assert groups([*here, *above]) == ()


def test_closed_and_old_matters_make_no_group():
    old = WINDOW_END - timedelta(days=90)

    assert groups([*named(2), incident("c", organisation="o", is_open=False)]) == ()
    assert groups([*named(2), incident("d", organisation="o", noted_on=old)]) == ()
    assert groups([*named(2), incident("e", organisation="o", noted_on=old + timedelta(days=1))]) == ((0, 1, 2),)


def test_a_site_is_known_in_any_width_and_with_any_marks():
    words = ("云湖花园一期", "云湖花园（一期）", " 云湖花园 一期")

    assert groups([incident(name, organisation=name) for name in words]) == ((0, 1, 2),)


def test_the_office_to_which_everything_goes_is_left_out_and_a_large_employer_is_not():
    others = [incident(f"other {at}", category=CATEGORIES[at % 6]) for at in range(12)]
    office = [incident(f"office {at}", organisation="村委会", category=CATEGORIES[at % 6]) for at in range(12)]
    employer = [incident(f"wages {at}", organisation="厂", category="04" if at else "09") for at in range(12)]

    assert groups([*others, *office]) == ()
    assert groups([*others, *employer]) == (tuple(range(12, 24)),)
    assert groups(office[:6]) == (tuple(range(6)),), "six matters are too few for a share"


def test_the_group_with_most_households_comes_first():
    small, large = named(3, organisation="a"), named(5, organisation="b", cell=VILLAGE)

    assert groups([*small, *large]) == ((3, 4, 5, 6, 7), (0, 1, 2))
