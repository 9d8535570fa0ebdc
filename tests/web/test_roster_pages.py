"""The pages of a roster as people use them: a pattern looked at and saved, one shift, leave, a sheet, who sees what."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import Alarm
from grid_app.models.duty_roster import RosterLeave, RosterPattern, RosterShift
from grid_app.policy import Role
from grid_app.queries.on_duty import on_duty
from tests.roster_world import County
from tests.web.forms import fields_of
from tests.world import NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
pytestmark = on_sqlite
LEAD = str(Role.TOWNSHIP_LEAD)


@pytest.fixture
def desk(sign_in, app_world):
    """Give the client of a township lead and the address of the township's roster."""
    return sign_in(Role.TOWNSHIP_LEAD), f"/roster/{app_world.units['township']}"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def pattern(world, **more: str) -> dict[str, str]:
    return {
        "kind": "day", "days": "every", "begins": "08:30", "ends": "08:30", "turn": "day", "first_day": "2026-11-20",
        "weeks": "2", "main_1": str(world.assignments[LEAD]), **more,
    }  # fmt: skip


def alarms() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))))


def shifts() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(RosterShift)) or 0


def test_an_office_without_a_roster_reads_what_to_do_and_others_go_to_their_own(desk):
    client, own = desk

    assert client.get("/roster").location == own
    page = text(client.get(own))
    assert "还没有值班表" in page
    assert f"{own}/patterns/new" in page


def test_a_pattern_is_looked_at_first_and_saved_then_with_its_shifts(desk, app_world):
    client, own = desk
    typed = pattern(app_world)

    seen = text(client.post(f"{own}/patterns/new", data={**typed, "look": "1"}))
    assert "会排成这样" in seen
    assert "11月21日(周六)" in seen
    assert shifts() == 0

    assert client.post(f"{own}/patterns/new", data=typed).location == own
    assert shifts() == 14
    page = text(client.get(own))
    assert "township_lead甲" in page
    assert "空档" not in BeautifulSoup(page, "html5lib").find("table").get_text()
    assert alarms() == []


def test_what_was_typed_into_a_pattern_stays_when_it_is_refused(desk, app_world):
    client, own = desk

    answer = client.post(f"{own}/patterns/new", data=pattern(app_world, begins="25:00", weeks="90"))

    assert answer.status_code == 422
    assert "例如 08:30" in text(answer)
    assert fields_of(text(answer), f"{own}/patterns/new")["first_day"] == ["2026-11-20"]


def test_by_weekday_the_form_names_the_days(desk, app_world):
    client, own = desk

    page = text(client.post(f"{own}/patterns/new", data=pattern(app_world, turn="weekday", more="1")))

    assert "第 7 组(周日)" in page


def test_a_shift_is_entered_changed_and_called_off_and_its_gap_is_an_alarm_until_filled(desk, app_world, clock):
    client, own = desk
    officer, lead = app_world.assignments[str(Role.TOWNSHIP_OFFICER)], app_world.assignments[LEAD]
    week = {"kind": "day", "starts_at": "2026-11-20T08:00", "ends_at": "2026-11-27T08:00", "main": str(lead)}
    assert client.post(f"{own}/shifts/new", data={**week, "ends_at": "2026-11-22T08:00"}).status_code == 302
    assert alarms() == ["roster_gap"]
    rest = {**week, "starts_at": "2026-11-22T08:00", "ends_at": "2026-11-28T08:00", "deputy_1": str(officer)}
    assert client.post(f"{own}/shifts/new", data=rest).status_code == 302
    assert alarms() == []

    with reading() as session:
        address = f"{own}/shifts/{session.scalars(select(RosterShift.id).order_by(RosterShift.starts_at)).first()}"
    sent = fields_of(text(client.get(address)), address) | {"main": [str(officer)]}
    clock.advance(timedelta(minutes=1))
    assert client.post(address, data=sent).status_code == 302
    with reading() as session:
        assert [one.assignment_id for one in on_duty(session, app_world.units["township"], NOW)] == [officer]
    assert client.post(address, data=sent).status_code == 409
    off = fields_of(text(client.get(address)), f"{address}/off")
    assert client.post(f"{address}/off", data=off).status_code == 302

    assert shifts() == 1
    assert alarms() == ["roster_gap"]
    assert "现在没有人值班" in text(client.get(own))


def test_a_leave_is_said_with_a_substitute_and_taken_back(desk, app_world):
    client, own = desk
    officer, lead = app_world.assignments[str(Role.TOWNSHIP_OFFICER)], app_world.assignments[LEAD]
    client.post(f"{own}/patterns/new", data=pattern(app_world))
    said = {
        "who": str(lead),
        "starts_at": "2026-11-20T09:00",
        "ends_at": "2026-11-22T08:30",
        "substitute": str(officer),
    }

    assert client.post(f"{own}/leave", data=said).location == own
    page = text(client.get(own))
    assert "township_officer甲(代township_lead甲)" in page
    assert "原因" not in text(client.get(f"{own}/leave")).replace("也不留原因", "")

    with reading() as session:
        leave_id = session.scalars(select(RosterLeave.id)).one()
    client.post(f"{own}/leave/{leave_id}/end")
    assert "(代" not in text(client.get(own))
    assert client.post(f"{own}/leave", data={**said, "substitute": str(lead)}).status_code == 422


def sheet(rows: str) -> dict[str, object]:
    hours = {"day_begins": "08:30", "day_ends": "17:30", "night_begins": "17:30", "night_ends": "08:30"}
    rest = {"holiday_begins": "08:30", "holiday_ends": "08:30"}
    body = f"东河镇值班表\n日期,班次,主班,副班\n{rows}".encode("gb18030")
    return {"file": (io.BytesIO(body), "值班表.csv"), **hours, **rest}


GOOD = (
    "2026-11-23,白班,township_lead甲,township_officer甲\n"
    "2026年11月23日,夜班 18:00-次日8:00,township_officer甲,\n"
    "2026-11-01,,township_lead甲,\n"
)


def test_a_sheet_is_looked_at_line_by_line_and_taken_in_whole(desk, app_world):
    client, own = desk

    page = text(client.post(f"{own}/import", data=sheet(GOOD)))
    assert "会排上 2 班,已经过去的 1 行不导入" in page
    assert "18:00-次日 08:00" in page
    assert shifts() == 0

    assert client.post(f"{own}/import/take", data=fields_of(page, f"{own}/import/take")).location == own
    assert shifts() == 2
    again = text(client.post(f"{own}/import", data=sheet(GOOD)))
    assert "这一班已经有人,会改成表里的。" in again
    client.post(f"{own}/import/take", data=fields_of(again, f"{own}/import/take"))
    assert shifts() == 2


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "morgen", ""])
def test_a_day_that_no_clock_knows_is_today(desk, day):
    client, own = desk

    page = text(client.get(f"{own}/shifts/new?day={day}"))

    assert 'value="2026-11-20T08:30"' in page


def test_one_line_that_cannot_be_keeps_the_whole_sheet_out_each_with_its_sentence(desk):
    client, own = desk
    rows = (
        GOOD
        + "2026-11-24,白班,张三,\n9999-12-31,夜班,township_lead甲,\n"
        + "明天,白班,township_lead甲,\n2026-11-25,早茶,township_lead甲,\n2026-11-26,白班,,\n"
    )

    page = text(client.post(f"{own}/import", data=sheet(rows)))

    for sentence in (
        "“张三”不是本单位",
        "“明天”不是日期",
        "“9999-12-31”不是日期",
        "不认识班次“早茶”",
        "主班是空的",
        "有 5 行要改",
    ):
        assert sentence in page
    assert f"{own}/import/take" not in page
    good = fields_of(text(client.post(f"{own}/import", data=sheet(GOOD))), f"{own}/import/take")
    forged = {**good, "lines": [good["lines"][0] + "9,2026-11-24,白班,张三,\r\n"]}
    assert client.post(f"{own}/import/take", data=forged).status_code == 422
    assert shifts() == 0


def test_a_file_without_the_columns_or_no_file_is_refused(desk):
    client, own = desk
    wrong = {**sheet(""), "file": (io.BytesIO("日期,备注\n2026-11-23,无\n".encode()), "a.csv")}

    assert "缺少列:主班" in text(client.post(f"{own}/import", data=wrong))
    assert client.post(f"{own}/import", data={**sheet(""), "file": (io.BytesIO(b""), "")}).status_code == 422


def test_the_hours_promised_decide_what_a_gap_is(desk, app_world):
    client, own = desk
    client.post(f"{own}/patterns/new", data=pattern(app_world, days="working", ends="17:30"))
    assert "7 天内有空档" in text(client.get(own))

    assert (
        client.post(f"{own}/hours", data={"hours": "working", "opens": "08:30", "closes": "17:30"}).status_code == 302
    )

    assert "7 天内有空档" not in text(client.get(own))
    assert alarms() == []
    assert client.post(f"{own}/hours", data={"hours": "working", "opens": "18:00", "closes": "9"}).status_code == 422


def test_a_roster_that_is_given_up_leaves_no_alarm(desk, app_world):
    client, own = desk
    client.post(f"{own}/patterns/new", data=pattern(app_world, days="working"))
    assert alarms()

    client.post(f"{own}/end")

    assert alarms() == []
    assert "还没有值班表" in text(client.get(own))
    with reading() as session:
        assert session.scalars(select(RosterPattern.ended_at)).one() == NOW


@pytest.fixture
def county_roster(app, app_world):
    with transaction() as session:
        county = County(session, app_world)
        county.shift(-1, 24, county.first, county.second)
    return f"/roster/{app_world.units['county']}"


def test_the_county_sees_how_far_each_roster_goes_and_the_duty_desk_its_names(sign_in, county_roster):
    lead, admin = sign_in(Role.COUNTY_LEAD), sign_in(Role.SECURITY_ADMIN)

    for client in (lead, admin):
        page = text(client.get("/roster"))
        assert "排到 11月21日(周六) 10:00" in page
        assert page.count("还没有值班表") == 3
    assert "county_officer甲" in text(lead.get(county_roster))
    shown = text(admin.get(county_roster))
    assert "county_officer甲" not in shown
    assert "现在有人值班" in shown


def test_another_township_and_another_offices_editor_are_kept_out(sign_in, county_roster, app_world):
    township = sign_in(Role.TOWNSHIP_LEAD)
    lead = sign_in(Role.COUNTY_LEAD)

    assert township.get(county_roster).status_code == 404
    assert lead.get(f"{county_roster}/shifts/new").status_code == 403
    assert lead.post(f"{county_roster}/end").status_code == 403
    assert f"{county_roster}/leave" not in text(lead.get(county_roster))


def test_no_page_goes_back_before_the_present_month_and_past_days_are_empty(sign_in, county_roster, clock):
    clock.advance(timedelta(days=3))
    client = sign_in(Role.COUNTY_OFFICER)

    table = BeautifulSoup(text(client.get(f"{county_roster}?month=2026-01")), "html5lib").find("table")

    assert "2026 年 11 月" in table.get_text()
    assert "county_officer甲" not in table.get_text()
