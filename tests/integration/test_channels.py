"""Endpoints of offices: who may enter them, what is kept, what is audited, and what the last one leaves behind."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent, Notice
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import OutboxMessage
from grid_app.policy import Role
from grid_app.queries.channels import is_last_way, last_test, successors_of
from grid_app.services.channels.disabling import disable_endpoint
from grid_app.services.channels.endpoints import Entry, add_endpoint, rename_endpoint, replace_endpoint
from grid_app.services.channels.reading import Config, read_config
from grid_app.services.channels.testing import send_endpoint_test
from tests.channels_world import BORDER, CIPHER, DINGTALK_TOKEN, put_endpoint, put_message, standing_alarms
from tests.escalation_world import add_subscription
from tests.world import NOW, World

SECRET = "SECabc123"


def robot(token: str = DINGTALK_TOKEN) -> Config:
    return read_config("dingtalk", {"key": token, "secret": SECRET}, border=BORDER)


def add(session: Session, world: World, *, unit: str = "township", name: str = "值班群", token: str = DINGTALK_TOKEN):
    return add_endpoint(
        session, unit_id=world.units[unit], entry=Entry("dingtalk", name, robot(token)), cipher=CIPHER,
        actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW,
    )  # fmt: skip


def test_an_endpoint_is_kept_sealed_under_its_own_id(session: Session, world: World):
    found = add(session, world)

    row = session.get_one(ChannelEndpoint, found)
    held = json.loads(CIPHER.decrypt(row.sealed, context=f"channel_endpoints.sealed:{found}"))
    assert held == {"token": DINGTALK_TOKEN, "secret": SECRET}
    assert (row.kind, row.name, row.hint) == ("dingtalk", "值班群", "尾号 cdef")


def test_the_audit_trail_holds_the_kind_and_never_the_secret(session: Session, world: World):
    found = add(session, world)

    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "channel.added")).one()
    assert (event.target_id, event.details) == (str(found), {"kind": "dingtalk"})


@pytest.mark.parametrize("role", [Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.AUDITOR])
def test_nobody_but_an_administrator_of_channels_enters_one(session: Session, world: World, role: Role):
    with pytest.raises(ForbiddenError):
        add_endpoint(
            session, unit_id=world.units["township"], entry=Entry("dingtalk", "群", robot()), cipher=CIPHER,
            actor=world.actor(session, role), now=NOW,
        )  # fmt: skip


def test_only_offices_that_escalations_are_told_to_have_channels(session: Session, world: World):
    with pytest.raises(NotFoundError):
        add(session, world, unit="village")


@pytest.mark.parametrize("name", ["", " ", "长" * 61, "打 13812345678", "稳控群"])
def test_a_name_is_short_and_holds_no_person(session: Session, world: World, name: str):
    with pytest.raises(InvalidError) as refused:
        add(session, world, name=name)

    assert set(refused.value.fields) == {"name"}


def test_one_robot_stands_for_one_office(session: Session, world: World):
    add(session, world)

    with pytest.raises(ConflictError, match="东河镇人民政府"):
        add(session, world, unit="county")


def test_a_new_configuration_is_a_new_endpoint_and_what_waits_goes_there(session: Session, world: World):
    old = add(session, world)
    put_message(session, at=NOW, state="due", endpoint=old)
    admin = world.actor(session, Role.SYSADMIN)

    new = replace_endpoint(
        session, endpoint_id=old, config=robot("f" * 64), cipher=CIPHER, actor=admin, now=NOW + timedelta(hours=1)
    )

    session.expire_all()
    assert session.get_one(ChannelEndpoint, old).disabled_reason == "换新的"
    assert session.get_one(ChannelEndpoint, new).name == "值班群"
    assert session.scalars(select(OutboxMessage.endpoint_id)).one() == new


def test_the_same_robot_may_get_another_secret(session: Session, world: World):
    old, admin = add(session, world), world.actor(session, Role.SYSADMIN)

    new = replace_endpoint(session, endpoint_id=old, config=robot(), cipher=CIPHER, actor=admin, now=NOW)

    assert session.get_one(ChannelEndpoint, new).disabled_at is None


def test_a_new_name_keeps_the_endpoint(session: Session, world: World):
    found = add(session, world)

    rename_endpoint(session, endpoint_id=found, name="夜班群", actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW)

    assert session.get_one(ChannelEndpoint, found).name == "夜班群"


def test_disabling_asks_for_a_reason_and_stops_what_waits(session: Session, world: World):
    found, admin = add(session, world), world.actor(session, Role.SECURITY_ADMIN)
    put_endpoint(session, world, kind="mail", at=NOW)
    put_message(session, at=NOW, state="due", endpoint=found)
    with pytest.raises(InvalidError) as refused:
        disable_endpoint(session, endpoint_id=found, reason=" ", successor_id=None, actor=admin, now=NOW)

    disable_endpoint(session, endpoint_id=found, reason="群已解散", successor_id=None, actor=admin, now=NOW)

    session.expire_all()
    assert set(refused.value.fields) == {"reason"}
    assert session.get_one(ChannelEndpoint, found).disabled_at == NOW
    assert session.scalars(select(OutboxMessage.state)).all() == ["stopped"]
    assert standing_alarms(session) == {}
    with pytest.raises(NotFoundError):
        send_endpoint_test(session, endpoint_id=found, actor=admin, now=NOW)


def test_the_last_way_of_an_office_goes_only_when_somebody_is_named_to_see_to_the_next(session: Session, world: World):
    found, admin = add(session, world), world.actor(session, Role.SECURITY_ADMIN)
    put_endpoint(session, world, kind="phone", at=NOW)
    stranger = world.units["township2"]
    for successor in (None, stranger):
        with pytest.raises(InvalidError) as refused:
            disable_endpoint(
                session, endpoint_id=found, reason="群已解散", successor_id=successor, actor=admin, now=NOW
            )
        assert set(refused.value.fields) == {"successor"}

    county = world.units["county"]
    disable_endpoint(session, endpoint_id=found, reason="群已解散", successor_id=county, actor=admin, now=NOW)

    text = standing_alarms(session)[f"unit:{world.units['township']}"]
    assert "东河镇人民政府" in text
    assert "请青溪县信访工作联席会议办公室负责补上" in text
    told = session.scalars(select(Notice.account_id).where(Notice.kind == "channel_missing")).all()
    assert told == [world.accounts["county_officer"]]


def test_an_office_with_a_live_device_has_another_way(session: Session, world: World):
    found = add(session, world)
    before = is_last_way(session, found)

    add_subscription(session, world, "township_officer")

    assert (before, is_last_way(session, found)) == (True, False)


def test_who_may_be_named_is_the_office_itself_and_those_of_its_county(session: Session, world: World):
    named = [one.unit_id for one in successors_of(session, world.units["township"])]

    assert named[0] == world.units["township"]
    assert set(named[1:]) == {world.units["county"], world.units["county_lead"]}


def test_a_test_goes_through_the_outbox_once_a_minute(session: Session, world: World):
    found, admin = add(session, world), world.actor(session, Role.SYSADMIN)

    first = send_endpoint_test(session, endpoint_id=found, actor=admin, now=NOW)
    second = send_endpoint_test(session, endpoint_id=found, actor=admin, now=NOW)

    row = session.scalars(select(OutboxMessage)).one()
    assert (first, second) == (True, False)
    assert (row.purpose, row.channel, row.unit_id, row.state) == ("test", "dingtalk", world.units["township"], "due")


def test_the_page_learns_how_the_last_test_ended(session: Session, world: World):
    found = add(session, world)
    put_message(session, at=NOW, endpoint=found, purpose="test")
    put_message(session, at=NOW + timedelta(minutes=2), endpoint=found, purpose="test", state="failed", code="310000")

    end = last_test(session, found)

    assert end is not None
    assert (end.state, end.code) == ("failed", "310000")


def test_a_telephone_is_rung_by_a_person(session: Session, world: World):
    phone = put_endpoint(session, world, kind="phone", at=NOW)

    with pytest.raises(InvalidError, match="由人来试打"):
        send_endpoint_test(session, endpoint_id=phone, actor=world.actor(session, Role.SYSADMIN), now=NOW)
