"""The receipt: what it asks with one tap, who sees it, and the list of own reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import DisputeLink
from tests.builders import add_dispute
from tests.web.forms import fields_of
from tests.web.report_pages import OWN, TYPED, filled, page_of, parsed, stored
from tests.world import NOW


@pytest.fixture
def worker(sign_in):
    return sign_in("grid_worker")


@pytest.fixture
def similar(app, app_world):
    """Give an open dispute of the worker that a new report will resemble."""
    with transaction() as session:
        return add_dispute(session, app_world, summary=TYPED["summary"], division_code=f"{OWN}J001").id


@pytest.mark.parametrize("relation", ["same_household", "other_household", "unrelated"])
def test_the_receipt_asks_about_a_similar_matter_until_it_is_answered(worker, similar, relation: str):
    receipt = worker.post("/report", data=filled(worker), follow_redirects=True)
    new = next(one.id for one in stored() if one.id != similar)
    asked = fields_of(page_of(receipt), f"/report/{new}/relate")
    assert asked["other"] == [str(similar)]

    answer = worker.post(f"/report/{new}/relate", data={**asked, "relation": relation}, follow_redirects=True)

    with reading() as session:
        link = session.execute(select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation)).one()
    assert tuple(link) == (new, similar, relation)
    assert f"/report/{new}/relate" not in page_of(answer)


def test_each_of_many_similar_matters_is_asked_about_in_its_turn_and_another_estate_never(worker, app, app_world):
    fumes = "云湖花园的餐馆油烟熏人,夜里太吵"
    with transaction() as session:
        told = {str(add_dispute(session, app_world, summary=fumes).id) for _ in range(4)}
        add_dispute(session, app_world, summary=fumes.replace("云湖花园", "丽景山庄"))
    page = page_of(worker.post("/report", data=filled(worker) | {"summary": fumes}, follow_redirects=True))
    new = next(one.id for one in stored() if one.summary == fumes and str(one.id) not in told)
    asked = set()

    while f"/report/{new}/relate" in page:
        fields = fields_of(page, f"/report/{new}/relate")
        asked.update(fields["other"])
        page = page_of(
            worker.post(f"/report/{new}/relate", data={**fields, "relation": "other_household"}, follow_redirects=True)
        )

    assert asked == told
    assert len(stored()) == 6


def test_an_answer_about_a_matter_elsewhere_changes_nothing(worker, sign_in, app, app_world):
    worker.post("/report", data=filled(worker))
    own = stored()[0].id
    with transaction() as session:
        elsewhere = add_dispute(session, app_world, division_code="990101002201", reported_by="other_grid_worker").id

    answer = worker.post(
        f"/report/{own}/relate", data={"other": str(elsewhere), "relation": "same_household"}, follow_redirects=True
    )

    assert "不在您的范围内" in page_of(answer)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(DisputeLink)) == 0


def test_a_place_between_two_villages_is_asked_with_one_tap(worker):
    receipt = worker.post(
        "/report",
        data=filled(worker, village_code="", lon="111.1001", lat="29.02", accuracy_metres="60"),
        follow_redirects=True,
    )
    (dispute,) = stored()
    assert dispute.place_kind == "uncertain"
    assert "云岭村还是柳湾村" in page_of(receipt)
    asked = fields_of(page_of(receipt), f"/report/{dispute.id}/place")

    answer = worker.post(f"/report/{dispute.id}/place", data={**asked, "village_code": OWN}, follow_redirects=True)

    (settled,) = stored()
    assert (settled.division_code, settled.place_kind) == (OWN, "chosen")
    assert "云岭村还是柳湾村" not in page_of(answer)


def test_only_a_village_that_the_point_touches_answers_the_question(worker):
    worker.post("/report", data=filled(worker, village_code="", lon="111.1001", lat="29.02", accuracy_metres="60"))
    (dispute,) = stored()

    answer = worker.post(
        f"/report/{dispute.id}/place",
        data={"version": str(dispute.version), "village_code": "990101002201"},
        follow_redirects=True,
    )

    assert "请从列出的村里选" in page_of(answer)
    assert stored()[0].place_kind == "uncertain"


def test_another_worker_does_not_see_the_receipt(worker, sign_in):
    worker.post("/report", data=filled(worker))
    own = stored()[0].id

    assert sign_in("other_grid_worker").get(f"/report/{own}").status_code == 404
    assert sign_in("other_township_lead").get(f"/report/{own}").status_code == 404


def test_own_reports_are_listed_with_their_state_and_nobody_elses(worker, sign_in):
    worker.post("/report", data=filled(worker, summary="自家水渠被堵了"))
    other = sign_in("second_grid_worker")
    other.post("/report", data=filled(other, summary="别人报的路灯"))

    page = page_of(worker.get("/report/mine"))

    assert "自家水渠被堵了" in page
    assert "待受理" in page
    assert "别人报的路灯" not in page


def test_own_reports_of_many_weeks_are_paged(worker, app_world):
    with transaction() as session:
        for number in range(53):
            add_dispute(session, app_world, summary=f"第{number}件事", at=NOW - timedelta(hours=number))

    first = parsed(worker.get("/report/mine"))
    second = parsed(worker.get(first.select_one("a[rel=next]")["href"]))

    seen = [cell.get_text() for page in (first, second) for cell in page.select(".cell-title")]
    assert seen == [f"第{number}件事" for number in range(53)]
    assert second.select_one("a[rel=next]") is None
