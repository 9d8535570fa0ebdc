"""What the status of villages never follows from: petitions, lawsuits, complaints, shared grievances, quiet."""

from __future__ import annotations

import ast
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

import grid_app
from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.residents import Evaluation, ResidentComplaint
from grid_app.models.rounds import Finding, FindingMember, RoundRun
from grid_app.models.villages import StatusRun, VillageCheck, VillageMonth
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_facts_matters import NOT_SERVED
from grid_app.standing.rules import rules_of_file
from tests.rounds_world import closed_round
from tests.status_world import QUIET, VILLAGE, add_rounds, add_served, serve_well, settled_long_ago, status_of
from tests.web.forms import fields_of
from tests.web.report_pages import page_of
from tests.world import COUNTY, NOW

ROOT = Path(grid_app.__file__).parent


def facts_now(session):
    return facts_in(session, path=f"/{COUNTY}/", end=NOW + timedelta(hours=1), rules=rules_of_file())


@pytest.fixture
def well(app_world):
    with transaction() as session:
        serve_well(session, app_world)
    return app_world


def test_petitions_lawsuits_complaints_and_shared_grievances_change_nothing(well):
    with transaction() as session:
        before = facts_now(session)
        assert before[VILLAGE].matters == 12
        for channel in ("letter", "visit", "hotline", "assigned", "transferred", "instruction"):
            add_served(session, well, 5, contacted=0, channel=channel, since_when=date(2026, 1, 1), danger=True)
        for track in ("petition", "litigation", "discipline", "suggestion"):
            add_served(session, well, 5, contacted=0, track=track, danger=True)
        matters = list(session.scalars(select(Dispute).where(Dispute.closed_at.is_not(None)).limit(12)))
        for one in matters:
            session.add(
                ResidentComplaint(
                    dispute_id=one.id, kind="treatment", about_unit_id=well.units["village"],
                    to_unit_id=well.units["county"], words_sealed="x", at=NOW, due_on=NOW.date(),
                )
            )  # fmt: skip
            session.add(Evaluation(dispute_id=one.id, closed_at=one.closed_at, satisfied=False, missing=[], at=NOW))
        _cluster(session, matters)
        session.flush()

        assert facts_now(session) == before


def _cluster(session, matters: list[Dispute]) -> None:
    run = RoundRun(
        id=new_id(), round_id=closed_round(session, now=NOW), number=1, started_at=NOW, duration_ms=1, seed=1,
        parameters={}, code_version="1", input_digest="d", result_digest="d", counts={}, result={},
    )  # fmt: skip
    session.add(run)
    session.flush()
    found = Finding(
        id=new_id(), code="F-1", issue_key="k", division_code=VILLAGE, category="0901", state="confirmed",
        trend="growing", grade="red", grade_reasons=[], disputes_ever=12, households_ever=12, households_now=12,
        since=date(2026, 1, 1), observed=12, enough_history=True, rule="r", reason="同一件事", unflag="解决后",
        first_run_id=run.id, last_run_id=run.id, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    session.add(found)
    session.flush()
    session.add_all(FindingMember(finding_id=found.id, dispute_id=one.id, first_run_id=run.id) for one in matters)


def rows_on_record() -> str:
    """Return every month on record as one text, without the keys that chance gives."""
    with reading() as session:
        rows = session.scalars(select(VillageMonth).order_by(VillageMonth.month, VillageMonth.village_code))
        names = [column.key for column in VillageMonth.__table__.columns if column.key != "id"]
        return json.dumps([{name: getattr(row, name) for name in names} for row in rows], default=str, sort_keys=True)


@pytest.mark.parametrize("many", [1, 7, 40])
def test_any_number_of_petitions_lawsuits_and_complaints_leaves_the_months_byte_by_byte(well, many: int):
    assess_villages_job()
    before = rows_on_record()
    with transaction() as session:
        session.execute(delete(VillageMonth))
        session.execute(delete(StatusRun))
        kinds = [*({"channel": one} for one in NOT_SERVED), *({"track": one} for one in ("petition", "litigation"))]
        matters = [
            one
            for number, kind in enumerate(kinds)
            for one in add_served(
                session, well, many, contacted=0, since_when=date(2026, 1, 1), danger=True, household=f"p{number}",
                **kind,
            )
        ]  # fmt: skip
        for one in matters[: 3 * many]:
            session.add(
                ResidentComplaint(
                    dispute_id=one.id, kind="treatment", about_unit_id=well.units["village"],
                    to_unit_id=well.units["county"], words_sealed="x", at=NOW.replace(month=8), due_on=NOW.date(),
                )
            )  # fmt: skip
        for number, one in enumerate(matters):
            at = NOW.replace(month=8)
            details = {"ground": "moved_to_legal_pathway"}
            session.add(DisputeEvent(dispute_id=one.id, number=3, at=at, kind="closed", details=details))
            if number % 2:
                session.add(DisputeEvent(dispute_id=one.id, number=4, at=at, kind="reopened", details={}))
        _cluster(session, matters)

    assess_villages_job()

    assert rows_on_record() == before
    assert len(before) > 4_000


@pytest.mark.parametrize(
    ("columns", "late"),
    [({"danger": True}, 1), ({"safety_child": True}, 1), ({"safety_present": True}, 1), ({"track": None}, 0)],
)
def test_what_is_red_by_its_own_answers_is_answered_in_two_hours_and_a_shared_matter_need_not_be(well, columns, late):
    with transaction() as session:
        (one,) = add_served(session, well, 1, contacted=0, **columns)
        one.grade = "red"
        session.flush()

        assert facts_now(session)[VILLAGE].urgent_late == late


def test_no_module_behind_the_status_reads_petitions_complaints_findings_or_namings():
    behind = [*ROOT.glob("standing/*.py"), *ROOT.glob("queries/village_*.py"), ROOT / "services/villages/assessing.py"]
    names = {
        name
        for path in behind
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module or "", *(alias.name for alias in node.names)]
    }

    assert len(behind) > 10
    for word in ("ResidentComplaint", "Evaluation", "Finding", "VillageNaming", "NamingStep", "Reception", "leading"):
        assert not [name for name in names if word in name], word
    assert not [name for name in names if name.startswith(("screening", "grid_app.models.rounds.Finding"))]


def test_a_quiet_village_is_neither_rewarded_nor_suspected_until_the_township_has_looked(sign_in, clock, app_world):
    with transaction() as session:
        matters = serve_well(session, app_world)
        for row in session.scalars(select(CallbackSample)):
            session.delete(row)
        session.execute(update(Dispute).where(Dispute.id.in_([one.id for one in matters])).values(channel="import"))
    assess_villages_job()
    quiet = status_of()
    assert {one.key for one in quiet.criteria if one.state == "too_few"} == {"R3", "R4", "R6"}
    assert quiet.state == "not_assessed"

    client, address = sign_in("township_officer"), f"/villages/{VILLAGE}"
    typed = {"on": "2026-11-18", "R3": "yes", "R4": "yes", "R6": "yes", "R1": "", "findings": "短"}
    refused = client.post(f"{address}/checks", data=typed)
    assert (refused.status_code, "10 到 1000 个字" in page_of(refused)) == (422, True)
    typed["findings"] = "看了台账和值班登记,走了两个网格,问了来办事的群众,都能说出办到哪一步。"
    form = fields_of(page_of(client.get(f"{address}/status")), f"{address}/checks")
    assert client.post(f"{address}/checks", data={**form, **typed}).status_code == 302
    assert sign_in("village_lead").post(f"{address}/checks", data=typed).status_code == 403

    clock.advance(timedelta(minutes=1))
    page = page_of(client.get(f"{address}/status"))
    assert "2026-11-18 的现场核查" in page
    with reading() as session:
        assert {check.key for check in facts_now(session)[VILLAGE].checks} == {"R3", "R4", "R6"}


def test_a_township_looks_once_a_year_and_a_look_that_is_too_old_counts_no_more(clock, app_world):
    with transaction() as session:
        settled_long_ago(session)
        add_rounds(session, answered={QUIET: 0}, zero=True)
        session.add(
            VillageCheck(
                village_code=QUIET, unit_id=app_world.units["township"], checked_on=NOW.date() - timedelta(days=300),
                seen={"R3": True, "R4": True, "R6": True}, findings="看了台账,走了两个网格,问了来办事的群众。",
                recorded_at=NOW - timedelta(days=300), recorded_by=app_world.assignments["township_officer"],
            )
        )  # fmt: skip
    assess_villages_job()
    fresh = status_of(QUIET)
    assert [one.state for one in fresh.criteria if one.key in ("R3", "R4", "R6")] == ["met"] * 3
    assert fresh.needs_a_look == (), "the township has looked"

    clock.advance(start_of_day(date(2027, 2, 1)) + timedelta(hours=1) - clock.now())
    assess_villages_job()

    late = status_of(QUIET, on=date(2027, 2, 1))
    assert [one.state for one in late.criteria if one.key in ("R3", "R4", "R6")] == ["too_few"] * 3
    assert late.state == "not_assessed"
