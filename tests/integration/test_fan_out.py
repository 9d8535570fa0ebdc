"""Rounds analysed on the workers of a cluster: the same bytes as on this machine, county by county."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import pytest
from distributed import LocalCluster

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.jobs import fan_out
from grid_app.jobs import rounds as jobs
from grid_app.jobs.fan_out import by_county, computing
from tests.builders import add_shared_grievance
from tests.command_line import command_line, document
from tests.rounds_world import closed_round, runs_of_round
from tests.world import NOW, build_world

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Give a scheduler on loopback with one worker process."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as running:
        yield running


@on_sqlite
def test_a_cluster_gives_the_same_bytes_as_this_machine(app, app_world, dask):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)

    with computing(f"dask://127.0.0.1:{dask.scheduler.port}") as (compute, at_once):
        assert at_once == 2
        jobs.analyse_and_record(round_id, compute=compute)

    with reading() as session:
        here, there = runs_of_round(session, round_id)
        assert here.result["findings"]
        assert (here.input_digest, here.result_digest) == (there.input_digest, there.result_digest)


@pytest.mark.parametrize(
    ("executor", "sentence"),
    [("elsewhere", "--executor 写 local"), ("dask://127.0.0.1:1", "连不上 dask://127.0.0.1:1")],
)
def test_an_executor_that_is_not_there_is_refused_and_nothing_begins(monkeypatch, executor, sentence):
    monkeypatch.setattr(fan_out, "ANSWERS_SECONDS", 0.5)
    with pytest.raises(InvalidError, match=sentence), computing(executor):
        pass


@on_sqlite
def test_counties_run_beside_one_another_and_the_rounds_of_one_in_their_order(app):
    order: list[tuple[str, int]] = []
    lock = Lock()

    def run(name):
        with lock:
            order.append(name)
        return name

    counties = {"a": [("a", 1), ("a", 2), ("a", 3)], "b": [("b", 1), ("b", 2)]}
    found = by_county(app, counties, run, at_once=2)

    assert found == [*counties["a"], *counties["b"]]
    assert [[number for name, number in order if name == county] for county in "ab"] == [[1, 2, 3], [1, 2]]


@on_sqlite
def test_the_command_takes_the_executor(db_url, engine, tmp_path, monkeypatch):
    monkeypatch.setattr(fan_out, "ANSWERS_SECONDS", 0.5)
    with transaction(engine) as session:
        add_shared_grievance(session, build_world(session))
    run = command_line(db_url, tmp_path)
    days = ("--from", "2026-11-16", "--to", "2026-11-20")
    opened = document(run("round", "open", "--template", "special", "--division", "990101", *days, "--json"))
    run("round", "close", opened["rounds"][0]["round"])

    refused = run("round", "run", "--all-closed", "--executor", "dask://127.0.0.1:1")
    done = document(run("round", "run", "--all-closed", "--executor", "local", "--json"))

    assert (refused.exit_code, "没有研判" in refused.stderr) == (1, True)
    assert [one["findings"] for one in done["runs"]] == [1]
