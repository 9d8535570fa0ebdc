"""Chromium, its tabs, the network and the server killed while a person reports: nothing is lost, nothing doubled."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter

import pytest

from bench.faults.chromium_points import KINDS, PHASES, Point, plan
from bench.faults_chromium import measure
from tests.conftest import missing
from tests.frontend.stage import chromium

POINTS, SEED = 8, 20261122

pytestmark = pytest.mark.slow


def test_a_few_kills_of_everything_lose_and_double_nothing() -> None:
    if chromium() is None:
        missing("browser tests (install Chromium or set CHROMIUM to it)")

    with multiprocessing.get_context("spawn").Pool(1) as process:  # of its own: two Playwright loops refuse each other
        found = process.apply(measure, kwds={"points": POINTS, "seed": SEED, "phones": 1})

    assert found["examples"] == []
    assert (found["lost"], found["doubled"]) == (0, 0)
    assert found["kill_points"] > POINTS / 2
    assert found["reports"] + found["returns"] + found["visits"] > 0


def test_every_kind_of_kill_meets_every_phase_as_often_as_the_others() -> None:
    points = plan(440, random.Random(SEED), is_postgis=True)  # noqa: S311 - moments of death, not secrets

    counted = Counter((point.kind, point.phase) for point in points)
    assert set(counted.values()) == {20}
    assert {kind for kind, _phase in counted} == set(KINDS)
    assert {phase for _kind, phase in counted} == set(PHASES)
    assert not [point for point in points if point.kind == "database" and "," in point.step]
    assert Point("tab", "sending", "return", "inside") in points
