"""Who may take an escalation up, in whose name, and what a second answer finds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.models.accounts import AuditEvent, Delegation
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.policy import Action, Role
from grid_app.queries.inbox import inbox_page, inbox_row, waiting_count
from grid_app.queries.inbox_history import may_open_cause
from grid_app.services.escalations.steps import raise_escalation, step_up_due
from grid_app.services.escalations.taking import acknowledge, mark_seen
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.world import NOW, World, add_account

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def escalation_id(session: Session, world: World) -> UUID:
    add_subscription(session, world, "county_officer")
    return raise_for(session, add_dispute(session, world))


def _lend(session: Session, world: World, *, lender: str, borrower: str, action: Action = Action.ACKNOWLEDGE) -> None:
    session.add(
        Delegation(
            from_assignment_id=world.assignments[lender],
            to_assignment_id=world.assignments[borrower],
            actions=[str(action)],
            starts_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=1),
        )
    )
    session.flush()


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR, Role.GRID_WORKER])
def test_roles_without_the_right_are_refused(session: Session, world: World, escalation_id: UUID, role: Role):
    with pytest.raises(ForbiddenError):
        acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, role), now=LATER)

    assert session.get_one(Escalation, escalation_id).state == "open"


@pytest.mark.parametrize("name", ["township_lead", "other_township_lead", "township_officer"])
def test_an_office_that_was_not_told_cannot_answer(session: Session, world: World, escalation_id: UUID, name: str):
    with pytest.raises(NotFoundError):
        acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, name), now=LATER)

    assert session.scalar(select(func.count()).where(EscalationEvent.kind == "acknowledged")) == 0


def test_an_unknown_escalation_is_not_told_apart_from_a_hidden_one(session: Session, world: World):
    with pytest.raises(NotFoundError):
        acknowledge(session, escalation_id=new_id(), actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER)


def test_a_county_officer_cannot_open_a_sealed_matter(session: Session, world: World):
    dispute = add_dispute(session, world, category="1502")
    hidden = raise_for(session, dispute, category="1502")
    session.add(InboxItem(escalation_id=hidden, unit_id=world.units["county"], rung=0, created_at=NOW))

    officer, lead = world.actor(session, Role.COUNTY_OFFICER), world.actor(session, Role.COUNTY_LEAD)

    assert inbox_row(session, officer, hidden) is None
    assert inbox_row(session, lead, hidden) is not None


def test_the_unit_complained_of_cannot_open_it_even_as_the_counties_lead(session: Session, world: World):
    dispute = add_dispute(session, world, about="county_lead")
    escalation_id = raise_for(session, dispute)

    lead = world.actor(session, Role.COUNTY_LEAD)

    assert inbox_row(session, lead, escalation_id) is None
    with pytest.raises(NotFoundError):
        acknowledge(session, escalation_id=escalation_id, actor=lead, now=LATER)


def test_the_office_takes_it_up_and_history_and_audit_name_the_person(
    session: Session, world: World, escalation_id: UUID
):
    officer = world.actor(session, Role.COUNTY_OFFICER)

    answer = acknowledge(session, escalation_id=escalation_id, actor=officer, now=LATER)

    assert (answer.first, answer.unit_name, answer.at) == (True, "青溪县信访工作联席会议办公室", LATER)
    escalation = session.get_one(Escalation, escalation_id)
    assert (escalation.state, escalation.next_step_at) == ("acknowledged", LATER + timedelta(hours=4))
    assert escalation.acknowledged_unit_id == world.units["county"]
    event = session.scalars(select(EscalationEvent).where(EscalationEvent.kind == "acknowledged")).one()
    assert (event.assignment_id, event.acting_for, event.unit_id) == (
        officer.assignment_id,
        None,
        world.units["county"],
    )
    audit = session.scalars(select(AuditEvent).where(AuditEvent.action == "escalation.acknowledged")).one()
    assert (audit.account_id, audit.target_id) == (officer.account_id, str(escalation_id))


def test_a_second_answer_changes_nothing_and_says_who_was_first(session: Session, world: World, escalation_id: UUID):
    acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER)

    second = acknowledge(
        session,
        escalation_id=escalation_id,
        actor=world.actor(session, Role.COUNTY_LEAD),
        now=LATER + timedelta(hours=1),
    )

    assert (second.first, second.unit_name, second.at) == (False, "青溪县信访工作联席会议办公室", LATER)
    assert kinds_of(session, escalation_id).count("acknowledged") == 1


def test_what_is_taken_up_climbs_no_further_and_stops_knocking(session: Session, world: World, escalation_id: UUID):
    acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER)

    moved = step_up_due(session, now=LATER + timedelta(minutes=239))  # it has four hours to act

    assert moved == 0
    assert session.scalars(select(OutboxMessage.state)).all() == ["stopped"]


def test_a_message_on_its_way_is_left_to_its_worker(session: Session, world: World, escalation_id: UUID):
    message = session.scalars(select(OutboxMessage)).one()
    message.leased_until = LATER + timedelta(minutes=1)

    acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER)

    session.refresh(message)
    assert message.state == "due"


def test_a_county_lead_may_take_up_what_lies_with_another_office(session: Session, world: World, escalation_id: UUID):
    answer = acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, Role.COUNTY_LEAD), now=LATER)

    assert answer.unit_name == "青溪县领导值班室"


def test_an_exhausted_escalation_can_still_be_taken_up(session: Session, world: World, escalation_id: UUID):
    step_up_due(session, now=NOW + timedelta(hours=2))
    step_up_due(session, now=NOW + timedelta(hours=4))

    answer = acknowledge(
        session,
        escalation_id=escalation_id,
        actor=world.actor(session, Role.COUNTY_OFFICER),
        now=NOW + timedelta(hours=5),
    )

    assert answer.first
    assert session.get_one(Escalation, escalation_id).state == "acknowledged"


def test_another_lent_right_does_not_open_the_inbox(session: Session, world: World, escalation_id: UUID):
    add_account(session, world, "deputy", Role.TOWNSHIP_OFFICER, "township", "990101001")
    _lend(session, world, lender="county_officer", borrower="deputy", action=Action.HANDLE_DISPUTE)

    assert inbox_row(session, world.actor(session, "deputy"), escalation_id) is None


def test_a_lent_right_answers_for_the_lenders_unit_and_names_both(session: Session, world: World, escalation_id: UUID):
    add_account(session, world, "deputy", Role.TOWNSHIP_OFFICER, "township", "990101001")
    _lend(session, world, lender="county_officer", borrower="deputy")

    answer = acknowledge(session, escalation_id=escalation_id, actor=world.actor(session, "deputy"), now=LATER)

    assert answer.unit_name == "青溪县信访工作联席会议办公室"
    event = session.scalars(select(EscalationEvent).where(EscalationEvent.kind == "acknowledged")).one()
    assert (event.assignment_id, event.acting_for) == (
        world.assignments["deputy"],
        world.assignments["county_officer"],
    )
    audit = session.scalars(select(AuditEvent).where(AuditEvent.action == "escalation.acknowledged")).one()
    assert audit.acting_for == world.assignments["county_officer"]


def test_a_lent_inbox_does_not_open_a_case_outside_the_own_area(session: Session, world: World, escalation_id: UUID):
    add_account(session, world, "deputy", Role.TOWNSHIP_OFFICER, "township2", "990101002")
    _lend(session, world, lender="county_officer", borrower="deputy")
    deputy, officer = world.actor(session, "deputy"), world.actor(session, Role.COUNTY_OFFICER)

    row = inbox_row(session, deputy, escalation_id)

    assert row is not None
    assert not may_open_cause(session, row, deputy)
    assert may_open_cause(session, row, officer)


def test_seeing_is_noted_once_for_the_unit_and_names_nobody(session: Session, world: World, escalation_id: UUID):
    officer = world.actor(session, Role.COUNTY_OFFICER)

    marks = [mark_seen(session, escalation_id=escalation_id, actor=officer, now=LATER) for _ in range(2)]

    assert marks == [True, False]
    event = session.scalars(select(EscalationEvent).where(EscalationEvent.kind == "seen")).one()
    assert (event.unit_id, event.assignment_id) == (world.units["county"], None)


def test_a_county_lead_looking_in_leaves_no_mark(session: Session, world: World, escalation_id: UUID):
    lead = world.actor(session, Role.COUNTY_LEAD)

    assert not mark_seen(session, escalation_id=escalation_id, actor=lead, now=LATER)


def test_the_inbox_lists_the_worst_first_then_the_longest_waiting(session: Session, world: World):
    def raised(number: int, grade: str, hours: int) -> UUID | None:
        return raise_escalation(
            session,
            event_kind="finding_confirmed",
            dispute_id=add_dispute(session, world, number=number),
            division_code="990101001201J001",
            category="0901",
            grade=grade,
            reason="",
            now=NOW - timedelta(hours=hours),
        )

    yellow, red, old_red, orange = (
        raised(1, "yellow", 9),
        raised(2, "red", 1),
        raised(3, "red", 2),
        raised(4, "orange", 5),
    )
    officer = world.actor(session, Role.COUNTY_OFFICER)

    page = inbox_page(session, officer, answered=False)

    assert [row.escalation_id for row in page.rows] == [old_red, red, orange, yellow]
    assert (page.waiting, page.has_more) == (4, False)
    assert {row.place for row in page.rows} == {"云岭村"}
    assert waiting_count(session, officer) == 4
    assert waiting_count(session, world.actor(session, Role.TOWNSHIP_LEAD)) == 0
