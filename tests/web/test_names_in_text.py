"""A party's name in free text: read by the unit that handles the matter, a label for everybody else."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.documents.kinds import kinds
from grid_app.services.documents.drafts import read_facts
from grid_app.services.field_bundle import field_bundle
from grid_app.services.matters.names import hide_in_excerpt, hide_names
from grid_app.services.matters.step import Step
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.web.forms import fields_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
NAME = "王小明"


@pytest.fixture
def matter(app, app_world, sign_in):
    """Give the id of a matter that the township handles, with a party's name in its words and in a record of work."""
    with transaction() as session:
        key = add_dispute(session, app_world, state="handling", accepted_at=NOW, summary="王 小明家门口积水没人管").id
    office, address = sign_in("township_officer"), f"/disputes/{key}"
    for action, typed in (("parties", {"party_name": NAME}), ("work", {"work_note": f"到{NAME}家看过,水沟堵了"})):
        page = office.get(address).get_data(as_text=True)
        form = {**fields_of(page, f"{address}/{action}"), **typed}
        assert office.post(f"{address}/{action}", data=form).status_code == 302
    return key


def test_the_handling_unit_reads_the_name_and_everybody_else_a_label(app, app_world, sign_in, matter):
    pages = ("/disputes?tab=all", *(f"/disputes/{matter}{page}" for page in ("", "/handling", "/joint", "/leading")))
    for page in pages:
        own = sign_in("township_lead").get(page).get_data(as_text=True)
        assert NAME in own or "王 小明" in own, page
        for who in ("county_officer", "village_lead"):
            told = sign_in(who).get(page)
            if told.status_code == 200:
                text = told.get_data(as_text=True)
                assert NAME not in text, (who, page)
                assert "王 小明" not in text, (who, page)
                assert "当事人A家门口积水" in text, (who, page)


def test_what_leaves_the_house_names_nobody_unless_it_is_written_to_the_parties(app, app_world, sign_in, matter):
    sheet = sign_in("township_officer").get(f"/disputes/{matter}/report").get_data(as_text=True)
    assert NAME not in sheet
    assert "到当事人A家看过" in sheet

    with reading() as session:
        step, cipher = Step(matter, app_world.actor(session, "township_officer"), 1, NOW), wired().keys.fields
        notice = read_facts(session, step, cipher=cipher, kind=kinds()["acceptance_notice"])
        letter = read_facts(session, step, cipher=cipher, kind=kinds()["transfer_letter"])
        archive = read_facts(session, step, cipher=cipher)
        lead = app_world.actor(session, "village_lead")
        (hint,) = field_bundle(session, actor=lead, cipher=cipher, now=NOW).nearby
    assert hint.excerpt.startswith("当事人A家门口积水")
    assert "王 小明" in notice.detail.summary
    for facts in (letter, archive):
        said = facts.detail.summary + "".join(one.note for one in facts.history)
        assert (NAME in said, "王 小明" in said, "当事人A" in said) == (False, False, True)


def test_longer_names_go_first_and_half_a_name_at_a_cut_goes_too(db_url):
    names = (("王小明明", "当事人B"), (NAME, "当事人A"))

    assert hide_names("王小明明和王小明", names) == "当事人B和当事人A"
    assert hide_in_excerpt("门口积水,找过王小…", names[1:]) == "门口积水,找过当事人A…"
    assert hide_in_excerpt("门口积水…", names) == "门口积水…"
