"""The page of one village, which the map opens as its panel: every part with its figures, none without the right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import Round, RoundTemplate
from tests.dispute_rows import add_dispute
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST = "990101001201", "990101001202"


@pytest.fixture
def matters(app, app_world):
    with transaction() as session:
        for number, state in enumerate(["handling", "handling", "accepted", "closed"]):
            add_dispute(session, number, village=WEST, kind="chosen", grade="blue", state=state)
        add_dispute(session, 9, village=WEST, kind="chosen", category="1502")
        session.flush()  # the rows are looked up below
        rows = session.query(Dispute).filter_by(division_code=WEST).order_by(Dispute.case_code).all()
        rows[0].statutory_due_at = NOW - timedelta(days=1)
        rows[1].due_at = NOW - timedelta(days=2)
        rows[2].due_at = NOW + timedelta(days=3)
        session.add(RoundTemplate(code="w", name="周", level="village", frequency="weekly", duration_days=5))
        session.flush()  # the round names it
        when = {"opens_at": NOW - timedelta(days=9), "due_at": NOW - timedelta(days=3), "window_end": NOW.date()}
        session.add(
            Round(template_code="w", division_code="990101", name="第46周排查", state="closed", period="46", **when)
        )


def words_of(client, code=WEST) -> dict[str, str]:
    """Return the text under each heading of the panel."""
    soup = BeautifulSoup(client.get(f"/map/village/{code}").get_data(as_text=True), "lxml")
    found = {}
    for heading in soup.select("#village > h2"):
        parts = []
        for part in heading.find_next_siblings():
            if part.name == "h2":
                break
            parts.append(part.get_text(" ", strip=True))
        found[heading.get_text(strip=True)] = " ".join(parts)
    return found


def test_a_village_is_told_part_by_part_and_withheld_matters_are_in_none(sign_in, matters):
    parts = words_of(sign_in("county_lead"))

    assert list(parts) == [
        "源头治理服务达标", "无上访村(社区)命名", "纠纷", "已确认的苗头提示", "排查回执", "调解室",
    ]  # fmt: skip
    assert "R1 排查回执" in parts["源头治理服务达标"]
    assert "R7 台账和公开信息" in parts["源头治理服务达标"]
    assert "尚无数据" in parts["源头治理服务达标"]
    assert "没有命名记录" in parts["无上访村(社区)命名"]
    assert "未办结 <5 件,已办结 <5 件" in parts["纠纷"]
    assert "办理中 <5 件" in parts["纠纷"]
    assert "超过法定时限 <5 件,超过服务目标 <5 件" in parts["纠纷"]
    assert "最近一个期限是11月23日(周一)" in parts["纠纷"]
    assert "第46周排查:还没有回执" in parts["排查回执"]
    assert "直线距离" in parts["调解室"]


def test_a_township_sees_its_villages_and_nobody_a_strangers(sign_in, matters):
    town = sign_in("township_officer")

    assert "调解室" in words_of(town, EAST)
    assert town.get("/map/village/990101002201").status_code == 404
