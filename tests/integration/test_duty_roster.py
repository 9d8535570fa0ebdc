"""Rosters in the database: patterns against hand edits, leave and substitutes, rights that end, what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Account, Assignment, AuditEvent, Delegation, Notice, Unit
from grid_app.models.duty_roster import RosterLeave, RosterPattern, RosterPlace, RosterShift
from grid_app.policy import Action, Role
from grid_app.queries.on_duty import has_roster, on_duty
from grid_app.queries.roster_pages import people_of, shifts_between
from grid_app.services.duty_roster.access import office_to_edit
from grid_app.services.duty_roster.generating import foresee, generate_all
from grid_app.services.duty_roster.keeping import KEPT_AFTER, end_roster, forget_past
from grid_app.services.duty_roster.leave import WantedLeave, end_leave, take_leave
from grid_app.services.duty_roster.patterns import end_pattern, save_pattern
from grid_app.services.duty_roster.shifts import WantedShift, add_shift, call_off, change_shift, give_back
from notifications.roster import DEPUTY, MAIN, OnDuty, Span
from tests.roster_world import HOUR, TODAY, County, later
from tests.world import NOW, add_account


@pytest.fixture
def county(session, world) -> County:
    return County(session, world)


def rows(county: County) -> list[RosterShift]:
    asked = select(RosterShift).where(RosterShift.unit_id == county.unit).order_by(RosterShift.starts_at)
    return list(county.session.scalars(asked))


def people(county: County, shift: RosterShift) -> list:
    asked = select(RosterPlace.assignment_id).where(RosterPlace.shift_id == shift.id).order_by(RosterPlace.position)
    return list(county.session.scalars(asked))


def leave(county: County, who, begins: float, ends: float, substitute=None) -> None:
    wanted = WantedLeave(who, later(begins), later(ends), substitute)
    take_leave(county.session, county.office, wanted, actor=county.actor, now=NOW)


def test_who_is_on_duty_comes_first_the_deputies_after(session, county):
    county.shift(-1, 8, county.first, county.second)

    assert on_duty(session, county.unit, NOW) == (OnDuty(county.first, MAIN), OnDuty(county.second, DEPUTY))
    assert on_duty(session, county.unit, later(8)) == ()


def test_a_gap_and_no_roster_are_told_apart(session, county, world):
    county.shift(1, 2, county.first)

    assert on_duty(session, county.unit, NOW) == on_duty(session, world.units["township"], NOW) == ()
    assert has_roster(session, county.unit)
    assert not has_roster(session, world.units["township"])


def test_a_pattern_makes_its_shifts_and_again_changes_nothing(session, county):
    pattern = county.daily((county.first,), (county.second, county.third))

    made = save_pattern(session, county.office, pattern, pattern_id=None, actor=county.actor, now=NOW)

    assert made == len(rows(county)) == 14
    assert people(county, rows(county)[1]) == [county.second, county.third]
    assert generate_all(session, now=NOW) == 0
    assert generate_all(session, now=NOW + timedelta(days=1)) == 1


def test_the_preview_writes_nothing_and_says_what_stays(session, county):
    county.shift(23, 40, county.third)

    seen = foresee(session, county.unit, county.daily((county.first,)), pattern_id=None, now=NOW)

    assert [one.stays for one in seen[:4]] == [False, True, False, False]
    assert len(rows(county)) == 1


def test_what_was_changed_by_hand_survives_a_new_pattern_and_everything_else_follows(session, county):
    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)
    running, tomorrow, off, free = rows(county)[:4]
    wanted = WantedShift("night", tomorrow.starts_at + HOUR, tomorrow.ends_at, (county.third,))
    change_shift(session, county.office, wanted, shift_id=tomorrow.id, seen="", actor=county.actor, now=NOW)
    call_off(session, county.office, shift_id=off.id, seen="", actor=county.actor, now=NOW)

    pattern_id = session.scalars(select(RosterPattern.id)).one()
    shorter = county.daily((county.second,), weeks=1)
    save_pattern(session, county.office, shorter, pattern_id=pattern_id, actor=county.actor, now=NOW)

    found = {row.id: row for row in rows(county)}
    assert len(found) == 7  # the weeks that were promised no longer are gone
    assert people(county, found[running.id]) == [county.first]  # it had begun
    assert people(county, found[tomorrow.id]) == [county.third]
    assert found[tomorrow.id].kind == "night"
    assert found[off.id].called_off
    assert people(county, found[free.id]) == [county.second]


def test_a_shift_given_back_to_its_pattern_is_made_anew(session, county):
    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)
    shift = rows(county)[2]
    call_off(session, county.office, shift_id=shift.id, seen="", actor=county.actor, now=NOW)
    assert on_duty(session, county.unit, shift.starts_at) == ()

    give_back(session, county.office, shift_id=shift.id, seen="", now=NOW)
    generate_all(session, now=NOW)

    assert on_duty(session, county.unit, shift.starts_at) == (OnDuty(county.first, MAIN),)


def test_a_hand_made_shift_at_the_same_time_is_not_doubled_by_a_pattern(session, county):
    shift = county.shift(20, 40, county.third)

    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)

    tomorrow = [row.id for row in rows(county) if row.day == TODAY + timedelta(days=1)]
    assert tomorrow == [shift]
    assert len(rows(county)) == 14


def test_the_end_of_a_pattern_takes_what_has_not_begun_and_leaves_hand_edits(session, county):
    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)
    running, changed = rows(county)[:2]
    wanted = WantedShift("day", changed.starts_at, changed.ends_at, (county.third,))
    change_shift(session, county.office, wanted, shift_id=changed.id, seen="", actor=county.actor, now=NOW)
    pattern_id = session.scalars(select(RosterPattern.id)).one()

    gone = end_pattern(session, county.office, pattern_id=pattern_id, actor=county.actor, now=NOW)

    assert gone == 12
    assert {row.id for row in rows(county)} == {running.id, changed.id}
    assert generate_all(session, now=NOW) == 0


def test_the_second_of_two_editors_is_told(session, county):
    shift = county.shift(1, 2, county.first)
    seen = rows(county)[0].changed_at.isoformat()
    wanted = WantedShift("day", later(1), later(3), (county.second,))
    change_shift(session, county.office, wanted, shift_id=shift, seen=seen, actor=county.actor, now=later(0.1))

    with pytest.raises(ConflictError, match="别人刚刚改过"):
        change_shift(session, county.office, wanted, shift_id=shift, seen=seen, actor=county.actor, now=later(0.2))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"people": ()}, "main"),
        ({"starts_at": NOW - 3 * HOUR, "ends_at": NOW}, "ends_at"),
        ({"ends_at": NOW + 24 * 8 * HOUR}, "ends_at"),
        ({"kind": "tea"}, "kind"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_by_field(session, county, change, field):
    wanted = replace(WantedShift("day", NOW, later(2), (county.first,)), **change)

    with pytest.raises(InvalidError) as refused:
        add_shift(session, county.office, wanted, actor=county.actor, now=NOW)

    assert list(refused.value.fields) == [field]


def test_nobody_of_another_office_and_no_administrator_is_put_on_a_roster(session, county, world):
    listed = {one.assignment_id for one in people_of(session, county.unit, now=NOW)}

    assert listed == {county.first, county.second, county.third}
    for name in (Role.TOWNSHIP_LEAD, Role.SECURITY_ADMIN):
        with pytest.raises(InvalidError):
            county.shift(1, 2, world.assignments[name])


def test_a_substitute_stands_in_and_is_told_without_a_reason(session, county):
    county.shift(-1, 8, county.first)
    leave(county, county.first, 0, 4, county.second)

    assert on_duty(session, county.unit, NOW) == (OnDuty(county.second, MAIN, county.first),)
    assert on_duty(session, county.unit, later(4)) == (OnDuty(county.first, MAIN),)
    assert [one.kind for one in session.scalars(select(Notice))] == ["roster"]
    assert not {"reason", "why", "note"} & set(RosterLeave.__table__.columns.keys())


def test_a_chain_of_substitutes_is_followed_and_a_circle_is_refused(session, county):
    county.shift(-1, 8, county.first)
    leave(county, county.second, 0, 4, county.third)
    leave(county, county.first, 0, 6, county.second)
    assert on_duty(session, county.unit, NOW) == (OnDuty(county.third, MAIN, county.first),)

    with pytest.raises(InvalidError) as refused:
        leave(county, county.third, 1, 2, county.first)

    assert "轮回本人" in refused.value.fields["substitute"]


def test_a_leave_that_overlaps_the_own_or_names_a_stranger_is_refused(session, county, world):
    leave(county, county.first, 0, 4)
    for who, begins, ends, substitute, field in (
        (county.first, 3, 5, None, "starts_at"),
        (county.second, 0, 4, county.second, "substitute"),
        (county.second, 0, 4, world.assignments[Role.TOWNSHIP_LEAD], "substitute"),
        (county.second, -24, 4, None, "starts_at"),
        (county.second, 4, 4, None, "ends_at"),
        (world.assignments[Role.TOWNSHIP_LEAD], 0, 4, None, "who"),
    ):
        with pytest.raises(InvalidError) as refused:
            leave(county, who, begins, ends, substitute)
        assert list(refused.value.fields) == [field]


def test_whoever_comes_back_early_is_on_duty_again(session, county):
    county.shift(-1, 8, county.first)
    leave(county, county.first, 0, 4)
    leave_id = session.scalars(select(RosterLeave.id)).one()

    end_leave(session, county.office, leave_id=leave_id, actor=county.actor, now=later(1))

    assert on_duty(session, county.unit, later(0.5)) == ()
    assert on_duty(session, county.unit, later(1)) == (OnDuty(county.first, MAIN),)


@pytest.mark.parametrize("ends", ["disabled", "assignment", "roster", "office"])
def test_what_has_ended_counts_as_nobody(session, county, world, ends):
    county.shift(-1, 8, county.first)
    if ends == "disabled":
        session.get_one(Account, world.accounts[Role.COUNTY_OFFICER]).disabled_at = NOW
    elif ends == "assignment":
        session.get_one(Assignment, county.first).valid_to = NOW
    elif ends == "office":
        session.get_one(Unit, county.unit).closed_at = NOW
    else:
        end_roster(session, county.office, actor=county.actor, now=NOW)
    session.flush()

    assert on_duty(session, county.unit, NOW) == ()
    assert has_roster(session, county.unit) is (ends in ("disabled", "assignment"))


@pytest.mark.parametrize("lent", [True, False])
def test_a_colleague_to_whom_the_right_is_lent_may_stand_in_as_long_as_it_is(session, world, lent):
    lead = world.assignments[Role.TOWNSHIP_LEAD]
    helper = add_account(session, world, "helper", Role.VILLAGE_LEAD, "township", "990101001")
    session.add(
        Delegation(
            id=new_id(), from_assignment_id=lead, to_assignment_id=helper, starts_at=NOW, ends_at=later(3),
            actions=[str(Action.ACKNOWLEDGE if lent else Action.RUN_ROUND)],
        )
    )  # fmt: skip
    actor = world.actor(session, Role.TOWNSHIP_LEAD)
    office = office_to_edit(session, actor, world.units["township"])
    add_shift(session, office, WantedShift("day", NOW, later(8), (lead,)), actor=actor, now=NOW)
    wanted = WantedLeave(lead, NOW, later(8), helper)

    if not lent:
        with pytest.raises(InvalidError):
            take_leave(session, office, wanted, actor=actor, now=NOW)
        return
    take_leave(session, office, wanted, actor=actor, now=NOW)
    assert on_duty(session, office.unit_id, NOW) == (OnDuty(helper, MAIN, lead),)
    assert on_duty(session, office.unit_id, later(3)) == ()


def test_what_is_past_is_forgotten_after_ninety_days_and_no_person_stays_in_the_audit(session, county):
    county.shift(-1, 8, county.first)
    leave(county, county.first, 0, 4, county.second)
    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)
    first_end = later(8) + KEPT_AFTER

    assert forget_past(session, now=first_end) == {"shifts": 0, "leaves": 1}
    assert forget_past(session, now=first_end + HOUR)["shifts"] == 1
    told = [event for event in session.scalars(select(AuditEvent)) if event.action.startswith(("roster", "retention"))]
    assert told
    for event in told:
        kept = f"{event.target_id}{event.details}"
        assert not any(str(who) in kept for who in (county.first, county.second, county.third))


def test_pages_show_those_called_off_too(session, county):
    save_pattern(session, county.office, county.daily((county.first,)), pattern_id=None, actor=county.actor, now=NOW)
    call_off(session, county.office, shift_id=rows(county)[1].id, seen="", actor=county.actor, now=NOW)

    shown = shifts_between(session, county.unit, Span(NOW, later(48)))

    assert [one.called_off for one in shown] == [False, True, False]
