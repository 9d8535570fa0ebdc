"""Offices, their rules and the guide: what the sources ask around a matter, told row by row."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.errors import InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.handling import Opinion
from grid_app.models.places import MediationRoom
from grid_app.models.rounds import Round
from grid_app.models.support_work import Recommendation
from grid_app.queries.mediation_work import rooms_near
from grid_app.services.documents.papers import check_pages
from grid_app.services.handling import steps as handling
from grid_app.services.handling.legal_pathways import pathway_list
from grid_app.services.leading import plans
from grid_app.services.places.rooms import import_rooms
from grid_app.vocabulary.handling import RESULT_WORDS
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import CLOSURE_WORDS, LEVEL_WORDS
from tests.builders import add_dispute
from tests.handling_world import TODAY, step_of
from tests.leading_world import at, owned
from tests.web.forms import fields_of
from tests.web.report_pages import filled, page_of, parsed, stored
from tests.web.resident_pages import code_of
from tests.world import NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
LIBRARY = "/policy-library"


def put(client, **typed):
    form = fields_of(page_of(client.get(LIBRARY)), LIBRARY)
    return client.post(LIBRARY, data={**form, "words": "第一条", **typed}, content_type="multipart/form-data")


def missing(client) -> str:
    return parsed(client.get(LIBRARY)).find(string=lambda text: text and "还没有交" in text).find_parent("section").text


@on_sqlite
def test_S2_08_rules_of_the_work_stand_in_a_library_with_edition_and_validity(sign_in):
    office = sign_in("county_officer")
    words = BytesIO(b"%PDF-1.7 rules")
    assert put(office, kind="rule", title="接访工作规范", edition="第2版", file=(words, "接访.pdf")).status_code == 302
    ended = {"valid_from": "2025-01-01", "valid_to": "2025-12-31", "edition": "第1版"}
    assert put(office, kind="rule", title="接访工作规范", **ended).status_code == 302

    page = page_of(sign_in("township_officer").get(LIBRARY))

    assert page.index("第2版") < page.index("还没生效和已经失效的") < page.index("2025-12-31")
    assert office.get(parsed(office.get(LIBRARY)).select_one('a[href$="/file"]')["href"]).data == b"%PDF-1.7 rules"
    for typed, words in (
        ({"title": "重点人员管控办法"}, "重点人员"),
        ({"title": "甲" * 5000}, "最多 100 个字"),
        ({"title": "办法", "valid_to": "2026-02-30"}, "2026-11-20"),
        ({"title": "办法", "file": (BytesIO(b"MZ"), "x.exe")}, "只收 PDF"),
    ):
        refused = put(office, kind="rule", **typed)
        assert refused.status_code == 422
        assert words in page_of(refused)


@on_sqlite
def test_S0_06_and_S0_03_whose_plan_or_summary_of_the_year_is_missing_is_seen(sign_in):
    township = sign_in("township_lead")
    assert missing(township).count("东河镇人民政府") == 2

    put(township, kind="plan", title="2026 年依法分类处理实施方案")

    assert missing(township).count("东河镇人民政府") == 1
    assert missing(sign_in("county_lead")).count("西山乡人民政府") == 2


@on_sqlite
def test_S0_15_offices_have_a_telephone_that_residents_and_workers_find(sign_in, app_world):
    lead, address = sign_in("township_lead"), f"/offices/{app_world.units['township']}/duty-phone"
    form = fields_of(page_of(lead.get("/offices")), address)

    lead.post(address, data=form | {"duty_phone": ["0736-7654321"]})

    assert "0736-7654321" in page_of(lead.get(f"/r/{code_of('990101001')}/info"))


@on_sqlite
def test_S1_02_the_guide_names_every_legal_pathway_with_who_decides_and_by_when(sign_in):
    page = page_of(sign_in("grid_worker").get("/r/guide"))

    for way in pathway_list().pathways:
        assert all(part in page for part in (way.name, way.authority, way.limit)), way.code
        assert f'id="{way.code}"' in page


@on_sqlite
def test_S1_09_the_levels_and_the_kinds_of_mediation_are_lists_of_the_county(sign_in):
    page = page_of(sign_in("grid_worker").get("/r/guide"))

    assert list(LEVEL_WORDS) == ["county", "township", "village", "grid"]
    assert len(mediation_rules().kinds) == 4
    assert all(kind.name in page and kind.where in page for kind in mediation_rules().kinds)


@on_sqlite
def test_S1_10_and_S3_24_a_report_goes_to_the_village_first_at_any_time(sign_in, app_world):
    worker = sign_in("grid_worker")
    with reading() as session:
        assert session.scalars(select(Round)).all() == []

    assert worker.post("/report", data=filled(worker)).status_code == 302

    with reading() as session:
        assert session.get_one(Unit, stored()[0].owner_unit_id).kind == "village_committee"


@on_sqlite
def test_S1_17_what_goes_to_the_joint_desk_of_courts_and_police_comes_with_its_receipt(session, world):
    dispute = add_dispute(session, world, category="1403", state="accepted")
    for receipt in ("", "  "):
        with pytest.raises(InvalidError) as refused:
            told = handling.Referral("青溪县涉法涉诉联合受理中心", receipt, "正在一审,由法院依法办理")
            handling.refer_out(session, step_of(session, world, "township_officer", dispute), referral=told)
        assert "receipt" in refused.value.fields

    told = handling.Referral("青溪县涉法涉诉联合受理中心", "回执(2026)7号", "正在一审,由法院依法办理")
    handling.refer_out(session, step_of(session, world, "township_officer", dispute), referral=told)

    assert dispute.state == "referred_out"


@on_sqlite
def test_S2_05_a_window_of_the_mediation_committee_in_the_hall_is_a_room_to_meet_in(session, world):
    head = "code,name,division_code,lon,lat,crs,kind,status"
    row = f"{head}\nW1,政务大厅驻厅窗口,990101001201,111.05,29.05,wgs84,stationed_window,active\n"

    import_rooms(session, content=row.encode(), actor=None, now=NOW)

    room = session.scalars(select(MediationRoom).where(MediationRoom.code == "W1")).one()
    dispute = add_dispute(session, world)
    assert room.kind == "stationed_window"
    assert room.id in {key for key, _ in rooms_near(session, dispute)}


@on_sqlite
def test_S2_16_a_leader_of_the_county_owns_a_matter_with_units_of_town_and_village(session, world):
    dispute = owned(session, world)
    wanted = [
        plans.Wanted(f"第 {at} 步", world.units[unit], TODAY + timedelta(at))
        for at, unit in enumerate(("village", "township"), 1)
    ]

    plans.set_plan(session, at(session, world, dispute), wanted=wanted)

    units = {session.get_one(Unit, one.unit_id).kind for one in session.scalars(select(plans.PlanStep))}
    assert units == {"village_committee", "township_government"}


@on_sqlite
def test_S2_17_what_many_households_share_becomes_a_proposal_to_improve_the_policy(sign_in, app_world):
    county, address = sign_in("county_officer"), "/recommendations/new"
    form = fields_of(page_of(county.get(address)), address)
    typed = {
        "kind": "improve_policy", "unit": str(app_world.units["township"]), "title": "租地合同先备案",
        "body": "五户以上的租地合同先到乡镇备案", "legal_basis": "信访工作条例第十四条",
        "due_on": (date(2026, 11, 20) + timedelta(days=20)).isoformat(),
    }  # fmt: skip

    assert county.post(address, data=form | {f"new_{name}": text for name, text in typed.items()}).status_code == 302

    with reading() as session:
        assert session.scalars(select(Recommendation.kind)).all() == ["improve_policy"]


def test_S3_01_a_matter_ends_by_what_was_solved_explained_or_helped_and_no_village_is_free_of_anything():
    assert set(RESULT_WORDS) == {"supported", "no_legal_basis", "not_supported"}
    assert not [word for word in CLOSURE_WORDS.values() if "三无" in word or "处罚" in word]
    assert not [column.name for column in Opinion.__table__.columns if "person" in column.name]


def test_S3_16_papers_of_official_acts_are_kept_and_no_film_or_recording_is_taken():
    check_pages([b"\xff\xd8\xff photo of the signed minutes"])

    for body in (b"\x00\x00\x00\x18ftypmp42 film", b"ID3 recording", b"OggS recording"):
        with pytest.raises(InvalidError):
            check_pages([body])


@on_sqlite
def test_S3_19_looking_anew_checking_answering_and_closing_are_steps_with_days(session, world):
    dispute, unit = owned(session, world), world.units["township"]
    days = {"重新甄别诉求": 12, "重新调查核实": 43, "重新办理答复": 145, "重新结案销号": 150}
    wanted = [plans.Wanted(what, unit, TODAY + timedelta(days=after)) for what, after in days.items()]

    plans.set_plan(session, at(session, world, dispute), wanted=wanted)

    steps = session.scalars(select(plans.PlanStep).order_by(plans.PlanStep.due_on)).all()
    assert [(one.what, (one.due_on - TODAY).days) for one in steps] == list(days.items())
