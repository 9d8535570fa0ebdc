"""Names of five thousand signs, in every form that takes one: a sentence that tells the limit, and nothing is lost."""

from __future__ import annotations

from uuid import uuid4

import pytest

from grid_app.database.transaction import transaction
from tests.builders import add_dispute
from tests.web.forms import fields_of
from tests.web.report_pages import filled
from tests.web.test_intake_pages import TYPED, VISIT
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
LONG = "甲乙" * 2_500


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_a_name_that_is_far_too_long_is_told_in_every_form_and_stays_there(sign_in, app_world):
    with transaction() as session:
        matter = f"/disputes/{add_dispute(session, app_world, state='handling', accepted_at=NOW).id}"
    unit = app_world.units["township"]
    clients = {who: sign_in(who) for who in ("township_officer", "county_officer", "security_admin")}
    for who, page, address, field, typed in (
        ("township_officer", "/intake/new?channel=assigned", "/intake/new", "issuing_unit", TYPED),
        ("township_officer", "/intake/new?channel=visit", "/intake/new", "visit_official", TYPED | VISIT),
        ("township_officer", "/intake/new?channel=phone", "/intake/new", "party_name", TYPED),
        ("township_officer", "/intake/new?channel=phone", "/intake/new", "organisation", TYPED),
        ("township_officer", "", f"{matter}/parties", "party_name", {}),
        ("township_officer", "", f"{matter}/details", "add_organisation", {}),
        ("township_officer", "", f"{matter}/handling/propose", "propose_document", {
            "version": "1", "propose_ground": "agreement_performed", "propose_legal_basis": "人民调解法第三十一条",
            "propose_note": "租金已付清,双方签收"}),
        ("county_officer", "", "/organisations", "name", {}),
        ("county_officer", "", "/projects/new", "name", {}),
        ("county_officer", "", "/areas/new", "name", {"lead": str(unit), "codes": ["990101001"]}),
        ("county_officer", "", "/lawyers/clinics", "name", {}),
        ("county_officer", "", f"/templates/letterheads/{unit}", "red_heading", {"number_word": "东河字"}),
        ("security_admin", "/policies/pathways/civil_lawsuit", "/policies/pathways/civil_lawsuit", "name", {}),
    ):  # fmt: skip
        client = clients[who]
        fresh = fields_of(text_of(client.get(page)), address) if page else {}
        answer = client.post(address, data={**fresh, **typed, field: LONG})
        assert answer.status_code == 422, (address, field, answer.status_code)
        assert any(word in text_of(answer) for word in ("最多", "缩短", "到 40 个字")), (address, field)
        assert LONG in text_of(answer), (address, field)


def test_the_report_of_a_worker_keeps_a_long_organisation(sign_in):
    worker = sign_in("grid_worker")

    answer = worker.post("/report", data=filled(worker, organisation=LONG))

    assert (answer.status_code, LONG in text_of(answer)) == (422, True)


def test_words_for_a_matter_that_has_left_the_writers_sight_can_be_copied(sign_in):
    typed = {"work_note": "上午到现场看过,水沟堵了", "work_password": "不要显示的口令"}

    answer = sign_in("township_officer").post(f"/disputes/{uuid4()}/work", data=typed)

    assert answer.status_code == 404
    assert "没有保存,但没有丢" in text_of(answer)
    assert typed["work_note"] in text_of(answer)
    assert typed["work_password"] not in text_of(answer)
