"""grid-app screen scan on files as people make them: headers, blanks, commas, packed; and what it refuses, how."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from grid_app.cli.screen.scanning import scan_command
from screening.scan.periods import Periods, Unit, person_time

pytestmark = pytest.mark.xdist_group("scan")

PLACES = "a 0 0\nb 0 1\nc 5 5\nd 6 5\n"
CASES = "\n".join(f"{place} 1 2026/11/{day:02d}" for place in "abcd" for day in range(1, 21, 3)) + "\na 6 2026/11/20\n"
PEOPLE = "\n".join(f"{place} 2026 1000" for place in "abcd")
BASE = {
    "coordinate-type": "cartesian",
    "model": "space-time-permutation",
    "analysis": "prospective",
    "start": "2026-11-01",
    "end": "2026-11-20",
    "time-unit": "day",
    "max-temporal": "3",
    "replications": "99",
    "sequential": "off",
}


@pytest.fixture
def run(tmp_path: Path):
    def ran(cases=CASES, places=PLACES, people: str | None = None, **options: str):
        files = {"cases": cases, "coordinates": places, **({"population": people} if people is not None else {})}
        words = []
        for name, text in files.items():
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            words += [f"--{name}", str(tmp_path / name)]
        for name, value in (BASE | {key.replace("_", "-"): value for key, value in options.items()}).items():
            words += [f"--{name}"] if value is True else [f"--{name}", value]
        return CliRunner().invoke(scan_command, [*words, "--json"])

    return ran


def best(done) -> dict:
    assert done.exit_code == 0, done.output
    return json.loads(done.output)["clusters"][0]


def test_the_same_rows_are_read_from_every_kind_of_file(run):
    plain = best(run())
    with_header = best(
        run(cases="place,count,day\n" + CASES.replace(" ", ","), places="name;\n".replace(";", " x y") + PLACES)
    )
    packed = best(run(cases=gzip.compress(("\ufeff" + CASES).encode())))
    split = best(run(cases=CASES.replace("a 6 2026/11/20", "a 2 2026-11-20\na 4 2026.11.20")))

    assert plain["locations"] == ["a"]
    assert (plain["start"], plain["end"], plain["observed"]) == ("2026-11-20", "2026-11-20", 6)
    assert with_header == packed == split == plain


@pytest.mark.parametrize(
    "options",
    [
        {"model": "poisson", "people": PEOPLE},
        {"model": "poisson", "people": PEOPLE, "analysis": "retrospective"},
        {"model": "poisson", "people": PEOPLE, "analysis": "spatial"},
        {"model": "expectation-poisson", "people": PEOPLE},
        {"model": "expectation-poisson"},
        {"model": "bernoulli", "people": "\n".join(f"{p} 2026-11-{d:02d} 9" for p in "abcd" for d in range(1, 21))},
        {"weekday-strata": True, "start": "2026-10-01"},
    ],
    ids=lambda options: "-".join(str(value) for key, value in options.items() if key != "people"),
)
def test_every_model_finds_the_place_where_more_was_counted(run, options):
    assert best(run(**options))["locations"][0] == "a"


def test_only_what_goes_on_now_has_a_recurrence_interval(run):
    now = best(run())
    ever = best(run(analysis="retrospective"))

    assert now["recurrence_interval_days"] == pytest.approx(1 / now["p_value"])
    assert ever["recurrence_interval_days"] is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cases": "a 1 2025/01/01\n"}, "没有 2026-11-01 至 2026-11-20 的"),
        ({"cases": ""}, "没有数据行"),
        ({"cases": "a x 2026/11/20\nb 1 2026/11/20"}, "第 2 列应是件数"),
        ({"cases": "a 1.5 2026/11/20"}, "0 以上的整数"),
        ({"cases": "a 1 2026/13/20\na 1 2026/11/20"}, "第 3 列应是日期"),
        ({"cases": "z 1 2026/11/20"}, "在坐标文件里没有"),
        ({"places": "a 0 0\na 1 1\n"}, "出现两次"),
        ({"coordinate_type": "latlon", "places": "a 111 29\n"}, "纬度、经度"),
        ({"start": "2026-11-21"}, "在第一天"),
        ({"model": "poisson"}, "需要人口文件"),
        ({"model": "poisson", "people": "b 2026 5"}, "件数,但人数是 0"),
        ({"model": "poisson", "people": "a 2026 -5"}, "不能是负数"),
        ({"analysis": "spatial"}, "不能用于 spatial"),
        ({"max_temporal_percent": "50"}, "只能给一个"),
        ({"sequential": "0"}, "正整数或 off"),
        ({"time_unit": "month", "weekday_strata": True}, "只用于按天"),
        ({"model": "expectation-poisson", "max_temporal": "20"}, "以前的时段"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(run, options, sentence):
    done = run(**options)

    assert done.exit_code == 1
    assert sentence in done.output


def test_months_and_years_begin_with_the_day_of_the_study():
    months = Periods(date(2025, 12, 31), date(2026, 4, 15), Unit.MONTH)

    assert [months.first_day(n) for n in range(3)] == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 3, 1)]
    assert months.number(date(2026, 2, 27)) == 1
    assert months.last_day(3) == date(2026, 4, 15)
    assert Periods(date(2020, 2, 29), date(2026, 1, 1), Unit.YEAR).count == 6


def test_a_population_grows_in_a_straight_line_between_its_dates():
    years = Periods(date(2021, 1, 1), date(2023, 12, 31), Unit.YEAR)

    found = person_time([(date(2021, 7, 1), 100.0), (date(2023, 7, 1), 300.0)], years) / 365

    step = 200 / 730  # people per day
    assert found[1] == pytest.approx(100 + (184 + 365 / 2) * step)  # 1 July to 1 January are 184 days
    assert found[0] == pytest.approx((100 * 181 + (100 + 92 * step) * 184) / 365)
    assert (person_time([(date(1999, 7, 1), 7.0)], years) == 7 * 365).all()
