"""Fixtures of every test: time zone, closed network, test data, and the same database tests on both databases.

``db_url`` runs each test that asks for it twice, on SQLite and on PostGIS, each time on a database of its own,
copied from a migrated template. Without PostgreSQL the second run is skipped with a sentence, and with
``REQUIRE_ALL=1`` it fails instead.
"""

from __future__ import annotations

import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from grid_app.adapters.map_memo import KEPT_SECONDS
from grid_app.database.engine import prepare_engine
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.queries.map_codes import forget_codes
from grid_app.settings import Settings
from tests.compiled_once import share_addresses, share_statements, share_templates
from tests.fakes import FrozenClock
from tests.frontend.stage import AXE, CHROMIUM_ARGUMENTS, LEAFLET, chromium
from tests.postgres import Cluster, PostgresMissingError, SpareDatabase
from tests.world import NOW, PASSWORD, World, build_world

share_templates()
share_addresses()
share_statements()

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
LONG = ("browser", "slow")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass by what was imported and collected: walking it was a sixth of all the work."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take files with browser tests and slow ones first, in the order that chance gave them, and name groups.

    A long test that comes last keeps one worker busy while the others have nothing to do.
    """
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    items.sort(key=lambda item: item.path not in long)
    if config.getoption("loadgroup", default=False):
        _name_groups(items)


def _name_groups(items: list[pytest.Item]) -> None:
    """Put the group of a test behind its id, by which pytest-xdist keeps a group on one worker.

    pytest-xdist 3.8 writes it into ``_nodeid``, which pytest 9.2 no longer reads (pytest-xdist#1386); the tests of a
    group were spread, and each worker made for itself what they share.
    """
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}@{group.args[0]}")


def missing(what: str) -> None:
    """Skip because a part of this machine is missing; with REQUIRE_ALL=1, fail."""
    if REQUIRE_ALL:
        pytest.fail(f"missing: {what}")
    pytest.skip(f"NOT RUN: {what}")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real data that GRID_TEST_DATA names."""
    folder = os.environ.get("GRID_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        missing("real data (set GRID_TEST_DATA to its folder)")
    return Path(folder)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    try:
        started = Cluster().start()
    except PostgresMissingError as error:
        missing(str(error))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one Chromium per worker; two Playwright loops in one process refuse each other."""
    program = chromium()
    if program is None:
        missing("browser tests (install Chromium or set CHROMIUM to it)")
    if not (AXE.is_file() and LEAFLET.is_file()):
        missing("browser tests (run scripts/npm_ci.py --dev, then -m scripts.vendor)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield started
        started.close()


def _migrate(url: str) -> None:
    engine = create_engine(url)
    prepare_engine(engine)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "grid.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> str:
    _migrate(cluster.create("template_grid"))
    return "template_grid"


@pytest.fixture(scope="session")
def spare_database(cluster: Cluster, postgres_template: str) -> Iterator[SpareDatabase]:
    spare = SpareDatabase(cluster, postgres_template)
    yield spare
    spare.close()


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a migrated, empty database of this test's own."""
    forget_codes()  # a spare database has the same address and the same generation as for the test before
    if request.param == "sqlite":
        copy = tmp_path / "grid.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), copy)
        yield f"sqlite:///{copy}"
        return
    spare: SpareDatabase = request.getfixturevalue("spare_database")
    yield spare.take()
    spare.give_back()


@pytest.fixture
def engine(db_url: str) -> Iterator[Engine]:
    made = create_engine(db_url)
    prepare_engine(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Give a writing session for service tests; it is committed when the test ends well."""
    with transaction(engine) as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    """Give the small county, in the test's own session."""
    return build_world(session)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


def finish_work() -> None:
    """Wait for what pages have set going behind them: its connection would outlive the pool it came from."""
    for thread in threading.enumerate():
        if thread.daemon and "_work" in thread.name:
            thread.join(timeout=20)


@pytest.fixture
def app(db_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Flask]:
    """Give the application on an empty database, with the clock standing at ``NOW``."""
    settings = Settings(instance_dir=tmp_path / "instance", database_url=db_url, push_allow_loopback=True)
    made = create_app(settings, clock=clock)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, ANALYSIS_PATIENCE_SECONDS=60, TILES_PATIENCE_SECONDS=60)
    made.config[KEPT_SECONDS] = 0  # tests write rows that no version tells of
    with made.app_context():
        yield made
        finish_work()
        made.extensions["grid"].engine.dispose()


@pytest.fixture
def app_world(app: Flask) -> World:
    """Give the small county, committed in the application's database."""
    with transaction() as opened:
        return build_world(opened)


@pytest.fixture
def sign_in(app: Flask, app_world: World) -> Callable[[str], FlaskClient]:
    """Give a function that returns a client signed in as the account of that name (see ``tests/world.py``)."""

    def signed_in(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"login": str(name), "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return signed_in
