"""Who decides about a finding: never about an own duty, the county across townships, the level above for ten homes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.rounds import Finding, FindingMember
from tests.builders import add_dispute, add_shared_grievance
from tests.findings_world import WHY, case_codes, course_of, found, give_duty, state_of
from tests.rounds_world import closed_round
from tests.web.report_pages import page_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def finding_id(app, app_world):
    return found(app_world)


@pytest.mark.parametrize(
    ("unit", "level"), [("village", "township"), ("township", "county"), ("county", "county_lead")]
)
def test_nobody_decides_about_an_own_duty_but_the_level_above(sign_in, app_world, unit, level):
    give_more = {"township": "township_lead", "county": "county_officer"}.get(unit)
    with transaction() as session:
        add_shared_grievance(session, app_world)
    give_duty(app_world, unit)
    with transaction() as session:
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        finding_id = session.scalars(select(Finding.id)).one()

    assert course_of(finding_id)[0] == level
    if give_more:
        own = sign_in(give_more)
        page = page_of(own.get(f"/findings/{finding_id}", follow_redirects=True))
        assert "数户反映" in page
        assert "11月22日 10:00前" in page
        assert not [code for code in case_codes() if code in page]
        for step in ("confirm", "dismiss", "ask"):
            assert own.post(f"/findings/{finding_id}/{step}", data={"reason": WHY}).status_code in (403, 404)
        assert "数户反映" in page_of(own.get("/findings"))
        assert "3 户" not in page_of(own.get("/findings"))
    assert state_of(finding_id) == "suspected"
    above = sign_in({"township": "township_lead", "county": "county_officer", "county_lead": "county_lead"}[level])
    above.post(f"/findings/{finding_id}/dismiss", data={"reason": WHY})
    assert state_of(finding_id) == "dismissed"


def test_an_organisation_that_is_a_unit_has_the_duty_and_one_complained_of_is_passed(app, app_world, sign_in):
    with transaction() as session:
        add_shared_grievance(session, app_world)
        organisation = session.scalars(select(Organisation)).one()
        organisation.name = session.get_one(Unit, app_world.units["township"]).name
        round_id = closed_round(session, now=NOW)
    jobs.analyse_round(round_id)
    with reading() as session:
        finding_id = session.scalars(select(Finding.id)).one()
    assert course_of(finding_id) == ("county", "duty")

    with transaction() as session:
        session.scalars(select(Dispute)).first().about_unit_id = app_world.units["county"]
    assert sign_in("county_officer").get(f"/findings/{finding_id}").status_code == 404
    sign_in("county_lead").post(f"/findings/{finding_id}/confirm", data={"reason": WHY})
    assert (state_of(finding_id), course_of(finding_id)[1]) == ("confirmed", "complained")
    with reading() as session:
        about = select(InboxItem.unit_id).join(Escalation).where(Escalation.round_id.is_(None))
        told = set(session.scalars(about))
    assert told
    assert app_world.units["county"] not in told


def test_ten_households_are_dismissed_by_the_level_above_alone_and_the_words_stay(sign_in, app_world):
    finding_id = found(app_world, households=10)
    lead, home = sign_in("township_lead"), f"/findings/{finding_id}"
    page = page_of(lead.get(home))
    assert f'formaction="{home}/dismiss"' not in page

    refused = lead.post(f"{home}/dismiss", data={"reason": "我看是十件不同的事"})
    assert refused.status_code == 403
    assert "由上一级(县级)决定" in page_of(refused)
    assert "我看是十件不同的事" in page_of(refused)
    asked = lead.post(f"{home}/ask", data={"reason": "我看是十件不同的事"}, follow_redirects=True)
    assert "请上一级判断不成立" in page_of(asked)
    assert state_of(finding_id) == "suspected"
    sign_in("county_officer").post(f"{home}/dismiss", data={"reason": WHY})
    assert state_of(finding_id) == "dismissed"


def test_a_big_band_of_one_report_counts_as_ten_households_too(sign_in, app_world, finding_id):
    with transaction() as session:
        one = session.scalars(select(Dispute)).first()
        one.household_band, one.band_status = "10-29", "estimated"

    answer = sign_in("township_lead").post(f"/findings/{finding_id}/dismiss", data={"reason": WHY})

    assert (answer.status_code, state_of(finding_id)) == (403, "suspected")


def test_across_townships_the_county_owns_it_and_each_sees_its_own_members_and_numbers(sign_in, app_world, finding_id):
    with transaction() as session:
        far = add_dispute(session, app_world, division_code="990101002201", summary="公司租地的租金拖欠没有付")
        other, first_run = far.case_code, session.scalars(select(FindingMember.first_run_id)).first()
        session.add(FindingMember(finding_id=finding_id, dispute_id=far.id, first_run_id=first_run))
    own = [code for code in case_codes() if code != other]
    east, west = sign_in("township_lead"), sign_in("other_township_lead")
    home = f"/findings/{finding_id}"

    pages = {name: page_of(client.get(home)) for name, client in (("east", east), ("west", west))}
    listed = page_of(west.get("/findings"))

    assert all(code in pages["east"] for code in own)
    assert other not in pages["east"]
    assert "石桥村" not in pages["east"]
    assert other in pages["west"]
    assert not [code for code in own if code in pages["west"]]
    assert "云岭村" not in pages["west"] + listed
    assert "另有 3 件不在您的范围内,只计数" in pages["west"]
    for client in (east, west):
        assert client.post(f"{home}/confirm", data={"reason": WHY}).status_code == 403
    sign_in("county_officer").post(f"{home}/confirm", data={"reason": WHY})
    assert (state_of(finding_id), course_of(finding_id)[0]) == ("confirmed", "county")
