"""The pages of follow-up visits: list, form, whom to ask, who makes it, on a dispute and on the start pages."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUpVisit
from tests.follow_ups_world import audited, close_yesterday, dispute_now, follow_ups, history, states
from tests.rounds_world import counted
from tests.web.forms import FreshClient, fields_of
from tests.world import PASSWORD, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def client_of(app: Flask, app_world: World):
    app.test_client_class = FreshClient

    def client(name: str):
        made = app.test_client()
        assert made.post("/sign-in", data={"login": name, "password": PASSWORD}).status_code == 302
        return made

    return client


@pytest.fixture
def closed(app: Flask, app_world: World):
    return close_yesterday(app_world)


def address(day: int = 1) -> str:
    return f"/follow-ups/{follow_ups()[day].id}"


def sent(page, path: str, **typed: str) -> dict[str, str]:
    """Return what a browser sends: the page's own fields with what was typed."""
    found = {name: values[0] for name, values in fields_of(page.get_data(as_text=True), path).items()}
    return found | typed


# --- refusals ---------------------------------------------------------------------------------------------------


def test_somebody_elses_visit_is_refused_in_view_and_unknown_outside(client_of, closed) -> None:
    assert client_of("village_lead").get(address()).status_code == 403
    assert client_of("other_grid_worker").get(address()).status_code == 404
    assert client_of("other_grid_worker").post(f"{address()}/contacts").status_code == 404
    assert not audited("follow_up.contacts_given")


def test_an_unanswered_form_says_what_is_missing_and_keeps_the_words(client_of, closed) -> None:
    client = client_of("grid_worker")
    fields = sent(client.get(address()), address(), note="敲了门")

    answer = client.post(address(), data=fields)

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "请选回访的结果" in text
    assert "请选是上门还是电话" in text
    assert "敲了门" in text
    assert counted(FollowUpVisit) == 0


def test_a_relapse_needs_its_words(client_of, closed) -> None:
    client = client_of("grid_worker")
    fields = sent(client.get(address()), address(), outcome="relapsed", way="visit", note="又吵")

    answer = client.post(address(), data=fields)

    assert answer.status_code == 422
    assert "至少 5 个字" in answer.get_data(as_text=True)
    assert set(states().values()) == {"due"}


def test_a_carrier_is_named_by_offices_out_of_the_list_only(client_of, closed, app_world: World) -> None:
    stranger = str(app_world.assignments["other_grid_worker"])
    assert client_of("grid_worker").post(f"{address()}/carrier", data={"carrier": stranger}).status_code == 403
    officer = client_of("township_officer")
    for typed in (stranger, "x", str(app_world.assignments["county_officer"])):
        officer.post(f"{address()}/carrier", data={"carrier": typed})
    assert client_of("other_township_lead").post(f"{address()}/carrier", data={"carrier": ""}).status_code == 404

    assert {one.carrier_id for one in follow_ups().values()} == {app_world.assignments["grid_worker"]}


# --- the list and the form --------------------------------------------------------------------------------------


def test_the_list_has_each_matter_once_and_counts_nobody(client_of, closed) -> None:
    page = BeautifulSoup(client_of("grid_worker").get("/follow-ups").get_data(as_text=True), "lxml")

    assert [heading.get_text() for heading in page.find_all("h2")] == ["到日子了"]
    assert len(page.select(".cell")) == 1  # the later visits of the same matter stand on its form
    assert "村口第二家" in page.get_text()
    assert "王某甲" not in page.get_text()
    assert not page.select(".count")


def test_nothing_due_says_so(client_of, app_world: World) -> None:
    assert "现在没有要回访的" in client_of("second_grid_worker").get("/follow-ups").get_data(as_text=True)


def test_a_visit_is_saved_once_however_often_it_is_tapped(client_of, closed) -> None:
    client = client_of("grid_worker")
    fields = sent(client.get(address()), address(), outcome="settled", way="phone", note="租金收到了")

    first, second = client.post(address(), data=fields), client.post(address(), data=fields)

    assert (first.status_code, second.status_code) == (302, 302)
    assert counted(FollowUpVisit) == 1
    assert states()[1] == "settled"
    assert history(closed)[-1][2]["via"] == "form"
    assert "这次回访已经有了结果" in client.get(address()).get_data(as_text=True)


def test_a_relapse_leads_the_matter_back_to_the_office(client_of, closed) -> None:
    client = client_of("grid_worker")
    fields = sent(client.get(address()), address(), outcome="relapsed", way="visit", note="水沟又被堵上了")

    answer = client.post(address(), data=fields, follow_redirects=True)

    assert "已重新办理" in answer.get_data(as_text=True)
    assert dispute_now(closed).state == "reopened"


def test_whom_to_ask_is_masked_on_the_form_and_logged_each_time_it_is_opened(client_of, closed) -> None:
    client = client_of("grid_worker")
    form = client.get(address()).get_data(as_text=True)
    assert "王**" in form
    assert "13800000000" not in form

    opened = client.post(f"{address()}/contacts")
    client.post(f"{address()}/contacts")

    assert "王某甲" in opened.get_data(as_text=True)
    assert "tel:13800000000" in opened.get_data(as_text=True)
    assert "no-store" in opened.headers["Cache-Control"]
    assert [one.target_id for one in audited("follow_up.contacts_given")] == [str(closed)] * 2


# --- who makes it -----------------------------------------------------------------------------------------------


def test_the_township_names_somebody_else_who_is_told_and_finds_it(client_of, closed, app_world: World) -> None:
    officer, colleague = client_of("township_officer"), client_of("second_grid_worker")
    page = officer.get(f"/disputes/{closed}")
    assert "11月20日(周五) · 待回访" in page.get_data(as_text=True)
    fields = sent(page, f"{address()}/carrier", carrier=str(app_world.assignments["second_grid_worker"]))

    answer = officer.post(f"{address()}/carrier", data=fields)

    assert answer.location.startswith(f"/disputes/{closed}")
    assert {one.carrier_id for one in follow_ups().values()} == {app_world.assignments["second_grid_worker"]}
    assert history(closed)[-1][0] == "carrier_named"
    assert "的回访交给您" in colleague.get("/").get_data(as_text=True)
    assert colleague.get(address()).status_code == 200
    assert "到了回访的日子" not in client_of("grid_worker").get("/").get_data(as_text=True)


def test_what_nobody_carries_is_made_by_the_unit_that_handled_it(client_of, closed) -> None:
    officer = client_of("township_officer")
    officer.post(f"{address()}/carrier", data={"carrier": ""})

    text = officer.get("/follow-ups").get_data(as_text=True)
    fields = sent(officer.get(address()), address(), outcome="declined", way="phone")
    officer.post(address(), data=fields)

    assert "由本单位回访" in text
    assert "到日子的回访" not in officer.get("/").get_data(as_text=True)
    assert set(states().values()) == {"declined"}


def test_the_start_page_of_a_worker_tells_what_is_due_and_else_the_next_day(client_of, closed, clock) -> None:
    client = client_of("grid_worker")
    assert "到了回访的日子" in client.get("/").get_data(as_text=True)
    fields = sent(client.get(address()), address(), outcome="settled", way="visit")
    client.post(address(), data=fields)

    assert "最早一次:11月22日(周日)" in client.get("/").get_data(as_text=True)


def test_a_unit_complained_of_neither_sees_nor_makes_the_visit(client_of, closed, app_world: World) -> None:
    with transaction() as session:
        session.get_one(Dispute, closed).about_unit_id = app_world.units["village"]

    client = client_of("grid_worker")

    assert client.get(address()).status_code == 404
    assert "现在没有要回访的" in client.get("/follow-ups").get_data(as_text=True)
    assert "由本单位回访" in client_of("township_officer").get("/follow-ups").get_data(as_text=True)
