"""What the source documents say of ledgers, bulletins and analyses, one scenario per row, through the pages."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.clocks import Deadline
from grid_app.models.leading import LeaderAssignment
from grid_app.services.matters.parties import add_party
from grid_app.services.matters.step import Step
from grid_app.wiring import wired
from tests.support_world import DAY, code_of, late, matter, page_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_S3_22_the_ledger_has_exactly_the_columns_and_shows_no_party(sign_in, app_world):
    dispute_id = matter(app_world, summary="=两户为水沟争执,李大山电话13812345678")
    late(dispute_id)
    with transaction() as session:
        step = Step(dispute_id, app_world.actor(session, "township_officer"), 1, NOW)
        add_party(session, step, name="李大山", phone="13812345678", cipher=wired().keys.fields)
    client = sign_in("township_officer")

    page = page_of(client.get("/ledger"))

    for column in (
        "诉求内容",
        "分类处理情况",
        "具体工作措施",
        "包案领导",
        "责任单位和责任人",
        "处理时限",
        "挂号或销号",
    ):
        assert f">{column}</th>" in page
    assert "当事人A" in page
    assert "已超期" in page
    assert "未指定" in page
    assert "李大山" not in page
    assert "13812345678" not in page

    answer = client.post("/ledger/export", data={"kind": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    told = sheet["B2"].value
    assert sheet["B2"].data_type == "s"  # text, not a formula
    assert told.startswith("=两户为水沟争执,当事人A")
    csv = client.post("/ledger/export", data={"kind": "csv"}).data.decode("utf-8-sig")
    assert "'=两户为水沟争执" in csv
    assert "李大山" not in csv
    with reading() as session:
        told = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "ledger.exported")).all()
    assert [one["rows"] for one in told] == [1, 1]


def test_S3_22_the_lead_official_stands_on_the_own_matter_and_cannot_be_searched_for(sign_in, app_world):
    dispute_id, lead = matter(app_world), app_world.assignments["township_lead"]
    with transaction() as session:
        session.add(
            LeaderAssignment(
                dispute_id=dispute_id,
                lead_id=lead,
                issue="修水沟",
                plan="年底前修好",
                assigned_by=lead,
                assigned_at=NOW,
            )
        )
    client = sign_in("county_officer")

    page = page_of(client.get("/ledger"))

    assert "township_lead甲(东河镇人民政府)" in page
    fields = BeautifulSoup(page, "lxml").find("form", {"role": "search"}).find_all(["input", "select"])
    assert {field["name"] for field in fields} == {"first", "last", "unit", "place", "state"}


def test_S3_22_an_entry_is_struck_only_by_a_ground_of_closing(sign_in, app_world):
    grounds = {"closed": "agreement_performed", "referred_out": None, "handling": None}
    codes = {}
    for state, ground in grounds.items():
        key = matter(app_world, state=state, closure_ground=ground, closed_at=NOW if ground else None)
        codes[state] = code_of(key).split("-")[1]
    history = code_of(matter(app_world, state="closed", closed_at=NOW - 300 * DAY)).split("-")[1]
    client = sign_in("county_officer")

    pages = {state: page_of(client.get(f"/ledger?state={state}")) for state in ("struck", "moved", "registered", "")}

    assert codes["closed"] in pages["struck"]
    assert "协议已履行" in pages["struck"]
    assert codes["referred_out"] in pages["moved"]
    assert codes["handling"] in pages["registered"]
    assert all(codes[state] in pages[""] for state in codes)
    assert not [page for page in pages.values() if history in page]
    assert codes["handling"] not in pages["struck"]


def test_S3_22_the_bulletin_counts_units_in_the_order_of_places_and_hides_small_numbers(sign_in, app_world):
    for _ in range(5):
        late(matter(app_world))
    matter(app_world, unit="village2", division_code="990101002201")
    client = sign_in("county_officer")

    page = page_of(client.get("/ledger/bulletin?first=2026-10-01&last=2026-11-20"))

    assert page.index("云岭村村民委员会") < page.index("石桥村村民委员会")
    assert '<span class="cell-value">5</span>' in page
    assert "不到 5" in page
    assert "网格员甲" not in page
    assert "石桥村村民委员会" not in page_of(sign_in("township_officer").get("/ledger/bulletin?first=2026-10-01"))


def test_S4_06_the_quarterly_analysis_is_drafted_by_place_field_unit_and_clock(sign_in, app_world):
    for _ in range(6):
        late(matter(app_world))

    page = page_of(sign_in("county_officer").get("/support-work/quarterly?quarter=2026Q4"))

    assert all(word in page for word in ("按地点", "按领域", "按责任单位", "按时不按时"))
    assert "1月10日(周日)以前报送" in page or "1月11日(周一)以前报送" in page
    assert "网格员甲" not in page
    year = page_of(sign_in("county_officer").get("/support-work/annual?year=2026"))
    assert sign_in("county_officer").get(f"/support-work/annual?year={'9' * 5_000}").status_code == 200
    assert all(word in year for word in ("一、事项数据", "二、转送、交办、督办", "三、三项建议和采纳", "四、其他"))


def test_S4_16_putting_off_shows_as_figures_of_units_and_never_of_people(sign_in, app_world):
    for _ in range(5):
        late(matter(app_world))

    page = page_of(sign_in("county_officer").get("/support-work/quarterly?quarter=2026Q4"))

    assert "现在超期" in page
    assert "云岭村村民委员会" in page
    assert not [
        word for word in ("姓名", "工作人员", "上访") if word in page.split("<h2>按地点</h2>")[1].split("</main>")[0]
    ]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Deadline)) == 5
