"""The course of an official naming: step by step by whom it belongs to, and never a count of petitions."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.namings import NamingStep
from grid_app.models.places import VillageNaming
from grid_app.queries.naming_course import Course, waiting_for
from grid_app.queries.village_months import months_of
from grid_app.vocabulary.namings import COUNTED, WAITING_WORDS
from tests.status_world import QUIET, VILLAGE, serve_well
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import NOW, VILLAGES


def _step(client, address: str, **typed: str):
    page = page_of(client.get(f"/villages/{VILLAGE}/naming"))
    form = fields_of(page, f"/villages/{VILLAGE}/naming/{address}")
    return client.post(f"/villages/{VILLAGE}/naming/{address}", data={**form, **typed})


def test_a_naming_goes_from_application_to_withdrawal_step_by_step_and_moves_no_status(sign_in, app_world):
    with transaction() as session:
        serve_well(session, app_world)
    assess_villages_job()
    village, township, county = (sign_in(who) for who in ("village_lead", "township_officer", "county_officer"))
    early = county.post(
        f"/villages/{VILLAGE}/naming/step", data={"kind": "accept", "seen": "0", "done_on": "2026-11-02"}
    )
    assert (early.status_code, "现在是“没有申报”,不能登记“验收”" in page_of(early)) == (409, True)
    assert village.post(f"/villages/{VILLAGE}/naming/step", data={"kind": "name"}).status_code == 403
    endless = {"kind": "apply", "seen": "9" * 5_000, "done_on": "2026-11-02"}
    assert village.post(f"/villages/{VILLAGE}/naming/apply", data=endless).status_code == 409

    slip = _step(village, "apply", done_on="0001-01-01", reason="材料在村部")
    assert (slip.status_code, "1 年不对,请核对日期" in page_of(slip)) == (422, True)
    assert _step(village, "apply", done_on="2026-11-02", reason="材料在村部").status_code == 302
    assert _step(township, "check", kind="check", done_on="2026-11-01").status_code == 422, "before the step before"
    assert _step(township, "check", kind="check", done_on="2026-11-05", reason="到村里看过").status_code == 302
    assert township.get(f"/villages/{VILLAGE}/naming").get_data(as_text=True).count("下一步不由您的单位登记") == 1
    assert _step(county, "step", kind="accept", done_on="2026-11-08").status_code == 302
    named = {"kind": "name", "done_on": "2026-11-10", "expires_on": "2028-11-10"}
    assert _step(county, "step", **named).status_code == 422, "without a document"
    far = _step(county, "step", document_number="青政办〔2026〕12号", **named | {"expires_on": "9999-12-31"})
    assert (far.status_code, "9999 年不对,请核对日期" in page_of(far)) == (422, True)
    assert _step(county, "step", document_number="青政办〔2026〕12号", **named).status_code == 302
    assert _step(county, "step", kind="review", done_on="2026-11-15", reason="台账齐全").status_code == 302
    with reading() as session:
        naming = session.scalars(select(VillageNaming)).one()
        assert (naming.named_on, naming.document_number) == (date(2026, 11, 10), "青政办〔2026〕12号")
    gone = _step(
        county, "step", kind="withdraw", done_on="2026-11-20", document_number="青政办〔2026〕15号", reason="登记有误"
    )
    assert gone.status_code == 302

    page = page_of(village.get(f"/villages/{VILLAGE}/naming"))
    for words in ("申报", "初核", "验收", "命名", "年度复核", "撤销", "命名已撤销", "东河镇"):
        assert words in page
    with pytest.raises(TypeError), transaction() as session:
        session.scalars(select(NamingStep).limit(1)).one().reason = "改"
    with reading() as session:
        assert [(one.holds, one.status.state) for one in months_of(session, code=VILLAGE)] == [(True, "met")]


COUNTING = (
    {"reason": "全年上访0件,比去年少"},
    {"reason": "今年信访量下降"},
    {"reason": "3人次进京上访"},
    {"reason": "该村重点人员已稳控"},
    {"reason": "材料齐全", "petition_count": "0"},
    {"reason": "材料齐全", "信访件数": "0"},
)


def test_a_naming_never_takes_a_count_of_petitions_or_words_of_control(sign_in, app_world):
    client = sign_in("village_lead")

    for typed in COUNTING:
        refused = _step(client, "apply", done_on="2026-11-02", **typed)
        assert (refused.status_code, typed["reason"] in page_of(refused)) == (422, True), typed

    with reading() as session:
        assert session.scalars(select(NamingStep)).all() == []


def test_the_name_of_the_naming_itself_counts_nothing():
    assert not COUNTED.search("关于公布2026年度第1批无上访村(社区)名单的通知")
    assert COUNTED.search("全村零上访")


def test_a_file_of_namings_with_a_column_of_petition_counts_is_refused_whole(sign_in):
    rows = f"division_code,document_number,named_on,上访次数\n{VILLAGE},青政办〔2026〕12号,2026-11-10,0\n"

    refused = sign_in("county_officer").post(
        "/map/namings/preview", data={"file": (BytesIO(rows.encode()), "namings.csv")}
    )

    assert refused.status_code == 422
    assert "什么也没有导入" in page_of(refused)


def test_the_county_office_is_told_when_a_review_is_due_and_when_a_naming_ends(sign_in, clock, app_world):
    """Named a year ago less three weeks; another ends in fifty days; a third has time; a fourth is withdrawn."""
    with transaction() as session:
        for village, named, ends, withdrawn in (
            (VILLAGE, NOW - timedelta(days=344), None, None),
            (QUIET, NOW - timedelta(days=200), NOW + timedelta(days=50), None),
            ("990101002201", NOW - timedelta(days=200), NOW + timedelta(days=61), None),
            ("990101002202", NOW - timedelta(days=344), None, NOW),
        ):
            session.add(
                VillageNaming(
                    division_code=village, document_number="青政办〔2025〕8号", named_on=local_date(named),
                    expires_on=local_date(ends) if ends else None, recorded_at=NOW,
                    withdrawn_on=local_date(withdrawn) if withdrawn else None,
                )
            )  # fmt: skip
    county = sign_in("county_officer")

    duty = parsed(county.get("/dashboard")).find("a", href="/villages/namings?show=waiting")
    rows = parsed(county.get("/villages/namings?show=waiting")).select("tbody tr")

    assert duty.select_one(".cell-meta").get_text(strip=True) == str(len(rows)) == "2"
    assert ["要年度复核" in row.get_text() for row in rows] == [True, False]
    assert ["快到期" in row.get_text() for row in rows] == [False, True]
    assert "命名要复核" not in page_of(sign_in("township_officer").get("/dashboard"))
    assert _step(county, "step", kind="review", done_on="2026-11-15", reason="台账齐全").status_code == 302
    assert len(parsed(county.get("/villages/namings?show=waiting")).select("tbody tr")) == 1


def test_a_long_list_of_namings_has_pages_and_keeps_what_it_shows(sign_in, app_world, monkeypatch):
    monkeypatch.setattr("grid_app.web.villages.namings.PAGE_SIZE", 3)
    with transaction() as session:
        for village in VILLAGES:
            session.add(
                VillageNaming(
                    division_code=village, document_number="青政办〔2025〕8号", recorded_at=NOW,
                    named_on=local_date(NOW - timedelta(days=344)),
                )
            )  # fmt: skip
    county = sign_in("county_officer")

    first = parsed(county.get("/villages/namings?show=waiting"))
    second = parsed(county.get(first.select_one("a[rel=next]")["href"]))

    assert [len(page.select("tbody tr")) for page in (first, second)] == [3, 1]
    assert first.select_one(".pagination-text").get_text() == "第 1-3 个,共 4 个"
    assert second.select_one(".pagination-text").get_text() == "第 4-4 个,共 4 个"
    assert "只列出要年度复核" in second.get_text()
    assert "show=waiting" in second.select_one("a[rel=prev]")["href"]
    for odd in ("999", "9999", "-1", "x", "²"):
        assert parsed(county.get(f"/villages/namings?page={odd}")).select("tbody tr"), odd


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-10-01", ()), ("2026-11-01", ("要年度复核",)), ("2026-11-30", ("要年度复核",)),
     ("2026-12-01", ("过了日子还没复核",))],
)  # fmt: skip
def test_a_review_is_asked_for_a_month_ahead_and_said_to_be_late_afterwards(day: str, words: tuple[str, ...]):
    course = Course(VILLAGE, review_due=date(2026, 11, 30))

    assert tuple(WAITING_WORDS[one] for one in waiting_for(course, on=date.fromisoformat(day))) == words
