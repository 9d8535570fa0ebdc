from datetime import date

from screening.identity import match_groups, trend_of
from tests.unit.screening.makers import known


def group(*members: str) -> frozenset[str]:
    return frozenset(members)


def test_a_group_without_common_members_is_new() -> None:
    matches = match_groups([group("x")], [known("f1", ["a", "b"])])

    assert (matches[0].known, matches[0].split_from) == (None, None)


def test_one_stray_member_does_not_carry_a_name_away() -> None:
    matches = match_groups([group("a", "x", "y", "z"), *map(group, "bcde")], [known("f1", list("abcde"))])

    assert matches[0].known is None


def test_when_a_finding_falls_apart_the_largest_part_keeps_it() -> None:
    matches = match_groups([group("a", "b"), group("c", "d", "e")], [known("f1", list("abcde"))])

    assert matches[1].known is not None
    assert matches[1].known.finding_id == "f1"
    assert (matches[0].known, matches[0].split_from) == (None, "f1")


def test_when_findings_meet_the_oldest_lives_and_takes_in_the_others() -> None:
    young = known("f1", ["a", "b", "c"], since=date(2026, 5, 1))
    old = known("f2", ["d"], since=date(2026, 1, 1))

    (match,) = match_groups([group("a", "b", "c", "d")], [young, old])

    assert match.known is old
    assert match.merged == (young,)


def test_the_order_of_known_findings_does_not_matter() -> None:
    earlier = [known("f1", ["a", "b"]), known("f2", ["c"]), known("f3", ["d", "e"])]
    groups = [group("a", "c"), group("b", "d", "e")]

    assert match_groups(groups, earlier) == match_groups(groups, earlier[::-1])


def test_the_trend_is_told_against_the_last_round() -> None:
    before = known("f1", ["a", "b", "c"])

    assert [trend_of(now, before) for now in (2, 3, 4)] == ["shrinking", "steady", "growing"]
    assert trend_of(3, None) == "new"
