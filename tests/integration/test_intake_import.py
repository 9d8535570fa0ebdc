"""grid-app disputes import, on both databases: bad rows, repetitions, a killed run, and that the counts add up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from grid_app.cli import context
from grid_app.cli import disputes as command
from grid_app.cli.main import main
from grid_app.database.transaction import reading
from grid_app.models.disputes import ImportBatch, Organisation
from tests.web.api_phone import disputes, stored
from tests.world import World

HEADER = "id,noted_at,category,text,reporter,division,lon,lat,crs,organisation,channel,band,band_status"
GOOD = [
    "a1,2026-03-02 09:30,0901,云岭村三组土地租金没有给,h1,990101001201,,,,青溪农业有限公司,hotline,5-9,known",
    "a2,2026-03-03,0901,柳湾村土地租金没有给,h2,990101001,,,,青溪农业公司,,,",
    "a3,2026/3/4 10:00,99,石桥村路灯不亮,h3,,111.25,29.07,wgs84,,热线,,",
]

Import = Callable[..., Result]


@pytest.fixture
def run(app: Flask, app_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Give a function that imports text (or bytes) as a file, with the command's options."""
    monkeypatch.setattr(context, "load_app", lambda: app)

    def imported(content: str | bytes, *options: str, login: str = "county_officer") -> Result:
        file = tmp_path / "old.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return CliRunner().invoke(main, ["disputes", "import", str(file), "--as", login, *options])

    return imported


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join((header, *rows)) + "\r\n"


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["rows"] == document["accepted"] + document["already_have"] + document["rejected"]
    assert document["rejected"] == sum(document["reasons"].values()) == len(document["rejected_rows"])
    return document


# --- files that cannot be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        ("时间,文字\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"\xff\xfe\x00" + bytes(range(128, 256)) * 50, "UTF-16"),
        (bytes(range(128, 256)) * 50, "GB18030"),
        (csv_of("1", header="id"), "文件缺少"),
        (csv_of("1,2", header="id,id"), "表头不对"),
    ],
)
def test_a_file_that_is_no_list_of_reports_changes_nothing(run: Import, content: Any, words: str) -> None:
    result = run(content)

    assert result.exit_code == 1
    assert words in result.output
    assert stored() == 0


@pytest.mark.parametrize("login", ["nobody", "grid_worker", "sysadmin"])
def test_only_office_staff_import(run: Import, login: str) -> None:
    result = run(csv_of(*GOOD), login=login)

    assert result.exit_code == 1
    assert "--as" in result.output
    assert stored() == 0


def test_a_mapping_with_unknown_columns_is_refused_with_the_names(run: Import, tmp_path: Path) -> None:
    mapping = tmp_path / "columns.json"
    mapping.write_text('{"text": "body", "colour": "red"}', "utf-8")

    result = run(csv_of(*GOOD), "--mapping", str(mapping))

    assert result.exit_code == 1
    assert "text" in result.output
    assert "colour" in result.output


# --- rows that cannot be taken ----------------------------------------------------------------------------------

BAD = [
    ("b1,gestern,0901,甲,h,990101001201,,,,,,,", "noted_at"),
    ("b2,2099-01-01,0901,甲,h,990101001201,,,,,,,", "noted_at"),
    ("b3,2026-02-30,0901,甲,h,990101001201,,,,,,,", "noted_at"),
    ("b4,2026-03-02,0877,甲,h,990101001201,,,,,,,", "category"),
    ("b5,2026-03-02,0901,,h,990101001201,,,,,,,", "text"),
    ("b6,2026-03-02,0901,a\x00b,h,990101001201,,,,,,,", "text"),
    ("b7,2026-03-02,0901,甲,h,999999999999,,,,,,,", "division"),
    ("b8,2026-03-02,0901,甲,h,,,,,,,,", "division"),
    ("b9,2026-03-02,0901,甲,h,,112.9,28.1,,,,,", "lon"),
    ("b10,2026-03-02,0901,甲,h,,111.2,,,,,,", "lat"),
    ("b11,2026-03-02,0901,甲,h,,111.2,29.0,mars,,,,", "crs"),
    ("b12,2026-03-02,0901,甲,h,990101001201,,,,,pigeon,,", "channel"),
    ("b13,2026-03-02,0901,甲,h,990101001201,,,,,,7,", "band"),
    ("b14,2026-03-02,0901,甲", "row"),
    ('b15,2026-03-02,0901,"甲" 乙,h,990101001201,,,,,,,', "row"),
    (f"b16,2026-03-02,0901,{'甲' * 20_001},h,990101001201,,,,,,,", "text"),
    ("a1,2026-03-02,0901,同一编号的另一件,h,990101001201,,,,,,,", "conflict"),
]


def test_every_bad_row_is_named_with_its_reason_and_stops_nothing(run: Import) -> None:
    document = told(run(csv_of(*GOOD, *(row for row, _ in BAD)), "--json"))

    assert document["accepted"] == len(GOOD) == stored()
    assert [one["reason"] for one in document["rejected_rows"]] == [reason for _, reason in BAD]
    assert [one["line"] for one in document["rejected_rows"]] == list(range(5, 5 + len(BAD)))
    assert all(one["sentence"] for one in document["rejected_rows"])


def test_points_that_all_fall_outside_point_at_the_coordinate_system(run: Import) -> None:
    swapped = [f"e{number},2026-03-02,0901,甲,h,,29.02,111.05,wgs84,,,," for number in range(5)]
    far = [f"f{number},2026-03-02,0901,甲,h,,113.05,28.02,wgs84,,,," for number in range(5)]

    document = told(run(csv_of(*far, "g,2026-03-02,0901,甲,h,990101001201,,,,,,,"), "--json"))

    assert "坐标系" in document["hint"]
    assert told(run(csv_of(*GOOD), "--json"))["hint"] == ""
    assert told(run(csv_of(*swapped), "--json"))["reasons"] == {"lat": 5}


def test_a_file_that_breaks_off_in_a_quoted_text_loses_only_its_last_row(run: Import) -> None:
    document = told(run(csv_of(*GOOD) + 'c1,2026-03-02,0901,"没有写完的一', "--json"))

    assert (document["accepted"], document["reasons"]) == (3, {"row": 1})


def test_a_single_broken_letter_costs_one_row(run: Import) -> None:
    broken = (
        csv_of(*GOOD, "c1,2026-03-02,0901,坏X字,h,990101001201,,,,,,,").encode().replace("坏X".encode(), b"\xe5\x9d")
    )

    document = told(run(broken, "--json"))

    assert (document["encoding"], document["accepted"], document["reasons"]) == ("utf-8", 3, {"row": 1})


# --- again, half way, dry ---------------------------------------------------------------------------------------


def test_the_same_file_again_finds_every_row_known(run: Import) -> None:
    unnamed = [row.partition(",")[2].join(("", "")) for row in GOOD]
    text = csv_of(*GOOD, *(f",{row}" for row in unnamed), *(f",{row}" for row in unnamed))
    first = told(run(text, "--json"))

    second = told(run(text, "--json"))

    assert (first["rows"], first["accepted"]) == (9, 9)
    assert (second["accepted"], second["already_have"]) == (0, 9)
    assert stored() == 9


def test_an_import_killed_half_way_is_completed_by_the_next(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "ROWS_PER_TRANSACTION", 2)
    real = command.import_rows
    calls: list[int] = []

    def killed(session: Any, **given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(session, **given)

    monkeypatch.setattr(command, "import_rows", killed)
    stopped = run(csv_of(*GOOD), "--json")
    assert (stopped.exit_code, stored()) == (1, 2)

    document = told(run(csv_of(*GOOD), "--json"))

    assert (document["already_have"], document["accepted"]) == (2, 1)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 1


def test_a_dry_run_counts_like_the_import_and_writes_nothing(run: Import) -> None:
    rows = [*GOOD, GOOD[0], *(row for row, _ in BAD)]
    dry = told(run(csv_of(*rows), "--json", "--dry-run"))
    assert stored() == 0

    real = told(run(csv_of(*rows), "--json"))

    assert {**dry, "dry_run": False} == real


# --- what becomes of good rows ----------------------------------------------------------------------------------


def test_rows_become_disputes_with_day_place_household_and_organisation(run: Import) -> None:
    told(run(csv_of(*GOOD), "--json"))

    first, second, third = disputes()
    with reading() as session:
        organisations = session.scalars(select(Organisation)).all()
    assert [one.noted_on.isoformat() for one in (first, second, third)] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert [one.place_kind for one in (first, second, third)] == ["chosen", "not_located", "inside"]
    assert [one.division_code for one in (first, second, third)] == ["990101001201", "990101001", "990101002201J002"]
    assert [one.channel for one in (first, second, third)] == ["hotline", "import", "hotline"]
    assert (first.household_band, first.band_status) == ("5-9", "known")
    assert len({one.household_label for one in (first, second, third)}) == 3
    assert len(organisations) == 1


def test_one_household_keeps_its_label_in_one_place_and_matter_only(run: Import) -> None:
    rows = [
        f"d{number},2026-03-0{number},{category},事{number},h9,{village},,,,,,,"
        for number, (category, village) in enumerate(
            [("0901", "990101001201"), ("0902", "990101001201"), ("0799", "990101001201"), ("0901", "990101001202")], 1
        )
    ]

    told(run(csv_of(*rows), "--json"))

    labels = [one.household_label for one in disputes()]
    assert labels[0] == labels[1]
    assert len(set(labels)) == 3


def test_types_and_districts_go_through_their_tables(run: Import, tmp_path: Path) -> None:
    (tmp_path / "types.csv").write_text("type,code\n物业,0402\n", "utf-8")
    (tmp_path / "places.csv").write_text("district,code\nA1区,990101002\n", "utf-8-sig")
    (tmp_path / "columns.json").write_text('{"text": ["title", "body"], "noted_at": "when"}', "utf-8")
    text = csv_of(
        "1,2026-03-02,物业,电梯坏了,两个月没人修,A1区",
        "2,2026-03-02,捞鱼,甲,乙,A1区",
        "3,2026-03-02,物业,甲,乙,B9区",
        header="id,when,type,title,body,district",
    )
    tables = ("category-map", "types.csv"), ("place-map", "places.csv"), ("mapping", "columns.json")
    options = [part for name, file in tables for part in (f"--{name}", str(tmp_path / file))]

    document = told(run(text, "--json", *options))

    (kept,) = disputes()
    assert document["reasons"] == {"type": 1, "district": 1}
    assert (kept.category, kept.division_code, kept.summary) == ("0402", "990101002", "电梯坏了。两个月没人修")


def test_columns_with_identity_numbers_are_never_read(run: Import) -> None:
    number = "11010519491231002X"
    text = csv_of(
        f"1,2026-03-02,0901,甲家的事,{number},990101001201,{number}",
        header="id,noted_at,category,text,reporter,division,身份证号",
    )

    result = run(text, "--json")

    assert told(result)["dropped_columns"] == ["reporter", "身份证号"]
    assert number not in " ".join(str(value) for value in vars(disputes()[0]).values())


def test_a_file_in_gb18030_is_read_like_one_in_utf8(run: Import) -> None:
    document = told(run(csv_of(*GOOD).encode("gb18030"), "--json"))

    assert (document["encoding"], document["accepted"]) == ("gb18030", 3)


def test_a_long_text_is_cut_in_the_list_and_kept_sealed(run: Import) -> None:
    text = csv_of(f"1,2026-03-02,0901,{'长' * 3_000},h,990101001201,,,,,,,")

    told(run(text, "--json"))

    summary = disputes()[0].summary
    assert (len(summary), summary[-1]) == (2_000, "…")


def test_sealed_and_court_matters_may_be_imported(run: Import) -> None:
    rows = [f"{code},2026-03-02,{code},旧件,h,990101001201,,,,,,," for code in ("1403", "1502", "1601", "1307")]

    assert told(run(csv_of(*rows), "--json"))["accepted"] == 4


def test_people_read_counts_that_add_up(run: Import) -> None:
    result = run(csv_of(*GOOD, BAD[0][0]))

    assert "共 4 行 = 新导入 3 + 已有 0 + 没有导入 1" in result.output
    assert "第 5 行 b1" in result.output
