"""The return page: prefilled entries and one tap, zero returns, several grids, villages and the office that types."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.rounds import RoundAnswer, ScreeningReturn
from grid_app.policy import Role
from grid_app.services.rounds.steps import open_due_rounds
from grid_app.services.rounds.templates import seed_templates
from tests.builders import add_dispute
from tests.rounds_world import counted
from tests.world import NOW, add_account

GRID = "990101001201J001"
GRID2 = "990101001201J002"
VILLAGE = "990101001201"
ZERO = {"kind": "zero", "ways": ["visit", "meeting"]}


@pytest.fixture
def open_rounds(app, app_world):
    with transaction() as session:
        seed_templates(session)
        session.flush()
        return open_due_rounds(session, now=NOW)


@pytest.mark.parametrize("name", ["mediator", "township_lead", "county_officer", "auditor", "sysadmin"])
def test_who_does_not_answer_has_no_return_page(sign_in, open_rounds, name):
    client = sign_in(name)

    assert client.get("/rounds/answer").status_code == 403
    assert client.post("/rounds/answer", data={"division": VILLAGE, **ZERO}).status_code == 403


@pytest.mark.parametrize(
    ("name", "place", "status"),
    [
        ("grid_worker", GRID2, 403),
        ("grid_worker", VILLAGE, 403),
        ("village_lead", "990101001202", 403),
        ("township_officer", "990101002201", 403),
        ("township_officer", "990101001", 404),
        ("grid_worker", "", 404),
        ("grid_worker", "' or 1=1", 404),
        ("grid_worker", "99\x0001", 404),
    ],
)
def test_nobody_answers_for_another_place(sign_in, open_rounds, name, place, status):
    client = sign_in(name)

    assert client.post("/rounds/answer", data={"division": place, **ZERO}).status_code == status
    if place:
        assert client.get("/rounds/answer", query_string={"division": place}).status_code == status
    assert counted(ScreeningReturn) == 0


def test_without_an_open_round_the_page_says_there_is_nothing_to_answer(sign_in, app_world):
    client = sign_in("grid_worker")

    page = client.get("/rounds/answer", follow_redirects=True).get_data(as_text=True)
    client.post("/rounds/answer", data={"division": GRID, **ZERO})

    assert "现在没有进行中的排查" in page
    assert counted(ScreeningReturn) == 0


def test_a_zero_return_without_a_way_of_looking_is_asked_for_it(sign_in, open_rounds):
    client = sign_in("grid_worker")

    answer = client.post("/rounds/answer", data={"division": GRID, "kind": "zero", "method_note": " "})

    assert answer.status_code == 422
    assert "走访 3 个组" in answer.get_data(as_text=True)
    assert counted(ScreeningReturn) == 0


def test_a_zero_return_after_something_was_logged_meanwhile_shows_it_instead(sign_in, app_world, open_rounds):
    client = sign_in("grid_worker")
    with transaction() as session:
        add_dispute(session, app_world, division_code=GRID, summary="两家排水沟")

    page = client.post("/rounds/answer", data={"division": GRID, **ZERO}, follow_redirects=True).get_data(as_text=True)

    assert "不能报“零报告”" in page
    assert "两家排水沟" in page
    assert "确认回执(1 件)" in page
    assert counted(ScreeningReturn) == 0


def test_one_tap_confirms_what_was_logged_and_answers_every_open_round(sign_in, app_world, open_rounds):
    with transaction() as session:
        add_dispute(session, app_world, division_code=GRID, at=NOW - timedelta(hours=2), summary="两家排水沟")
        add_dispute(session, app_world, division_code=VILLAGE, at=NOW - timedelta(hours=1), summary="路灯不亮")
        add_dispute(session, app_world, division_code=VILLAGE, reported_by="second_grid_worker", summary="别人登记的")
    client = sign_in("grid_worker")

    before = client.get("/rounds/answer", follow_redirects=True).get_data(as_text=True)
    after = client.post("/rounds/answer", data={"division": GRID, "kind": "confirm"}, follow_redirects=True)

    assert "两家排水沟" in before
    assert "路灯不亮" in before
    assert "别人登记的" not in before
    assert "确认回执(2 件)" in before
    assert "已收到回执(2 件),一次答复了 3 轮排查" in after.get_data(as_text=True)
    assert "现在开着的排查都已经回执了" in after.get_data(as_text=True)
    assert counted(RoundAnswer) == 3


def test_the_receipt_of_what_was_added_leads_back_to_the_open_round(sign_in, app_world, open_rounds):
    worker = sign_in("grid_worker")
    with transaction() as session:
        dispute = add_dispute(session, app_world).id
    assert "答复集中排查" in worker.get(f"/report/{dispute}").get_data(as_text=True)

    worker.post("/rounds/answer", data={"division": GRID, "kind": "confirm"})
    assert "答复集中排查" not in worker.get(f"/report/{dispute}").get_data(as_text=True)


def test_a_second_tap_changes_nothing_and_says_so(sign_in, open_rounds):
    client = sign_in("grid_worker")
    client.post("/rounds/answer", data={"division": GRID, **ZERO})

    page = client.post("/rounds/answer", data={"division": GRID, **ZERO}, follow_redirects=True).get_data(as_text=True)

    assert "之前已经回执过了" in page
    assert (counted(ScreeningReturn), counted(RoundAnswer)) == (1, 3)


def test_how_one_looked_is_kept_with_the_return(sign_in, open_rounds):
    client = sign_in("grid_worker")

    client.post("/rounds/answer", data={"division": GRID, **ZERO, "method_note": "走访 3 个组\x00"})

    with reading() as session:
        kept = session.scalars(select(ScreeningReturn)).one()
        assert kept.method_note == "入户走访、开会听意见(院坝会、小组会)、走访 3 个组"
        assert (kept.zero, kept.entries, kept.village_code) == (True, [], VILLAGE)


def test_what_was_logged_after_a_return_waits_for_the_next_round(sign_in, app_world, open_rounds, clock):
    client = sign_in("grid_worker")
    client.post("/rounds/answer", data={"division": GRID, **ZERO})
    with transaction() as session:
        add_dispute(session, app_world, division_code=GRID, at=NOW + timedelta(minutes=5), summary="新来的事")
    clock.advance(timedelta(days=3))
    with transaction() as session:
        open_due_rounds(session, now=clock.now())

    page = client.get("/rounds/answer", follow_redirects=True)
    page = sign_in("grid_worker").get(f"/rounds/answer?division={GRID}").get_data(as_text=True)

    assert "新来的事" in page
    assert "确认回执(1 件)" in page


def test_a_worker_with_two_grids_gets_one_row_each_and_answers_both_without_switching(sign_in, app_world, open_rounds):
    with transaction() as session:
        _second_grid(session, app_world)
    client = sign_in("grid_worker")

    rows = client.get("/rounds/answer").get_data(as_text=True)
    client.post("/rounds/answer", data={"division": GRID, **ZERO})
    page = client.post("/rounds/answer", data={"division": GRID2, **ZERO}, follow_redirects=True).get_data(as_text=True)

    assert "待回执(2)" in rows
    assert "已收到回执(零报告),一次答复了 3 轮排查" in page
    with reading() as session:
        assert len(set(session.scalars(select(ScreeningReturn.assignment_id)))) == 2


def _second_grid(session, world):
    from grid_app.models.accounts import Assignment

    other = add_account(session, world, "spare", Role.GRID_WORKER, "village", GRID2)
    session.get_one(Assignment, other).account_id = world.accounts["grid_worker"]


def test_a_village_lead_sees_its_grids_and_may_answer_for_the_whole_village(sign_in, open_rounds):
    client = sign_in("village_lead")

    rows = client.get("/rounds/answer").get_data(as_text=True)
    page = client.get(f"/rounds/answer?division={VILLAGE}").get_data(as_text=True)
    done = client.post("/rounds/answer", data={"division": VILLAGE, **ZERO}, follow_redirects=True)

    assert "云岭村第1网格" in rows
    assert "各网格" in page
    assert "等网格回执" in page
    assert "一次答复了 3 轮排查" in done.get_data(as_text=True)
    worker = sign_in("grid_worker").get(f"/rounds/answer?division={GRID}").get_data(as_text=True)
    assert "现在开着的排查都已经回执了" in worker


def test_a_grid_without_a_worker_falls_to_its_village(sign_in, app_world, open_rounds):
    from grid_app.models.accounts import Assignment

    with transaction() as session:
        session.get_one(Assignment, app_world.assignments["second_grid_worker"]).valid_to = NOW - timedelta(days=1)
    client = sign_in("village_lead")

    page = client.get(f"/rounds/answer?division={VILLAGE}").get_data(as_text=True)
    client.post("/rounds/answer", data={"division": GRID2, **ZERO})

    assert "没有网格员,点这里由村(社区)回执" in page
    assert counted(RoundAnswer) == 3


def test_the_township_officer_types_for_a_village(sign_in, open_rounds):
    client = sign_in("township_officer")

    rows = client.get("/rounds/answer").get_data(as_text=True)
    done = client.post("/rounds/answer", data={"division": "990101001202", **ZERO}, follow_redirects=True)

    assert "待回执(2)" in rows
    page = done.get_data(as_text=True)
    assert "一次答复了 3 轮排查" in page
    assert "还有 1 个地方待回执" in page


def test_a_closed_round_takes_no_return(sign_in, open_rounds):
    office = sign_in("county_officer")
    for round_id in open_rounds:
        office.post(f"/rounds/{round_id}/close")
    client = sign_in("grid_worker")

    page = client.post("/rounds/answer", data={"division": GRID, **ZERO}, follow_redirects=True).get_data(as_text=True)

    assert "现在没有进行中的排查,不用回执" in page
    assert counted(RoundAnswer) == 0
