"""Duty phones of offices: who may name them, what is taken, and that the worker's phone is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent, Unit
from grid_app.queries.field import duty_of
from tests.web.forms import fields_of
from tests.world import World


def address_of(world: World, unit: str) -> str:
    return f"/offices/{world.units[unit]}/duty-phone"


def phone_of(world: World, unit: str) -> str:
    with reading() as session:
        return session.scalars(select(Unit.duty_phone).where(Unit.id == world.units[unit])).one()


@pytest.mark.parametrize("role", ["township_lead", "county_lead", "security_admin"])
def test_whoever_leads_names_the_phone_and_the_worker_is_shown_it(sign_in, app_world, role):
    client, address = sign_in(role), address_of(app_world, "township")
    form = fields_of(client.get("/offices").get_data(as_text=True), address)

    done = client.post(address, data=form | {"duty_phone": [" 0736-7654321  转 2 "]}, follow_redirects=True)

    assert "值班电话已保存" in done.get_data(as_text=True)
    with reading() as session:
        worker = app_world.actor(session, "grid_worker")
        assert duty_of(session, path=worker.division_path).phone == "0736-7654321 转 2"
        assert "office.duty_phone_saved" in session.scalars(select(AuditEvent.action)).all()


@pytest.mark.parametrize(
    "role", ["grid_worker", "mediator", "township_officer", "county_officer", "sysadmin", "auditor"]
)
def test_nobody_else_sees_the_page(sign_in, app_world, role):
    assert sign_in(role).get("/offices").status_code == 403


def test_a_township_names_no_other_phone_than_its_own(sign_in, app_world):
    client = sign_in("township_lead")
    assert address_of(app_world, "county") not in client.get("/offices").get_data(as_text=True)

    refused = client.post(address_of(app_world, "county"), data={"duty_phone": "0736-7654321"})

    assert refused.status_code == 404
    assert phone_of(app_world, "county") == "0736-0000000"


@pytest.mark.parametrize("phone", ["没有", "12", "0736-12345; rm", "1" * 41, "<b>110110</b>"])
def test_what_is_no_number_is_refused_in_words_and_kept_on_the_page(sign_in, app_world, phone):
    answer = sign_in("township_lead").post(address_of(app_world, "township"), data={"duty_phone": phone})

    assert answer.status_code == 422
    assert "请写能打通的号码" in answer.get_data(as_text=True)
    assert phone_of(app_world, "township") == "0736-0000000"


def test_an_empty_phone_leaves_the_county_to_be_called(sign_in, app_world):
    sign_in("township_lead").post(address_of(app_world, "township"), data={"duty_phone": ""})

    with reading() as session:
        worker = app_world.actor(session, "grid_worker")
        assert duty_of(session, path=worker.division_path).phone == phone_of(app_world, "county")
