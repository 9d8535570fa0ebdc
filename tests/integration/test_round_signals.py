"""A round with every signal switched on: findings of each, on record once, each with a page that opens."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.clocks import Deadline
from grid_app.models.rounds import Finding, RoundAnswer, RoundRun, ScreeningReturn
from grid_app.models.signals import SignalSetting
from grid_app.services.clocks.rules import seed_rules
from screening.parameters import SIGNALS
from tests.builders import add_dispute, add_organisation
from tests.rounds_world import closed_round
from tests.world import COUNTY, NOW

DAY = timedelta(days=1)
QUIET, BUSY = "990101002201", "990101001202"
DUES = (*(date(2026, 10, 2) + timedelta(days=7 * week) for week in range(5)), date(2026, 11, 20))


def switch_on(session) -> None:
    for signal, figures in (*((one, {}) for one in SIGNALS), ("budget", {"budget_per_month": 40})):
        session.add(
            SignalSetting(
                id=new_id(), division_code=COUNTY, signal=signal, enabled=True, figures=figures, reason="试",
                set_at=NOW - 90 * DAY,
            )
        )  # fmt: skip


def words(draw: np.random.Generator) -> str:
    return "".join(chr(letter) for letter in draw.integers(0x4E00, 0x9FA5, 24))


def add_reports(session, world) -> None:
    """Add two years of unlike reports, a busy week in one village, overdue matters and one name in two villages."""
    draw = np.random.default_rng(7)
    for day in range(100, 10, -3):
        add_dispute(session, world, at=NOW - day * DAY, summary=words(draw), category="0201", division_code=BUSY)
    for number in range(14):
        add_dispute(
            session, world, at=NOW - (number % 5) * DAY - DAY / 2, summary=words(draw), category="0901",
            division_code=BUSY,
        )  # fmt: skip
    seed_rules(session, NOW - 90 * DAY)
    for number in range(4):
        late = add_dispute(session, world, at=NOW - (40 + number) * DAY, summary=words(draw), category="0701")
        session.add(
            Deadline(
                id=new_id(), dispute_id=late.id, rule_code="finish_target", rule_version=1, kind="service",
                day_kind="calendar", owner_unit_id=late.owner_unit_id, started_at=NOW - 40 * DAY,
                due_at=NOW - 5 * DAY, explanation={},
            )
        )  # fmt: skip
    site = add_organisation(session, "莲屏水库")
    for number, village in enumerate((BUSY, "990101001201", QUIET)):
        add_dispute(
            session, world, at=NOW - (30 + number) * DAY, summary=words(draw), category=f"0{number + 2}01",
            division_code=village, organisation_id=site.id,
        )  # fmt: skip


def add_answers(session, rounds) -> None:
    """Let all villages answer with entries in every round, but one with zero in the newest four."""
    for at, (round_id, due) in enumerate(rounds):
        for village in (QUIET, BUSY, "990101001201"):
            is_zero = village == QUIET and at >= 2
            row = ScreeningReturn(
                id=new_id(), division_code=village, village_code=village, returned_at=NOW - (60 - at) * DAY,
                zero=is_zero, entries=[] if is_zero else ["a", "b", "c", "d", "e", "f"],
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(RoundAnswer(round_id=round_id, division_code=village, return_id=row.id))
        assert due


def test_every_signal_raises_its_finding_once_and_each_has_a_page(app, app_world, sign_in):
    with transaction() as session:
        switch_on(session)
        add_reports(session, app_world)
        rounds = [(closed_round(session, now=NOW, due=due), due) for due in DUES]
        add_answers(session, rounds)

    for _ in range(2):
        jobs.analyse_round(rounds[-1][0])

    with reading() as session:
        findings = session.scalars(select(Finding).order_by(Finding.id)).all()
        kinds = {one.kind: one for one in findings}
        runs = session.scalars(select(RoundRun).order_by(RoundRun.number)).all()
        session.expunge_all()
    assert set(kinds) >= {"growth", "overdue_pile", "same_organisation", "silence"}
    assert len({(one.kind, one.issue_key) for one in findings}) == len(findings)
    assert (kinds["silence"].division_code, kinds["silence"].category) == (QUIET, "")
    assert [one.result_digest for one in runs] == [runs[0].result_digest] * 2
    assert runs[0].result["budgets"]

    lead = sign_in("county_officer")
    for one in findings:
        page = lead.get(f"/findings/{one.id}")
        assert page.status_code == 200
        assert one.reason in page.get_data(as_text=True)
    assert lead.get("/findings").status_code == 200
    assert "连续4轮报“没有”" in kinds["silence"].reason
