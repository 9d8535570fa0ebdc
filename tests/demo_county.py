"""One demonstration county per test process, made as the command makes it, and read by many tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from flask import Flask

from grid_app.demo.install import install
from grid_app.demo.orders import Order, RoundJobs
from grid_app.factory import create_app
from grid_app.jobs.rounds import close_due_rounds_job, open_due_rounds_job
from grid_app.settings import Settings

AS_OF = date(2026, 11, 20)
JOBS = RoundJobs(open_due_rounds_job, close_due_rounds_job)


def settings_in(folder: Path) -> Settings:
    return Settings(instance_dir=folder)


def make_county(folder: Path, *, as_of: date = AS_OF) -> Settings:
    settings = settings_in(folder)
    install(settings, Order(as_of), make_app=create_app, jobs=JOBS, say=lambda _doing, _part: None)
    return settings


@cache
def the_county() -> Settings:
    """Return the settings of the county of this process; tests only read it."""
    folder = Path(tempfile.mkdtemp(prefix="demo-county-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_county(folder / "instance")


@cache
def the_app() -> Flask:
    """Return one application on the county."""
    return create_app(the_county())
