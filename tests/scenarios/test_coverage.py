"""The page of covered sources tells the truth: every row stands there, and every scenario it names is collected."""

from __future__ import annotations

import pytest

from scripts.coverage_of_sources import PAGE, SCOPES, page, scenarios, table

MISSING: frozenset[str] = frozenset()
"""Rows without a scenario so far; it only ever shrinks."""
FIRST_AND_LAST = {"S0": 17, "S1": 34, "S2": 17, "S3": 24, "S4": 16}


def test_the_table_holds_every_row_of_the_sources_once():
    sources, rows = table()

    assert [one["id"] for one in sources] == list(FIRST_AND_LAST)
    assert [row.id for row in rows] == [
        f"{of}-{number:02}" for of, last in FIRST_AND_LAST.items() for number in range(1, last + 1)
    ]
    assert {row.scope for row in rows} == set(SCOPES)
    assert not [row.id for row in rows if row.scope in ("reduced", "out", "configured") and not row.reason]


def test_every_row_of_handling_is_proven_by_a_scenario_that_runs():
    proven = {
        row for one in scenarios() if one.file.startswith("tests/scenarios/") and not one.is_skipped for row in one.rows
    }
    unproven = {row.id for row in table()[1] if row.has_to_be_proven} - proven

    assert unproven - MISSING == set(), "a row has lost its scenario, or never had one"
    assert MISSING - unproven == set(), "proven meanwhile: take them out of MISSING"


def test_no_scenario_names_a_row_that_does_not_exist():
    known = {row.id for row in table()[1]}

    assert not [(one.file, one.name) for one in scenarios() if set(one.rows) - known]


def test_what_runs_is_what_the_page_counts(request: pytest.FixtureRequest):
    """Hold the reading of the tests' names against what pytest collected, for the modules of this run."""
    config = request.config
    if config.getoption("keyword") or config.getoption("markexpr") or any("::" in one for one in config.args):
        return  # some were picked by name: their neighbours were not collected either
    collected: dict[str, set[str]] = {}
    for item in request.session.items:
        file = item.path.relative_to(config.rootpath).as_posix()
        collected.setdefault(file, set()).add(getattr(item, "originalname", item.name))

    assert not [one.name for one in scenarios() if one.file in collected and one.name not in collected[one.file]]


def test_the_committed_page_is_the_one_that_is_made():
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.coverage_of_sources"
