"""Call-backs: drawn by a kept seed, verified by a unit that had no part in the matter, told without the words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent, Notice
from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.duties import DutyUnit
from grid_app.models.residents import ResidentComplaint
from grid_app.security.fields import FieldCipher
from grid_app.services.callbacks.drawing import draw_next, drawn_again, verifier_of
from grid_app.services.callbacks.verifying import (
    TAKEN_UP,
    Call,
    Heard,
    Verdict,
    record_result,
    record_try,
    record_verdict,
    words_of,
)
from tests.callbacks_world import BEFORE, decided
from tests.world import NOW, World

MONTH = date(2026, 10, 1)
CIPHER = FieldCipher({1: b"0" * 32})
SAID = "租金只付了一半,打 13800000000 没人接"

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def draw_all(session: Session, seed: str = "s") -> list[CallbackSample]:
    while draw_next(session, seed=seed, now=NOW):
        session.flush()
    return list(session.scalars(select(CallbackSample).order_by(CallbackSample.stratum, CallbackSample.number)))


def call(session: Session, world: World, sample: CallbackSample, who: str, *, days: int = 0) -> Call:
    session.flush()
    return Call(sample.id, world.actor(session, who), NOW + timedelta(days=days))


def test_a_month_is_drawn_once_by_strata_and_anybody_can_repeat_it(session, world):
    decided(session, world, 40)
    decided(session, world, 20, kind="settled_on_spot", ground="settled_on_spot", by="grid_worker")
    decided(session, world, 2, kind="not_accepted", by="township_officer", owner="township")
    decided(session, world, 1, ground="duplicate_of")
    decided(session, world, 1, at=NOW)
    relapsed, *_ = decided(session, world, 1)
    session.add(DisputeEvent(dispute_id=relapsed.id, number=3, at=NOW, kind="reopened", details={}))

    samples = draw_all(session)

    strata = [one.stratum for one in samples]
    assert {name: strata.count(name) for name in set(strata)} == {"full": 4, "light": 4, "refused": 2}
    assert not draw_next(session, seed="other", now=NOW)
    draws = session.scalars(select(CallbackDraw).where(CallbackDraw.candidates > 0)).all()
    assert {(one.kind, one.month, one.candidates) for one in draws} == {("closed", MONTH, 60), ("refused", MONTH, 2)}
    actor = world.actor(session, "township_officer")
    assert all(drawn_again(session, actor=actor, draw_id=one.id, now=NOW) for one in draws)
    session.get_one(Dispute, samples[0].dispute_id).division_code = "990101002201"
    session.flush()
    assert [drawn_again(session, actor=actor, draw_id=one.id, now=NOW) for one in draws].count(False) == 1
    other = world.actor(session, "other_township_lead")
    with pytest.raises(NotFoundError):
        drawn_again(session, actor=other, draw_id=draws[0].id, now=NOW)
    assert session.scalars(select(Notice).where(Notice.kind == "callback")).first() is not None


@pytest.mark.parametrize(
    ("owner", "by", "duty", "verifier"),
    [
        ("village", "grid_worker", "", "township"),
        ("village", "township_officer", "", "county"),
        ("village", "village_lead", "township", "county"),
        ("township", "township_lead", "", "county"),
        ("county", "county_officer", "", "county_lead"),
        ("county_lead", "county_lead", "", ""),
    ],
)
def test_whoever_verifies_stands_above_everybody_who_had_a_part(session, world, owner, by, duty, verifier):
    one, *_ = decided(session, world, 1, owner=owner, by=by)
    if duty:
        session.add(DutyUnit(dispute_id=one.id, unit_id=world.units[duty], basis="谁主管谁负责", at=NOW))
        session.flush()
    decider = world.actor(session, by).unit_id

    assert verifier_of(session, one, decided_by=decider) == (world.units[verifier] if verifier else None)


def test_what_a_resident_says_stays_with_the_verifier_and_what_is_not_true_is_taken_up_again(session, world):
    one, *_ = decided(session, world, 1, owner="township", by="township_lead")
    sample, *_ = draw_all(session)
    heard = Heard("not_verified", "no", SAID, asked_to_waive=True, take_up=True)
    with pytest.raises(NotFoundError):
        record_result(session, call(session, world, sample, "township_officer"), heard=heard, cipher=CIPHER)
    for bad in (
        Heard("", "no", SAID),
        Heard("not_verified", "no", "😀" * 9),
        Heard("verified", "", ""),
        Heard("verified", "no", "多" * 5000),
    ):
        with pytest.raises(InvalidError) as refusal:
            record_result(session, call(session, world, sample, "county_officer"), heard=bad, cipher=CIPHER)
        assert refusal.value.fields

    record_result(session, call(session, world, sample, "county_officer"), heard=heard, cipher=CIPHER)

    assert (sample.state, sample.told, one.state) == ("not_verified", False, "reopened")
    assert "138****0000" in words_of(sample, CIPHER)
    assert "13800000000" not in words_of(sample, CIPHER)
    history = session.scalars(select(DisputeEvent).where(DisputeEvent.dispute_id == one.id)).all()
    assert [event.note for event in history if event.kind in ("called_back", "reopened")] == [
        "结果:没有核实,和记录不一样。", TAKEN_UP
    ]  # fmt: skip
    assert not any("一半" in event.note for event in history)
    assert not any("一半" in str(event.details) for event in session.scalars(select(AuditEvent)))
    assert session.scalars(select(ResidentComplaint.kind)).all() == ["rights"]
    with pytest.raises(ConflictError):
        record_result(session, call(session, world, sample, "county_officer"), heard=heard, cipher=CIPHER)


def test_nobody_reached_on_three_days_is_a_result_and_a_colleague_who_handled_it_does_not_call(session, world):
    one, *_ = decided(session, world, 1)
    sample, *_ = draw_all(session)
    worked = world.assignments["township_officer"]
    session.add(
        DisputeEvent(dispute_id=one.id, number=3, at=BEFORE, kind="work_recorded", assignment_id=worked, details={})
    )
    with pytest.raises(ForbiddenError, match="另一位同事"):
        record_try(session, call(session, world, sample, "township_officer"), way="phone")
    with pytest.raises(InvalidError):
        record_try(session, call(session, world, sample, "township_lead"), way="pigeon")

    ended = [
        record_try(session, call(session, world, sample, "township_lead", days=day), way="phone")
        for day in (0, 0, 1, 2)
    ]

    assert ended == [False, False, False, True]
    assert sample.state == "not_reached"


def test_a_refusal_found_wrong_by_the_level_above_is_accepted(session, world):
    one, *_ = decided(session, world, 1, kind="not_accepted", by="township_officer", owner="township")
    sample, *_ = draw_all(session)
    county = call(session, world, sample, "county_officer")
    with pytest.raises(InvalidError):
        record_result(session, county, heard=Heard("verified", "yes", ""), cipher=CIPHER)

    verdict = Verdict("wrong", "属于乡镇职责,应当受理", take_up=True)
    record_verdict(session, county, verdict=verdict, cipher=CIPHER)

    assert (sample.state, one.state, one.accepted_at) == ("wrong", "accepted", NOW)
