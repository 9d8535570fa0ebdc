"""Two workers and one table of exports: none is made twice, and one that was killed is made by another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.http import exports
from grid_app.models.accounts import AuditEvent
from grid_app.models.exports import ExportJob
from grid_app.services.exports import jobs
from grid_app.services.exports.asking import asked_of
from grid_app.services.exports.making import digest_of
from grid_app.wiring import wired
from tests.dispute_rows import add_dispute
from tests.warm_program import WarmProcess
from tests.web.forms import FreshClient
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
ASKERS = ("township_officer", "township_lead", "county_officer", "county_lead")


@pytest.fixture
def worker(app, db_url, tmp_path: Path) -> Iterator:
    """Give a function that starts a worker of this database at so many minutes after ``NOW``."""
    begun: list[WarmProcess] = []

    def start(minutes: int, *how: str) -> WarmProcess:
        folder, log = str(wired().settings.instance_dir), tmp_path / "worker.log"
        words = (folder, db_url, str(minutes), *how)
        child = WarmProcess(words, os.environ, err=log, module="tests.integration.export_child", listens=True)
        begun.append(child)
        assert child.stdout.readline() == "ready\n"
        return child

    yield start
    for child in begun:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def go(child: WarmProcess) -> None:
    child.stdin.write("\n")
    child.stdin.flush()


def asked(world, name: str) -> object:
    given = asked_of({"kind": "disputes", "form": "csv"})
    with transaction() as session:
        return jobs.ask(
            session, kind=given.kind, form=given.form, parameters=given.parameters(), now=NOW,
            actor=world.actor(session, name),
        )  # fmt: skip


def test_two_workers_make_every_file_once_and_each_with_its_checksum(app_world, worker):
    with transaction() as session:
        for number in range(20):
            add_dispute(session, number, village="990101001201")
    job_ids = [asked(app_world, name) for name in ASKERS for _ in range(jobs.MOST_WAITING)]
    workers = [worker(1), worker(1)]

    for child in workers:
        go(child)
    made = [int(child.stdout.readline()) for child in workers]

    with reading() as session:
        rows = [session.get_one(ExportJob, job_id) for job_id in job_ids]
        audited = session.scalar(select(func.count()).where(AuditEvent.action == "export.made"))
        session.expunge_all()
    assert sum(made) == audited == len(job_ids)
    assert {(row.state, row.tries, row.rows) for row in rows} == {("done", 1, 20)}
    assert [digest_of(exports.files().place_of(row.id)) for row in rows] == [row.sha256 for row in rows]
    assert {path.suffix for path in exports.files().place_of(job_ids[0]).parent.iterdir()} == {".file"}


def test_the_file_of_a_killed_worker_is_made_by_another_and_given_to_its_asker_alone(app, app_world, worker, sign_in):
    app.test_client_class = FreshClient
    job_id = asked(app_world, "county_officer")
    killed = worker(1, "stuck")
    go(killed)
    assert killed.stdout.readline() == "stuck\n"
    killed.kill()
    killed.wait()

    early, late = worker(4), worker(8)
    for child in (early, late):
        go(child)
        child.wait(timeout=30)

    assert [child.stdout.readline() for child in (early, late)] == ["0\n", "1\n"]
    with reading() as session:
        row = session.get_one(ExportJob, job_id)
        session.expunge_all()
    assert (row.state, row.tries) == ("done", 2)
    own, *others = (
        sign_in(name).get(f"/exports/{job_id}/file") for name in ("county_officer", "county_lead", "auditor")
    )
    assert (own.status_code, own.headers["X-Content-SHA256"]) == (200, row.sha256)
    assert [answer.status_code for answer in others] == [404, 403]
    own.close()
