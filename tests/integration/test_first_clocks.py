"""The first start after the upgrade: rules are seeded and open disputes get their clocks, once."""

from __future__ import annotations

from sqlalchemy import select

from grid_app.cli.first_clocks import start_first_clocks
from grid_app.clocks.rules import STANDING
from grid_app.database.transaction import transaction
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.services.clocks.filling import are_filled
from tests.builders import add_dispute
from tests.world import NOW, build_world


def clocks_of(session, dispute) -> set[str]:
    return set(session.scalars(select(Deadline.rule_code).where(Deadline.dispute_id == dispute.id)))


def test_the_first_start_fills_and_a_later_one_finds_it_done(engine):
    with transaction(engine) as session:
        world = build_world(session)
        first = add_dispute(session, world)
    start_first_clocks(engine, NOW)
    with transaction(engine) as session:
        second = add_dispute(session, world)
    start_first_clocks(engine, NOW)

    with transaction(engine) as session:
        assert are_filled(session)
        assert clocks_of(session, first) == {"triage", "accept_simple", "acceptance_notice"}
        assert clocks_of(session, second) == set()

    start_first_clocks(engine, NOW, again=True)

    with transaction(engine) as session:
        assert len(clocks_of(session, second)) == 3


def test_an_empty_database_gets_its_rules(engine):
    start_first_clocks(engine, NOW)

    with transaction(engine) as session:
        assert set(session.scalars(select(DeadlineRule.code))) == {rule.code for rule in STANDING}
