"""Phones killed at any step lose and double nothing; the harness that says so sees a loss when there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.faults.server import make_office
from bench.faults_field import compare, measure

POINTS = 60  # thousands are asked by the bench of the same name
SERVER_KILLED_EVERY = 0.5

pytestmark = pytest.mark.slow


def test_killed_tabs_and_a_killed_server_lose_and_double_nothing() -> None:
    found = measure(points=POINTS, seed=20261122, kill_every=SERVER_KILLED_EVERY)

    assert found["examples"] == []
    assert (found["lost"], found["doubled"]) == (0, 0)
    assert found["kill_points"] >= POINTS
    assert found["server_kills"] >= 1
    assert found["reports"] > POINTS / 2
    assert found["attachments"] > 0


def test_a_promised_report_that_the_server_does_not_hold_counts_as_lost(tmp_path: Path) -> None:
    app, _known = make_office(tmp_path, 1)
    told = {
        "promised": {"r1": "d1"},
        "received": {},
        "attached": {"b1": "d2"},
        "missing": ["r2 is gone from the phone"],
    }

    found = compare(app, told)

    assert found == {"lost": ["report r1", "attachment b1", "r2 is gone from the phone"], "doubled": []}
