"""One scheduler works, another waits and takes over; a job that fails leaves the others alone."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from grid_app.clock import SystemClock
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.leader import LEASE, LEASE_NAME, TICK, Leader, process_name
from grid_app.jobs.runner import JobRunner, make_blocking, start_background
from grid_app.jobs.table import JOBS, Job
from grid_app.models.accounts import JobLease, SignIn
from grid_app.models.escalations import Escalation
from grid_app.services.upkeep.leases import give_up_lease, take_lease
from grid_app.wiring import wired
from tests.escalation_world import add_dispute, raise_for
from tests.fakes import FrozenClock
from tests.world import NOW, World


def _job(function, name: str = "probe", every: timedelta = timedelta(seconds=30)) -> Job:
    return Job(name, function, every, "A test asks for it.")


def _row(engine: Engine, name: str) -> JobLease:
    with reading(engine) as session:
        found = session.get_one(JobLease, name)
        session.expunge(found)
        return found


def test_a_second_scheduler_waits_while_the_first_holds_the_lease(engine: Engine):
    clock = FrozenClock(NOW)
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))

    assert first.leads()
    assert not second.leads()
    assert _row(engine, LEASE_NAME).holder == "one"


def test_the_second_takes_over_when_the_lease_has_run_out(engine: Engine):
    clock = FrozenClock(NOW)
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))
    first.leads()
    clock.advance(LEASE - timedelta(seconds=1))
    waits = second.leads()

    clock.advance(timedelta(seconds=1))

    assert not waits
    assert second.leads()
    assert not first.leads()
    assert _row(engine, LEASE_NAME).holder == "two"


def test_a_leader_that_renews_keeps_the_lease(engine: Engine):
    clock = FrozenClock(NOW)
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))

    for _ in range(10):
        clock.advance(TICK)
        assert first.leads()
        assert not second.leads()


def test_a_leader_asks_the_database_only_when_it_is_time_to(engine: Engine):
    clock = FrozenClock(NOW)
    leader = Leader(engine, holder="one", clock=clock)
    leader.leads()
    clock.advance(TICK - timedelta(seconds=1))
    leader.leads()

    assert _row(engine, LEASE_NAME).leased_until == NOW + LEASE


def test_a_clock_that_was_ahead_and_is_put_right_keeps_nobody_waiting_for_longer_than_a_lease(engine: Engine):
    clock = FrozenClock(NOW + timedelta(hours=1))
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))
    first.leads()  # and dies

    clock.advance(-timedelta(hours=1))

    assert second.leads()
    assert _row(engine, LEASE_NAME).leased_until == NOW + LEASE


def test_a_lease_of_a_clock_that_is_a_little_ahead_is_respected(engine: Engine):
    clock, ahead = FrozenClock(NOW), FrozenClock(NOW + LEASE)
    Leader(engine, holder="one", clock=ahead).leads()

    assert not Leader(engine, holder="two", clock=clock).leads()


def test_a_leader_whose_clock_went_back_asks_again(engine: Engine):
    clock = FrozenClock(NOW + timedelta(hours=1))
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))
    first.leads()
    clock.advance(-timedelta(hours=1))

    assert second.leads()
    assert not first.leads()


def test_a_released_lease_is_free_at_once_and_its_holder_stays_out(engine: Engine):
    clock = FrozenClock(NOW)
    first, second = (Leader(engine, holder=name, clock=clock) for name in ("one", "two"))
    first.leads()

    first.release()

    assert not first.leads()
    assert second.leads()


def test_nobody_gives_up_the_lease_of_another(engine: Engine):
    with transaction(engine) as session:
        take_lease(session, name="x", holder="one", lease=LEASE, now=NOW)
        give_up_lease(session, name="x", holder="two")

        assert not take_lease(session, name="x", holder="two", lease=LEASE, now=NOW)


def test_no_two_processes_have_one_name():
    assert process_name() != process_name()


def test_a_job_does_nothing_while_another_process_leads(app: Flask, app_world: World):
    ran: list[int] = []
    clock = FrozenClock(NOW)
    Leader(wired().engine, holder="other", clock=clock).leads()
    runner = JobRunner(app, Leader(wired().engine, holder="me", clock=clock), clock=clock)

    runner.run(_job(lambda: ran.append(1)))
    clock.advance(LEASE)
    runner.run(_job(lambda: ran.append(2)))

    assert ran == [2]


def test_a_job_that_fails_is_logged_noted_and_leaves_the_others_alone(
    app: Flask, app_world: World, caplog: pytest.LogCaptureFixture
):
    clock = FrozenClock(NOW)
    runner = JobRunner(app, Leader(wired().engine, holder="me", clock=clock), clock=clock)

    def broken() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        runner.run(_job(broken, "broken"))
    runner.run(_job(lambda: 3, "sound"))

    assert "job broken failed" in caplog.text
    assert _row(wired().engine, "broken").last_outcome == "failed"
    sound = _row(wired().engine, "sound")
    assert (sound.last_outcome, sound.last_started_at, sound.last_finished_at) == ("3", NOW, NOW)


def test_a_database_that_does_not_answer_stops_the_work_and_not_the_scheduler(
    app: Flask, caplog: pytest.LogCaptureFixture
):
    class Broken(Leader):
        def leads(self) -> bool:
            raise OSError("no database")

    runner = JobRunner(app, Broken(wired().engine, holder="me"))

    with caplog.at_level(logging.ERROR):
        runner.renew()
        runner.run(_job(lambda: 1))

    assert "could not be renewed" in caplog.text
    assert "job probe failed" in caplog.text


def test_quiet_runs_are_written_down_once_a_minute(app: Flask, app_world: World):
    clock = FrozenClock(NOW)
    runner = JobRunner(app, Leader(wired().engine, holder="me", clock=clock), clock=clock)
    runner.run(_job(lambda: 0))
    clock.advance(timedelta(seconds=30))
    runner.run(_job(lambda: 0))
    after_half_a_minute = _row(wired().engine, "probe").last_finished_at
    clock.advance(timedelta(seconds=30))

    runner.run(_job(lambda: 0))

    assert after_half_a_minute == NOW
    assert _row(wired().engine, "probe").last_finished_at == NOW + timedelta(minutes=1)


def test_jobs_read_what_is_due_by_the_applications_clock(app: Flask, app_world: World, clock: FrozenClock):
    with transaction() as session:
        escalation_id = raise_for(session, add_dispute(session, app_world))
        session.add(SignIn(id="0" * 64, account_id=app_world.accounts["auditor"], started_at=NOW, seen_at=NOW))
    machine = SystemClock()
    runner = JobRunner(app, Leader(wired().engine, holder="me", clock=machine), clock=machine)
    jobs = {job.name: job for job in JOBS}
    runner.run(jobs["ladder.step_up"])
    clock.advance(timedelta(hours=13))

    runner.run(jobs["ladder.step_up"])
    runner.run(jobs["sign_ins.forget"])

    with reading() as session:
        assert session.get_one(Escalation, escalation_id).rung == 1
        assert session.scalars(select(SignIn)).all() == []


def test_every_job_has_a_name_a_time_and_a_reason():
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(len(job.name) <= 60 and job.every > timedelta(0) and job.why for job in JOBS)


def test_the_embedded_scheduler_runs_its_jobs_and_gives_the_lease_up(app: Flask, app_world: World):
    ran: list[int] = []
    scheduler = start_background(app, jobs=(_job(lambda: ran.append(1), every=timedelta(seconds=0.02)),))
    job = scheduler.get_job("probe")
    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, 3600)
    assert str(scheduler.timezone) == "Asia/Shanghai"
    clock = SystemClock()
    until = clock.now() + timedelta(seconds=10)
    while len(ran) < 2 and clock.now() < until:
        pass

    scheduler.shutdown()

    assert len(ran) >= 2
    assert _row(wired().engine, LEASE_NAME).holder == ""


def test_the_scheduler_of_its_own_process_has_the_same_jobs(app: Flask):
    scheduler = make_blocking(app)

    names = {job.id for job in scheduler.get_jobs()}

    assert names == {job.name for job in JOBS} | {"leader"}
