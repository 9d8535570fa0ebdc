"""Analysing a round end to end, on both databases: findings, runs that never change, the same bytes again, crashes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

import grid_app
import screening.round
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, NotFoundError
from grid_app.http import analyses
from grid_app.jobs import rounds as jobs
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import Finding, FindingEvent, FindingMember, Round, RoundRun
from grid_app.services.rounds.analysis import analyse, prepare_analysis
from grid_app.services.rounds.runs import record_run
from grid_app.wiring import wired
from tests.builders import add_dispute, add_shared_grievance
from tests.rounds_world import closed_round, counted, members_of, runs_of_round
from tests.world import NOW

VILLAGE = "990101001201"
DAY = timedelta(days=1)


def test_an_unknown_or_open_round_is_not_analysed(app, app_world):
    with transaction() as session:
        round_id = closed_round(session, due=date(2026, 11, 27), now=NOW, closed=False)

    with pytest.raises(ConflictError, match="先关闭"):
        jobs.analyse_round(round_id)
    with pytest.raises(NotFoundError):
        jobs.analyse_round(app_world.generation_id)

    assert counted(RoundRun) == 0


def test_a_shared_grievance_becomes_a_finding_with_its_reason_grade_and_members(app, app_world):
    with transaction() as session:
        planted = add_shared_grievance(session, app_world)
        decoys = [
            add_dispute(session, app_world, category="0101", summary=text) for text in ("分家", "彩礼退还", "赡养")
        ]
        round_id = closed_round(session, now=NOW)

    run_id = jobs.analyse_round(round_id)

    with reading() as session:
        finding = session.execute(select(Finding)).scalar_one()
        assert finding.reason.startswith("云岭村近90天有3户分别反映同一件事（涉及青溪农业开发有限公司）")
        assert "历史数据不足28天" in finding.reason
        assert (finding.state, finding.trend, finding.grade) == ("suspected", "new", "yellow")
        assert finding.enough_history is False
        assert finding.code == "F990101-2026-0001"
        assert members_of(session, finding.id) == {one.id for one in planted}
        assert not members_of(session, finding.id) & {one.id for one in decoys}
        assert session.get_one(Round, round_id).state == "analysed"
        run = session.get_one(RoundRun, run_id)
        assert (run.number, run.generation_id) == (1, app_world.generation_id)
        assert run.counts["findings"] == 1
        assert run.counts["incidents"] == 6


def test_three_households_of_one_worker_in_like_words_are_three_and_one_household_thrice_is_one(app, app_world):
    with transaction() as session:
        for number in range(3):
            add_dispute(session, app_world, summary="邻居家排水沟堵了,水漫到院子里", at=NOW - DAY * number)
            add_dispute(
                session, app_world, division_code="990101002201", summary="邻居家排水沟堵了,水漫到院子里",
                household="one home", at=NOW - DAY * number,
            )  # fmt: skip
        round_id = closed_round(session, now=NOW)

    jobs.analyse_round(round_id)

    with reading() as session:
        finding = session.execute(select(Finding)).scalar_one()
        assert (finding.division_code, finding.households_now) == (VILLAGE, 3)


def test_a_re_run_adds_a_run_with_the_same_digests_and_no_second_finding(app, app_world):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        first = session.execute(select(Finding.id, Finding.code)).one()

    jobs.analyse_round(round_id)

    with reading() as session:
        one, two = runs_of_round(session, round_id)
        assert (one.number, two.number) == (1, 2)
        assert (one.input_digest, one.result_digest) == (two.input_digest, two.result_digest)
        assert one.result == two.result
        finding = session.execute(select(Finding)).scalar_one()
        assert (finding.id, finding.code, finding.trend) == (*first, "new")
        assert session.scalars(select(FindingEvent.kind)).all() == ["new"]


def test_a_re_run_after_a_decision_and_after_later_rounds_still_gives_the_same_bytes(app, app_world):
    with transaction() as session:
        planted = add_shared_grievance(session, app_world, households=4)
        first = closed_round(session, now=NOW)
    jobs.analyse_round(first)
    with transaction() as session:
        session.execute(select(Finding)).scalar_one().state = "confirmed"
        grown = add_dispute(
            session, app_world, at=NOW + 5 * DAY, organisation_id=planted[0].organisation_id, summary="租金没有付给我家"
        )
        second = closed_round(session, due=date(2026, 11, 27), now=NOW + 7 * DAY)
    jobs.analyse_round(second)

    jobs.analyse_round(first)

    with reading() as session:
        one, two = runs_of_round(session, first)
        assert (one.input_digest, one.result_digest) == (two.input_digest, two.result_digest)
        finding = session.execute(select(Finding)).scalar_one()
        assert (finding.households_now, finding.trend) == (5, "growing")
        assert grown.id in members_of(session, finding.id)
        assert finding.last_run_id == runs_of_round(session, second)[0].id


def test_another_seed_is_another_input_and_says_so(app, app_world):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)

    jobs.analyse_round(round_id, seed=7)

    with reading() as session:
        one, two = runs_of_round(session, round_id)
        assert two.seed == 7
        assert one.input_digest != two.input_digest
        assert one.result_digest == two.result_digest


def test_a_run_on_record_can_neither_be_changed_nor_deleted(app, app_world):
    with transaction() as session:
        round_id = closed_round(session, now=NOW)
    run_id = jobs.analyse_round(round_id)

    with pytest.raises(TypeError, match="cannot be changed"), transaction() as session:
        session.get_one(RoundRun, run_id).seed = 1
    with pytest.raises(TypeError, match="cannot be changed"), transaction() as session:
        session.delete(session.get_one(RoundRun, run_id))

    with reading() as session:
        assert session.get_one(RoundRun, run_id).seed == 20_260_101


def test_of_two_analyses_at_once_one_loses_politely_and_nothing_is_doubled(app, app_world):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    places = wired().places
    with reading() as session:
        both = [
            analyse(prepare_analysis(session, round_id=round_id, actor=None, places=places, seed=None, now=NOW))
            for _ in range(2)
        ]
    with transaction() as session:
        record_run(session, analysed=both[0], actor=None, now=NOW)

    with pytest.raises(ConflictError, match="已经有人研判"), transaction() as session:
        record_run(session, analysed=both[1], actor=None, now=NOW)

    assert (counted(RoundRun), counted(Finding), counted(FindingMember)) == (1, 1, 3)


def test_two_threads_that_analyse_at_once_leave_one_run(app, app_world):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)
    together, ends = Barrier(2), []

    def work():
        with app.app_context():
            with reading() as session:
                ready = analyse(
                    prepare_analysis(session, round_id=round_id, actor=None, places=wired().places, seed=None, now=NOW)
                )
            together.wait()
            try:
                with transaction() as session:
                    ends.append(record_run(session, analysed=ready, actor=None, now=NOW).number)
            except ConflictError as refusal:
                ends.append(refusal.code)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends, key=str) == [1, "already_analysed"]
    assert (counted(RoundRun), counted(Finding)) == (1, 1)


def test_a_job_killed_before_it_recorded_is_completed_once_by_the_next(app, app_world, monkeypatch):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        round_id = closed_round(session, now=NOW)

    def killed(*_args: object, **_names: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("grid_app.services.rounds.runs.fade_findings", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.close_due_rounds_job()
    assert (counted(RoundRun), counted(Finding)) == (0, 0)

    jobs.close_due_rounds_job()
    jobs.close_due_rounds_job()

    assert (counted(RoundRun), counted(Finding)) == (1, 1)
    with reading() as session:
        assert session.get_one(Round, round_id).state == "analysed"


def test_a_round_that_fails_leaves_the_others_their_analysis(app, app_world, monkeypatch):
    with transaction() as session:
        broken = closed_round(session, now=NOW)
        sound = closed_round(session, due=date(2026, 11, 27), now=NOW + 7 * DAY)
    prepare = analyses.prepare_analysis

    def breaking(session, *, round_id, **names):
        if round_id == broken:
            raise ValueError("broken")
        return prepare(session, round_id=round_id, **names)

    monkeypatch.setattr(analyses, "prepare_analysis", breaking)

    with pytest.raises(RuntimeError, match="1 of 2"):
        jobs.close_due_rounds_job()

    with reading() as session:
        assert session.get_one(Round, sound).state == "analysed"
        assert session.get_one(Round, broken).state == "closed"


def test_no_transaction_is_open_while_the_statistics_run(app, app_world, monkeypatch):
    with transaction() as session:
        round_id = closed_round(session, now=NOW)
    seen = []

    def watching(*arguments, **options):
        with transaction() as session:  # would wait for the busy timeout if another writer were open
            seen.append(session.scalar(select(func.count()).select_from(Dispute)))
        seen.append(wired().engine.pool.checkedout())
        return real(*arguments, **options)

    real = screening.round.run_round
    monkeypatch.setattr(screening.round, "run_round", watching)
    jobs.analyse_round(round_id)

    assert seen == [0, 0]


def test_no_code_path_updates_or_deletes_runs():
    root = Path(grid_app.__file__).parent
    offenders = [
        str(path)
        for path in root.rglob("*.py")
        if any(f"{verb}(RoundRun" in path.read_text("utf-8") for verb in ("update", "delete"))
    ]

    assert not offenders
