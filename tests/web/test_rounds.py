"""Pages of screening rounds: who sees and does what, progress, closing, analysing, reviewing, opening by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.rounds import Finding, Round, RoundRun
from grid_app.services.rounds.steps import open_due_rounds
from grid_app.services.rounds.templates import seed_templates
from tests.builders import add_shared_grievance
from tests.rounds_world import closed_round, counted
from tests.world import COUNTY, NOW

OFFICES = ("township_officer", "township_lead", "county_officer", "county_lead")
READERS = ("grid_worker", "village_lead", *OFFICES)
STRANGERS = ("mediator", "security_admin", "sysadmin", "auditor")


@pytest.fixture
def open_rounds(app, app_world):
    """Give the ids of the standing rounds, open over the county."""
    with transaction() as session:
        seed_templates(session)
        session.flush()
        return open_due_rounds(session, now=NOW)


@pytest.mark.parametrize("name", STRANGERS)
def test_who_has_no_part_in_rounds_sees_none(sign_in, open_rounds, name):
    client = sign_in(name)

    assert client.get("/rounds").status_code == 403
    assert client.get(f"/rounds/{open_rounds[0]}").status_code == 403


@pytest.mark.parametrize("name", ["grid_worker", "village_lead"])
def test_the_field_can_neither_close_nor_analyse_nor_open(sign_in, open_rounds, name):
    client = sign_in(name)

    for step in ("close", "run", "review"):
        assert client.post(f"/rounds/{open_rounds[0]}/{step}").status_code == 403
    assert client.get("/rounds/new").status_code == 403
    assert client.post("/rounds/new").status_code == 403
    assert counted(RoundRun) == 0


@pytest.mark.parametrize("step", ["close", "run", "review"])
def test_a_township_reads_the_countys_round_but_does_not_govern_it(sign_in, open_rounds, step):
    client = sign_in("township_lead")

    answer = client.post(f"/rounds/{open_rounds[0]}/{step}")

    assert answer.status_code == 403
    assert "请由青溪县关闭和研判" in answer.get_data(as_text=True)
    page = client.get(f"/rounds/{open_rounds[0]}").get_data(as_text=True)
    assert "关闭并研判" not in page
    with reading() as session:
        assert session.get_one(Round, open_rounds[0]).state == "open"


def test_the_round_of_another_township_does_not_exist_for_this_one(sign_in, app_world):
    with transaction() as session:
        other = closed_round(session, division="990101002", now=NOW, closed=False)
    client = sign_in("township_lead")

    assert client.get(f"/rounds/{other}").status_code == 404
    assert client.post(f"/rounds/{other}/close").status_code == 404
    assert "西山乡" not in client.get("/rounds").get_data(as_text=True)


@pytest.mark.parametrize("name", READERS)
def test_the_list_shows_state_due_day_and_progress_of_the_own_area(sign_in, open_rounds, name):
    client = sign_in(name)

    page = client.get("/rounds").get_data(as_text=True)

    assert "青溪县 村(社区)每周排查" in page
    assert "进行中" in page
    assert "11月20日(周五) 截止" in page
    assert page.index("每半月排查") < page.index("每周排查") < page.index("每月排查")
    villages = {"township_officer": 2, "township_lead": 2}.get(name, 4)
    progress = "待回执" if name in ("grid_worker", "village_lead") else f"已回执 0 / {villages} 个村(社区)"
    assert f"{progress},还剩 14 小时" in page


def test_the_page_names_missing_places_and_never_persons(sign_in, open_rounds):
    worker = sign_in("grid_worker")
    worker.post("/rounds/answer", data={"division": "990101001201J001", "kind": "zero", "ways": "visit"})
    client = sign_in("township_officer")

    page = client.get(f"/rounds/{open_rounds[0]}").get_data(as_text=True)

    assert "云岭村(网格 1 / 2,还差:云岭村第2网格)" in page
    assert "柳湾村(网格 0 / 2)" in page
    assert "石桥村" not in page
    assert "grid_worker甲" not in page


def test_closing_and_analysing_in_one_step_shows_the_counts_and_the_findings(sign_in, app_world, open_rounds):
    with transaction() as session:
        add_shared_grievance(session, app_world)
    client = sign_in("county_officer")

    answer = client.post(f"/rounds/{open_rounds[0]}/run", follow_redirects=True)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "研判完成(第 1 次):1 条苗头提示,其中新出现 1 条" in page
    assert "时段内登记的纠纷 3" in page
    assert "东河镇云岭村 · 涉农" in page or "东河镇云岭村 · " in page
    assert "已研判" in page
    with reading() as session:
        digest = session.scalars(select(RoundRun.input_digest)).one()
    assert digest in page


def test_a_round_without_findings_says_so_plainly(sign_in, open_rounds):
    client = sign_in("county_lead")

    page = client.post(f"/rounds/{open_rounds[0]}/run", follow_redirects=True).get_data(as_text=True)

    assert "没有苗头提示" in page
    assert counted(Finding) == 0


def test_analysing_again_adds_a_run_and_keeps_the_first_on_the_page(sign_in, app_world, open_rounds):
    client = sign_in("county_officer")
    client.post(f"/rounds/{open_rounds[0]}/run")

    page = client.post(f"/rounds/{open_rounds[0]}/run", follow_redirects=True).get_data(as_text=True)

    assert "研判记录(2 次)" in page
    assert counted(RoundRun) == 2


def test_a_round_is_reviewed_only_after_its_analysis(sign_in, open_rounds):
    client = sign_in("county_officer")
    client.post(f"/rounds/{open_rounds[0]}/close")

    early = client.post(f"/rounds/{open_rounds[0]}/review")
    client.post(f"/rounds/{open_rounds[0]}/run")
    page = client.post(f"/rounds/{open_rounds[0]}/review", follow_redirects=True).get_data(as_text=True)

    assert early.status_code == 409
    assert "已审阅" in page
    assert "再研判一次" not in page


def test_two_people_closing_the_same_round_change_it_once(sign_in, open_rounds, clock):
    first, second = sign_in("county_officer"), sign_in("county_lead")
    first.post(f"/rounds/{open_rounds[0]}/close")
    clock.advance(timedelta(minutes=5))

    answer = second.post(f"/rounds/{open_rounds[0]}/close")

    assert answer.status_code == 302
    with reading() as session:
        assert session.get_one(Round, open_rounds[0]).closed_at == NOW


def _special(**changes):
    return {"name": "汛期专项排查", "division": "990101001", "opens": "2026-11-20", "due": "2026-11-27", **changes}


def test_a_special_round_outside_the_own_area_is_refused(sign_in, open_rounds):
    client = sign_in("township_lead")

    assert client.post("/rounds/new", data=_special(division=COUNTY)).status_code == 403
    assert client.post("/rounds/new", data=_special(division="990101002")).status_code == 403
    assert client.post("/rounds/new", data=_special(division="nowhere")).status_code == 404
    assert client.post("/rounds/new", data=_special(division="99\x00", name="\x00")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"due": "2026-11-01"}, "请改截止日期"),
        ({"due": "2027-11-01"}, "请改截止日期"),
        ({"opens": "2026-11-01", "due": "2026-11-05"}, "请选今天或以后的日期"),
        ({"opens": "昨天"}, "请写成 2026-11-20 这样的日期"),
        ({"name": "长" * 41}, "请缩短到 40 字以内"),
        ({"name": "节前重 点 人员排查"}, "名称只写事情、地点和时间,不写人"),
    ],
)
def test_wrong_days_or_names_are_explained_and_what_was_typed_stays(sign_in, open_rounds, changes, sentence):
    client = sign_in("township_lead")

    answer = client.post("/rounds/new", data=_special(**changes))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert _special(**changes)["name"] in page
    assert counted(Round) == 3


def test_a_special_round_opens_once_and_can_be_answered_at_once(sign_in, open_rounds):
    client = sign_in("township_lead")

    page = client.post("/rounds/new", data=_special(), follow_redirects=True).get_data(as_text=True)
    again = client.post("/rounds/new", data=_special())

    assert "汛期专项排查" in page
    assert again.status_code == 409
    assert "已经开过了" in again.get_data(as_text=True)
    assert "汛期专项排查" in sign_in("grid_worker").get("/rounds/answer?division=990101001201J001").get_data(
        as_text=True
    )
    with reading() as session:
        made = session.scalars(select(Round).where(Round.template_code == "special")).one()
        assert made.window_end == date(2026, 11, 27)
