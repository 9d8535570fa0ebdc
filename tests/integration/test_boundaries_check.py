"""The check of a pending generation: what does not fit, and what it would mean for open disputes."""

from __future__ import annotations

import pytest

from grid_app.errors import ConflictError
from grid_app.services.places.boundaries import import_boundaries
from grid_app.services.places.boundaries_check import check_generation, gather_check
from tests.boundary_files import COUNTIES, TOWNSHIPS, VILLAGES, squares_set
from tests.dispute_rows import add_dispute
from tests.world import NOW

WEST, EAST = VILLAGES[0], VILLAGES[1]


def check(session, folder, *files):
    for squares, level in files:
        boundary_set = squares_set(folder, squares, level=level)
        import_boundaries(session, boundary_set=boundary_set, source="file", actor=None, now=NOW)
    return check_generation(gather_check(session, now=NOW))


def test_nothing_pending_is_said_in_a_sentence(session, world):
    with pytest.raises(ConflictError, match="没有待启用"):
        gather_check(session, now=NOW)


def test_levels_that_were_not_imported_are_checked_with_those_that_were(session, world, tmp_path):
    report = check(session, tmp_path, (VILLAGES, "village"))

    assert report.counts == {"county": 1, "township": 2, "village": 4, "grid": 8}
    assert all(coverage.is_clean for coverage in report.coverage.values())
    assert report.outside_parent == ()


def test_gaps_overlaps_and_children_outside_their_parent_are_named(session, world, tmp_path):
    shifted = (WEST[0], WEST[1], (110.98, 29.0, 111.08, 29.1))
    wide = (EAST[0], EAST[1], (111.09, 29.0, 111.21, 29.1))

    report = check(session, tmp_path, ([shifted, wide, *VILLAGES[2:]], "village"))

    assert [(o.first[:3], o.second[:3]) for o in report.coverage["village"].overlaps] == [("柳湾村", "石桥村")]
    assert {item.title[:3] for item in report.outside_parent} >= {"云岭村", "柳湾村"}
    largest = report.outside_parent[0]
    assert largest.title == f"云岭村（{WEST[0]}）"
    assert largest.share == pytest.approx(0.2, abs=0.01)


def test_a_parent_without_boundary_is_named_as_not_checkable(session, world, tmp_path):
    report = check(session, tmp_path, ([("430771001201", "渔樵村", (111.7, 29.0, 111.8, 29.1))], "village"))

    assert report.parents_without_boundary == ("430771001",)
    assert report.pending.plan.created == ("430771", "430771001")


def test_the_effect_on_open_disputes_adds_up(session, world, tmp_path):
    add_dispute(session, 1, village=EAST[0], point=(111.12, 29.05))
    add_dispute(session, 2, village=EAST[0], point=(111.19, 29.05))
    add_dispute(session, 3, village=f"{WEST[0]}J001", point=(111.05, 29.02))
    add_dispute(session, 4, village=WEST[0], point=(111.05, 29.09))
    add_dispute(session, 5, village=WEST[0], kind="chosen")
    add_dispute(session, 6, village="990101001", kind="not_located")
    add_dispute(session, 7, village=EAST[0], point=(111.12, 29.05), state="closed")
    add_dispute(session, 8, village=EAST[0], point=(111.12, 29.05), category="1502")
    lower = (WEST[0], WEST[1], (111.0, 29.0, 111.15, 29.06))
    right = (EAST[0], EAST[1], (111.15, 29.0, 111.2, 29.1))

    effect = check(session, tmp_path, ([lower, right, *VILLAGES[2:]], "village")).disputes

    assert (effect.total, effect.same, effect.moved, effect.outside) == (7, 2, 2, 1)
    assert (effect.ended, effect.without_point) == (0, 2)
    assert effect.pairs == ((EAST[0], WEST[0], 2),)


def test_disputes_and_staff_of_ended_divisions_are_counted(session, world, tmp_path):
    add_dispute(session, 1, village=WEST[0], kind="chosen")

    report = check(session, tmp_path, (VILLAGES[1:], "village"))

    assert report.disputes.ended == 1
    assert (report.attached.accounts, report.attached.units, report.attached.rooms) == (4, 2, 1)


def test_a_file_of_one_level_is_enough_for_an_empty_tree(session, tmp_path):
    report = check(session, tmp_path, (COUNTIES, "county"), (TOWNSHIPS, "township"))

    assert report.counts == {"county": 1, "township": 2}
    assert report.disputes.total == 0
