"""Every indicator against a small county counted by hand, on both databases: November 2026, and October before it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from grid_app.policy import dispute_scope
from grid_app.queries.indicators import MEASURES, value_of, values_of
from grid_app.queries.indicators_asked import Asked, Median, Share, Span
from grid_app.queries.indicators_spans import month_of, quarter_of, with_earlier
from grid_app.vocabulary.indicators import Indicator, families, indicators
from grid_app.web.indicators.told import count_told, told
from tests.indicators_world import County, november_county
from tests.world import COUNTY, NOW, World

ROOT = Path(__file__).resolve().parents[2]
NOVEMBER = month_of(date(2026, 11, 1))
OCTOBER = month_of(date(2026, 10, 1))
COUNTED = {
    "matters": [6, 1],
    "contacts": [7, 0],
    "per_households": [Share(6, 800), Share(1, 800)],
    "late_discovery": [Share(1, 6), Share(0, 1)],
    "zero_returns": [Share(0, 1), Share(1, 1)],
    "days_letters": [Median(10, 1), Median(None, 0)],
    "days_visits": [Median(4, 1), Median(None, 0)],
    "days_online": [Median(16.5, 2), Median(None, 0)],
    "rooms": [Share(1, 4)],
    "first_contact": [Share(3, 6), Share(0, 1)],
    "accepted_3530": [Share(1, 3), Share(0, 0)],
    "accepted_15": [Share(1, 1), Share(0, 0)],
    "finished_30": [Share(1, 2), Share(0, 0)],
    "finished_60": [Share(0, 0), Share(0, 1)],
    "promise_kept": [Share(2, 4), Share(0, 0)],
    "idle_running": [Share(1, 6), Share(0, 1)],
    "transfers": [Share(4, 6), Share(0, 1)],
    "corrected": [Share(1, 2), Share(0, 0)],
    "repeated": [Share(1, 6), Share(0, 1)],
    "no_lead": [Share(1, 2)],
    "resolved": [Share(2, 6), Share(0, 2)],
    "on_spot": [2, 0],
    "on_spot_confirmed": [Share(1, 2), Share(0, 0)],
    "at_once": [Share(2, 6), Share(0, 1)],
    "agreed": [Share(1, 2), Share(0, 0)],
    "performed": [Share(1, 1), Share(0, 0)],
    "refused": [Share(1, 3), Share(0, 0)],
    "legal_route": [Share(1, 6), Share(0, 0)],
    "relapse": [Share(1, 6), Share(0, 0)],
    "finding_days": [Median(None, 0), Median(None, 0)],
    "followed_up": [Share(2, 4), Share(0, 0)],
    "answered": [Share(2, 6), Share(0, 0)],
    "satisfied": [Share(1, 2), Share(0, 0)],
    "verified": [Share(1, 3), Share(0, 0)],
    "told": [Share(1, 2), Share(0, 0)],
    "whistle_answered": [Share(2, 3), Share(0, 0)],
    "whistle_on_site": [Share(1, 2), Share(0, 0)],
    "whistle_solved": [Share(1, 1), Share(0, 0)],
    "advice_answered": [Share(1, 2), Share(0, 0)],
    "advice_adopted": [Share(1, 2), Share(0, 0)],
    "wrongly_refused": [Share(1, 2), Share(0, 0)],
}


@pytest.fixture
def county(session: Session, world: World) -> County:
    return november_county(session, world)


def asked(county: County, path: str = f"/{COUNTY}/", unit: str = "", spans: tuple[Span, ...] = (NOVEMBER, OCTOBER)):
    scope = dispute_scope(county.world.actor(county.session, "county_officer"))
    return Asked(scope, path, spans, NOW, county.world.units[unit] if unit else None)


def test_every_indicator_is_what_was_counted_by_hand_and_nothing_is_left_in_another_place_or_unit(county):
    found = values_of(county.session, asked(county))

    assert found == COUNTED
    assert set(MEASURES) == {one.code for one in indicators()}
    west = asked(county, f"/{COUNTY}/990101002/", spans=(NOVEMBER,))
    assert [value_of(county.session, west, code) for code in ("matters", "relapse", "zero_returns")] == [
        [0], [Share(0, 0)], [Share(0, 1)]
    ]  # fmt: skip
    assert value_of(county.session, asked(county, unit="village", spans=(NOVEMBER,)), "matters") == [0]


def test_what_is_told_gives_no_single_matter_away():
    share, aim = (Indicator("x", "open", "x", "share", "", "", "", whole="y", **more) for more in ({}, {"aim": True}))

    said = {
        (part, whole): told(share, Share(part, whole))
        for part, whole in ((3, 9), (3, 40), (38, 40), (20, 40), (61, 203))
    }
    assert said[3, 9].text == "件数太少,不算"
    assert (said[3, 40].text, said[3, 40].part) == ("不到 13%", "不到 5")
    assert (said[38, 40].text, said[38, 40].part) == ("超过 87%", "差不到 5 件就是全部")
    assert (said[20, 40].text, said[20, 40].part, said[20, 40].whole) == ("50%", "20", "40")
    assert (said[61, 203].text, said[61, 203].part, said[61, 203].whole) == ("30%", "60", "205")
    assert told(aim, Share(40, 40)).caution
    assert not told(aim, Share(20, 20)).caution
    assert count_told(6) == count_told(5)  # what lies between two spans that differ by one matter is not seen
    sample = Indicator("x", "open", "x", "share", "", "", "", whole="y", sample=True)
    assert {told(sample, Share(part, 41)).interval for part in (1, 2, 3, 4)} == {"0%–25%"}
    assert told(share, Share(0, 0)).text == "这段时间没有"
    assert told(share, Median(3.5, 9)).text == "件数太少,不算"


def test_spans_before_are_of_the_same_kind():
    assert [str(one.since) for one in with_earlier(quarter_of(date(2026, 2, 3)), count=1)] == [
        "2026-01-01",
        "2025-10-01",
    ]
    own = Span(date(2026, 3, 5), date(2026, 3, 15))
    assert with_earlier(own, count=1)[1] == Span(date(2026, 2, 23), date(2026, 3, 5))


def test_every_indicator_says_what_it_counts_and_none_counts_petitions_against_anybody():
    assert [one.name for one in families()] == ["渠道更加畅通", "办理更加规范", "化解更加有效", "群众更加满意"]
    for one in indicators():
        assert one.part, one.code
        assert one.source, one.code
        assert one.basis, one.code
        assert bool(one.whole) == (one.kind in ("share", "mean")), one.code


def test_nothing_that_grades_names_or_assigns_ever_reads_an_indicator():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "grid_app").rglob("*.py")
        if "indicators" in path.read_text("utf-8") and "indicators" not in path.as_posix()
    }

    readers -= {path for path in readers if "callbacks" in path}  # which draws from the months of indicators
    readers -= {"grid_app/queries/trends.py", "grid_app/web/dashboard/shown.py"}  # which show figures, as indicators do
    # take over which steps count as what, and no figure: the status of a village counts by itself
    taken = {
        "grid_app/queries/village_facts_matters.py": {
            ("indicators_asked", "DAY, Expression, within"),
            ("indicators_lawful", "FIRST_CONTACTS"),
            ("indicators_open", "CLOSING"),
        },
        "grid_app/queries/village_facts_outcomes.py": {
            ("indicators_asked", "DAY, Expression, median_of"),
            ("indicators_lawful", "FIRST_CONTACTS"),
            ("indicators_open", "EVENTS"),
            ("indicators_solved", "RELAPSE, ground_is, reopened_after"),
        },
    }
    for path, names in taken.items():
        found = re.findall(
            r"^from grid_app\.queries\.(indicators\w*) import (.+)$", (ROOT / path).read_text("utf-8"), re.M
        )
        assert set(found) == names, path
    assert readers - set(taken) <= {"grid_app/factory.py", "grid_app/web/shell.py", "grid_app/vocabulary/actions.py"}
