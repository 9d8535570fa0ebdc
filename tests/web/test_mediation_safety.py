"""Who mediates with whom in view: reports to the police on the pages of a mediation, how committees are made up."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from tests.mediation_world import mediating
from tests.web.report_pages import page_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_a_report_to_the_police_stands_where_meetings_are_planned_and_matters_closed(sign_in, app, app_world):
    """110 stands first; what is wrong comes back with everything typed; then pages that plan or close say so."""
    with transaction() as session:
        key = mediating(session, app_world).id
    client, address = sign_in("mediator"), f"/disputes/{key}/mediation"
    assert 'href="tel:110"' in page_of(client.get(address))
    with reading() as session:
        version = session.get_one(Dispute, key).version
    typed = {
        "version": str(version), "report_danger": "violence", "report_to": "police", "report_day": "2026-11-20",
        "report_time": "08:00", "report_situation": "为界址争吵,有一方拿了农具", "report_measure": "先把两边分开",
    }  # fmt: skip

    for wrong in ({"report_office": "长" * 5_000}, {"report_office": "云岭派出所", "report_day": "2027-02-31"}):
        refused = client.post(f"{address}/danger", data=typed | wrong)
        assert refused.status_code == 422
        assert "有一方拿了农具" in page_of(refused)
    told = typed | {"report_office": "云岭派出所"}
    done = page_of(client.post(f"{address}/danger", data=told, follow_redirects=True))

    assert "调解没有因此结束" in done
    officer = sign_in("township_officer")
    for page in (address, f"/disputes/{key}/handling", f"/disputes/{key}"):
        assert "已经报告公安机关(云岭派出所)" in page_of(officer.get(page))


GOOD = {
    "version": "0", "members": "5", "director": "yes", "women": "1", "elected_on": "2025-03-01",
    "changed_on": "2026-11-01", "filed_on": "", "mixed": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"members": "😀" * 5_000}, 422, "1 至 99 的数字"),
        ({"women": "6"}, 422, "不能比委员还多"),
        ({"elected_on": "2027-02-31"}, 422, "本届推选产生的日期"),
        ({"filed_on": "昨天"}, 422, "备案日期在变动那天到今天之间"),
        ({"version": "7"}, 409, "刚才别人改过"),
    ],
)
def test_a_wrong_composition_comes_back_with_everything_typed(sign_in, app_world, wrong, status, told):
    address = f"/mediation/committees/{app_world.units['mediation']}"

    answer = sign_in("township_officer").post(address, data=GOOD | wrong)

    assert answer.status_code == status
    assert told in page_of(answer)
    assert 'value="2026-11-01"' in page_of(answer)


def test_a_closed_committee_and_the_neighbours_are_not_there(sign_in, app_world):
    unit = app_world.units["mediation"]
    assert sign_in("other_township_lead").get(f"/mediation/committees/{unit}").status_code == 404
    with transaction() as session:
        session.get_one(Unit, unit).closed_at = NOW

    assert sign_in("township_officer").post(f"/mediation/committees/{unit}", data=GOOD).status_code == 404
