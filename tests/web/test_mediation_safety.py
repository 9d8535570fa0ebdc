"""Who mediates with whom in view: reports to the police on the pages of a mediation, how committees are made up."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from tests.mediation_world import mediating
from tests.web.report_pages import page_of

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
