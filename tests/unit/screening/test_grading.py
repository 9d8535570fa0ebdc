import pytest

from screening.grading import DisputeFacts, FindingFacts, grade_dispute, grade_finding, more_severe


def graded(**facts: object) -> str:
    return grade_dispute(DisputeFacts(**facts)).colour


def test_an_estimated_band_gives_at_most_orange_until_confirmed() -> None:
    assert graded(band="30-49", band_status="estimated") == "orange"
    assert graded(band="30-49", band_status=None) == "orange"
    assert graded(band="30-49", band_status="confirmed") == "red"


@pytest.mark.parametrize("duty", ["danger", "child_or_abuse"])
def test_danger_and_abuse_are_red_at_once_even_with_an_estimated_band(duty: str) -> None:
    assert graded(**{duty: True}, band="1", band_status="estimated") == "red"


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ({}, "blue"),
        ({"closed": True, "danger": True}, "green"),
        ({"band": "10-29", "band_status": "known"}, "orange"),
        ({"band": "5-9", "band_status": "known"}, "blue"),
        ({"villages": 2}, "orange"),
        ({"failed_attempts": 1}, "blue"),
        ({"failed_attempts": 2}, "yellow"),
        ({"failed_attempts": 3}, "orange"),
        ({"statutory_overdue_days": -4}, "blue"),
        ({"statutory_overdue_days": -3}, "orange"),
        ({"statutory_overdue_days": 15}, "orange"),
        ({"statutory_overdue_days": 16}, "red"),
        ({"service_target_passed": True}, "yellow"),
        ({"promise_broken": True}, "orange"),
        ({"in_shared_grievance": True}, "yellow"),
        ({"raised_to": "orange"}, "orange"),
        ({"raised_to": "green"}, "blue"),
        ({"raised_to": "yellow", "danger": True}, "red"),
    ],
)
def test_a_dispute_is_graded_by_harm_spread_and_delay(facts: dict[str, object], colour: str) -> None:
    assert graded(**facts) == colour


def test_every_grade_tells_its_reasons_the_weightiest_first() -> None:
    grade = grade_dispute(DisputeFacts(danger=True, failed_attempts=2))

    assert grade.reasons == ("有人身、住房或饮水等现实危险", "已有2次调处未成")
    assert grade_dispute(DisputeFacts()).reasons


@pytest.mark.parametrize(
    ("households", "floor", "sure", "villages", "danger", "colour"),
    [
        (3, 0, True, 1, False, "yellow"),
        (10, 0, True, 1, False, "orange"),
        (30, 0, True, 1, False, "red"),
        (3, 0, True, 2, False, "orange"),
        (3, 0, True, 1, True, "red"),
        (3, 50, False, 1, False, "orange"),
        (3, 50, True, 1, False, "red"),
        (31, 50, False, 1, False, "red"),
    ],
)
def test_a_finding_is_graded_by_households_heard_and_bands_made_sure(
    households: int, floor: int, sure: bool, villages: int, danger: bool, colour: str
) -> None:
    facts = FindingFacts(danger=danger, households=households, band_floor=floor, band_sure=sure, villages=villages)

    assert grade_finding(facts).colour == colour


def test_the_more_severe_colour_wins_in_either_order() -> None:
    assert more_severe("red", "green") == more_severe("green", "red") == "red"
