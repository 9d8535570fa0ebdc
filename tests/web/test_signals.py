"""The page of signals: what the county reads of each, switches on after a backtest, and what was held back."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.backtests import Backtest
from grid_app.models.rounds import Finding, RoundRun
from grid_app.models.signals import SignalSetting
from grid_app.services.findings.undecided import raise_undecided
from screening import Parameters
from tests.builders import add_dispute
from tests.findings_world import WHY, found
from tests.rounds_world import closed_round
from tests.web.forms import fields_of
from tests.web.report_pages import page_of
from tests.world import COUNTY, NOW

PAGE = "/signals"
BACKTEST = UUID(int=9)
BEGIN = NOW - timedelta(days=90)
REASON = "回测看过,一周不到一条"

both = pytest.mark.parametrize("db_url", ["sqlite", "postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def _facts(page: str, word: str) -> str:
    heading = next(one for one in BeautifulSoup(page, "lxml").find_all("h2") if word in one.get_text())
    return heading.parent.get_text(" ", strip=True)


def _rows(page: str) -> list[str]:
    table = BeautifulSoup(page, "lxml").find("table")
    return [row.get_text("|", strip=True) for row in table.find_all("tr")[1:]]


def _run(result, *, due, budget=4.0):
    with transaction() as session:
        round_id = closed_round(session, now=NOW, due=due)
        session.add(
            RoundRun(
                id=new_id(), round_id=round_id, number=1, started_at=NOW, duration_ms=1, seed=1, generation_id=None,
                parameters={"budget_per_month": budget}, code_version="1", input_digest="", result_digest="", counts={},
                result=json.loads(json.dumps(result, default=str)),
            )
        )  # fmt: skip


def _backtest(*signals, **figures):
    with transaction() as session:
        session.add(
            Backtest(
                id=BACKTEST, division_code=COUNTY, signals=list(signals), first=BEGIN.date(), last=NOW.date(),
                parameters=json.loads(Parameters(signals=("shared_grievance", *signals), **figures).as_json()),
                every_days=7, state="done", percent=100, beat_at=NOW, started_at=NOW, code_version="1", result={},
            )
        )  # fmt: skip


def _held(cell, members, **facts):
    return {"kind": "scan", "cell": cell, "category2": "09", "member_ids": members, "observed": 4, "expected": 0.62,
            "recurrence_days": 40.0, "reason": "碰巧也常有,低于每月4条的门槛。", **facts}  # fmt: skip


@both
def test_the_county_reads_what_was_held_back_with_its_reason_and_without_a_unit_complained_of(sign_in, app_world):
    with transaction() as session:
        plain = add_dispute(session, app_world).id
        own = add_dispute(session, app_world, about_unit_id=app_world.units["county"]).id
    _run({"findings": []}, due=NOW.date() - timedelta(days=14))  # as runs from before there were signals
    _run(
        {"held": [_held("990101001202", [plain], reason="旧的")], "not_screened": []},
        due=NOW.date() - timedelta(days=7),
    )
    blind = [{"kind": "scan", "subject": code, "reason": "没有坐标。"} for code in ("990101002201", "990101002202")]
    _run(
        {
            "held": [
                _held("990101001202", [plain], expected=None, recurrence_days=None),
                _held("990101002201", [own], kind="growth", observed=12),
                _held("990101002202", [], kind="silence", observed=12, recurrence_days=1000.0),
            ],
            "not_screened": [*blind, {"kind": "scan", "subject": "02", "reason": "太少,不看。"}],
            "budgets": [{"kind": "scan", "streams": 12, "recurrence_days": 91.25}],
        },
        due=NOW.date(), budget=8.0,
    )  # fmt: skip

    page = page_of(sign_in("county_officer").get(PAGE))
    rows = _rows(page)

    assert len(rows) == 2
    assert rows[0].startswith("一段时间里一片地方突然增多|柳湾村|")
    assert "|数件|–|–|碰巧也常有" in rows[0]
    assert "|白沙村|" in rows[1]
    assert "|12 件|约 0.6 件|大约 3 年一次|" in rows[1].replace("\u00a0", " ")
    assert str(plain) not in page
    assert "石桥村、白沙村:没有坐标。" in page
    assert "太少,不看。" in page
    assert "同时看 12 个组合(哪里、哪一类);碰巧的话大约 91 天才会有一次的,才提示" in page
    assert "这是按每月 8 条算的。上限后来改过" in page
    assert len(_rows(page_of(sign_in("county_lead").get(PAGE)))) == 3
    assert "2 条。内容由县级经办和领导看" in page_of(sign_in("security_admin").get(PAGE))
    assert sign_in("township_lead").get(PAGE).status_code == 403


@on_sqlite
def test_a_signal_is_switched_on_after_its_backtest_and_the_page_says_since_when_by_which_unit(sign_in, app_world):
    client, scan = sign_in("county_lead"), f"{PAGE}/scan"
    form = fields_of(page_of(client.get(scan)), scan)
    assert "先回测" in page_of(client.get(scan))
    typed = {**form, "enabled": "yes", "scan_radius_km": "8", "reason": REASON}

    refused = client.post(scan, data=typed)
    _backtest("scan", scan_radius_km=8.0)
    saved = client.post(scan, data=typed, follow_redirects=True)
    again = client.post(scan, data=typed, follow_redirects=True)
    stale = client.post(scan, data={**typed, "enabled": "no", "reason": "误报太多,先关"})

    assert refused.status_code == 409
    assert "没有按这样的设置(每月最多 4 条、半径 8 公里)回测过" in page_of(refused)
    assert "scan_radius_km=8" in page_of(refused)
    assert REASON in page_of(refused)
    assert "11月20日(周五) 10:00,青溪县领导值班室" in _facts(page_of(saved), "一片地方突然增多")
    assert "开着" in _facts(page_of(saved), "一片地方突然增多")
    assert "没有改动" in page_of(again)
    assert stale.status_code == 409
    assert "误报太多,先关" in page_of(stale)
    read = page_of(sign_in("county_officer").get(scan))
    assert f"打开、半径 8 公里。理由:{REASON}" in read
    assert f"/signals/backtests/{BACKTEST}" in read
    assert fields_of(page_of(client.get(scan)), scan)["scan_radius_km"] == ["8"]
    with reading() as session:
        assert session.scalars(select(SignalSetting.backtest_id)).all() == [BACKTEST]


@on_sqlite
@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("budget", {"budget_per_month": "很多", "reason": REASON}, "请写 1 到 100 的整数"),
        ("budget", {"budget_per_month": "99999999999", "reason": REASON}, "请写 1 到 100 的整数"),
        ("scan", {"scan_radius_km": "8", "reason": "🀄"}, "请写明为什么这样定"),
        ("shared_grievance", {"enabled": "no", "reason": REASON}, "不能关"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(sign_in, code, typed, said):
    answer = sign_in("security_admin").post(f"{PAGE}/{code}", data=typed)

    assert answer.status_code == 422
    assert said in page_of(answer)
    assert code == "shared_grievance" or next(iter(typed.values())) in page_of(answer)


@on_sqlite
def test_a_county_reads_how_a_signal_did_sets_its_budget_and_lets_undecided_findings_be(app, app_world, sign_in):
    finding_id = found(app_world)
    client = sign_in("county_lead")
    client.post(f"/findings/{finding_id}/confirm", data={"reason": WHY})

    for code, typed in (("budget", {"budget_per_month": "2"}), ("undecided", {"enabled": "no"})):
        address = f"{PAGE}/{code}"
        form = fields_of(page_of(client.get(address)), address)
        assert client.post(address, data={**form, **typed, "reason": "人手少,看不过来"}).status_code == 302

    page = page_of(client.get(PAGE))
    shared = _facts(page, "多户反映同一个问题")
    assert "判断过 1 条,确认 1 条。判断过的还少" in shared
    assert "1 条" in shared
    assert "没有改过" in shared
    assert "2 条" in _facts(page, "每月最多提示多少")
    with transaction() as session:
        session.get_one(Finding, finding_id).state = "suspected"
        assert raise_undecided(session, now=NOW + timedelta(days=3)) == 0
    assert sign_in("county_officer").post(f"{PAGE}/undecided", data={"reason": WHY}).status_code == 403
    assert client.get(f"{PAGE}/petitioners").status_code == 404
