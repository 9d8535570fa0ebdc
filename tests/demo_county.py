"""One demonstration county per test process, made by the command itself, and read by many tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from unittest.mock import patch

from click.testing import Result
from flask import Flask

from grid_app.cli import demo as command
from grid_app.demo.orders import RoundJobs
from grid_app.factory import create_app
from grid_app.jobs.rounds import close_due_rounds_job, open_due_rounds_job
from grid_app.settings import Settings
from tests.command_line import command_line
from tests.fakes import FrozenClock
from tests.world import NOW

AS_OF = date(2026, 11, 20)
JOBS = RoundJobs(open_due_rounds_job, close_due_rounds_job)


def settings_in(folder: Path) -> Settings:
    return Settings(instance_dir=folder)


def make_county(folder: Path) -> tuple[Settings, Result]:
    """Make a county on the morning of ``AS_OF`` by `grid-app demo`; return its settings and what the command said."""
    settings = settings_in(folder / "instance")
    with patch.object(command, "SystemClock", lambda: FrozenClock(NOW)):
        return settings, command_line(settings.url, folder)("demo")


@cache
def first_run() -> tuple[Settings, Result]:
    """Return the settings of the county of this process, and what the command said that made it."""
    folder = Path(tempfile.mkdtemp(prefix="demo-county-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_county(folder)


def the_county() -> Settings:
    """Return the settings of the county of this process; tests only read it."""
    settings, result = first_run()
    assert result.exit_code == 0, result.output
    return settings


@cache
def the_app() -> Flask:
    """Return one application on the county."""
    return create_app(the_county())
