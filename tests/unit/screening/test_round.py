from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import Parameters, RoundResult
from screening.digests import digest
from screening.inputs import Incident, RoundInput
from screening.results import FindingResult
from screening.round import run_round
from tests.unit.screening.makers import (
    COUNTY,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    WINDOW_END,
    WINDOW_START,
    incident,
    known,
    like_incidents,
    round_of,
)  # fmt: skip

PLAIN = Parameters()
OTHER_WORDS = "水渠堵塞多年无人清理，稻子都旱死了"


def ran(incidents: list[Incident], **changes: object) -> RoundResult:
    return run_round(round_of(incidents, **changes), PLAIN, 1)


def only(result: RoundResult) -> FindingResult:
    (finding,) = result.findings
    return finding


def test_two_households_and_one_household_many_times_are_not_flagged() -> None:
    assert ran(like_incidents(2)).findings == ()
    assert ran(like_incidents(6, reporter="one home")).findings == ()


def test_three_households_are_flagged_with_a_reason_a_village_head_understands() -> None:
    finding = only(ran(like_incidents(3, organisation="甲公司"), names=((VILLAGE, "云岭村"),)))

    assert finding.reason == "云岭村近90天有3户分别反映同一件事（涉及甲公司），最早5月1日。此前365天没有同类反映。"
    assert finding.unflag.startswith("近90天反映同一件事的不足3户")
    assert (finding.grade, finding.trend, finding.key) == ("yellow", "new", f"09|甲公司|{VILLAGE}")


def test_the_same_household_and_matter_counts_once_even_under_two_labels() -> None:
    reports = like_incidents(3)
    reports[2] = replace(reports[2], same_as="d001")

    result = ran(reports)

    assert result.findings == ()
    assert (result.counts.entries, result.counts.collapsed) == (2, 1)


def test_a_place_that_always_had_as_many_is_not_flagged() -> None:
    past = like_incidents(20)
    past = [
        replace(one, dispute_id=f"p{at}", reporter=f"p{at}", noted_on=WINDOW_START - timedelta(days=15 * at + 5))
        for at, one in enumerate(past)
    ]

    assert ran([*past, *like_incidents(4)]).findings == ()
    assert len(ran([*past, *like_incidents(25)]).findings) == 1


def test_a_matter_told_everywhere_alike_is_not_flagged_in_each_village() -> None:
    villages = [f"4307022002{at:02d}" for at in range(10, 50)]
    everywhere = [
        replace(one, dispute_id=f"{cell}-{one.dispute_id}", reporter=f"{cell}-{one.dispute_id}", cell=cell, **words)
        for cell in villages
        for words in ({}, {"text": OTHER_WORDS})
        for one in [replace(one, dispute_id=one.dispute_id + str(len(words))) for one in like_incidents(3)]
    ]

    assert ran(everywhere).findings == ()


def test_without_enough_history_the_count_rule_decides_and_says_so() -> None:
    finding = only(ran(like_incidents(3), history_start=WINDOW_START - timedelta(days=27)))

    assert not finding.rate.enough_history
    assert "历史数据不足28天，只按户数规则判断" in finding.reason


def test_a_confirmed_big_entry_stands_alone_and_an_unconfirmed_one_does_not() -> None:
    big = incident("d1", band="30-49", band_status="confirmed", text=OTHER_WORDS)

    assert ran([replace(big, band_status="estimated")]).findings == ()
    finding = only(ran([big]))
    assert (finding.rule.which, finding.grade) == ("one_big_entry", "red")
    assert "写明涉及30户以上，并已核实" in finding.reason


def test_an_estimated_band_gives_at_most_orange_and_danger_is_never_held_back() -> None:
    reports = like_incidents(3, band="30-49", band_status="estimated")

    assert only(ran(reports)).grade == "orange"
    assert only(ran([replace(one, danger=True) for one in reports])).grade == "red"


def test_closing_members_does_not_shrink_the_households_ever_counted() -> None:
    reports = like_incidents(4)
    earlier = (known("f1", [one.dispute_id for one in reports]),)
    some_closed = [replace(one, is_open=at == 0) for at, one in enumerate(reports)]

    finding = only(ran(some_closed, earlier=earlier))
    all_closed = ran([replace(one, is_open=False) for one in reports], earlier=earlier)

    assert (finding.finding_id, finding.trend, finding.households_ever) == ("f1", "steady", 4)
    assert all_closed.findings == ()
    assert (all_closed.gone[0].households_ever, all_closed.gone[0].merged_into) == (4, None)
    assert "均已办结" in all_closed.gone[0].reason


def test_a_known_finding_grows_and_counts_only_new_households() -> None:
    reports = like_incidents(5)

    finding = only(ran(reports, earlier=(known("f1", ["d001", "d002", "d003", "long-ago"]),)))

    assert (finding.trend, finding.households_current) == ("growing", 5)
    assert (finding.households_ever, finding.disputes_ever) == (6, 6)
    assert "long-ago" in finding.member_ids


def test_a_known_finding_stays_although_its_own_past_fills_the_base() -> None:
    past = [
        replace(one, dispute_id=f"p{at}", reporter=f"p{at}", noted_on=WINDOW_START - timedelta(days=at + 1))
        for at, one in enumerate(like_incidents(10))
    ]
    now = like_incidents(3)

    assert ran([*past, *now]).findings == ()
    finding = only(ran([*past, *now], earlier=(known("f1", ["p0", "d001"]),)))
    assert "问题持续存在" in finding.reason


def test_a_finding_whose_members_left_the_window_is_gone_but_listed() -> None:
    (gone,) = ran([], earlier=(known("f1", ["old1", "old2", "old3"]),)).gone

    assert (gone.finding_id, gone.trend, gone.households_ever) == ("f1", "gone", 3)
    assert "只有0户" in gone.reason


def test_findings_that_meet_are_merged_into_the_oldest() -> None:
    reports = like_incidents(6)
    young = known("f1", ["d001", "d002", "d003", "d004"], since=date(2026, 5, 1))
    old = known("f2", ["d005", "d006"], since=date(2026, 1, 1))

    result = ran(reports, earlier=(young, old))

    assert (only(result).finding_id, only(result).merged) == ("f2", ("f1",))
    assert only(result).since == "2026-01-01"
    assert [(one.finding_id, one.merged_into) for one in result.gone] == [("f1", "f2")]


def test_a_link_across_villages_makes_one_orange_finding_of_two_places() -> None:
    reports = like_incidents(4)
    reports[3] = replace(reports[3], cell=NEXT_VILLAGE, linked=("d001",))

    finding = only(ran(reports))

    assert finding.cells == (VILLAGE, NEXT_VILLAGE)
    assert (finding.cell, finding.grade) == (VILLAGE, "orange")


def test_an_organisation_named_by_one_of_three_is_not_named_in_the_reason() -> None:
    reports = like_incidents(3)
    reports[0] = replace(reports[0], organisation="甲公司")

    assert only(ran(reports)).organisation is None


def test_the_place_of_a_finding_is_its_finest() -> None:
    reports = [*like_incidents(2), incident("t", cell=TOWN, path=(COUNTY,), text=like_incidents(1)[0].text)]

    assert only(ran(reports)).cell == VILLAGE


def test_every_count_adds_up() -> None:
    before = incident("b1", noted_on=date(2025, 12, 1))
    ancient = incident("b2", noted_on=date(2024, 12, 1))

    counts = ran([*like_incidents(3), before, ancient]).counts

    assert counts.incidents == counts.in_window + counts.in_base + counts.before_base == 5
    assert counts.incidents == counts.entries + counts.collapsed
    assert counts.groups == counts.findings + counts.not_flagged == 1


def test_no_household_label_or_text_appears_in_a_result() -> None:
    result = ran(like_incidents(3, reporter="secret label"), earlier=(known("f1", ["d001"]),))
    flagged = ran(like_incidents(4))

    for told in (repr(result), repr(flagged)):
        assert "secret label" not in told
        assert "home of" not in told
        assert "土地租金一直没有给" not in told


def test_labels_made_afresh_do_not_change_the_input_digest_but_households_do() -> None:
    reports = like_incidents(4)
    renamed = [replace(one, reporter=f"other {one.reporter}") for one in reports]
    merged = [replace(one, reporter="one home") for one in reports]

    assert ran(reports).input_digest == ran(renamed).input_digest
    assert ran(reports).input_digest != ran(merged).input_digest


WORDS = ("村里占了田，土地租金一直没有给", "土地租金拖欠半年没给", OTHER_WORDS, "其他", "")
incident_sets = st.lists(
    st.builds(
        lambda text, cell, home, day, category, other: (text, cell, home, day, category, other),
        st.sampled_from(WORDS), st.sampled_from((VILLAGE, NEXT_VILLAGE)), st.integers(0, 8), st.integers(0, 400),
        st.sampled_from(("0901", "99")), st.integers(0, 30),
    ),
    max_size=25,
)  # fmt: skip


def built(rows: list[tuple[str, str, int, int, str, int]]) -> list[Incident]:
    return [
        incident(
            f"d{at}", text=text, cell=cell, reporter=f"h{home}", noted_on=WINDOW_END - timedelta(days=day),
            category=category, linked=(f"d{other}",) if other < 3 else (), same_as=f"d{at - 1}" if other == 4 else None,
            unrelated=(f"d{other - 20}",) if other > 27 else (),
        )
        for at, (text, cell, home, day, category, other) in enumerate(rows)
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=incident_sets, seed=st.randoms(use_true_random=False))
def test_the_order_of_incidents_changes_no_byte(rows: list[tuple[str, str, int, int, str, int]], seed) -> None:
    reports = built(rows)
    shuffled = list(reports)
    seed.shuffle(shuffled)
    earlier = (known("f1", ["d0", "d1", "d2"]), known("f2", ["d3", "d4"]))

    one, other = ran(reports, earlier=earlier), ran(shuffled, earlier=earlier[::-1])

    assert one == other
    assert digest(one) == digest(other)


@settings(max_examples=60, deadline=None)
@given(rows=incident_sets)
def test_each_dispute_is_in_one_finding_and_each_known_finding_lives_or_is_gone(
    rows: list[tuple[str, str, int, int, str, int]],
) -> None:
    earlier = (known("f1", ["d0", "d1", "d2"]), known("f2", ["d3", "d4"]))

    result = ran(built(rows), earlier=earlier)

    current = [name for finding in result.findings for name in finding.current_ids]
    told = [*(f.finding_id for f in result.findings if f.finding_id), *(g.finding_id for g in result.gone)]
    assert len(current) == len(set(current))
    assert sorted(told) == ["f1", "f2"]
    assert all(finding.households_ever >= finding.households_current for finding in result.findings)


def test_a_round_without_incidents_answers_at_once() -> None:
    empty = RoundInput(window_start=WINDOW_START, window_end=WINDOW_END, incidents=())

    result = run_round(empty, PLAIN, 1)

    assert (result.findings, result.gone, result.counts.groups) == ((), (), 0)
    assert len(result.input_digest) == len(result.result_digest) == 64


@pytest.mark.parametrize("change", [{"seed": 2}, {"parameters": Parameters(max_p=0.02)}])
def test_another_seed_or_parameter_gives_another_input_digest(change: dict[str, object]) -> None:
    plain = {"parameters": PLAIN, "seed": 1}

    assert run_round(round_of([]), **plain).input_digest != run_round(round_of([]), **{**plain, **change}).input_digest
