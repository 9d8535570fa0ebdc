"""Backtests: what a past period would have told, one at a time, the same after a kill, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from grid_app.database.base import Base
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http import backtests
from grid_app.models.backtests import Backtest
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import FindingEvent
from grid_app.queries.backtest_pages import without_complaints
from grid_app.queries.backtests import SILENT_FOR, backtest_for, backtest_of, backtests_of, result_of
from grid_app.services.backtests.asking import asked_of
from grid_app.services.findings.decisions import confirm_finding
from screening import Parameters
from screening.replayed import Left
from tests.builders import add_dispute
from tests.findings_world import found
from tests.world import COUNTY, NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TODAY = date(2026, 12, 30)
FORM = {
    "first": "2026-11-13", "last": "2026-12-18", "every_days": "7", "budget_per_month": "4", "scan_radius_km": "20",
}  # fmt: skip


def asked(division: str = COUNTY, signals=("shared_grievance",), today: date = TODAY, **typed: str):
    return asked_of({**FORM, **typed}, signals, division_code=division, standing=Parameters(), today=today)


@pytest.fixture
def finding_id(app, app_world, clock):
    """Give a finding of three households, the third on 19 November, that people confirmed on 20 November."""
    made = found(app_world)
    with transaction() as session:
        confirm_finding(
            session,
            finding_id=made,
            actor=app_world.actor(session, "county_officer"),
            reason="逐户问过,是同一笔租金",
            now=NOW,
        )
        add_dispute(session, app_world, at=NOW + timedelta(days=20), category="1501", summary="反映干部作风")
    clock.advance(timedelta(days=40))
    return made


def counted() -> dict[str, int]:
    tables = [
        one for one in Base.metadata.sorted_tables if one.name not in ("backtests", "audit_events", "spatial_ref_sys")
    ]
    with reading() as session:
        return {one.name: session.scalar(select(func.count()).select_from(one)) for one in tables}


def row(backtest_id) -> Backtest:
    with reading() as session:
        found = session.get_one(Backtest, backtest_id)
        session.expunge(found)
    return found


def test_a_backtest_tells_what_when_and_how_soon_and_touches_nothing_else(app_world, finding_id):
    before = counted()

    begun = backtests.begin(asked(), actor=None)
    shares: list[float] = []
    backtests.replay_and_record(begun, heard=shares.append)

    with reading() as session:
        county, other = app_world.actor(session, "county_officer"), app_world.actor(session, "other_township_lead")
        done = backtest_of(session, county, begun.backtest_id, now=NOW)
        assert backtest_of(session, other, begun.backtest_id, now=NOW) is None
        assert [one.backtest_id for one in backtests_of(session, county, now=NOW)] == [begun.backtest_id]
        result = result_of(session, begun.backtest_id)
        members = {str(one) for one in session.scalars(select(Dispute.id).where(Dispute.category == "0901"))}
        assert session.scalar(select(func.count()).select_from(FindingEvent)) == 2
    assert (done.state, done.percent, done.place) == ("done", 100, "青溪县")
    assert done.sentence == "回测完成:6 轮,一共会提示 1 条;人已确认的 1 件里,找到 1 件,没找到 0 件。"
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [one.day for one in result.rounds] == [date(2026, 11, 13) + timedelta(days=7 * at) for at in range(6)]
    assert [sum(kind.live for kind in one.kinds) for one in result.rounds] == [0, 1, 1, 1, 1, 1]
    (stored,) = result.findings
    assert {name for name, _ in stored.told.joined} == members
    assert (stored.confirmed, stored.told.first_on, stored.told.cell) == (True, date(2026, 11, 20), "990101001201")
    (matter,) = result.matters
    assert (matter.matter_id, matter.days, matter.ahead) == (str(finding_id), 1, 0)
    assert "household" not in str(row(begun.backtest_id).result).replace("households", "")
    assert counted() == before


def test_a_backtest_that_was_killed_begins_anew_with_the_same_answer_and_one_runs_at_a_time(
    finding_id, clock, monkeypatch
):
    whole = backtests.begin(asked(), actor=None)
    backtests.replay_and_record(whole)
    killed = backtests.begin(asked(), actor=None)

    with pytest.raises(ConflictError, match="一次只做一个"):
        backtests.begin(asked(), actor=None)
    with pytest.raises(ConflictError, match="一次只做一个"):
        backtests.begin_again(killed.backtest_id, actor=None)
    clock.advance(SILENT_FOR)
    again = backtests.begin_again(killed.backtest_id, actor=None)
    backtests.replay_and_record(killed)  # the first try is still alive somewhere, and ends quietly
    assert row(killed.backtest_id).state == "running"
    backtests.replay_and_record(again)

    first, second = row(whole.backtest_id), row(again.backtest_id)
    assert again.asked == killed.asked
    assert (first.input_digest, first.result_digest) == (second.input_digest, second.result_digest)
    assert first.result == second.result
    with pytest.raises(ConflictError, match="已经做完"):
        backtests.begin_again(again.backtest_id, actor=None)
    monkeypatch.setattr(backtests, "replay_round", None)
    broken = backtests.begin(asked(), actor=None)
    with pytest.raises(TypeError):
        backtests.replay_and_record(broken)
    assert (row(broken.backtest_id).state, "没有做完" in row(broken.backtest_id).sentence) == ("failed", True)


def test_only_an_area_with_data_is_backtested(finding_id, app_world):
    with pytest.raises(NotFoundError, match="没有这个区划"):
        backtests.begin(asked("123456"), actor=None)
    with pytest.raises(InvalidError, match="没有登记过纠纷"):
        backtests.begin(asked(first="2025-06-01", last="2025-07-01"), actor=None)
    with pytest.raises(InvalidError, match="没有登记过纠纷"):
        backtests.begin(asked("990101002"), actor=None)
    with reading() as session:
        officer = app_world.actor(session, "township_officer")
    with pytest.raises(NotFoundError):
        backtests.begin(asked(), actor=officer)


def test_a_signal_is_borne_by_a_backtest_with_the_same_figures_over_four_weeks(finding_id):
    short = backtests.begin(asked(last="2026-12-04"), actor=None)
    backtests.replay_and_record(short)
    signals = ("shared_grievance", "overdue_pile")
    figures = replace(Parameters(), signals=("shared_grievance",))

    def borne(**more):
        with reading() as session:
            return backtest_for(
                session, **{"division_code": COUNTY, "signal": "overdue_pile", "parameters": figures, **more}
            )

    assert borne(signal="shared_grievance") is None
    whole = backtests.begin(asked(signals=signals), actor=None)
    assert borne() is None
    backtests.replay_and_record(whole)
    assert borne() == whole.backtest_id
    assert borne(signal="growth") is None
    assert borne(division_code="990101001") is None
    assert borne(parameters=replace(figures, budget_per_month=5.0)) is None
    assert borne(since=row(whole.backtest_id).started_at) == whole.backtest_id
    assert borne(since=row(whole.backtest_id).started_at + timedelta(seconds=1)) is None


def test_what_was_held_back_of_a_matter_that_complains_of_a_unit_is_not_shown_to_it(app_world, finding_id):
    with transaction() as session:
        first = session.scalars(select(Dispute).order_by(Dispute.id)).first()
        first.about_unit_id = app_world.units["county"]
        lines = [_held(str(first.id)), _held()]
    with reading() as session:
        officer, lead = app_world.actor(session, "county_officer"), app_world.actor(session, "county_lead")
        assert without_complaints(session, officer, lines) == lines[1:]
        assert without_complaints(session, lead, lines) == lines


def _held(*members: str) -> Left:
    return Left(
        kind="scan", subject=COUNTY, category2="09", reason="-", observed=1, member_ids=members, first_on=TODAY,
        last_on=TODAY, rounds=1,
    )  # fmt: skip
