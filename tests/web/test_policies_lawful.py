"""Gates, legal pathways and periods on their pages: versioned, checked, and blind to persons."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.services.handling.gates import gate_policy, gate_reasons, policy_for
from grid_app.services.handling.legal_pathways import pathways_by_version, pathways_on
from grid_app.services.retention.periods import periods_on
from tests.builders import add_dispute
from tests.handling_world import TODAY
from tests.web.forms import fields_of
from tests.web.report_pages import page_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WHY = "青溪县信访工作办法第八条"


def sent(client, address: str, **typed):
    return client.post(
        address, data={**fields_of(page_of(client.get(address)), address), "version_basis": WHY, **typed}
    )


def test_gates_change_for_new_matters_only_and_the_second_editor_is_told(sign_in, app_world):
    admin, early = sign_in("security_admin"), NOW.replace(year=2025)
    with transaction() as session:
        old, new = add_dispute(session, app_world, at=early), add_dispute(session, app_world)
    stale = fields_of(page_of(admin.get("/policies/gates")), "/policies/gates")

    assert sent(admin, "/policies/gates", ticked=["review.close.always"]).status_code == 302

    with reading() as session:
        assert policy_for(session, old).version == gate_policy().version
        assert gate_reasons(session, new, gate="review", step="close") == ("每次都要",)
        assert gate_reasons(session, new, gate="contact", step="transfer") == ()
    late = admin.post("/policies/gates", data={**stale, "version_basis": WHY, "ticked": ["contact.assign.always"]})
    assert late.status_code == 409
    assert WHY in page_of(late)
    assert sign_in("township_lead").post("/policies/gates", data={"version_basis": WHY}).status_code == 403


def test_a_pathway_is_changed_added_and_ended_and_what_was_sorted_keeps_its_version(sign_in, app_world):
    admin, address = sign_in("security_admin"), "/policies/pathways/civil_lawsuit"
    assert sent(admin, address, authority="青溪县人民法院").status_code == 302
    whole = {"name": "山林土地仲裁", "kind": "arbitration", "route": "arbitration", "authority": "县仲裁委",
             "basis": "《仲裁法》", "limit": "两年内", "how": "到窗口申请"}  # fmt: skip
    assert sent(admin, "/policies/pathways/new", **whole, groups=["09"]).status_code == 302
    drop = {"drop": "1", "version_basis": WHY, "valid_from": TODAY.isoformat(), "replaces": "3"}
    assert admin.post("/policies/pathways/party_appeal", data=drop).status_code == 302

    with reading() as session:
        listed, versions = pathways_on(session, TODAY), pathways_by_version(session)
    assert listed.version == 4
    assert listed.find("civil_lawsuit").authority == "青溪县人民法院"
    assert listed.find("own_1").groups == ("09",)
    assert listed.find("party_appeal") is None
    assert versions[1].find("civil_lawsuit").authority == "有管辖权的人民法院"
    guide = page_of(sign_in("township_lead").get("/r/guide"))
    assert "山林土地仲裁" in guide
    assert "党员申诉" not in guide


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        ("/policies/gates", {"ticked": ["review.close.petitioned_before"]}, "petitioned_before"),
        ("/policies/gates", {"version_basis": "多次上访的要审核"}, "说的是人"),
        ("/policies/pathways/civil_lawsuit", {"how": "先查信访次数,多的另办"}, "说的是人"),
        ("/policies/pathways/civil_lawsuit", {"name": "稳控程序"}, "稳控"),
        ("/policies/pathways/civil_lawsuit", {"name": "甲" * 5000}, "最多 40 个字"),
        ("/policies/pathways/civil_lawsuit", {"valid_from": "2026-02-30"}, "请填今天或以后的日子"),
        ("/policies/retention", {"days_matter": "😀"}, "之间的天数"),
        ("/policies/retention", {"days_matter": "1"}, "之间的天数"),
        ("/policies/retention", {"days_roster": "91"}, "请填 30 到 90 之间的天数"),
    ],
)
def test_what_asks_about_persons_or_cannot_be_is_refused_and_stays_on_the_page(sign_in, address, typed, field):
    answer = sent(sign_in("security_admin"), address, **typed)

    assert answer.status_code == 422
    assert field in page_of(answer)
    assert WHY in page_of(answer) or "version_basis" in typed


def test_periods_are_saved_from_a_day_on_and_the_page_says_what_a_run_would_clear(sign_in, app_world):
    admin = sign_in("security_admin")

    assert sent(admin, "/policies/retention", days_matter="180", days_roster="30").status_code == 302

    with reading() as session:
        assert periods_on(session, TODAY).days("matter") == 180
        assert periods_on(session, TODAY).days("roster") == 30
    assert "0 件里的姓名" in page_of(admin.get("/policies/retention"))
