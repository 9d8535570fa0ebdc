import pytest

from screening.inputs import KnownFinding
from screening.parameters import Parameters
from tests.unit.screening.makers import WINDOW_END, WINDOW_START, incident, known, round_of


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cell", ""), ("reporter", ""), ("category", "9"), ("category", "land"), ("band", "about ten"),
        ("band_status", "sure"), ("lon", 111.0), ("path", ("430702200212",)),
    ],
)  # fmt: skip
def test_an_incident_that_cannot_be_true_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValueError, match="d7"):
        incident("d7", **{field: value})


def test_the_same_dispute_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="d1 appears twice"):
        round_of([incident("d1"), incident("d1")])


def test_an_incident_after_the_window_is_refused() -> None:
    late = incident("d1", noted_on=WINDOW_END.replace(year=2027))

    with pytest.raises(ValueError, match="after the window"):
        round_of([late])


def test_a_reversed_window_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        round_of([], window_start=WINDOW_END, window_end=WINDOW_START)


def test_a_known_finding_without_members_or_with_negative_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one member"):
        KnownFinding(finding_id="f", key="k", member_ids=(), households_ever=0, last_households=0)
    with pytest.raises(ValueError, match="negative"):
        known("f", ["d1"], last_households=-1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_days": 0}, {"base_days_max": 10}, {"max_p": 1.0},
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        Parameters(**wrong)


def test_a_window_counts_both_ends_and_parameters_are_written_with_sorted_names() -> None:
    assert round_of([]).window_days == 90
    assert Parameters().as_json().startswith('{"base_days_max":365,')
