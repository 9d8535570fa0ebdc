"""An analysis from its page: the bar while it runs, one at a time, and one that was killed."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from grid_app.database.transaction import transaction
from grid_app.http import analyses
from grid_app.models.rounds import Round, RoundRun
from grid_app.services.rounds.steps import open_due_rounds
from grid_app.services.rounds.under_way import NEWS_FOR, SILENT_FOR
from tests.rounds_world import counted
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def round_id(app, app_world):
    with transaction() as session:
        return open_due_rounds(session, now=NOW)[0]


@pytest.fixture
def officer(sign_in):
    return sign_in("county_officer")


def test_a_long_analysis_goes_on_behind_the_page_with_a_bar(app, officer, round_id, monkeypatch, clock):
    go_on, ended = Event(), Event()
    compute, end = analyses.analyse, analyses._end

    def slow(prepared, *, tell):
        tell(0.5)
        assert go_on.wait(30)
        return compute(prepared, tell=tell)

    def told(*arguments, **options):
        end(*arguments, **options)
        ended.set()

    monkeypatch.setattr(analyses, "analyse", slow)
    monkeypatch.setattr(analyses, "_end", told)
    app.config["ANALYSIS_PATIENCE_SECONDS"] = 0.5

    page = officer.post(f"/rounds/{round_id}/run", follow_redirects=True).get_data(as_text=True)
    status = officer.get(f"/rounds/{round_id}/progress").json
    again = officer.post(f"/rounds/{round_id}/run", follow_redirects=True).get_data(as_text=True)
    go_on.set()
    assert ended.wait(30)

    assert "正在研判" in page
    assert 'http-equiv="refresh"' in page
    assert "关闭并研判" not in page
    assert status == {"done": 50, "total": 100, "finished": False, "label": "50%"}
    assert "这一轮正在研判" in again
    assert officer.get(f"/rounds/{round_id}/progress").json["finished"]
    assert "研判完成(第 1 次)" in officer.get(f"/rounds/{round_id}").get_data(as_text=True)
    clock.advance(NEWS_FOR)
    assert "研判完成(第 1 次)" not in officer.get(f"/rounds/{round_id}").get_data(as_text=True)
    assert counted(RoundRun) == 1


def test_an_analysis_that_was_killed_is_said_and_done_again(officer, round_id, clock):
    officer.post(f"/rounds/{round_id}/close")
    analyses.begin(round_id, actor=None)
    clock.advance(SILENT_FOR)

    page = officer.get(f"/rounds/{round_id}").get_data(as_text=True)
    done = officer.post(f"/rounds/{round_id}/run", follow_redirects=True).get_data(as_text=True)

    assert "上一次研判中断了,没有结果" in page
    assert "研判完成(第 1 次)" in done
    assert "中断" not in done


def test_an_analysis_that_fails_keeps_the_round_closed_and_says_what_to_do(officer, round_id, monkeypatch, clock):
    def broken(*_, **__):
        raise RuntimeError("no memory")

    monkeypatch.setattr(analyses, "analyse", broken)

    page = officer.post(f"/rounds/{round_id}/run", follow_redirects=True).get_data(as_text=True)

    assert "研判没有做完" in page
    assert "请过一会儿再点" in page
    with transaction() as session:
        assert session.get_one(Round, round_id).state == "closed"
    clock.advance(timedelta(seconds=1))
    monkeypatch.undo()
    assert "研判完成" in officer.post(f"/rounds/{round_id}/run", follow_redirects=True).get_data(as_text=True)


def test_strangers_learn_nothing_of_an_analysis(sign_in, round_id):
    assert sign_in("mediator").get(f"/rounds/{round_id}/progress").status_code == 403
    assert sign_in("county_officer").get(f"/rounds/{round_id}/progress").status_code == 404
