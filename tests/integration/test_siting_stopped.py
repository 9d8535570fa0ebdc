"""A search for sites that is cancelled, or whose server is killed, ends its solver and leaves no half result."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from geo.coverage.siting import solve_here
from grid_app.adapters import siting_solver
from grid_app.adapters.siting_solver import SolverFailedError, StoppedError, solve_apart
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError
from grid_app.factory import create_app
from grid_app.http import siting
from grid_app.models.siting import SitingRun
from grid_app.policy import Scope
from grid_app.services.siting import running
from grid_app.services.siting.running import BROKEN_OFF, SILENT_FOR, Begun
from grid_app.settings import Settings
from tests.siting_problems import HARD_NUMBER, LONG, busy_question, hard_problem
from tests.warm_program import WarmProcess
from tests.world import COUNTY, NOW, build_world

WHOLE = Scope(paths=(f"/{COUNTY}/",))
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def children(monkeypatch):
    """Give the solvers' processes of a test."""
    made = []

    class Noted(siting_solver.subprocess.Popen):
        def __init__(self, *told, **named):
            super().__init__(*told, **named)
            made.append(self)

    monkeypatch.setattr(siting_solver.subprocess, "Popen", Noted)
    return made


def begun_run(state: str = "running"):
    row = SitingRun(
        id=new_id(), division_code=COUNTY, asked=busy_question().stored(), state=state, started_at=NOW, beat_at=NOW,
        result={},
    )  # fmt: skip
    with transaction() as session:
        session.add(row)
        return row.id


def stored(run_id):
    with reading() as session:
        row = session.get_one(SitingRun, run_id)
        return row.state, row.result, row.sentence


def is_alive(process: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text("ascii").split()[2] != "Z"
    return False


def test_the_child_gives_what_the_solver_gives_in_place():
    rng = np.random.default_rng(3)
    matrix, gains = hard_problem()
    matrix, gains = matrix[:40, :30], rng.integers(0, 9, 40).astype(float)

    chosen, most = solve_apart(matrix, gains, 4, 60.0)
    here, bound = solve_here(matrix, gains, 4, 60.0)

    def reached(sites):
        return gains[matrix[:, sites].sum(axis=1) > 0].sum()

    assert reached(chosen) == reached(here) == pytest.approx(most) == pytest.approx(bound)


def test_a_solver_that_nobody_wants_any_more_is_killed_at_the_next_look(children):
    looks = []

    def not_any_more():
        looks.append(1)
        return len(looks) < 3

    with pytest.raises(StoppedError):
        solve_apart(*hard_problem(), HARD_NUMBER, LONG, goes_on=not_any_more)

    assert len(looks) == 3
    assert [child.returncode for child in children] == [-signal.SIGKILL]


def test_a_solver_past_its_time_is_ended_and_only_what_is_certain_is_told(children, monkeypatch):
    """Its own limit is ten minutes here; told half a second, it is ended and the bound is all there is."""
    monkeypatch.setattr(siting_solver, "GRACE_SECONDS", 0.5 - LONG)
    matrix, gains = hard_problem()

    chosen, most = solve_apart(matrix, gains, HARD_NUMBER, LONG)

    assert (len(chosen), most) == (0, gains.sum())
    assert children[0].returncode == -signal.SIGKILL


def test_a_solver_that_breaks_is_an_error_and_no_answer(monkeypatch):
    monkeypatch.setattr(siting_solver, "CHILD", "grid_app.adapters.no_such_module")

    with pytest.raises(SolverFailedError):
        solve_apart(*hard_problem(), HARD_NUMBER, LONG)


@on_sqlite
def test_a_search_that_is_cancelled_while_it_solves_stops_and_writes_nothing(app, app_world, children, monkeypatch):
    run_id = begun_run()
    looks = []

    def cancelled_at_the_third_look(watch):
        looks.append(1)
        if len(looks) == 3:
            with transaction() as session:
                actor = app_world.actor(session, "county_officer")
                running.cancel(session, run_id=run_id, actor=actor, now=NOW)
        return goes_on(watch)

    goes_on = siting.Watch.goes_on
    monkeypatch.setattr(siting.Watch, "goes_on", cancelled_at_the_third_look)
    monkeypatch.setattr(
        siting, "solve_apart", lambda *_, goes_on: solve_apart(*hard_problem(), HARD_NUMBER, LONG, goes_on=goes_on)
    )

    siting.search_and_record(Begun(run_id, busy_question()), WHOLE)

    assert stored(run_id) == ("cancelled", {}, "已取消,没有结果。")
    assert [child.returncode for child in children] == [-signal.SIGKILL]
    assert len(looks) == 3


@on_sqlite
def test_a_watch_says_that_the_search_lives_and_notices_when_it_is_not_wanted(app, app_world, clock):
    run_id, later = begun_run(), NOW + timedelta(seconds=30)
    clock.advance(timedelta(seconds=30))

    assert siting.Watch(run_id, beaten=float("-inf")).goes_on()
    with reading() as session:
        assert session.get_one(SitingRun, run_id).beat_at == later
    assert siting.Watch(run_id).goes_on()
    assert not siting.Watch(begun_run("cancelled")).goes_on()
    assert not siting.Watch(begun_run("failed"), beaten=float("-inf")).goes_on()


def killed_server(folder: Path, run_id) -> int:
    """Kill a server while its solver works; return the solver's process."""
    server = WarmProcess(
        (str(folder), str(run_id)), os.environ, err=folder / "server.log", module="tests.integration.siting_child"
    )
    solver = int(server.stdout.readline())
    assert is_alive(solver)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    return solver


def test_a_killed_server_takes_its_solver_along_and_leaves_its_place_to_the_next_search(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "grid.sqlite")
    made = create_app(Settings(instance_dir=tmp_path))
    with made.app_context():
        with transaction() as session:
            world = build_world(session)
        run_id = begun_run()

        solver = killed_server(tmp_path, run_id)
        until = time.monotonic() + 60
        while is_alive(solver) and time.monotonic() < until:
            time.sleep(0.05)

        assert not is_alive(solver)
        assert stored(run_id) == ("running", {}, "")
        with transaction() as session:
            actor = world.actor(session, "county_officer")
            soon, late = NOW + SILENT_FOR / 2, NOW + SILENT_FOR * 2
            with pytest.raises(ConflictError):
                running.begin(session, asked=busy_question(), actor=actor, now=soon)
            again = running.begin(session, asked=busy_question(), actor=actor, now=late)
        assert stored(run_id) == ("failed", {}, BROKEN_OFF)
        assert stored(again.run_id)[0] == "running"
        made.extensions["grid"].engine.dispose()
