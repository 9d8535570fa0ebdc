"""The page of benchmarks: figures beside their bars, and a missed bar shown as missed."""

from __future__ import annotations

from bench.push.rows import push_rows
from bench.report import ACCEPTANCE, MEASUREMENTS, page_of, section_of, sections_in
from bench.report_rows import (
    Row,
    acceptance_rows,
    chromium_rows,
    faults_rows,
    locate_rows,
    start_rows,
    sync_rows,
)

LOCATED = {
    "points_per_second": 900_000,
    "plain_tree_points_per_second": 300_000,
    "ratio": 3.0,
    "right_percent": 100.0,
    "with_distance_points_per_second": 5_000,
    "build_seconds": 1.0,
    "memory_mb": 20.0,
}


def test_a_figure_below_its_bar_is_shown_as_missed():
    rows = locate_rows({"2000 villages": LOCATED, "all villages": LOCATED})

    assert [row.met for row in rows if row.what.endswith("points a second") and "distance" not in row.what] == [
        False,
        None,
    ]
    assert "**missed**" in rows[0].line()


def test_a_database_that_was_not_run_misses_its_bar():
    one = {"new_seconds": 0.4, "new_seconds_worst": 0.5, "replayed_seconds": 0.1, "new_per_second": 500.0}

    rows = sync_rows({"items": 200, "batches": 7, "sqlite": one})

    assert [row.met for row in rows if row.met is not None] == [True, False]


def test_a_share_of_the_bare_loop_is_held_against_the_bar():
    storm = {
        "devices": 10, "seconds": 1.0, "per_second": 10.0, "arrived": 9, "refused": 0, "left": 0,
        "inbox_quiet_p95_ms": 20.0, "inbox_p95_ms": 30.0, "write_p95_ms": 5.0,
    }  # fmt: skip
    one = {
        "share_of_bare": 0.7,
        "hand_over": {"waiting": 100, "seconds_worst": 1.4, "times": 5},
        "storm": storm,
    }

    rows = push_rows({"messages_per_second": {"bare": 100.0}, "databases": {"sqlite": one}})

    assert [row.met for row in rows if row.met is not None] == [False, True, False, False]


def test_memory_over_its_bar_is_missed_and_what_was_left_out_is_not_met():
    rows = start_rows({"first_run_seconds": None, "start_seconds": 1.2, "memory_mb": 450})

    assert [row.met for row in rows] == [None, True, False]


def test_one_lost_report_or_too_few_killed_tabs_miss_their_bars():
    counts = {
        "kinds_of_kill_points": 50,
        "server_kills": 3,
        "turns_taken_over": {"web_locks": 4, "leases": 2},
        "reports": 9,
        "returns": 3,
        "visits": 2,
        "attachments": 2,
        "doubled": 0,
        "seconds": 1.0,
    }

    rows = faults_rows({"kill_points": 300, "lost": 1, "line": {"pass": 5, "401": 2}, **counts})

    assert [row.met for row in rows if row.met is not None] == [False, False, True]


def test_a_lost_report_under_killed_browsers_misses_the_bar_and_what_was_not_killed_is_not_shown():
    counts = {"reports": 9, "returns": 3, "visits": 2, "attachments": 2, "doubled": 0, "seconds": 1.0}
    table = {"tab": {"writing": 4, "saving": 5}, "database": {"writing": 0, "saving": 0}}

    rows = chromium_rows(
        {"kill_points": 9, "points_asked": 10, "table": table, "database": "SQLite", "lost": 1, **counts}
    )

    assert [row.met for row in rows if row.met is not None] == [False, False, True]
    assert [row.figure for row in rows if "killed while" in row.what] == ["4 / 5"]


def test_a_count_that_does_not_add_up_misses_the_bar():
    rows = acceptance_rows({"failures": ["in 5 != 4"], "total_seconds": 100.0, "seconds": {"sums": 1.0}})

    assert [row.met for row in rows] == [None, True, False]


def test_the_page_names_the_machine_and_how_each_figure_is_taken():
    first = section_of(MEASUREMENTS[0], [Row("a", "1", "< 2", met=True)], "2026-11-21, load 0.1")
    page = page_of([first, section_of(ACCEPTANCE, [], "2026-11-20, load 0.2")], ["- 2 cores"])

    assert "- 2 cores" in page
    assert "| a | 1 | < 2 | met |" in page
    assert "`python -m bench.acceptance`: 2026-11-20, load 0.2" in page


def test_a_section_measured_anew_leaves_the_others_as_they_were():
    first = section_of(MEASUREMENTS[0], [Row("a", "1")], "2026-11-21")
    second = section_of(ACCEPTANCE, [Row("b", "2")], "2026-11-20")

    found = sections_in(page_of([first, second], ["- 2 cores"]))

    assert found == {MEASUREMENTS[0].title: first, ACCEPTANCE.title: second}
