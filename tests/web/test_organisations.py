"""Names of organisations: never a person, never a lost report, decided about by the county, and taken back."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute, DisputeEvent, Organisation
from grid_app.models.organisations import OrganisationDifference, OrganisationEntry
from grid_app.queries.organisation_names import canonical_ids
from grid_app.queries.organisations import aliases
from grid_app.services.organisations.names import ends_as_an_organisation, tells_of_a_person
from tests.builders import add_dispute, add_organisation
from tests.web.report_pages import filled

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def decide(client, organisation_id: UUID, step: str, **typed: str):
    return client.post(f"/organisations/{organisation_id}/{step}", data=typed)


def organisations() -> dict[str, UUID]:
    with reading() as session:
        return {row.name: row.id for row in session.scalars(select(Organisation))}


def reported(client, organisation: str):
    return client.post("/report", data=filled(client, organisation=organisation), follow_redirects=True)


@pytest.fixture
def county(sign_in):
    return sign_in("county_officer")


@on_sqlite
def test_what_names_a_person_or_a_number_is_told_from_an_organisation(db_url):
    people = ("王小明", "老李", "张某某", "李老板", "欧阳锋", "司马大叔", "阿依·古丽", "水泥厂王经理13800000000")
    for name in people:
        assert tells_of_a_person(name), name
    for name in ("县水利局", "王记餐馆", "青溪禾眠农业开发有限公司", "云岭村", "甲公司", "某某项目部(张)"):
        assert not tells_of_a_person(name), name
        assert ends_as_an_organisation(name), name


@on_sqlite
def test_a_name_of_no_organisation_is_refused_with_how_to_write_it_and_stays_on_the_page(county, app_world):
    for name, words in (
        ("张三", "写单位全称"),
        ("王老板", "写单位全称"),
        ("包工头", "写单位全称"),
        ("😀😀", "写单位全称"),
        ("李家建材公司 13800000000", "写单位全称"),
        ("一\x00公司", "坏字符"),
        ("甲" * 5_000, "请缩短"),
    ):
        answer = county.post("/organisations", data={"name": name})
        assert answer.status_code == 422, name
        assert words in text_of(answer), name
        assert name.split("\x00")[0] in text_of(answer)
    assert organisations() == {}


@on_sqlite
def test_a_report_is_never_lost_for_its_organisation_and_a_person_makes_no_entry(sign_in, app_world):
    worker = sign_in("grid_worker")
    for name in ("禾眠农业", "张三", "😀"):
        assert "已收到" in text_of(reported(worker, name))

    with reading() as session:
        assert len(list(session.scalars(select(Dispute)))) == 3
    assert list(organisations()) == ["禾眠农业"]
    page = text_of(sign_in("county_officer").get("/organisations"))
    assert "禾眠农业" in page
    assert "张三" not in page


@on_sqlite
def test_the_form_for_adding_facts_refuses_a_person_and_keeps_what_was_typed(sign_in, app_world):
    with transaction() as session:
        dispute = add_dispute(session, app_world)
    client = sign_in("township_officer")
    typed = {"version": dispute.version, "add_organisation": "张三", "add_note": "他说月底付"}

    answer = client.post(f"/disputes/{dispute.id}/details", data=typed)

    assert answer.status_code == 422
    assert "请写单位全称" in text_of(answer)
    assert "他说月底付" in text_of(answer)


def test_a_merging_moves_the_matters_follows_later_reports_and_is_taken_back(sign_in, county, app_world):
    with transaction() as session:
        short = add_organisation(session, "禾眠农业").id
        moved = add_dispute(session, app_world, organisation_id=short).id
    full = "青溪禾眠农业开发有限公司"
    assert decide(county, short, "confirm", name=full).status_code == 302

    target = organisations()[full]
    worker = sign_in("grid_worker")
    reported(worker, "禾眠农业")
    with reading() as session:
        assert set(session.scalars(select(Dispute.organisation_id))) == {target}
        assert aliases(session) == {short: target}
    assert f"并入“{full}”" in text_of(county.get("/organisations?state=merged"))

    assert decide(county, short, "separate", reason="").status_code == 422
    decide(county, short, "separate", reason="是两家不同的企业")
    with reading() as session:
        assert session.get_one(Dispute, moved).organisation_id == short
        assert aliases(session) == {}


@on_sqlite
def test_sending_back_removes_the_name_everywhere_and_tells_its_matters(county, app_world):
    with transaction() as session:
        key = add_organisation(session, "村口那家").id
        dispute = add_dispute(session, app_world, organisation_id=key).id

    assert decide(county, key, "reject", reason="不是单位,是几户人家").status_code == 302

    assert "村口那家" not in organisations()
    with reading() as session:
        assert session.get_one(Dispute, dispute).organisation_id is None
        assert "organisation_rejected" in set(session.scalars(select(DisputeEvent.kind)))


@on_sqlite
def test_the_second_of_two_officers_is_told_and_only_the_county_decides(sign_in, county, app_world):
    with transaction() as session:
        key = add_organisation(session, "甲公司").id
    assert sign_in("township_lead").get("/organisations").status_code == 403
    decide(county, key, "confirm", name="甲公司")

    second = decide(sign_in("county_lead"), key, "confirm", name="甲公司")

    assert second.status_code == 409
    assert "已经有人确认" in text_of(second)
    assert decide(county, key, "merge", into="没有这家公司").status_code == 422
    with reading() as session:
        assert session.scalars(select(OrganisationEntry.state)).all() == ["confirmed"]


FULL = "青溪县禾眠农业开发有限公司"


@on_sqlite
def test_a_probable_match_is_suggested_and_merged_or_refused_by_a_person_only(db_url, county, app_world):
    with transaction() as session:
        full, typed, branch = (
            add_organisation(session, name).id
            for name in (FULL, "青溪禾棉农业公司", "青溪县禾眠农业开发有限公司第二项目部")
        )
        matter = add_dispute(session, app_world, organisation_id=typed).id
    assert "可能与" not in text_of(county.get("/organisations")), "nothing is registered yet"
    decide(county, full, "confirm", name=FULL)

    page = text_of(county.get("/organisations"))

    assert page.count(f"可能与“{FULL}”是同一个单位(一字同音") == 1, "the branch is none of it"
    with reading() as session:
        assert session.get_one(Dispute, matter).organisation_id == typed, "nothing is merged by itself"
    assert decide(county, typed, "differ", other=str(full)).status_code == 302
    assert decide(county, typed, "differ", other=str(full)).status_code == 302
    assert decide(county, branch, "differ", other="x").status_code == 302
    assert "可能与" not in text_of(county.get("/organisations"))
    with reading() as session:
        assert [(one.organisation_id, one.other_id) for one in session.scalars(select(OrganisationDifference))] == [
            (typed, full)
        ]

    decide(county, typed, "merge", into=FULL)
    with reading() as session:
        assert session.get_one(Dispute, matter).organisation_id == full
        assert canonical_ids(session, [typed, full, branch]) == {typed: full, full: full, branch: branch}
        assert session.scalars(select(OrganisationDifference)).all() == []
    decide(county, typed, "separate", reason="是两家不同的企业")
    with reading() as session:
        assert canonical_ids(session, [typed]) == {typed: typed}
        assert len(session.scalars(select(OrganisationDifference)).all()) == 1, "it is not suggested again"
