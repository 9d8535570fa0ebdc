"""What the status of villages follows from, and what it never follows from; and the course of an official naming."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import grid_app
from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute
from grid_app.models.places import MediationRoom
from grid_app.models.residents import Evaluation, PublicNotice, ResidentComplaint
from grid_app.models.rounds import Finding, FindingMember, RoundRun
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.policy import Scope
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_months import months_of
from grid_app.queries.village_status import statuses_in
from grid_app.standing.rules import rules_of_file
from tests.rounds_world import closed_round
from tests.status_world import MONTH, QUIET, VILLAGE, add_rounds, add_served, serve_well, settled_long_ago
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import COUNTY, NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
ALL = Scope(paths=(f"/{COUNTY}/",))
ROOT = Path(grid_app.__file__).parent
NEXT = date(2026, 12, 1)


def status_of(code: str = VILLAGE, on: date = MONTH):
    with reading() as session:
        return statuses_in(session, scope=ALL, on=on)[code]


def facts_now(session):
    return facts_in(session, path=f"/{COUNTY}/", end=NOW + timedelta(hours=1), rules=rules_of_file())


@pytest.fixture
def well(app_world):
    with transaction() as session:
        serve_well(session, app_world)
    return app_world


@on_sqlite
def test_a_village_that_serves_well_is_met_for_a_year_and_each_criterion_says_what_it_rests_on(sign_in, well):
    assert assess_villages_job() == 4
    assert assess_villages_job() == 0

    found = status_of()
    assert (found.state, found.met_until, {one.state for one in found.criteria}) == ("met", date(2027, 11, 1), {"met"})
    page = page_of(sign_in("village_lead").get(f"/villages/{VILLAGE}/status"))
    for words in (
        "到期 52 轮,按时回执 50 轮",
        "收到 12 件,按时首次联系 92%",
        "问到 12 件",
        "重算一致",
        "有效到 2027-11-01",
    ):
        assert words in page
    table = parsed(sign_in("county_lead").get("/villages/status")).select("tbody tr")
    assert [row.select_one("th").get_text(" ", strip=True) for row in table] == [
        "东河镇 云岭村", "东河镇 柳湾村", "西山乡 石桥村", "西山乡 白沙村",
    ]  # fmt: skip
    assert "两栏不一致" in table[0].get_text()


@on_sqlite
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


@on_sqlite
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


@on_sqlite
def test_a_failing_criterion_opens_a_review_and_putting_it_right_ends_it(clock, well):
    assess_villages_job()
    with transaction() as session:
        session.execute(update(MediationRoom).values(mediators=1))
    clock.advance(start_of_day(NEXT) + timedelta(hours=1) - clock.now())
    assess_villages_job()
    review = status_of(on=NEXT)
    assert (review.state, review.review_until) == ("under_review", date(2027, 3, 1))
    assert "“调解室”没有达到" in review.why

    with transaction() as session:
        session.execute(update(MediationRoom).values(mediators=3, used_on=date(2026, 12, 20)))
        session.execute(update(PublicNotice).values(changed_at=NOW))
    clock.advance(start_of_day(date(2027, 1, 1)) + timedelta(hours=1) - clock.now())
    assess_villages_job()

    again = status_of(on=date(2027, 1, 1))
    assert (again.state, again.met_until) == ("met", date(2027, 11, 1)), "the year that the review interrupted"
    with reading() as session:
        assert [one.status.state for one in months_of(session, code=VILLAGE)] == ["met", "under_review", "met"]


@on_sqlite
def test_a_month_on_record_cannot_be_changed_and_shows_when_somebody_did(well):
    assess_villages_job()
    with pytest.raises(TypeError, match="cannot be changed"), transaction() as session:
        session.scalars(select(VillageMonth).where(VillageMonth.village_code == VILLAGE)).one().state = "lapsed"
    with reading() as session:
        assert [one.holds for one in months_of(session, code=VILLAGE)] == [True]
    with transaction() as session:
        session.execute(update(VillageMonth).values(state="lapsed"))
    with reading() as session:
        assert [one.holds for one in months_of(session, code=VILLAGE)] == [False]
    with transaction() as session:
        session.execute(update(VillageMonth).values(state="met"))
        session.execute(update(StatusRun).values(figures={"R1.share": 50}))
    with reading() as session:
        assert [one.holds for one in months_of(session, code=VILLAGE)] == [False]


@on_sqlite
def test_a_year_of_zero_returns_asks_for_a_look_and_is_no_success(sign_in, app_world):
    with transaction() as session:
        settled_long_ago(session)
        add_rounds(session, answered={QUIET: 0}, zero=True)
    assess_villages_job()

    found = status_of(QUIET)

    assert found.state == "not_assessed"
    assert "零报告" in found.needs_a_look[0]
    rows = parsed(sign_in("township_lead").get("/villages/status?show=look")).select("tbody tr")
    assert len(rows) == 1
    assert "需要看一看" in rows[0].get_text()


@on_sqlite
def test_another_township_and_administrators_see_nothing_of_it(sign_in, well):
    other = sign_in("other_township_lead")

    assert other.get(f"/villages/{VILLAGE}/status").status_code == 404
    assert other.get(f"/villages/{VILLAGE}/naming").status_code == 404
    assert other.get(f"/villages/{VILLAGE}/verification.docx").status_code == 404
    assert sign_in("auditor").get("/villages/status").status_code == 403


@on_sqlite
def test_the_verification_sheet_prints_with_the_seven_criteria_as_its_annex(sign_in, well):
    assess_villages_job()
    client = sign_in("village_lead")

    docx = client.get(f"/villages/{VILLAGE}/verification.docx")
    pdf = client.get(f"/villages/{VILLAGE}/verification.pdf")

    assert docx.data[:2] == b"PK"
    assert pdf.data[:5] == b"%PDF-"


@on_sqlite
def test_the_security_administrator_changes_a_figure_with_its_basis_and_old_months_keep_theirs(sign_in, clock, well):
    assess_villages_job()
    client = sign_in("security_admin")
    form = fields_of(page_of(client.get("/villages/figures")), "/villages/figures")
    change = {"R1.share": "99", "version_basis": "青政办〔2026〕20号", "valid_from": "2026-11-20"}

    assert client.post("/villages/figures", data={**form, **change, "R1.share": "101"}).status_code == 422
    assert client.post("/villages/figures", data={**form, **change}).status_code == 302
    clock.advance(start_of_day(NEXT) + timedelta(hours=1) - clock.now())
    assess_villages_job()

    assert status_of(on=MONTH).criteria[0].state == "met"
    assert "至少 99%" in status_of(on=NEXT).criteria[0].why
    with reading() as session:
        assert all(one.holds for one in months_of(session, code=VILLAGE))
