"""Who has a duty, where, and who stays out of it: organisations, projects, earlier matters, seals, recusals, checks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.disputes import Dispute
from grid_app.models.projects import Project, ProjectMatter
from tests.builders import add_dispute, add_shared_grievance
from tests.rounds_world import closed_round
from tests.web.report_pages import filled
from tests.world import NOW

VILLAGE, NEXT, ELSEWHERE = "990101001201", "990101001202", "990101002201"
ESTATE = {"kind": "estate", "name": "照水新城二期", "villages": [VILLAGE], "assessed": "no"}

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def registered(client, **changes: object) -> str:
    """Register a project and return the address of its page."""
    answer = client.post("/projects/new", data={**ESTATE, **changes})
    assert answer.status_code == 302, page_of(answer)
    return answer.location


def test_S1_05_where_households_report_around_a_project_without_a_risk_assessment_it_is_asked_for(sign_in, app_world):
    """The project stands in a list of its own with the shared grievance around it, and its page names the articles."""
    client = sign_in("township_officer")
    with transaction() as session:
        members = [one.id for one in add_shared_grievance(session, app_world)]
        closed = closed_round(session, now=NOW)
    jobs.analyse_round(closed)
    address = registered(client)
    for member in members:
        with reading() as session:
            version, project = session.get_one(Dispute, member).version, session.scalars(select(Project.id)).one()
        chosen = {"version": version, "project_project": project}
        assert client.post(f"/disputes/{member}/project", data=chosen).status_code == 302

    assert "没有做,请补" in page_of(client.get("/projects?only=unassessed"))
    assert "先补风险评估" in page_of(client.get(address))
    assert "重大行政决策程序暂行条例第二十二条" in page_of(client.get(address))

    typed = {**ESTATE, "version": 1, "assessed": "yes", "report_ref": "青稳评〔2026〕3号"}
    assert client.post(f"{address}/edit", data=typed).status_code == 302
    assert "照水新城二期" not in page_of(client.get("/projects?only=unassessed"))


def test_S1_05_a_project_has_its_chain_of_duties_and_its_matters_are_counted_not_its_people(sign_in, app_world):
    """Client, contractor and subcontractor stand there with their days; under five matters no figure is shown."""
    client = sign_in("township_officer")
    address = registered(client)
    for role, name in (("client", "青溪城建投资有限公司"), ("subcontractor", "照水砾川建设工程有限公司")):
        told = {"role": role, "organisation": name, "since": "2026-03-01"}
        assert client.post(f"{address}/duties", data=told).status_code == 302
    refused = client.post(f"{address}/duties", data={"role": "contractor", "organisation": "包工头张三"})
    assert refused.status_code == 422
    assert "写单位全称" in page_of(refused)

    worker = sign_in("grid_worker")
    assert "照水新城二期" in page_of(worker.get("/report"))
    worker.post("/report", data=filled(worker, project="照水新城二期"))
    worker.post("/report", data=filled(worker, project="照水二期工地"))

    page = page_of(client.get(address))
    assert "青溪城建投资有限公司" in page
    assert "名称等县里确认" in page
    assert "不到 5 件" in page
    assert "“照水二期工地”" in page
    client.post(f"{address}/adopt", data={"text": "照水二期工地"})
    with reading() as session:
        assert len(session.scalars(select(ProjectMatter.dispute_id)).all()) == 2
        assert set(session.scalars(select(Dispute.project))) == {"照水新城二期", "照水二期工地"}
    assert sign_in("other_township_lead").get(address).status_code == 404


def test_a_project_that_makes_no_sense_is_told_at_its_field_and_what_was_typed_stays(sign_in, app_world):
    client = sign_in("township_officer")
    for changes, words in (
        ({"name": "张" * 5_000}, "最多 2000 个字"),
        ({"name": "😀😀"}, "要写字"),
        ({"name": "稳控项目"}, "名称里不能有"),
        ({"villages": []}, "至少一个"),
        ({"villages": [ELSEWHERE]}, "至少一个"),
        ({"ended_on": "明天"}, "日期要写成"),
        ({"lon": "111.05"}, "要一起填"),
        ({"kind": "person"}, "请选是哪一种"),
    ):
        answer = client.post("/projects/new", data={**ESTATE, **changes})
        assert answer.status_code == 422, changes
        assert words in page_of(answer), changes
        assert str(changes.get("name", ESTATE["name"]))[:50] in page_of(answer)


def test_two_officers_change_a_project_and_the_second_keeps_what_was_typed(sign_in, app_world):
    client = sign_in("township_officer")
    address = registered(client)
    client.post(f"{address}/edit", data={**ESTATE, "version": 1, "name": "照水新城三期"})

    second = client.post(f"{address}/edit", data={**ESTATE, "version": 1, "name": "照水新城四期"})

    assert second.status_code == 409
    assert "照水新城四期" in page_of(second)
    with transaction() as session:
        dispute = add_dispute(session, app_world, division_code=NEXT)
        project = session.scalars(select(Project.id)).one()
    chosen = {"version": dispute.version, "project_project": project}
    refused = client.post(f"/disputes/{dispute.id}/project", data=chosen)
    assert refused.status_code == 422
    assert "请从列表里选这个地方的项目" in page_of(refused)


def test_S2_02_the_list_to_pick_from_knows_places_and_kinds_and_no_person(sign_in, app_world):
    """A name or a phone in the address changes nothing: the page lists the village's earlier matters."""
    with transaction() as session:
        add_dispute(session, app_world, category="0102", at=NOW - timedelta(days=200), summary="为孩子抚养起争执")
        dispute = add_dispute(session, app_world, category="0102")
    client = sign_in("township_officer")
    address = f"/disputes/{dispute.id}/earlier"

    plain, asked = (
        client.get(address + ending).get_data(as_text=True).replace(ending, "")
        for ending in ("?x=1", "?name=赵小满&phone=13800000000")
    )

    assert "为孩子抚养起争执" in plain
    assert plain.count("是前案") == asked.count("是前案")
    assert 'name="name"' not in plain
    assert "导出" not in plain[plain.index("<main") : plain.index("</main>")]
