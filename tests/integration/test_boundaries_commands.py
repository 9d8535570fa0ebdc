"""The boundary commands as somebody types them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select

from grid_app.database.transaction import reading, transaction
from grid_app.http import tiles
from grid_app.models.places import Boundary, BoundaryGeneration
from tests.boundary_files import COUNTIES, TOWNSHIPS, VILLAGES, write_squares
from tests.command_line import command_line, document
from tests.world import build_world


@pytest.fixture
def grid_app(db_url, tmp_path):
    return command_line(db_url, tmp_path)


@pytest.fixture
def villages(tmp_path):
    return write_squares(tmp_path / "villages.geojson", VILLAGES)


def count(engine: Engine, table) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_wrong_usage_ends_with_2(grid_app, villages):
    result = grid_app("boundaries", "import", villages, "--level", "province", "--source-crs", "wgs84")

    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"990101001202"', '"990101001201"'), "出现了两次"),
        (("[111.1, 29.0]", "[-95.1, 29.0]"), "中国范围以外"),
        (('"type": "FeatureCollection"', '"type": "Feature'), "打不开"),
        (('"code"', '"number"'), "--code-field"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_which_feature_and_why(grid_app, engine, villages, change, words):
    villages.write_text(villages.read_text("utf-8").replace(*change), "utf-8")

    result = grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "wgs84")

    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""
    assert (count(engine, Boundary), count(engine, BoundaryGeneration)) == (0, 0)


def test_a_dry_run_reports_and_writes_nothing(grid_app, engine, villages):
    told = document(
        grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "wgs84", "--dry-run", "--json")
    )

    assert (told["dry_run"], told["loaded"], told["unknown_parents"]) == (
        True,
        4,
        ["990101", "990101001", "990101002"],
    )
    assert count(engine, BoundaryGeneration) == 0


def test_import_check_and_activate_in_any_order_of_files(grid_app, engine, villages, tmp_path):
    towns = write_squares(tmp_path / "towns.geojson", TOWNSHIPS)
    county = write_squares(tmp_path / "county.geojson", COUNTIES)
    for path, level in ((villages, "village"), (county, "county"), (towns, "township")):
        told = document(grid_app("boundaries", "import", path, "--level", level, "--source-crs", "cgcs2000", "--json"))
        assert told["gaps"] == told["overlaps"] == told["slivers"] == told["duplicates"] == []

    checked = document(grid_app("boundaries", "check", "--json"))
    done = document(grid_app("boundaries", "activate", "--json"))

    assert checked["tree"]["created_parents"] == []
    assert checked["open_disputes"]["total"] == 0
    assert done["counts"] == {"county": 1, "township": 2, "village": 4}
    assert done["tree"]["added"] == 7
    with reading(engine) as session:
        assert session.scalars(select(BoundaryGeneration.state)).all() == ["active"]


def test_a_datum_is_taken_back_before_storing(grid_app, engine, villages):
    grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "gcj02")

    with reading(engine) as session:
        west = session.scalar(select(func.min(func.ST_XMin(Boundary.polygon))))
    assert west == pytest.approx(111.0 - 0.0056, abs=0.001)


def test_people_read_sentences(grid_app, engine, villages):
    with transaction(engine) as session:
        build_world(session)

    first = grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "wgs84")
    again = grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "wgs84")
    checked = grid_app("boundaries", "check")
    activated = grid_app("boundaries", "activate")

    assert "正在使用的边界没有变" in first.stdout
    assert "用这次的图形替换" in again.stdout
    assert "启用时有位置的按位置改到新的村" in checked.stdout
    assert "第 2 代边界已启用" in activated.stdout
    assert "底图已准备好" in activated.stdout
    assert "底图已准备好" in grid_app("boundaries", "tiles").stdout
    assert "沿用 11 个" in activated.stdout


def test_nothing_to_check_or_activate_ends_with_1(grid_app):
    for command in ("check", "activate"):
        result = grid_app("boundaries", command, "--json")

        assert (result.exit_code, result.stdout) == (1, "")
        assert "请先导入" in result.stderr


def test_a_successor_that_is_no_pair_is_refused(grid_app, villages):
    grid_app("boundaries", "import", villages, "--level", "village", "--source-crs", "wgs84")

    result = grid_app("boundaries", "activate", "--successor", "990101001201")

    assert result.exit_code == 1
    assert "旧代码=新代码" in result.stderr


@pytest.mark.slow
def test_a_whole_prefecture_is_loaded_in_seconds(grid_app, engine, test_data, monkeypatch):
    monkeypatch.setattr(tiles, "cut_in_use", lambda **_: None)  # its own tests and figures; 20 s for a prefecture
    folder = test_data / "changde"
    for name, level in (("villages", "village"), ("counties", "county"), ("towns", "township")):
        told = document(
            grid_app(
                "boundaries", "import", folder / f"{name}.geojson", "--level", level, "--source-crs", "wgs84", "--json"
            )
        )
        assert told["gaps"] == told["overlaps"] == []

    done = document(grid_app("boundaries", "activate", "--json"))

    assert done["counts"] == {"county": 9, "township": 178, "village": 2273}
    assert done["tree"]["created_parents"] == ["430771"]
