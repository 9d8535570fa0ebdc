"""What a county switches on: only what was backtested, with a reason, and what counted at a moment counts for good."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.signals import SignalSetting
from grid_app.policy import Role
from grid_app.queries.signal_settings import counties_without, settings_at, settings_of
from grid_app.services.signals.settings import FIRST_ELSE, Change, parameters_at, set_budget, switch
from tests.world import COUNTY, NOW

HOUR = timedelta(hours=1)
WHY = "回测看过,误报不多"
BACKTEST = UUID(int=77)
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


class Backtests:
    """Remembers what it was asked; knows a backtest of the signals it was made with, up to a budget and a radius."""

    def __init__(self, *signals: str, budget: float = 4, radius: float = 20) -> None:
        self.signals, self.budget, self.radius = signals, budget, radius

    def __call__(self, session, *, division_code, signal, parameters):
        del session
        assert division_code == COUNTY
        assert signal in parameters.signals
        fits = parameters.budget_per_month <= self.budget and parameters.scan_radius_km == self.radius
        return BACKTEST if signal in self.signals and fits else None


def _switch(session, world, signal, *, enabled=True, at=NOW, role=Role.COUNTY_LEAD, backtests=None, **change):
    newest = settings_at(session, county=COUNTY, at=at).get(signal)
    facts = {"reason": WHY, "replaces": newest.setting_id if newest else None, **change}
    return switch(
        session, signal=signal, change=Change(enabled=enabled, **facts), actor=world.actor(session, role), now=at,
        backtest_for=backtests or Backtests("scan", "same_organisation"),
    )  # fmt: skip


def _budget(session, world, number, *, at=NOW, budget=4):
    newest = settings_at(session, county=COUNTY, at=at).get("budget")
    change = Change(WHY, newest.setting_id if newest else None, figures={"budget_per_month": number})
    actor = world.actor(session, Role.SECURITY_ADMIN)
    return set_budget(session, change=change, actor=actor, now=at, backtest_for=Backtests("scan", budget=budget))


def test_the_newest_setting_by_a_moment_counts_and_no_row_is_ever_changed(session, world):
    """Rows of several signals and counties, two at one moment: the later one of the county itself counts."""

    def add(signal, enabled, at, figures=None, number=0, county=COUNTY):
        row = SignalSetting(
            division_code=county, signal=signal, enabled=enabled, figures=figures or {}, reason=WHY, set_at=at,
            set_by=world.assignments["county_lead"],
        )  # fmt: skip
        row.id = UUID(int=number) if number else row.id
        session.add(row)

    add("scan", True, NOW, {"scan_radius_km": 8})
    add("scan", False, NOW + HOUR, number=1)
    add("scan", True, NOW + HOUR, {"scan_radius_km": 5}, number=2)
    add("undecided", False, NOW + 2 * HOUR)
    add("growth", True, NOW + 3 * HOUR)
    add("growth", True, NOW, county="990101001")
    session.flush()

    early, later = settings_at(session, county=COUNTY, at=NOW), settings_at(session, county=COUNTY, at=NOW + 2 * HOUR)

    assert set(early) == {"scan"}
    assert {name: one.enabled for name, one in later.items()} == {"scan": True, "undecided": False}
    assert later["scan"].unit == "青溪县领导值班室"
    assert parameters_at(session, division_code="990101001201", at=NOW + HOUR).scan_radius_km == 5
    assert parameters_at(session, division_code=COUNTY, at=NOW - HOUR).signals == ("shared_grievance",)
    assert parameters_at(session, division_code=COUNTY, at=NOW + 3 * HOUR).signals == (
        "shared_grievance", "scan", "growth",
    )  # fmt: skip
    assert counties_without(session, signal="undecided", at=NOW + HOUR) == []
    assert counties_without(session, signal="undecided", at=NOW + 2 * HOUR) == [COUNTY]
    assert [one.enabled for one in settings_of(session, county=COUNTY, signal="scan")] == [True, False, True]
    row = session.get_one(SignalSetting, UUID(int=1))
    row.enabled = True
    with pytest.raises(TypeError, match="cannot be changed"):
        session.flush()
    session.rollback()


@on_sqlite
def test_a_signal_goes_on_with_its_backtest_and_off_at_any_time(session, world):
    assert _switch(session, world, "scan", figures={"scan_radius_km": 20})
    assert not _switch(session, world, "scan", figures={"scan_radius_km": 20}, replaces=None)  # sent twice
    with pytest.raises(ConflictError, match="没有按这样的设置"):
        _switch(session, world, "scan", figures={"scan_radius_km": 10})
    with pytest.raises(ConflictError, match="没有按这样的设置"):
        _switch(session, world, "growth")

    assert parameters_at(session, division_code=COUNTY, at=NOW).signals == ("shared_grievance", "scan")
    assert settings_at(session, county=COUNTY, at=NOW)["scan"].backtest_id == BACKTEST
    assert _switch(session, world, "scan", enabled=False, at=NOW + HOUR, backtests=Backtests())
    assert _switch(session, world, "undecided", enabled=False, at=NOW + HOUR)
    assert parameters_at(session, division_code=COUNTY, at=NOW + HOUR).signals == ("shared_grievance",)
    assert parameters_at(session, division_code=COUNTY, at=NOW).signals == ("shared_grievance", "scan")
    links = session.scalars(select(AuditEvent).where(AuditEvent.action == "signal.set")).all()
    assert [link.details["enabled"] for link in links] == [True, False, False]
    assert links[0].details["figures"] == "scan_radius_km=20"


@on_sqlite
def test_the_budget_rises_only_as_far_as_what_is_on_was_backtested(session, world):
    assert _budget(session, world, 9)  # nothing statistical is on: there is nothing to bear
    assert not _budget(session, world, 9)
    assert _budget(session, world, 4, at=NOW + HOUR)
    _switch(session, world, "scan", figures={"scan_radius_km": 20}, at=NOW + HOUR)
    with pytest.raises(ConflictError, match="没有按这个上限回测过"):
        _budget(session, world, 5, at=NOW + 2 * HOUR)

    assert _budget(session, world, 2, at=NOW + 2 * HOUR)
    assert _budget(session, world, 6, at=NOW + 3 * HOUR, budget=6)
    assert parameters_at(session, division_code=COUNTY, at=NOW + 3 * HOUR).budget_per_month == 6


@on_sqlite
@pytest.mark.parametrize(
    ("signal", "change", "refusal", "said"),
    [
        ("shared_grievance", {"enabled": False}, InvalidError, "不能关"),
        ("petitioners", {}, NotFoundError, "没有这个信号"),
        ("same_organisation", {"reason": "  好 "}, InvalidError, "有几处要改"),
        ("same_organisation", {"reason": "🀄" * 5000}, InvalidError, "有几处要改"),
        ("same_organisation", {"reason": "盯住重点人员"}, InvalidError, "名称要改一下"),
        ("scan", {"figures": {"scan_radius_km": 0}}, InvalidError, "有几处要改"),
        ("scan", {"figures": {"scan_radius_km": None}}, InvalidError, "有几处要改"),
        ("same_organisation", {"replaces": UUID(int=5)}, ConflictError, FIRST_ELSE),
        ("same_organisation", {"role": Role.COUNTY_OFFICER}, ForbiddenError, "只有县级领导和安全管理员"),
        ("same_organisation", {"role": Role.TOWNSHIP_LEAD}, ForbiddenError, "只有县级领导和安全管理员"),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(session, world, signal, change, refusal, said):
    with pytest.raises(refusal, match=said):
        _switch(session, world, signal, **change)

    assert session.scalars(select(SignalSetting)).all() == []
