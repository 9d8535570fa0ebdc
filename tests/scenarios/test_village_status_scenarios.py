"""What the status of villages follows from, how it moves, and who sees it."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select, update

from grid_app.clock import local_date, start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.places import Division, MediationRoom
from grid_app.models.residents import PublicNotice
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.policy import Scope
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_months import months_of
from grid_app.queries.village_status import statuses_in
from grid_app.services.villages import assessing
from grid_app.standing.rules import Rules, rules_of_file
from tests.status_world import MONTH, QUIET, VILLAGE, add_rounds, serve_well, settled_long_ago, status_of
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import COUNTY, NOW

ALL = Scope(paths=(f"/{COUNTY}/",))
NEXT = date(2026, 12, 1)


def facts_now(session):
    return facts_in(session, path=f"/{COUNTY}/", end=NOW + timedelta(hours=1), rules=rules_of_file())


@pytest.fixture
def well(app_world):
    with transaction() as session:
        serve_well(session, app_world)
    return app_world


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


def test_another_township_and_administrators_see_nothing_of_it(sign_in, well):
    other = sign_in("other_township_lead")

    assert other.get(f"/villages/{VILLAGE}/status").status_code == 404
    assert other.get(f"/villages/{VILLAGE}/naming").status_code == 404
    assert other.get(f"/villages/{VILLAGE}/verification.docx").status_code == 404
    assert sign_in("auditor").get("/villages/status").status_code == 403


def test_the_verification_sheet_prints_with_the_seven_criteria_as_its_annex(sign_in, well):
    assess_villages_job()
    client = sign_in("village_lead")

    docx = client.get(f"/villages/{VILLAGE}/verification.docx")
    pdf = client.get(f"/villages/{VILLAGE}/verification.pdf")

    assert docx.data[:2] == b"PK"
    assert pdf.data[:5] == b"%PDF-"


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


def test_a_month_that_an_earlier_program_judged_by_fewer_figures_computes_the_same_again(monkeypatch, well):
    fewer = {code: one for code, one in rules_of_file().figures.items() if not code.startswith("outcome.")}
    with monkeypatch.context() as earlier:
        earlier.setattr(assessing, "rules_on", lambda _session, _day: Rules(1, fewer))
        assess_villages_job()

    with reading() as session:
        assert [one.holds for one in months_of(session, code=VILLAGE)] == [True]


def test_how_matters_went_stands_in_bands_on_page_and_sheet_and_moves_nothing(sign_in, well):
    with transaction() as session:
        matters = list(session.scalars(select(Dispute).where(Dispute.closed_at.is_not(None))))
        for number, one in enumerate(matters):
            at = one.closed_at
            for day in (1, 3):
                session.add(
                    FollowUp(
                        dispute_id=one.id, closed_at=at, day=day, due_on=local_date(at) + timedelta(days=day),
                        state="settled" if number else "missed", ended_at=at + timedelta(days=day),
                    )
                )  # fmt: skip
            if number < 2:
                again = {"number": 4, "at": at + timedelta(days=20), "kind": "reopened", "details": {}}
                session.add(DisputeEvent(dispute_id=one.id, **again))
    assess_villages_job()

    client = sign_in("township_lead")
    page = page_of(client.get(f"/villages/{VILLAGE}/status"))
    sheet = Document(BytesIO(client.get(f"/villages/{VILLAGE}/verification.docx").data))

    assert status_of().state == "met"
    bands = [one.band for one in status_of().outcomes]
    assert bands == ["一半以上在 24 小时内", "一半以上在 30 天内", "超过 10%", "90% 以上"]
    told = "".join(cell.text for table in sheet.tables for row in table.rows for cell in row.cells)
    assert all(band in page and band in told for band in bands)
    assert "参考,不影响达标" in page


def test_the_address_of_an_ended_village_keeps_its_months_and_leads_to_its_successor(sign_in, app_world, well):
    assess_villages_job()
    with transaction() as session:
        old = session.get_one(Division, VILLAGE)
        old.valid_to, old.successor_code = NOW.date(), QUIET
    client = sign_in("township_officer")

    for ending in ("status", "naming", "verification.pdf"):
        answer = client.get(f"/villages/{VILLAGE}/{ending}")
        page = parsed(answer)
        assert answer.status_code == 410
        assert "现在由柳湾村接续" in page.find(class_="notice").get_text()
        assert page.find("a", string="看柳湾村的状态")["href"] == f"/villages/{QUIET}/status"
        assert "重算一致" in page.get_text()
    assert sign_in("other_township_lead").get(f"/villages/{VILLAGE}/status").status_code == 404
    with reading() as session:
        assert VILLAGE not in statuses_in(session, scope=ALL, on=MONTH)
