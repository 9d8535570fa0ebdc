"""Accounts: exclusion of administrator roles, own area only, and what ends with an assignment or account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, Assignment, AuditEvent, DeviceToken, Notice
from grid_app.models.escalations import PushSubscription
from grid_app.policy import Role
from grid_app.queries.accounts import grids_without_worker, responsible_assignments
from grid_app.security.passwords import hash_password
from grid_app.services.accounts import staff as service
from grid_app.services.accounts.actors import actors_of
from grid_app.services.accounts.assignments import WantedAssignment, assign, end_assignment, wanted_assignment
from grid_app.services.accounts.devices import register_device
from tests.world import BEGIN, COUNTY, NOW, World, add_account

HASH = hash_password("Given-Out-1")


@pytest.fixture
def admin(session: Session, world: World):
    return world.actor(session, Role.SECURITY_ADMIN)


def place(world: World, role: Role, unit: str, division: str) -> WantedAssignment:
    return WantedAssignment(role, world.units[unit], division)


def add(session: Session, admin, wanted: WantedAssignment, login: str = "new.person"):
    made = service.new_account(login=login, display_name="新来的", assignment=wanted)
    return service.add_account(session, wanted=made, password_hash=HASH, actor=admin, now=NOW)


@pytest.mark.parametrize("login", ["", "a", "名字", "has space", "-dash", "x" * 41, "a\x00b"])
def test_a_login_that_nobody_could_type_is_refused(login: str, world: World):
    with pytest.raises(InvalidError) as refused:
        service.new_account(login=login, display_name="某", assignment=place(world, Role.AUDITOR, "county", COUNTY))

    assert list(refused.value.fields) == ["login"]


def test_a_name_is_needed():
    with pytest.raises(InvalidError) as refused:
        service.new_account(login="abc", display_name="  ", assignment=WantedAssignment(Role.AUDITOR, new_id(), "1"))

    assert list(refused.value.fields) == ["display_name"]


def test_an_empty_form_names_every_field():
    with pytest.raises(InvalidError) as refused:
        wanted_assignment(role="king", unit="x", division=" ")

    assert set(refused.value.fields) == {"role", "unit", "division"}


def test_a_login_in_use_is_refused_whatever_its_capitals(session, world, admin):
    with pytest.raises(ConflictError):
        add(session, admin, place(world, Role.AUDITOR, "county", COUNTY), login="Grid_Worker")


@pytest.mark.parametrize(
    ("role", "unit", "division", "field"),
    [
        (Role.GRID_WORKER, "township", "990101001", "role"),
        (Role.TOWNSHIP_LEAD, "township", "990101001201", "role"),
        (Role.AUDITOR, "county", "990101001", "role"),
        (Role.GRID_WORKER, "village", "990101002201J001", "unit"),
        (Role.TOWNSHIP_LEAD, "township2", "990101001", "unit"),
        (Role.GRID_WORKER, "village", "000000", "division"),
    ],
)
def test_role_unit_and_place_must_fit(session, world, admin, role, unit, division, field):
    with pytest.raises(InvalidError) as refused:
        add(session, admin, place(world, role, unit, division))

    assert list(refused.value.fields) == [field]


def test_a_new_account_must_change_its_password_and_is_in_the_audit_trail(session, world, admin):
    made = add(session, admin, place(world, Role.GRID_WORKER, "village", "990101001201J002"))

    account = session.get_one(Account, made)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert account.must_change_password
    assert [actor.role for actor in actors_of(session, made, now=NOW)] == [Role.GRID_WORKER]
    assert actions == ["account.added", "assignment.added"]


@pytest.mark.parametrize("held", [Role.SYSADMIN, Role.AUDITOR, Role.COUNTY_OFFICER])
@pytest.mark.parametrize("wanted", [Role.SYSADMIN, Role.AUDITOR, Role.SECURITY_ADMIN])
def test_roles_that_exclude_each_other_are_refused(session, world, admin, held, wanted):
    if held is wanted:
        return
    with pytest.raises(ConflictError) as refused:
        assign(
            session,
            account_id=world.accounts[held],
            wanted=place(world, wanted, "county", COUNTY),
            actor=admin,
            now=NOW,
        )

    assert refused.value.code == "roles_exclude"


def test_an_administrator_gets_no_role_with_content_beside(session, world, admin):
    with pytest.raises(ConflictError):
        assign(
            session,
            account_id=world.accounts["auditor"],
            wanted=place(world, Role.COUNTY_OFFICER, "county", COUNTY),
            actor=admin,
            now=NOW,
        )


def test_one_account_may_hold_two_roles_with_content(session, world, admin):
    wanted = place(world, Role.MEDIATOR, "mediation", "990101001201")
    assign(session, account_id=world.accounts["village_lead"], wanted=wanted, actor=admin, now=NOW)

    roles = [actor.role for actor in actors_of(session, world.accounts["village_lead"], now=NOW)]
    assert roles == [Role.VILLAGE_LEAD, Role.MEDIATOR]
    with pytest.raises(ConflictError):
        assign(session, account_id=world.accounts["village_lead"], wanted=wanted, actor=admin, now=NOW)


def test_nobody_gives_himself_a_role(session, world, admin):
    with pytest.raises(ForbiddenError):
        assign(
            session,
            account_id=admin.account_id,
            wanted=place(world, Role.SECURITY_ADMIN, "county_lead", COUNTY),
            actor=admin,
            now=NOW,
        )


def test_an_account_of_another_area_is_not_there(session, world):
    add_account(session, world, "far_admin", Role.SECURITY_ADMIN, "township2", "990101002")
    far = world.actor(session, "far_admin")

    for account in ("grid_worker", "county_lead"):
        with pytest.raises(NotFoundError):
            service.disable_account(session, account_id=world.accounts[account], actor=far, now=NOW)
        with pytest.raises(NotFoundError):
            end_assignment(session, assignment_id=world.assignments[account], actor=far, now=NOW)


def test_the_last_security_administrator_stays(session, world, admin):
    add_account(session, world, "second_admin", Role.SECURITY_ADMIN, "county", COUNTY)
    second = world.actor(session, "second_admin")
    service.disable_account(session, account_id=admin.account_id, actor=second, now=NOW)

    with pytest.raises(ForbiddenError):
        service.disable_account(session, account_id=second.account_id, actor=second, now=NOW)
    with pytest.raises(ConflictError):
        end_assignment(session, assignment_id=second.assignment_id, actor=admin, now=NOW)


def _phone_and_subscription(session, world, name):
    actor = world.actor(session, name)
    register_device(session, actor=actor, label="一号手机", pin="2580", days=30, now=NOW)
    session.add(
        PushSubscription(
            account_id=actor.account_id,
            assignment_id=actor.assignment_id,
            unit_id=actor.unit_id,
            endpoint=f"https://push.invalid/{name}",
            p256dh="x",
            auth="x",
            created_at=NOW,
        )
    )


def test_what_hangs_on_an_assignment_ends_with_it(session, world, admin):
    _phone_and_subscription(session, world, "grid_worker")
    _phone_and_subscription(session, world, "village_lead")

    end_assignment(session, assignment_id=world.assignments["grid_worker"], actor=admin, now=NOW)

    revoked = {row.account_id for row in session.scalars(select(DeviceToken)) if row.revoked_at}
    dropped = {row.account_id for row in session.scalars(select(PushSubscription)) if row.dropped_at}
    assert revoked == dropped == {world.accounts["grid_worker"]}
    assert actors_of(session, world.accounts["grid_worker"], now=NOW) == []
    with pytest.raises(NotFoundError):
        end_assignment(session, assignment_id=world.assignments["grid_worker"], actor=admin, now=NOW)


def test_a_disabled_account_acts_as_nothing_until_it_is_taken_back(session, world, admin):
    account = world.accounts["township_lead"]
    service.disable_account(session, account_id=account, actor=admin, now=NOW)
    before = actors_of(session, account, now=NOW)
    service.enable_account(session, account_id=account, actor=admin, now=NOW)

    assert before == []
    assert [actor.role for actor in actors_of(session, account, now=NOW)] == [Role.TOWNSHIP_LEAD]


def test_a_reset_password_unlocks_and_tells_the_account(session, world, admin):
    account = session.get_one(Account, world.accounts["township_lead"])
    account.locked_until = NOW + timedelta(minutes=10)
    service.reset_password(session, account_id=account.id, password_hash=HASH, actor=admin, now=NOW)

    notice = session.scalars(select(Notice).where(Notice.account_id == account.id)).one()
    assert (account.locked_until, account.must_change_password) == (None, True)
    assert "重设" in notice.text


def names(rows):
    return [row.display_name for row in rows]


def test_a_grid_without_a_worker_falls_to_the_village_lead(session, world, admin):
    grid = "990101001201J001"
    before = names(responsible_assignments(session, grid, now=NOW))
    end_assignment(session, assignment_id=world.assignments["grid_worker"], actor=admin, now=NOW)

    assert before == ["grid_worker甲"]
    assert names(responsible_assignments(session, grid, now=NOW)) == ["village_lead甲"]
    assert grid in grids_without_worker(session, path="/990101/990101001/", now=NOW)


def test_a_worker_for_the_whole_village_answers_for_its_empty_grids(session, world):
    add_account(session, world, "village_worker", Role.GRID_WORKER, "village2", "990101002201")

    assert names(responsible_assignments(session, "990101002201J002", now=NOW)) == ["village_worker甲"]
    assert grids_without_worker(session, path="/990101/990101002/990101002201/", now=NOW) == []


@pytest.mark.parametrize("code", ["990101002202J001", "990101001", "no such place"])
def test_nobody_answers_for_an_empty_village_a_township_or_nowhere(session, world, code):
    assert responsible_assignments(session, code, now=NOW) == []


def test_a_future_assignment_counts_for_the_exclusion_already(session, world, admin):
    row = session.get_one(Assignment, world.assignments["auditor"])
    row.valid_from, row.valid_to = BEGIN + timedelta(days=700), None

    with pytest.raises(ConflictError):
        assign(
            session,
            account_id=world.accounts["auditor"],
            wanted=place(world, Role.SYSADMIN, "county", COUNTY),
            actor=admin,
            now=NOW,
        )
