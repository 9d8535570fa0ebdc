"""Rules of time limits and the working calendar as versioned policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.clocks import CalendarDay
from grid_app.queries.clocks import own_entries, rule_versions
from grid_app.services.clocks.rules import (
    DayEdit,
    RuleEdit,
    own_calendar,
    remove_day,
    rulebook,
    save_day,
    save_rule,
    seed_rules,
)
from tests.world import NOW

TODAY = local_date(NOW)
EDIT = RuleEdit(limit=2, unit="working_days", extension=0, basis="青溪县工作办法第三条", valid_from=TODAY, replaces=1)
DAY = DayEdit(date(2027, 2, 5), works=False, name="春节假期", basis="国务院办公厅通知")
OTHERS = ["county_lead", "sysadmin", "auditor", "township_lead", "grid_worker"]


@pytest.fixture(autouse=True)
def _seeded(session, world):
    seed_rules(session, NOW)


def save(session, world, edit=EDIT, *, code="triage", who="security_admin"):
    return save_rule(session, code=code, edit=edit, actor=world.actor(session, who), now=NOW)


@pytest.mark.parametrize("who", OTHERS)
def test_only_the_security_administrator_edits(session, world, who):
    actor = world.actor(session, who)
    with pytest.raises(ForbiddenError):
        save(session, world, who=who)
    with pytest.raises(ForbiddenError):
        save_day(session, edit=DAY, actor=actor, now=NOW)
    with pytest.raises(ForbiddenError):
        remove_day(session, day=DAY.day, actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 100_000}, "limit"),
        ({"unit": "moons"}, "unit"),
        ({"basis": " "}, "basis"),
        ({"basis": "长" * 201}, "basis"),
        ({"extension": 400}, "extension"),
        ({"extension": 3}, "extension"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
    ],
)
def test_a_rule_that_cannot_be_counted_by_is_refused(session, world, change, field):
    with pytest.raises(InvalidError, match="没有保存") as refused:
        save(session, world, replace(EDIT, **change))

    assert field in refused.value.fields
    assert len(rule_versions(session)["triage"]) == 1


def test_a_statutory_limit_changes_only_with_a_new_basis(session, world):
    law = rule_versions(session)["acceptance_notice"][0].rule.basis
    edit = replace(EDIT, limit=20, unit="days", basis=law)

    with pytest.raises(InvalidError, match="法律改了"):
        save(session, world, edit, code="acceptance_notice")
    assert save(session, world, replace(edit, basis="《信访工作条例》(修订)第二十三条"), code="acceptance_notice") == 2


def test_an_unknown_rule_is_not_found(session, world):
    with pytest.raises(NotFoundError):
        save(session, world, code="rain")


def test_the_second_of_two_editors_loses_politely(session, world):
    save(session, world)

    with pytest.raises(ConflictError, match="别人刚刚保存"):
        save(session, world)


def test_a_new_version_counts_from_its_day_on_and_is_audited(session, world):
    assert save(session, world, replace(EDIT, valid_from=TODAY + timedelta(days=10))) == 2

    book = rulebook(session, ["triage"], now=NOW)
    assert book.rule("triage", started_at=NOW).version == 1
    assert book.rule("triage", started_at=NOW + timedelta(days=10)).version == 2
    link = session.scalars(select(AuditEvent).where(AuditEvent.action == "deadline_rule.saved")).one()
    assert link.details == {"code": "triage", "version": 2, "limit": 2, "unit": "working_days"}


def test_the_same_count_is_made_once_and_keeps_each_moment(session, world):
    book = rulebook(session, ["triage"], now=NOW)
    rule = book.rule("triage", started_at=NOW)

    first = book.count(rule, started_at=NOW)
    second = book.count(rule, started_at=NOW + timedelta(hours=1))

    assert first.due_at == second.due_at
    assert second.started_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("change", "field"), [({"name": ""}, "name"), ({"basis": " "}, "basis"), ({"name": "假" * 31}, "name")]
)
def test_a_day_without_name_or_basis_is_refused(session, world, change, field):
    with pytest.raises(InvalidError) as refused:
        save_day(session, edit=replace(DAY, **change), actor=world.actor(session, "security_admin"), now=NOW)

    assert field in refused.value.fields


def test_an_own_day_counts_can_be_changed_and_taken_out(session, world):
    admin = world.actor(session, "security_admin")
    save_day(session, edit=DAY, actor=admin, now=NOW)
    session.flush()
    assert not own_calendar(session).look(DAY.day).works
    assert [one.day for one in own_entries(session)] == [DAY.day]

    save_day(session, edit=replace(DAY, works=True), actor=admin, now=NOW)
    session.flush()
    assert own_calendar(session).look(DAY.day).works

    remove_day(session, day=DAY.day, actor=admin, now=NOW)
    session.flush()
    assert session.scalars(select(CalendarDay)).all() == []
    with pytest.raises(NotFoundError):
        remove_day(session, day=DAY.day, actor=admin, now=NOW)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert actions == ["calendar_day.saved", "calendar_day.saved", "calendar_day.removed"]
