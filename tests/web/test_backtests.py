"""Pages of backtests: the form and its refusals, the bar, the result, and what a unit with an own part is not shown."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.http import backtests
from grid_app.models.backtests import Backtest
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import Finding
from grid_app.queries.backtests import SILENT_FOR
from tests.builders import add_shared_grievance
from tests.findings_world import give_duty
from tests.rounds_world import closed_round, counted
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
FORM = {
    "signals": ["shared_grievance"], "first": "2026-11-06", "last": "2026-11-20", "every_days": "7",
    "budget_per_month": "4", "scan_radius_km": "20",
}  # fmt: skip
LIST = "/signals/backtests"


@pytest.fixture
def officer(app_world, sign_in, clock):
    """Give a client of the county office ten days after three households told of one matter."""
    with transaction() as session:
        add_shared_grievance(session, app_world, before=NOW)
    clock.advance(timedelta(days=10))
    return sign_in("county_officer")


def test_a_backtest_runs_behind_its_page_and_then_says_everything(app, app_world, officer, sign_in, monkeypatch):
    go_on, ended = Event(), Event()
    replay, record = backtests._replayed, backtests.replay_and_record

    def slow(begun, teller):
        teller.tell(0.5)
        assert go_on.wait(30)
        return replay(begun, teller)

    def told(begun):
        record(begun)
        ended.set()

    monkeypatch.setattr(backtests, "_replayed", slow)
    monkeypatch.setattr(backtests, "replay_and_record", told)
    app.config["ANALYSIS_PATIENCE_SECONDS"] = 0.2

    answer = officer.post(LIST, data=FORM)
    running = officer.get(answer.location).get_data(as_text=True)
    status = officer.get(f"{answer.location}/progress").json
    busy = officer.post(LIST, data={**FORM, "first": "2026-11-07"})
    go_on.set()
    assert ended.wait(30)
    page = officer.get(answer.location).get_data(as_text=True)

    assert (answer.status_code, busy.status_code) == (302, 409)
    assert "正在回测" in running
    assert 'http-equiv="refresh"' in running
    assert status == {"done": 16, "total": 100, "finished": False, "label": "16%"}
    assert "一次只做一个" in busy.get_data(as_text=True)
    assert 'value="2026-11-07"' in busy.get_data(as_text=True)
    with transaction() as session:
        codes = session.scalars(select(Dispute.case_code)).all()
    assert "回测完成:3 轮,一共会提示 1 条" in page
    assert "周末还在提示 1 条" in page
    assert "11月20日(周五)第一次提示:3 户、3 件" in page
    assert "云岭村近90天有3户分别反映同一件事" in page
    assert all(code in page for code in codes)
    assert "没有人判断过" in page
    assert counted(Finding) == 0
    assert sign_in("township_lead").get(answer.location).status_code == 403
    give_duty(app_world, "county")
    own = officer.get(answer.location).get_data(as_text=True)
    assert "11月20日(周五)第一次提示:数户" in own
    assert "您的单位有解决责任" in own
    assert not any(code in own for code in codes)
    assert "近90天有3户" not in own
    with transaction() as session:
        session.scalars(select(Dispute)).first().about_unit_id = app_world.units["county"]
    hidden = officer.get(answer.location).get_data(as_text=True)
    assert "另有 1 条涉及对您单位的反映" in hidden
    assert "第一次提示:" not in hidden


def test_what_cannot_be_asked_is_said_at_its_field_and_everything_typed_stays(officer):
    empty = officer.post(
        LIST, data={**FORM, "signals": [], "last": "2099-01-01", "every_days": "七", "first": "x" * 5000}
    )
    wrong = officer.post(LIST, data={**FORM, "first": "2026-11-25", "signals": ["scan", "growth"]})
    early = officer.post(LIST, data={**FORM, "first": "2025-01-01", "last": "2025-06-01"}).get_data(as_text=True)

    assert (empty.status_code, wrong.status_code) == (422, 422)
    told = empty.get_data(as_text=True)
    for sentence in ("请至少选一种信号", "请写成 2026-11-20 这样的日期", "1 到 31 的整数"):
        assert sentence in told
    assert 'value="七"' in told
    assert 'value="2099-01-01"' in told
    page = wrong.get_data(as_text=True)
    assert "开始日期在结束日期后面了" in page
    assert page.count(" checked") == 2
    assert "没有登记过纠纷" in early
    assert counted(Backtest) == 0


def test_one_that_broke_off_is_said_and_done_again_and_a_round_leads_to_its_day(officer, clock):
    with transaction() as session:
        round_id = closed_round(session, now=NOW)
    link = f"{LIST}?first=2026-11-20&amp;last=2026-11-20"
    assert link in officer.get(f"/rounds/{round_id}").get_data(as_text=True)
    form = officer.get(link.replace("&amp;", "&")).get_data(as_text=True)
    assert form.count('value="2026-11-20"') == 2
    assert form.count(" checked") == 1

    answer = officer.post(LIST, data={**FORM, "first": "2026-11-20"})
    assert "会提示 1 条" in officer.get(answer.location).get_data(as_text=True)
    with transaction() as session:
        row = session.scalars(select(Backtest)).one()
        row.state, row.sentence, row.beat_at = "running", "", clock.now()
        first = row.result_digest
    clock.advance(SILENT_FOR)
    assert "这次回测中断了" in officer.get(answer.location).get_data(as_text=True)
    assert "中断了" in officer.get(LIST).get_data(as_text=True)
    officer.post(f"{answer.location}/again")
    with transaction() as session:
        row = session.scalars(select(Backtest)).one()
        assert (row.state, row.result_digest) == ("done", first)
