"""The earlier matter of the same cause (同一事由前案): picked by hand, seen by both handlers, counted for the grade."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.disputes import DisputeEvent
from grid_app.policy import dispute_scope
from grid_app.queries.earlier import earlier_matters
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.matters.earlier import link_earlier, unlink_earlier
from grid_app.services.mediation.sessions import Plan, plan_session
from grid_app.services.mediation.steps import begin_mediation, confirm_looked
from tests.builders import add_dispute
from tests.mediation_world import (
    DUE,
    NOW,
    agreed,
    at_step,
    case_of,
    consented,
    good_beginning,
    matter,
    offered,
)

EARLY = NOW - timedelta(days=200)

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def earlier_dispute(session, world, **more):
    return add_dispute(session, world, at=EARLY, category="0102", **more)


def seen_by(session, world, who: str, dispute):
    return earlier_matters(session, scope=dispute_scope(world.actor(session, who)), dispute_id=dispute.id)


def test_S2_02_an_earlier_matter_shows_both_handlers_what_was_agreed_and_not_done_and_its_failures_count(
    session, world
):
    """Agreed once and not performed, failed twice: the handlers of both see it, and the grade rises."""
    before = agreed(session, world, DUE)
    before.received_at = EARLY
    for number in (90, 91):
        session.add(
            DisputeEvent(
                dispute_id=before.id, number=number, at=EARLY, kind="mediation_terminated", from_state="mediating",
                to_state="terminated", details={},
            )
        )  # fmt: skip
    dispute = matter(session, world)

    link_earlier(session, at_step(session, world, dispute, who="township_officer"), earlier_id=before.id)

    (shown,) = seen_by(session, world, "township_officer", dispute).rows
    assert [promise.done_on for promise in shown.promised] == [None]
    assert (shown.is_earlier, shown.linked.failed) == (True, 2)
    assert dispute.grade == "yellow"
    assert seen_by(session, world, "mediator", before).is_partial  # who handles one alone sees that there is another
    assert seen_by(session, world, "other_township_lead", dispute).rows == ()

    step = at_step(session, world, dispute, who="township_officer")
    with pytest.raises(InvalidError):
        unlink_earlier(session, step, earlier_id=before.id, reason="")
    unlink_earlier(session, step, earlier_id=before.id, reason="不是同一块地,看错了")
    assert dispute.grade == "blue"
    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "linked")).all()
    assert list(notes).count("不是同一块地,看错了") == 2


def test_S2_02_only_an_earlier_one_of_the_own_village_is_picked_and_only_by_its_handler(session, world):
    dispute = matter(session, world)
    later = add_dispute(session, world, at=NOW + timedelta(days=1))
    elsewhere = earlier_dispute(session, world, division_code="990101001202")
    step = at_step(session, world, dispute, who="township_officer")
    for other in (later, elsewhere):
        with pytest.raises(InvalidError, match="本村更早"):
            link_earlier(session, step, earlier_id=other.id)
    with pytest.raises(ForbiddenError):
        here = earlier_dispute(session, world)
        link_earlier(session, at_step(session, world, dispute, who="village_lead"), earlier_id=here.id)
    with pytest.raises(NotFoundError):
        link_earlier(session, at_step(session, world, dispute, who="other_township_lead"), earlier_id=here.id)


def test_S2_02_at_home_with_a_danger_the_mediator_looks_at_the_earlier_matters_before_anything_is_planned(
    session, world
):
    """Nothing begins before the look; an earlier matter that becomes known later asks for another look."""
    dispute = offered(session, world, category="0102", safety_child=True)
    consented(session, world, dispute)
    words = "到家里看过,孩子在奶奶家,已经报案。"
    with pytest.raises(InvalidError) as unseen:
        confirm_looked(session, at_step(session, world, dispute), note=words)
    assert "同一事由前案" in unseen.value.fields["earlier"]
    confirm_looked(session, at_step(session, world, dispute), note=words, earlier=True)
    begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))

    before = earlier_dispute(session, world)
    link_earlier(session, at_step(session, world, dispute, who="township_officer"), earlier_id=before.id)

    assert case_of(session, dispute).looked_at is None
    with pytest.raises(ConflictError) as refused:
        plan_session(session, at_step(session, world, dispute), plan=Plan(NOW + timedelta(days=1), place="村部"))
    assert refused.value.code == "not_looked"
