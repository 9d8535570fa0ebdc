"""What the demonstration writes in bulk is, column by column, what intake, handling and returns write one by one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.base import Base, new_id
from grid_app.demo.background import Telling
from grid_app.demo.courses import PlannedStep
from grid_app.demo.ledger import Ledger
from grid_app.demo.places import Place
from grid_app.demo.report_rows import Arrival, content_of
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent, Submission
from grid_app.models.handling import ContactRecord
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.security.keys import Keys, load_keys
from grid_app.services.audit import first_broken_link
from grid_app.services.clocks.filling import fill_clocks
from grid_app.services.handling import steps as handling
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.matters.searchable import fill_lists
from grid_app.services.reports.receiving import parse_report, receive_report
from grid_app.services.rounds.returns import submit_return
from grid_app.services.rounds.steps import open_due_rounds
from grid_app.services.rounds.templates import seed_templates
from grid_app.settings import Settings
from tests.world import NOW, World

OWN = {"id", "dispute_id", "case_code", "tracking_code", "content_sealed", "digest", "previous", "number", "target_id"}
"""What two rows of the same kind never share."""
COUNTY, VILLAGE = "990101", "990101001201"
INSIDE = Place(f"{VILLAGE}J001", "inside", 111.05, 29.02, 12.5)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return load_keys(Settings(instance_dir=tmp_path / "keys"))


def telling(place: Place = INSIDE, **more: object) -> Telling:
    told = {
        "at": NOW, "captured_at": NOW - timedelta(minutes=4), "category": "0901", "summary": "租金没有结",
        "place": place, "channel": "grid_walk", "band": "2-4", "band_status": "known", "since_when": NOW.date(),
        "household": "h1",
    }  # fmt: skip
    return Telling(**(told | more))


def received(session: Session, world: World, keys: Keys, told: Telling) -> Dispute:
    """Let intake take the report in."""
    answer = receive_report(
        session, draft=parse_report(content_of(told), report_id=new_id()), actor=world.actor(session, "grid_worker"),
        places=MemoryPlaceFinder(), keys=keys, now=told.at, via="sync",
    )  # fmt: skip
    assert answer.outcome == "accepted", answer.fields
    return session.get_one(Dispute, answer.dispute_id)


def ledger_of(world: World, keys: Keys) -> Ledger:
    accounts = {assignment: world.accounts[name] for name, assignment in world.assignments.items()}
    return Ledger(keys, accounts, county=COUNTY)


def noted(session: Session, world: World, ledger: Ledger, told: Telling) -> Dispute:
    """Let the ledger take the same report in."""
    arrival = Arrival(told, new_id(), world.assignments["grid_worker"], world.units["village"], world.generation_id)
    ledger.report(arrival, ())
    ledger.write(session)
    return session.get_one(Dispute, arrival.report_id)


def columns(row: Base) -> dict[str, object]:
    return {
        column.key: getattr(value, "desc", value)
        for column in row.__table__.columns
        if column.key not in OWN
        for value in [getattr(row, column.key)]
    }


def history(session: Session, dispute: Dispute) -> list[dict[str, object]]:
    question = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return [columns(event) | {"number": event.number} for event in session.scalars(question)]


def trail(session: Session, target: UUID) -> list[dict[str, object]]:
    question = select(AuditEvent).where(AuditEvent.target_id == str(target)).order_by(AuditEvent.number)
    return [columns(event) for event in session.scalars(question)]


def brought_up(session: Session, keys: Keys) -> None:
    """Give what the ledger wrote its clocks, its words and its next date, as the first start does."""
    session.expire_all()
    fill_clocks(session, now=NOW)
    session.flush()
    fill_lists(session, cipher=keys.fields)
    session.flush()
    session.expire_all()


VISITS = {"follow_ups", "carrier", "follow_ups_ended"}


def without_visits(row: dict[str, object]) -> dict[str, object]:
    """Return a row as it stands in the ledger, which plans no follow-up visits: its matters are background."""
    details = cast(dict[str, object], row["details"])
    return row | {"details": {name: told for name, told in details.items() if name not in VISITS}}


@pytest.mark.parametrize(
    "place",
    [INSIDE, Place(VILLAGE, "chosen"), Place("990101001", "not_located")],
    ids=["a point", "a village", "a township"],
)
def test_a_report_in_the_ledger_is_the_report_that_intake_takes(
    session: Session, world: World, keys: Keys, place: Place
):
    one = received(session, world, keys, telling(place))
    other = noted(session, world, ledger_of(world, keys), telling(place))
    brought_up(session, keys)

    office = {"owner_unit_id": world.units["township"] if place.kind == "not_located" else world.units["village"]}
    assert columns(other) | office == columns(one)
    assert history(session, other) == history(session, one)
    assert trail(session, other.id) == trail(session, one.id)
    assert columns(session.get_one(Submission, other.id)) == columns(session.get_one(Submission, one.id))
    assert int(other.case_code[-6:]) == int(one.case_code[-6:]) + 1


def test_a_course_in_the_ledger_is_the_course_that_handling_writes(session: Session, world: World, keys: Keys):
    one = received(session, world, keys, telling())
    ledger = ledger_of(world, keys)
    other = noted(session, world, ledger, telling())
    lead, by, unit = world.actor(session, "township_lead"), world.assignments["township_lead"], world.units["village"]
    closure = handling.Closure("agreement_performed", "《民法典》第二百八十八条", "双方已经做完,看过现场。")
    talk = Contact("resident", "phone", NOW.date(), "打电话问了事情的经过。")
    serving = (
        lambda step: record_contact(session, step, contact=talk),
        lambda step: handling.accept(session, step, note="已联系"),
        lambda step: handling.assign(session, step, unit_id=unit, note="请先到现场"),
        lambda step: handling.record_work(session, step, note="到现场看了,双方都在。"),
        lambda step: handling.close(session, step, closure=closure),
        lambda step: handling.reopen(session, step, reason="约定的时间过了还没有做完"),
    )
    plan = (
        {"kind": "contacted", "way": talk.way, "note": talk.note},
        {"kind": "accepted", "note": "已联系", "unit_id": world.units["township"]},
        {"kind": "assigned", "note": "请先到现场", "unit_id": unit},
        {"kind": "work_recorded", "note": "到现场看了,双方都在。"},
        {"kind": "closed", "note": closure.outcome, "ground": closure.ground, "basis": closure.legal_basis},
        {"kind": "reopened", "note": "约定的时间过了还没有做完"},
    )

    for hours, (serve, planned) in enumerate(zip(serving, plan, strict=True), start=1):
        at = NOW + timedelta(hours=hours)
        serve(handling.Step(one.id, lead, one.version, at))
        ledger.step(other.id, PlannedStep(at=at, by=by, **planned))
    session.flush()
    ledger.write(session)
    brought_up(session, keys)

    talks = [session.scalars(select(ContactRecord).filter_by(dispute_id=row.id)).one() for row in (one, other)]
    assert columns(talks[0]) == columns(talks[1])
    assert columns(other) == columns(one)
    assert history(session, other) == [without_visits(event) for event in history(session, one)]
    assert trail(session, other.id) == [without_visits(link) for link in trail(session, one.id)]
    assert first_broken_link(session) is None


def test_a_return_in_the_ledger_is_the_return_that_a_village_hands_in(session: Session, world: World, keys: Keys):
    seed_templates(session)
    open_due_rounds(session, now=NOW)
    rounds = session.scalars(select(Round.id).where(Round.opens_at <= NOW, Round.due_at > NOW)).all()
    lead = world.actor(session, "other_township_lead")
    ledger = ledger_of(world, keys)
    made = {
        "id": new_id(), "division_code": VILLAGE, "village_code": VILLAGE, "returned_at": NOW,
        "assignment_id": lead.assignment_id, "zero": True, "method_note": "开了院坝会", "entries": [],
    }  # fmt: skip

    submit_return(session, actor=lead, division_code="990101002201", zero=True, method_note="开了院坝会", now=NOW)
    session.flush()
    ledger.returned(made, rounds)
    ledger.write(session)

    one, other = session.scalars(select(ScreeningReturn).order_by(ScreeningReturn.division_code.desc())).all()
    places = {"division_code": VILLAGE, "village_code": VILLAGE}
    answered = select(RoundAnswer.round_id).order_by(RoundAnswer.round_id)
    assert columns(other) == columns(one) | places
    assert trail(session, other.id) == trail(session, one.id)
    assert (
        session.scalars(answered.where(RoundAnswer.return_id == other.id)).all()
        == session.scalars(answered.where(RoundAnswer.return_id == one.id)).all()
        == sorted(rounds)
    )


def test_many_case_codes_in_one_write_go_on_where_intake_stopped(session: Session, world: World, keys: Keys):
    first = received(session, world, keys, telling())
    ledger = ledger_of(world, keys)
    for _ in range(3):
        arrival = Arrival(
            telling(), new_id(), world.assignments["grid_worker"], world.units["village"], world.generation_id
        )
        ledger.report(arrival, [("周某", "0000-0000000")])

    ledger.write(session)
    last = received(session, world, keys, telling())

    numbers = [int(code[-6:]) for code in session.scalars(select(Dispute.case_code))]
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert (first.case_code[-6:], last.case_code[-6:]) == ("000001", "000005")
