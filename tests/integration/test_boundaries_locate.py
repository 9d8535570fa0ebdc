"""grid-app locate: every row answered, nothing else touched, no half output."""

from __future__ import annotations

import csv

import pytest

from grid_app.database.transaction import transaction
from tests.command_line import command_line, document
from tests.world import build_world


@pytest.fixture
def grid_app(db_url, tmp_path):
    return command_line(db_url, tmp_path)


@pytest.fixture
def county(engine):
    with transaction(engine) as session:
        return build_world(session)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def refusal(result, tmp_path) -> str:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in (".part", ".out")) == []
    return result.stderr


def test_without_an_active_generation_a_sentence_says_what_to_do(grid_app, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n111.05,29.05\n", "utf-8")

    assert "boundaries activate" in refusal(grid_app("locate", source, "--output", tmp_path / "a.out"), tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"x,y\n1,2\n", "--lon"),
        ("lon,lat,名\n111,29,甲\n".encode("gb18030"), "UTF-8"),
        (b'lon,lat\n"111,29\n', "引号"),
        (b"lon,lat\n111,29\n111,29,30\n", "第 3 行"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_no_output(grid_app, county, tmp_path, content, words):
    source = tmp_path / "points.csv"
    source.write_bytes(content)

    assert words in refusal(grid_app("locate", source, "--output", tmp_path / "a.out"), tmp_path)


def test_a_missing_file_or_folder_is_named(grid_app, county, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n111.05,29.05\n", "utf-8")

    assert "找不到文件" in refusal(grid_app("locate", tmp_path / "none.csv", "--output", tmp_path / "a.out"), tmp_path)
    nowhere = tmp_path / "nowhere" / "a.out"
    assert "找不到输出文件夹" in refusal(grid_app("locate", source, "--output", nowhere), tmp_path)


def test_an_output_of_before_survives_a_refusal(grid_app, county, tmp_path):
    source, target = tmp_path / "points.csv", tmp_path / "located.csv"
    source.write_text("lon,lat\n111.05,29.05\n111,29,30\n", "utf-8")
    target.write_text("kept", "utf-8")

    result = grid_app("locate", source, "--output", target)

    assert result.exit_code == 1
    assert target.read_text("utf-8") == "kept"


def test_each_row_gets_its_four_answers(grid_app, county, tmp_path):
    source, target = tmp_path / "points.csv", tmp_path / "located.csv"
    lines = [
        "x,y",
        "111.05,29.05",
        "111.4005,29.05",
        "112.5,29.05",
        ",29.05",
        "abc,29.05",
        "nan,29.05",
        "200,29.05",
        "111.1,29.05",
    ]
    source.write_text("\n".join(lines) + "\n\n", "utf-8")

    told = document(
        grid_app("locate", source, "--lon", "x", "--lat", "y", "--near-metres", 100, "--output", target, "--json")
    )

    rows = rows_of(target)
    assert [row["how"] for row in rows] == ["inside", "near", "outside", *["invalid"] * 4, "inside"]
    assert [row["code"][-3:] for row in rows] == ["201", "202", "", "", "", "", "", "201"]
    assert rows[0]["name"] == "云岭村"
    assert float(rows[1]["border_distance_m"]) == pytest.approx(48.7, abs=0.5)
    assert [row["border_distance_m"] for row in rows[3:7]] == [""] * 4
    assert (told["rows"], told["inside"], told["near"], told["outside"], told["invalid"]) == (8, 2, 1, 1, 4)


def test_other_columns_quoting_and_the_byte_order_mark_stay(grid_app, county, tmp_path):
    source, target = tmp_path / "points.csv", tmp_path / "located.csv"
    original = '\ufeff说明,lon,lat,name\r\n"他说""好"",\n两行",111.05,29.05,旧名\r\n短行,111.05,29.05\r\n'
    source.write_bytes(original.encode())

    told = document(grid_app("locate", source, "--output", target, "--json"))

    text = target.read_bytes().decode()
    assert text.startswith(
        '\ufeff说明,lon,lat,name,code,name,how,border_distance_m\r\n"他说""好"",\n两行",111.05,29.05,旧名,'
    )
    assert text.splitlines()[-1].startswith("短行,111.05,29.05,,990101001201,云岭村,inside,")
    assert "原列没有动" in told["remarks"][0]


def test_a_datum_is_taken_back_and_a_wrong_one_is_suspected(grid_app, county, tmp_path):
    source, target = tmp_path / "points.csv", tmp_path / "located.csv"
    source.write_text("lon,lat\n111.1030,29.05\n", "utf-8")

    taken = grid_app("locate", source, "--crs", "gcj02", "--output", target)
    source.write_text("lon,lat\n29.05,111.1030\n113,35\n", "utf-8")
    suspected = grid_app("locate", source, "--output", tmp_path / "none.csv")

    assert rows_of(target)[0]["code"] == "990101001201"
    assert taken.exit_code == suspected.exit_code == 0
    assert "没有一个点落在村内" in suspected.stderr


def test_the_output_may_be_the_input(grid_app, county, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text("lon,lat\n111.05,29.05\n", "utf-8")

    assert grid_app("locate", source, "--output", source).exit_code == 0

    assert rows_of(source)[0]["code"] == "990101001201"


@pytest.mark.slow
def test_a_thousand_real_points_are_all_right(grid_app, test_data, tmp_path):
    folder = test_data / "changde"
    grid_app("boundaries", "import", folder / "villages.geojson", "--level", "village", "--source-crs", "wgs84")
    grid_app("boundaries", "activate")
    source, target = folder / "point_in_village_test_dev.csv", tmp_path / "located.csv"

    told = document(
        grid_app("locate", source, "--lon", "lon_wgs84", "--lat", "lat_wgs84", "--output", target, "--json")
    )

    rows = rows_of(target)
    assert told["rows"] == len(rows) == 1000
    assert [row["code"] for row in rows] == [row["village_code"] for row in rows]
    assert all(row["how"] == ("inside" if row["village_code"] else "outside") for row in rows)
