"""What handling refuses: wrong person, wrong area, wrong state, wrong words, a version somebody else has moved on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Closure, Facts, Referral, Step
from grid_app.services.matters.states import MOVES, moves_from
from grid_app.services.matters.step import AlreadyDoneError
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS
from tests.builders import add_dispute
from tests.world import NOW

GOOD = Closure("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")


def step_of(session, world, who: str, dispute: Dispute, *, version: int | None = None, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version if version is None else version, now)


def changes(session) -> tuple[int, int]:
    """Count what a refused step must not add to."""
    events = session.scalar(select(func.count()).select_from(DisputeEvent))
    links = session.scalar(select(func.count()).select_from(AuditEvent))
    return events, links


EVERY_STEP = {
    "accept": handling.accept,
    "decline": lambda session, step: handling.decline(session, step, reason="不属于本镇管辖,请向法院起诉"),
    "assign": lambda session, step: handling.assign(session, step, unit_id=uuid4()),
    "record_work": lambda session, step: handling.record_work(session, step, note="到村里核对了合同"),
    "refer_out": lambda session, step: handling.refer_out(
        session, step, referral=Referral("青溪县人民法院", "2026-12", "属于法院管辖的案件")
    ),
    "close": lambda session, step: handling.close(session, step, closure=GOOD),
    "reopen": lambda session, step: handling.reopen(session, step, reason="租金又没有按时付"),
    "confirm_band": lambda session, step: handling.confirm_band(session, step, band="30-49", note="电话问过组长"),
    "raise_grade": lambda session, step: handling.raise_grade(session, step, to="red", reason="有人扬言要动手"),
    "lower_grade": lambda session, step: handling.lower_grade(session, step, reason="情况已经缓和下来"),
}


@pytest.mark.parametrize("name", EVERY_STEP)
def test_an_office_of_another_township_finds_nothing(session, world, name: str):
    dispute = add_dispute(session, world)
    before = changes(session)

    refused = (NotFoundError, ForbiddenError) if name == "lower_grade" else NotFoundError
    with pytest.raises(refused):
        EVERY_STEP[name](session, step_of(session, world, "other_township_lead", dispute))

    assert changes(session) == before
    assert dispute.state == "reported"


@pytest.mark.parametrize("who", ["grid_worker", "village_lead"])
@pytest.mark.parametrize("name", EVERY_STEP)
def test_nobody_of_the_field_handles_what_is_not_theirs(session, world, who: str, name: str):
    dispute = add_dispute(session, world, division_code="990101001201J001", state="handling")
    before = changes(session)

    with pytest.raises(ForbiddenError):
        EVERY_STEP[name](session, step_of(session, world, who, dispute))

    assert changes(session) == before


@pytest.mark.parametrize("name", EVERY_STEP)
@pytest.mark.parametrize("who", ["security_admin", "sysadmin", "auditor"])
def test_administrators_reach_no_dispute(session, world, who: str, name: str):
    dispute = add_dispute(session, world)

    with pytest.raises((NotFoundError, ForbiddenError)):
        EVERY_STEP[name](session, step_of(session, world, who, dispute))


def test_a_unit_complained_of_loses_the_dispute(session, world):
    dispute = add_dispute(session, world, about_unit_id=world.units["township"])

    with pytest.raises(NotFoundError):
        handling.accept(session, step_of(session, world, "township_lead", dispute))


def test_a_sealed_matter_is_not_there_for_a_township(session, world):
    dispute = add_dispute(session, world, category="1502")

    with pytest.raises(NotFoundError):
        handling.accept(session, step_of(session, world, "township_lead", dispute))


@pytest.mark.parametrize("category", ["1401", "1502"])
@pytest.mark.parametrize("name", ["record_work", "close"])
def test_matters_of_courts_and_discipline_organs_are_only_passed_on(session, world, category: str, name: str):
    dispute = add_dispute(session, world, category=category, state="accepted")

    with pytest.raises(ConflictError, match="转有权机关"):
        EVERY_STEP[name](session, step_of(session, world, "county_lead", dispute))


@pytest.mark.parametrize("name", ["accept", "decline", "close", "reopen", "record_work"])
def test_a_step_that_the_state_does_not_allow_is_refused_with_the_state(session, world, name: str):
    dispute = add_dispute(session, world, state="not_accepted")

    with pytest.raises(ConflictError, match="不予受理"):
        EVERY_STEP[name](session, step_of(session, world, "township_lead", dispute))


def test_a_dispute_is_not_closed_before_anything_was_done(session, world):
    dispute = add_dispute(session, world, state="accepted")

    with pytest.raises(ConflictError, match="记录办理"):
        handling.close(session, step_of(session, world, "township_lead", dispute), closure=GOOD)


@pytest.mark.parametrize("ground", ["sanction", "punished", "", "息诉息访协议"])
def test_a_sanction_is_no_ground_for_closing(session, world, ground: str):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(InvalidError) as refused:
        handling.close(
            session,
            step_of(session, world, "township_lead", dispute),
            closure=Closure(ground, GOOD.legal_basis, GOOD.outcome),
        )

    assert "ground" in refused.value.fields
    assert "sanction" not in CLOSURE_WORDS


@pytest.mark.parametrize(
    ("basis", "outcome", "field"),
    [
        ("", "已经付清了租金", "legal_basis"),
        ("合同法", "已经付清了租金", "legal_basis"),
        ("人民调解法第三十一条", "", "note"),
    ],
)
def test_closing_needs_a_basis_and_an_outcome(session, world, basis: str, outcome: str, field: str):
    dispute = add_dispute(session, world, state="handling")

    with pytest.raises(InvalidError) as refused:
        handling.close(
            session,
            step_of(session, world, "township_lead", dispute),
            closure=Closure("agreement_performed", basis, outcome),
        )

    assert list(refused.value.fields) == [field]


def test_no_contact_is_no_ground_after_one_try(session, world):
    dispute = add_dispute(session, world, state="accepted")
    handling.record_work(session, step_of(session, world, "township_lead", dispute), note="打了电话,没有人接")

    with pytest.raises(InvalidError, match="联系不上"):
        handling.close(
            session,
            step_of(session, world, "township_lead", dispute),
            closure=Closure("no_contact", "信访工作条例第三十一条", "多次联系不上当事人"),
        )


@pytest.mark.parametrize("code", ["", "T-999999", "own"])
def test_a_duplicate_names_another_matter_that_exists(session, world, code: str):
    dispute = add_dispute(session, world, state="handling")
    closure = Closure("duplicate_of", GOOD.legal_basis, GOOD.outcome, dispute.case_code if code == "own" else code)

    with pytest.raises(InvalidError) as refused:
        handling.close(session, step_of(session, world, "township_lead", dispute), closure=closure)

    assert "same_as" in refused.value.fields


def test_the_second_of_two_who_close_learns_who_was_first_and_nothing_is_closed_twice(session, world):
    dispute = add_dispute(session, world, state="handling")
    version = dispute.version
    handling.close(session, step_of(session, world, "township_lead", dispute, version=version), closure=GOOD)
    before = changes(session)

    with pytest.raises(ConflictError) as refused:
        late = step_of(session, world, "township_officer", dispute, version=version, now=NOW + timedelta(minutes=5))
        handling.close(session, late, closure=Closure("withdrawn_by_party", "人民调解法第十七条", "当事人来说不办了"))

    assert "township_lead甲(东河镇人民政府)" in refused.value.sentence
    assert "11月20日 10:00" in refused.value.sentence
    assert "办结" in refused.value.sentence
    assert changes(session) == before
    assert dispute.closure_ground == "agreement_performed"


def test_the_same_form_sent_twice_is_recorded_once(session, world):
    dispute = add_dispute(session, world)
    step = step_of(session, world, "township_lead", dispute)
    handling.accept(session, step)
    before = changes(session)

    with pytest.raises(AlreadyDoneError):
        handling.accept(session, step)

    assert changes(session) == before


def test_the_township_does_not_lower_a_grade(session, world):
    dispute = add_dispute(session, world)
    handling.raise_grade(
        session, step_of(session, world, "township_lead", dispute), to="orange", reason="两家又吵起来了"
    )

    with pytest.raises(ForbiddenError, match="上一级"):
        handling.lower_grade(session, step_of(session, world, "township_lead", dispute), reason="情况已经缓和下来")

    assert dispute.grade == "orange"


def test_a_grade_is_not_raised_downwards(session, world):
    dispute = add_dispute(session, world, danger=True)
    handling.accept(session, step_of(session, world, "township_lead", dispute))

    with pytest.raises(InvalidError, match="只能往上调"):
        handling.raise_grade(
            session, step_of(session, world, "township_lead", dispute), to="yellow", reason="情况已经缓和下来"
        )


def test_a_computed_grade_is_not_lowered_by_anybody(session, world):
    dispute = add_dispute(session, world, danger=True)
    handling.accept(session, step_of(session, world, "township_lead", dispute))

    with pytest.raises(ConflictError, match="按事实算出来"):
        handling.lower_grade(session, step_of(session, world, "county_lead", dispute), reason="情况已经缓和下来")

    assert dispute.grade == "red"


@pytest.mark.parametrize("unit", ["township2", "village2", "county_lead"])
def test_a_dispute_is_not_given_to_units_elsewhere(session, world, unit: str):
    dispute = add_dispute(session, world, state="accepted")

    with pytest.raises(InvalidError) as refused:
        handling.assign(session, step_of(session, world, "township_lead", dispute), unit_id=world.units[unit])

    assert "unit" in refused.value.fields


def test_a_dispute_is_not_given_to_the_unit_complained_of(session, world):
    dispute = add_dispute(session, world, state="accepted", about_unit_id=world.units["village"])

    with pytest.raises(InvalidError):
        handling.assign(session, step_of(session, world, "township_lead", dispute), unit_id=world.units["village"])


def test_a_confirmed_band_is_not_overwritten_by_the_field(session, world):
    dispute = add_dispute(session, world, household_band="10-29", band_status="confirmed")

    with pytest.raises(InvalidError, match="乡镇核实"):
        handling.add_details(
            session, step_of(session, world, "grid_worker", dispute), facts=Facts(band="50+", band_status="known")
        )


def test_a_closed_dispute_takes_no_more_details(session, world):
    dispute = add_dispute(session, world, state="closed")

    with pytest.raises(ConflictError, match="重新办理"):
        handling.add_details(
            session, step_of(session, world, "grid_worker", dispute), facts=Facts(organisation="甲公司")
        )


def test_every_state_is_named_and_every_move_joins_named_states():
    named = {state for move in MOVES.values() for state in (*move.sources, move.target)}

    assert named == set(STATE_WORDS)
    assert all(moves_from(state, "0901") for state in STATE_WORDS if state not in ("not_accepted", "legally_concluded"))
    assert moves_from("accepted", "1502") == {"refer_out"}
