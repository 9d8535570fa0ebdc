"""The clocks of disputes: what starts and ends them, that a rule's new version leaves them alone, and the old ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.clocks.rules import STANDING
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.policy import NOTHING, dispute_scope
from grid_app.queries.clocks import clocks_of
from grid_app.services.clocks.filling import fill_clocks
from grid_app.services.clocks.rules import RuleEdit, save_rule, seed_rules
from grid_app.services.clocks.running import finish_clock, start_clock
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling import steps as handling
from grid_app.services.handling.sorting import sort_dispute
from grid_app.services.handling.steps import Closure, Referral, Step
from tests.builders import add_dispute
from tests.handling_world import CONSIDERED
from tests.world import NOW

GOOD = Closure("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def step_of(session, world, who, dispute, *, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def filled(session, world, **more):
    """Add a dispute and give it the clocks that its state calls for."""
    dispute = add_dispute(session, world, **more)
    session.flush()
    fill_clocks(session, now=NOW)
    session.flush()
    return dispute


def running(session, dispute) -> dict[str, Deadline]:
    rows = session.scalars(select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.done_at.is_(None)))
    return {row.rule_code: row for row in rows}


def ended(session, dispute) -> dict[str, str]:
    rows = session.scalars(select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.done_at.is_not(None)))
    return {row.rule_code: row.ended for row in rows}


def test_a_report_starts_sorting_acceptance_and_notice(session, world):
    dispute = filled(session, world)

    clocks = running(session, dispute)

    assert {code: local_date(one.due_at) for code, one in clocks.items()} == {
        "triage": date(2026, 11, 23), "accept_simple": date(2026, 11, 23), "acceptance_notice": date(2026, 12, 7),
    }  # fmt: skip
    assert {one.rule_version for one in clocks.values()} == {1}
    assert clocks["acceptance_notice"].kind == "statutory"


def test_acceptance_ends_those_and_starts_handling(session, world):
    dispute = filled(session, world)

    handling.accept(session, step_of(session, world, "township_officer", dispute, now=NOW + timedelta(days=1)))

    assert set(running(session, dispute)) == {"finish_target"}
    assert ended(session, dispute) == {"triage": "done", "accept_simple": "done", "acceptance_notice": "done"}
    assert running(session, dispute)["finish_target"].owner_unit_id == world.units["township"]


def test_sixty_days_run_for_petition_matters_alone(session, world):
    dispute = filled(session, world)
    step = step_of(session, world, "township_officer", dispute)
    sort_dispute(session, step, track="petition", complexity="complex", considered=CONSIDERED)

    handling.accept(session, step_of(session, world, "township_officer", dispute))

    clocks = running(session, dispute)
    assert set(clocks) == {"finish_target", "petition_finish"}
    assert local_date(clocks["petition_finish"].due_at) == date(2027, 1, 19)
    assert clocks["petition_finish"].explanation["guessed_years"] == [2027]


def test_sorting_as_complex_gives_five_days_from_receipt(session, world):
    dispute = filled(session, world)
    later = NOW + timedelta(days=2)

    step = step_of(session, world, "township_officer", dispute, now=later)
    sort_dispute(session, step, track="mediation", complexity="complex")

    clocks = running(session, dispute)
    assert set(clocks) == {"accept_complex", "acceptance_notice"}
    assert clocks["accept_complex"].started_at == NOW
    assert local_date(clocks["accept_complex"].due_at) == date(2026, 11, 25)
    assert ended(session, dispute) == {"triage": "done", "accept_simple": "replaced"}


def test_sorting_as_a_petition_after_acceptance_counts_from_acceptance(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "township_officer", dispute))

    later = step_of(session, world, "township_officer", dispute, now=NOW + timedelta(days=9))
    sort_dispute(session, later, track="petition", complexity="simple", considered=CONSIDERED)

    assert running(session, dispute)["petition_finish"].started_at == NOW


def test_a_matter_sorted_back_has_no_sixty_days(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "township_officer", dispute))
    for who, track in (("township_officer", "petition"), ("township_lead", "mediation")):
        step = step_of(session, world, who, dispute)
        why = "核对后不是申诉求决"
        sort_dispute(session, step, track=track, complexity="simple", note=why, considered=CONSIDERED)

    assert set(running(session, dispute)) == {"finish_target"}
    assert ended(session, dispute)["petition_finish"] == "stopped"


def test_another_unit_has_five_working_days_to_object_from_delivery(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "township_officer", dispute))

    step = step_of(session, world, "township_lead", dispute)
    handling.assign(session, step, unit_id=world.units["village"])

    clocks = running(session, dispute)
    assert local_date(clocks["objection"].due_at) == date(2026, 11, 27)
    assert [day for day, _ in clocks["objection"].explanation["skipped"]] == ["2026-11-21", "2026-11-22"]
    assert {one.owner_unit_id for one in clocks.values()} == {world.units["village"]}


def test_an_assignment_to_oneself_needs_no_time_to_object(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "township_officer", dispute))

    step = step_of(session, world, "township_lead", dispute)
    handling.assign(session, step, unit_id=world.units["township"])

    assert "objection" not in running(session, dispute)


def test_assigned_again_the_time_to_object_starts_anew(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "county_officer", dispute))
    for number, unit in enumerate(("village", "township")):
        step = step_of(session, world, "county_officer", dispute, now=NOW + timedelta(days=number))
        handling.assign(session, step, unit_id=world.units[unit])

    assert running(session, dispute)["objection"].started_at == NOW + timedelta(days=1)
    assert ended(session, dispute)["objection"] == "replaced"


def test_refusing_and_referring_end_every_clock(session, world):
    first, second = filled(session, world), filled(session, world)

    handling.decline(session, step_of(session, world, "township_lead", first), reason="不属于本机关职权,可以起诉")
    referral = Referral("青溪县人民法院", "(2026)1号", "依法应由法院处理")
    handling.refer_out(session, step_of(session, world, "township_lead", second), referral=referral)

    assert running(session, first) == running(session, second) == {}
    assert set(ended(session, first).values()) == {"done"}


def test_closing_ends_and_reopening_starts_anew(session, world):
    dispute = filled(session, world)
    handling.accept(session, step_of(session, world, "township_lead", dispute))
    step = step_of(session, world, "township_lead", dispute)
    handling.assign(session, step, unit_id=world.units["village"])
    handling.record_work(session, step_of(session, world, "township_lead", dispute), note="到村里核对了合同")

    handling.close(session, step_of(session, world, "township_lead", dispute), closure=GOOD)

    assert running(session, dispute) == {}
    assert ended(session, dispute)["finish_target"] == "done"
    assert ended(session, dispute)["objection"] == "stopped"

    again = NOW + timedelta(days=40)
    step = step_of(session, world, "township_lead", dispute, now=again)
    handling.reopen(session, step, reason="租金又没有付")

    assert running(session, dispute)["finish_target"].started_at == again


def test_what_is_only_passed_on_has_no_clock_of_handling(session, world):
    dispute = filled(session, world, category="1401")
    handling.accept(session, step_of(session, world, "county_lead", dispute))

    assert running(session, dispute) == {}


def test_a_rule_changed_while_a_clock_runs_leaves_it_alone(session, world):
    dispute = filled(session, world)
    before = running(session, dispute)["accept_simple"].due_at
    edit = RuleEdit(1, "days", 0, "本县2026年规定", local_date(NOW), replaces=1)

    save_rule(session, code="accept_simple", edit=edit, actor=world.actor(session, "security_admin"), now=NOW)

    clock = running(session, dispute)["accept_simple"]
    assert (clock.due_at, clock.rule_version) == (before, 1)
    assert running(session, filled(session, world))["accept_simple"].rule_version == 2


def test_a_clock_of_before_counts_by_the_version_of_its_own_day(session, world):
    seed_rules(session, NOW)
    edit = RuleEdit(9, "days", 0, "本县2026年规定", local_date(NOW) + timedelta(days=30), replaces=1)
    save_rule(session, code="accept_simple", edit=edit, actor=world.actor(session, "security_admin"), now=NOW)

    assert running(session, filled(session, world))["accept_simple"].rule_version == 1


def test_a_clock_may_be_started_and_finished_by_hand(session, world):
    dispute = filled(session, world)

    made = start_clock(session, dispute=dispute, code="mediation", started_at=NOW, now=NOW)
    again = start_clock(session, dispute=dispute, code="mediation", started_at=NOW + timedelta(days=1), now=NOW)
    session.flush()

    assert made.ended == "replaced"
    assert again.ended is None
    assert finish_clock(session, dispute_id=dispute.id, code="mediation", now=NOW)
    assert not finish_clock(session, dispute_id=dispute.id, code="mediation", now=NOW)


def test_filling_gives_open_ones_their_clocks_once_and_closed_ones_none(session, world):
    taken = add_dispute(session, world, state="handling")
    taken.accepted_at = NOW - timedelta(days=10)
    closed = add_dispute(session, world, state="closed")
    fresh = [add_dispute(session, world) for _ in range(3)]
    session.flush()

    last, batches = fill_clocks(session, now=NOW, size=2), 1
    while last is not None:
        session.flush()
        last, batches = fill_clocks(session, now=NOW, after=last, size=2), batches + 1
    count = len(session.scalars(select(Deadline)).all())
    fill_clocks(session, now=NOW)

    assert batches == 3
    assert len(session.scalars(select(Deadline)).all()) == count == 10
    assert running(session, taken)["finish_target"].started_at == NOW - timedelta(days=10)
    assert running(session, closed) == {}
    assert len(running(session, fresh[0])) == 3


def test_seeding_twice_writes_once(session, world):
    seed_rules(session, NOW)
    seed_rules(session, NOW)

    assert len(session.scalars(select(DeadlineRule)).all()) == len(STANDING)


def test_clocks_are_told_with_their_rule_and_only_in_the_scope(session, world):
    dispute = filled(session, world)
    scope = dispute_scope(world.actor(session, "township_lead"))

    found = clocks_of(session, scope=scope, dispute_id=dispute.id)

    assert [one.rule.code for one in found] == ["accept_simple", "triage", "acceptance_notice"]
    assert all(one.is_running for one in found)
    assert found[2].counted.has_moved
    assert clocks_of(session, scope=NOTHING, dispute_id=dispute.id) == []
