"""Tests that share something dear to make run on one worker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("together")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Note in the folder of the whole run which process made this."""
    folder = tmp_path_factory.getbasetemp()
    whole = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    (whole / f"made-by-{os.getpid()}").touch()
    return whole


@pytest.mark.parametrize("number", range(6))
def test_a_group_is_made_ready_once_in_the_whole_run(made: Path, number: int, pytestconfig: pytest.Config) -> None:
    del number
    makers = [path.name for path in made.glob("made-by-*")]

    assert f"made-by-{os.getpid()}" in makers
    if pytestconfig.getoption("loadgroup", default=False):
        assert len(makers) == 1
