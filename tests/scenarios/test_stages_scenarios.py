"""The five stages of a matter on its page: who answers for each, and until when."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import transaction
from grid_app.services.clocks.filling import fill_clocks
from tests.builders import add_dispute
from tests.mediation_world import mediating
from tests.web.forms import fields_of
from tests.web.report_pages import page_of, parsed
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
STAGES = ["受理", "办理", "调解", "送达", "回访"]


def stages(client, dispute_id) -> dict[str, list[str]]:
    bar = parsed(client.get(f"/disputes/{dispute_id}")).select("ol.stages > li")
    return {
        one.strong.get_text(strip=True): [part.get_text(strip=True) for part in one.find_all("span")] for one in bar
    }


def test_S1_16_each_of_the_five_stages_shows_its_unit_and_its_limit_from_report_to_visit(sign_in, app_world):
    with transaction() as session:
        reported = add_dispute(session, app_world, category="0201").id
        mediated = mediating(session, app_world).id
        fill_clocks(session, now=NOW)
    office = sign_in("township_officer")

    for dispute in (reported, mediated):
        shown = stages(office, dispute)
        assert list(shown) == STAGES
        assert all(len(facts) == 3 and all(facts) for facts in shown.values()), shown
    assert stages(office, reported)["受理"] == ["现在", "东河镇人民政府", "11月23日(周一)前"]
    assert stages(office, mediated)["调解"][:2] == ["现在", "云岭村人民调解委员会"]
    spot = f"/disputes/{reported}/settled-on-spot"
    typed = {"spot_what": "屋檐水滴到隔壁院坝", "spot_how": "当场装好檐沟,两家都说可以", "spot_content": "yes"}
    form = fields_of(page_of(office.get(spot)), spot)
    assert office.post(spot, data={**form, **typed}).status_code == 302
    assert stages(office, reported)["回访"] == ["现在", "东河镇人民政府", "11月27日(周五)(第 7 天)"]
