"""grid-app screen counts on files as offices export them, what it refuses and how, and real weeks of a district."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from grid_app.cli.screen.counts import counts_command
from grid_app.cli.screen.events import moment_of

OPTIONS = {
    "place-field": "village",
    "category-field": "kind",
    "time-field": "noted",
    "from": "2026-03-02",
    "to": "2026-03-16",
}


def rows() -> list[tuple[str, str, str]]:
    """Ten entries a day in ten villages for ten weeks, and eight about water in one village in the last of February."""
    start = datetime.fromisoformat("2026-01-05 08:00")
    found = [(f"{n}村", "噪声", f"{start + timedelta(days=day, hours=n)}") for day in range(70) for n in range(10)]
    return found + [("3村", "供水", f"2026-02-24 09:0{n}:00") for n in range(8)]


def text_of(lines: list[tuple[str, str, str]], separator: str = ",") -> str:
    return "\n".join(separator.join(line) for line in [("village", "kind", "noted"), *lines])


@pytest.fixture
def run(tmp_path: Path):
    def ran(content: str | bytes, *flags: str, **options: str):
        path = tmp_path / "events.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ["--events", str(path), *flags]
        for name, value in (OPTIONS | {key.replace("_", "-"): value for key, value in options.items()}).items():
            words += [f"--{name}", value]
        return CliRunner().invoke(counts_command, words)

    return ran


def answer(done) -> dict:
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_week_of_eight_is_flagged_once_by_the_first_round_after_it(run):
    found = answer(run(text_of(rows()), "--json"))["rounds"]

    assert [one["as_of"] for one in found] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert [len(one["flags"]) for one in found] == [1, 0, 0]
    flag = found[0]["flags"][0]
    assert (flag["place"], flag["category"], flag["observed"], flag["expected"]) == ("3村", "供水", 8, 0.5)
    assert flag["start"] <= "2026-02-24" <= flag["end"] <= "2026-03-01"
    assert (date.fromisoformat(flag["end"]) - date.fromisoformat(flag["start"])).days == 6
    assert 0 < flag["p_value"] < 0.001
    assert flag["recurrence_interval_days"] == pytest.approx(7 / flag["p_value"])
    assert flag["short_baseline"] is False


def test_the_same_rows_are_read_from_every_kind_of_file(run):
    lines = rows()
    plain = answer(run(text_of(lines), "--json"))
    zoned = [(a, b, (datetime.fromisoformat(c) - timedelta(hours=8)).isoformat() + "Z") for a, b, c in lines]
    chinese = [(a, b, datetime.fromisoformat(c).strftime("%Y年%m月%d日 %H时%M分")) for a, b, c in lines]
    mixed = [*lines[::-1], *lines[:50]]

    assert answer(run(gzip.compress(("\ufeff" + text_of(lines)).encode()), "--json")) == plain
    assert answer(run(text_of(lines, "\t").encode("gb18030"), "--json")) == plain
    assert answer(run(text_of(lines).encode("utf-16"), "--json")) == plain
    assert answer(run(text_of(zoned), "--json")) == plain
    assert answer(run(text_of(chinese), "--json")) == plain
    again = answer(run(text_of(mixed), "--json"))
    assert again["rounds"] == plain["rounds"]
    assert again["rows"] == {"counted": 708, "repeated": 50}


def test_rows_that_lack_something_are_left_out_and_counted(run):
    broken = [("", "供水", "2026-02-24"), ("3村", " ", "2026-02-24"), ("3村", "供水", "26-02-24"), ("3村",)]

    found = answer(run(text_of([*rows(), *broken]), "--json"))

    assert found["left_out"] == {"place": 1, "category": 2, "time": 1}
    assert found["rows"]["counted"] == 708


def test_what_the_budget_held_back_is_counted_and_can_be_listed(run):
    lines = [*rows(), *((f"{v}村", "道路", f"2026-02-25 0{v}:0{n}:00") for v in range(1, 5) for n in range(6))]

    short = answer(run(text_of(lines), "--json", budget_per_week="2"))["rounds"][0]
    listed = answer(run(text_of(lines), "--json", "--all", budget_per_week="2"))["rounds"][0]

    assert (len(short["flags"]), short["held_back"], "held_back_flags" in short) == (2, 3, False)
    assert [flag["category"] for flag in listed["held_back_flags"]] == ["道路"] * 3
    assert "另有 3 条超过预算" in run(text_of(lines), budget_per_week="2").output
    assert "(未提示)" in run(text_of(lines), "--all", budget_per_week="2").output


def test_a_round_knows_nothing_of_its_own_day_or_later(run):
    lines = [line for line in rows() if line[2] < "2026-03-02"]

    known, later = answer(run(text_of(lines), "--json")), answer(run(text_of(rows()), "--json"))

    assert known["rounds"][0] == later["rounds"][0]


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("", {}, "没有列"),
        ("village,kind,noted\n", {}, "没有数据行"),
        ("village,kind,when\na,b,2026-02-01\n", {}, "没有列“noted”;表头是:village、kind、when"),
        ("village,kind,noted\na,b,26-02-01\na,b,soon\n", {}, "例如“26-02-01”"),
        ("village,kind,noted\n,b,2026-02-01\n", {}, "都是空的"),
        ("village,kind,noted\na,b,2026-02-01\n", {"from": "2026-03-20"}, "请对调"),
        ("village,kind,noted\na,b,2026-02-01\n", {"from": "26-03-02"}, "年份四位"),
        ("village,kind,noted\na,b,2026-02-01\n", {"to": "2026-02-30"}, "日子真有"),
        (b"\x1f\x8b not packed", {}, "读不了"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(run, content, options, sentence):
    done = run(content, **options)

    assert done.exit_code in {1, 2}
    assert sentence in done.output


def test_a_missing_file_and_a_single_row_are_no_surprise(run, tmp_path):
    one = answer(run("village,kind,noted\na,b,2026-02-26\n", "--json"))["rounds"]
    gone = CliRunner().invoke(
        counts_command,
        ["--events", str(tmp_path / "none.csv"), *(f"--{key}={value}" for key, value in OPTIONS.items())],
    )

    assert [one["flags"] for one in one] == [[], [], []]
    assert all(one["short_baseline"] for one in one)
    assert gone.exit_code == 1
    assert "读不了" in gone.output


@pytest.mark.parametrize(
    "text",
    ["2026-11-21 00:30", "2026/11/21 0:30", "2026.11.21T00:30:00", "20261121003000", "2026-11-20T16:30:00Z",
     "2026-11-21T00:30:00+08:00", "1795192200", "1795192200000", "2026年11月21日 0时30分", "2026/11/20 16:30 +0000",
     "2026-11-20 16:30:00 UTC"],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(text):
    assert moment_of(text) == (date(2026, 11, 21).toordinal() * 86_400 + 1_800) * 1_000_000


@pytest.mark.parametrize(
    "text", ["", "26-11-21", "26/11/21 0:30", "2026-13-01", "2026-02-30", "11/21/2026", "soon", "1" * 400]
)
def test_what_is_no_time_is_none(text):
    assert moment_of(text) is None


def test_real_weeks_bring_ten_flags_at_most_and_most_jumps_of_known_streams(test_data):
    folder = test_data / "pingshan12345"
    with (folder / "events_dev.csv").open(encoding="utf-8") as file:
        number = {
            (row["community_id"], row["main_type"], row["sub_type"]): row["sub_type_id"] for row in csv.DictReader(file)
        }
    words = ["--place-field", "community_id", "--category-field", "sub_type_id", "--time-field", "created_at", "--json"]
    words += ["--events", str(folder / "events_dev.csv"), "--from", "2018-02-12", "--to", "2018-11-05"]
    found = {one["as_of"]: one for one in answer(CliRunner().invoke(counts_command, words))["rounds"]}
    flagged = {day: {(flag["place"], flag["category"]) for flag in one["flags"]} for day, one in found.items()}
    with (folder / "reference_weekly_jumps_dev.csv").open(encoding="utf-8") as file:
        jumps = [row for row in csv.DictReader(file) if row["week_start"] >= "2018-10-01"]
    weeks: Counter[str] = Counter()
    hits = []
    for row in sorted(jumps, key=lambda row: float(row["poisson_p"])):
        if float(row["mean_prev_6w"]) >= 0.5 and weeks[row["week_start"]] < 10:
            weeks[row["week_start"]] += 1
            as_of = str(date.fromisoformat(row["week_start"]) + timedelta(days=7))
            stream = row["community_id"], number[row["community_id"], row["main_type"], row["sub_type"]]
            hits.append(stream in flagged[as_of])

    assert max(len(one["flags"]) for one in found.values()) <= 10
    assert all(len(one["flags"]) <= 3 for one in found.values() if one["short_baseline"])
    assert found["2018-02-26"]["short_baseline"]
    assert sum(hits) >= 0.8 * len(hits)
    assert len(hits) == 24
