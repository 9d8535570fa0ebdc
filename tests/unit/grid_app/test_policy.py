"""Who may do what: administrators see no content, everybody only the own area, lent actions name the lender."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from uuid import UUID

import pytest

from grid_app.policy import (
    ADMIN_ROLES,
    DELEGABLE,
    NOTHING,
    PERMITTED,
    Action,
    Actor,
    Role,
    acting_for,
    allows,
    as_used,
    covers,
    dispute_scope,
    roles_exclude_each_other,
)

LEADER, OTHER_LEADER = UUID(int=7), UUID(int=8)
CONTENT = (
    Action.REPORT_DISPUTE,
    Action.READ_DISPUTES,
    Action.ADD_TO_DISPUTE,
    Action.HANDLE_DISPUTE,
    Action.CONFIRM_BAND,
    Action.REVEAL_PARTY,
    Action.IMPORT_DISPUTES,
    Action.READ_ROUNDS,
    Action.READ_FINDINGS,
    Action.DECIDE_FINDING,
    Action.READ_INBOX,
    Action.ACKNOWLEDGE,
    Action.READ_MAP,
)


def actor(role: Role, **changes) -> Actor:
    made = Actor(
        account_id=UUID(int=1),
        assignment_id=UUID(int=2),
        role=role,
        unit_id=UUID(int=3),
        division_code="990101001",
        division_path="/990101/990101001/",
    )
    return replace(made, **changes)


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_an_administrator_may_do_nothing_with_disputes(role):
    assert not [action for action in CONTENT if allows(actor(role), action)]
    assert dispute_scope(actor(role)) == NOTHING


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_an_administrator_gets_no_content_by_delegation(role):
    lent = actor(role, delegated=frozenset(DELEGABLE), lent_by=tuple((action, LEADER) for action in DELEGABLE))

    assert not [action for action in DELEGABLE if allows(lent, action)]
    assert [acting_for(lent, action) for action in DELEGABLE] == [None] * len(DELEGABLE)


@pytest.mark.parametrize("pair", list(combinations(sorted(ADMIN_ROLES), 2)))
def test_two_administrator_roles_exclude_each_other(pair):
    assert roles_exclude_each_other(frozenset(pair))


@pytest.mark.parametrize("admin", sorted(ADMIN_ROLES))
@pytest.mark.parametrize("content", sorted(set(Role) - ADMIN_ROLES))
def test_an_administrator_role_excludes_every_role_with_content(admin, content):
    assert roles_exclude_each_other(frozenset({admin, content}))


def test_roles_with_content_may_be_held_together():
    assert not roles_exclude_each_other(frozenset(set(Role) - ADMIN_ROLES))


def test_nobody_signed_in_may_do_public_things_only():
    assert [action for action in Action if allows(None, action)] == [Action.PUBLIC]


def test_a_neighbouring_township_is_not_covered():
    township = actor(Role.TOWNSHIP_LEAD)

    assert not covers(township, "/990101/990101002/")
    assert not covers(township, "/990101/")
    assert not covers(township, "/990101/9901010011/")
    assert covers(township, "/990101/990101001/990101001201/")


def test_the_scope_of_each_role_is_its_own_subtree():
    for role in set(Role) - ADMIN_ROLES:
        scope = dispute_scope(actor(role))
        assert scope.paths == ("/990101/990101001/",)
        assert scope.unit_id == UUID(int=3)


def test_sealed_matters_reach_the_county_lead_alone():
    assert [role for role in Role if dispute_scope(actor(role)).sees_sealed] == [Role.COUNTY_LEAD]


def test_county_only_matters_reach_the_county_alone():
    assert {role for role in Role if dispute_scope(actor(role)).sees_county_only} == {
        Role.COUNTY_OFFICER,
        Role.COUNTY_LEAD,
    }


def test_a_mediator_sees_only_what_came_to_the_mediator():
    assert [role for role in Role if dispute_scope(actor(role)).own_and_assigned_only] == [Role.MEDIATOR]


def test_an_action_that_cannot_be_lent_is_refused_even_when_it_stands_in_the_row():
    forged = actor(Role.TOWNSHIP_OFFICER, delegated=frozenset({Action.MANAGE_ACCOUNTS, Action.READ_AUDIT}))

    assert not allows(forged, Action.MANAGE_ACCOUNTS)
    assert not allows(forged, Action.READ_AUDIT)


def test_a_lent_action_names_its_own_lender():
    officer = actor(
        Role.TOWNSHIP_OFFICER,
        delegated=frozenset({Action.DECIDE_FINDING}),
        lent_by=((Action.DECIDE_FINDING, LEADER), (Action.ACKNOWLEDGE, OTHER_LEADER)),
    )

    assert allows(officer, Action.DECIDE_FINDING)
    assert acting_for(officer, Action.DECIDE_FINDING) == LEADER
    assert as_used(officer, Action.DECIDE_FINDING).acting_for == LEADER


def test_an_action_in_the_own_right_names_no_lender():
    officer = actor(
        Role.TOWNSHIP_OFFICER,
        delegated=frozenset({Action.HANDLE_DISPUTE}),
        lent_by=((Action.HANDLE_DISPUTE, LEADER),),
    )

    assert acting_for(officer, Action.HANDLE_DISPUTE) is None
    assert as_used(replace(officer, acting_for=LEADER), Action.HANDLE_DISPUTE).acting_for is None


def test_every_action_names_who_may_do_it():
    assert set(PERMITTED) == set(Action)
    assert {action for action in Action if not PERMITTED[action]} == set()
