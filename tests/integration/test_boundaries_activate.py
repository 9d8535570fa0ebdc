"""Activating a generation: the tree, the carried-over boundaries and every process change together."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from geo.boundaries import read_boundaries
from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.queries.boundaries import generation_in, tree
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import COUNTIES, TOWNSHIPS, VILLAGES, squares_set, write_squares
from tests.world import NOW, build_world

WEST, EAST = VILLAGES[0], VILLAGES[1]
STRAY = ("430771001201", "渔樵村", (111.7, 29.0, 111.8, 29.1))
GRIDS = [(f"{VILLAGES[0][0]}J00{n}", "", (111.0, 29.0 + n / 100, 111.1, 29.01 + n / 100)) for n in range(3)]


def load(session, folder, squares, *, level="village", **options):
    boundary_set = squares_set(folder, squares, level=level, **options)
    return import_boundaries(session, boundary_set=boundary_set, source="file", actor=None, now=NOW)


def test_a_successor_that_makes_no_sense_changes_nothing(session, world, tmp_path):
    load(session, tmp_path, VILLAGES[1:])
    before = tree(session)

    with pytest.raises(InvalidError, match="没有停用"):
        activate(session, actor=None, now=NOW, successors={EAST[0]: VILLAGES[2][0]})
    with pytest.raises(InvalidError, match="不存在或已停用"):
        activate(session, actor=None, now=NOW, successors={WEST[0]: "990101009201"})

    assert tree(session) == before


def test_new_codes_renamed_ones_and_untouched_levels_end_up_as_told(session, world, tmp_path):
    renamed = (WEST[0], "云岭社区", WEST[2])
    load(session, tmp_path, [renamed, *VILLAGES[1:], STRAY])

    done = activate(session, actor=None, now=NOW)

    nodes = tree(session)
    assert nodes[WEST[0]].name == "云岭社区"
    assert [(r.before, r.after) for r in done.plan.renamed] == [("云岭村", "云岭社区")]
    assert nodes[STRAY[0]].path == "/430771/430771001/430771001201/"
    assert done.plan.created == ("430771", "430771001")
    assert nodes["430771"].name == "430771"
    assert done.carried_over == 11
    assert done.counts == {"county": 1, "township": 2, "village": 5, "grid": 8}


def test_the_order_of_the_files_does_not_matter(engine, tmp_path):
    trees = []
    for order in ((0, 1, 2), (2, 1, 0)):
        files = [(COUNTIES, "county"), (TOWNSHIPS, "township"), ([*VILLAGES, STRAY], "village")]
        with pytest.raises(RuntimeError, match="undo"), transaction(engine) as session:
            for place in order:
                load(session, tmp_path, files[place][0], level=files[place][1])
            activate(session, actor=None, now=NOW)
            trees.append(tree(session))
            raise RuntimeError("undo")

    assert trees[0] == trees[1]
    assert len(trees[0]) == 10


def test_a_code_missing_from_its_countys_file_ends_with_its_grids_and_keeps_its_successor(session, world, tmp_path):
    load(session, tmp_path, VILLAGES[1:])

    done = activate(session, actor=None, now=NOW, successors={WEST[0]: EAST[0]})

    ended = session.get_one(Division, WEST[0])
    assert done.plan.ended == (WEST[0], f"{WEST[0]}J001", f"{WEST[0]}J002")
    assert str(ended.valid_to) == "2026-11-20"
    assert ended.successor_code == EAST[0]
    assert done.counts["grid"] == 6


def test_a_code_that_returns_lives_again(session, world, tmp_path):
    load(session, tmp_path, VILLAGES[1:])
    activate(session, actor=None, now=NOW, successors={WEST[0]: EAST[0]})
    load(session, tmp_path, VILLAGES)

    done = activate(session, actor=None, now=NOW)

    session.expire_all()
    returned = session.get_one(Division, WEST[0])
    assert done.plan.revived == (WEST[0],)
    assert (returned.valid_to, returned.successor_code) == (None, None)


def test_a_parent_without_boundary_survives_a_file_of_its_level(session, world, tmp_path):
    load(session, tmp_path, [*VILLAGES, STRAY])
    activate(session, actor=None, now=NOW)
    load(session, tmp_path, [*COUNTIES, ("430702", "城关区", (111.6, 29.0, 111.7, 29.1))], level="county")

    done = activate(session, actor=None, now=NOW)

    assert done.plan.ended == ()
    assert tree(session)["430771"].alive


def test_a_parent_missing_from_its_file_lives_on_when_the_generation_needs_it(session, world, tmp_path):
    load(session, tmp_path, TOWNSHIPS[:1], level="township")
    load(session, tmp_path, VILLAGES)

    done = activate(session, actor=None, now=NOW)

    assert done.plan.kept == ("990101002",)
    assert done.plan.ended == ()
    assert done.counts["township"] == 2


def test_another_countys_file_ends_nothing_here(session, world, tmp_path):
    load(session, tmp_path, [STRAY])

    done = activate(session, actor=None, now=NOW)

    assert done.plan.ended == ()
    assert done.counts["village"] == 5


def test_a_new_parent_moves_the_whole_subtree(session, world, tmp_path):
    path = write_squares(tmp_path / "moved.geojson", [WEST, *VILLAGES[2:]], above="990101002")
    boundary_set = read_boundaries(path, level="village", source_crs="wgs84", parent_field="above")
    import_boundaries(session, boundary_set=boundary_set, source="moved", actor=None, now=NOW)
    load(session, tmp_path, [EAST])

    done = activate(session, actor=None, now=NOW)

    nodes = tree(session)
    assert [(m.code, m.before, m.after) for m in done.plan.moved] == [(WEST[0], "990101001", "990101002")]
    assert nodes[f"{WEST[0]}J001"].path == f"/990101/990101002/{WEST[0]}/{WEST[0]}J001/"
    assert nodes[EAST[0]].path == f"/990101/990101001/{EAST[0]}/"


def test_grids_without_a_name_are_named_after_their_village(session, world, tmp_path):
    load(session, tmp_path, GRIDS, level="grid")

    activate(session, actor=None, now=NOW)

    assert tree(session)[GRIDS[0][0]].name == "云岭村第0网格"


def test_the_old_generation_keeps_its_boundaries(session, world, tmp_path):
    load(session, tmp_path, VILLAGES[1:])

    activate(session, actor=None, now=NOW)

    old = session.get_one(BoundaryGeneration, world.generation_id)
    kept = session.scalars(select(Boundary.code).where(Boundary.generation_id == old.id)).all()
    assert (old.state, old.retired_at) == ("retired", NOW)
    assert len(kept) == 15


def test_every_process_notices_that_another_generation_is_active(engine, tmp_path):
    first, second = MemoryPlaceFinder(), MemoryPlaceFinder()
    with transaction(engine) as session:
        build_world(session)
    with reading(engine) as session:
        before = [finder.find(session, lon=111.05, lat=29.05, accuracy_m=None) for finder in (first, second)]

    with transaction(engine) as session:
        wider = (EAST[0], EAST[1], (111.0, 29.0, 111.2, 29.1))
        load(session, tmp_path, [wider, *VILLAGES[2:]])
        activate(session, actor=None, now=NOW)

    with reading(engine) as session:
        after = [finder.find(session, lon=111.05, lat=29.05, accuracy_m=None) for finder in (first, second)]
        active = generation_in(session, "active")
    assert [answer.code for answer in before] == [WEST[0]] * 2
    assert [answer.code for answer in after] == [EAST[0]] * 2
    assert active is not None
    assert {answer.generation_id for answer in after} == {active.id}
