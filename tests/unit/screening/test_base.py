from dataclasses import replace
from datetime import date, timedelta

from tests.unit.screening.makers import NEXT_VILLAGE, VILLAGE, WINDOW_START, incident, known, like_incidents
from tests.unit.screening.test_round import OTHER_WORDS, only, ran


def test_what_the_same_organisation_did_before_is_part_of_the_base() -> None:
    past = [
        incident(f"p{at}", text=OTHER_WORDS, organisation="甲公司", noted_on=WINDOW_START - timedelta(days=9 * at + 9))
        for at in range(8)
    ]

    assert ran([*past, *like_incidents(3, organisation="甲公司")]).findings == ()
    assert len(ran([*past, *like_incidents(3, organisation="乙公司")]).findings) == 1


def test_a_rise_over_a_past_that_was_never_empty_tells_how_many_times() -> None:
    past = [replace(one, dispute_id="p", reporter="p", noted_on=date(2025, 9, 1)) for one in like_incidents(1)]

    assert "按此前365天的情况，同样长的时间约有0.3户，现在是13.3倍" in only(ran([*past, *like_incidents(4)])).reason


def test_a_matter_far_above_its_general_level_tells_so() -> None:
    elsewhere = [
        replace(one, dispute_id=f"e{one.dispute_id}", reporter=f"e{one.dispute_id}", cell=NEXT_VILLAGE)
        for one in like_incidents(6)
    ]
    quiet = [
        incident(f"q{at}", text=OTHER_WORDS, reporter="q", cell=cell) for at, cell in enumerate((VILLAGE, NEXT_VILLAGE))
    ]

    reasons = [one.reason for one in ran([*elsewhere, *like_incidents(20), *quiet]).findings if one.cell == VILLAGE]

    assert "按其他地方同类反映的普遍水平约有" in reasons[0]


def test_a_known_finding_with_too_few_left_is_gone_with_its_number() -> None:
    (gone,) = ran(like_incidents(2), earlier=(known("f1", ["d001", "d002", "d003"]),)).gone

    assert (gone.households_current, gone.households_ever) == (2, 3)
    assert "只有2户" in gone.reason
