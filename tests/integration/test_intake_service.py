"""Receiving reports: two senders at once, links, grades, parties, households; on both databases."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import CaseCounter, Dispute, DisputeEvent, DisputeLink, Party, Submission
from grid_app.models.escalations import Escalation
from grid_app.services.audit import digest_of_event
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.links import link_disputes
from grid_app.services.reports.receiving import Desk, Lookups, Received, parse_report, receive_report, receive_reports
from tests.integration.intake_tools import CONTENT, KEYS
from tests.world import NOW, World, build_world

VILLAGE = "990101001201"


def give(session: Session, world: World, *, who: str = "grid_worker", via: Any = "sync", **changes: Any) -> Received:
    content = {**CONTENT, "village_code": VILLAGE, **changes}
    draft = parse_report(content, report_id=uuid4())
    places, actor = MemoryPlaceFinder(), world.actor(session, who)
    answer = receive_report(session, draft=draft, actor=actor, places=places, keys=KEYS, now=NOW, via=via)
    assert answer.outcome == "accepted", answer
    return answer


def row(session: Session, answer: Received) -> Dispute:
    return session.get_one(Dispute, answer.dispute_id)


# --- at the same time -------------------------------------------------------------------------------------------


def test_the_same_batch_from_six_senders_at_once_is_stored_once(engine: Engine) -> None:
    with transaction(engine) as session:
        world = build_world(session)
        actor = world.actor(session, "grid_worker")
    content = {**CONTENT, "village_code": VILLAGE, "organisation": "青溪农业有限公司"}
    drafts = [parse_report(content, report_id=uuid4()) for _ in range(5)]
    places, start = MemoryPlaceFinder(), Barrier(6)

    def send(_: int) -> list[str]:
        start.wait()
        with transaction(engine) as session:
            desk = Desk(actor, places, KEYS, NOW, via="sync", lookups=Lookups(session))
            return [one.outcome for one in receive_reports(session, drafts=drafts, desk=desk)]

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(outcome for told in pool.map(send, range(6)) for outcome in told)

    assert outcomes == {"accepted": 5, "already_have": 25}
    with reading(engine) as session:
        codes = sorted(session.scalars(select(Dispute.case_code)))
        assert codes == [f"990101-2026-00000{number}" for number in range(1, 6)]
        assert session.scalars(select(CaseCounter.last)).one() == 5
        links = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
        assert all(one.digest == digest_of_event(one) for one in links)
        assert len([one for one in links if one.action == "dispute.reported"]) == 5


def test_different_batches_at_once_never_share_a_number(engine: Engine) -> None:
    with transaction(engine) as session:
        actor = build_world(session).actor(session, "grid_worker")
    places, start = MemoryPlaceFinder(), Barrier(4)

    def send(sender: int) -> None:
        names = ("甲公司", "乙公司") if sender % 2 else ("乙公司", "甲公司")
        drafts = [
            parse_report({**CONTENT, "village_code": VILLAGE, "organisation": name}, report_id=uuid4())
            for name in names * 5
        ]
        start.wait()
        with transaction(engine) as session:
            desk = Desk(actor, places, KEYS, NOW, via="sync", lookups=Lookups(session))
            assert {one.outcome for one in receive_reports(session, drafts=drafts, desk=desk)} == {"accepted"}

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))

    with reading(engine) as session:
        numbers = sorted(int(code[-6:]) for code in session.scalars(select(Dispute.case_code)))
    assert numbers == list(range(1, 41))


def test_one_report_the_database_refuses_leaves_the_others_in(session: Session, world: World) -> None:
    taken = give(session, world)
    session.execute(update(Submission).where(Submission.id == taken.dispute_id).values(id=uuid4()))
    session.flush()
    actor = world.actor(session, "grid_worker")
    content = {**CONTENT, "village_code": VILLAGE}
    drafts = [parse_report(content, report_id=one) for one in (uuid4(), taken.dispute_id, uuid4())]
    desk = Desk(actor, MemoryPlaceFinder(), KEYS, NOW, via="sync", lookups=Lookups(session))

    outcomes = [one.outcome for one in receive_reports(session, drafts=drafts, desk=desk)]

    assert outcomes == ["accepted", "rejected", "accepted"]
    assert session.scalars(select(CaseCounter.last)).one() == 3


# --- grades -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "blue"),
        ({"household_band": "10-29"}, "orange"),
        ({"household_band": "50+", "band_status": "estimated"}, "orange"),
        ({"household_band": "30-49", "band_status": "known"}, "red"),
        ({"danger": True}, "red"),
        ({"category": "0199", "safety_child": True}, "red"),
        ({"category": "0199", "safety_present": True}, "red"),
    ],
)
def test_a_report_is_graded_at_once_and_red_is_escalated_with_it(
    session: Session, world: World, changes: dict[str, Any], grade: str
) -> None:
    answer = give(session, world, **changes)

    dispute = row(session, answer)
    raised = session.scalars(select(Escalation.dispute_id)).all()
    assert dispute.grade == grade
    assert dispute.grade_reasons
    assert raised == ([answer.dispute_id] if grade == "red" else [])


def test_a_grade_that_becomes_red_is_written_and_escalated_once(session: Session, world: World) -> None:
    dispute = row(session, give(session, world, household_band="30-49"))
    dispute.band_status = "confirmed"

    regrade(session, dispute, now=NOW)
    regrade(session, dispute, now=NOW)

    events = session.scalars(
        select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    ).all()
    assert [(one.number, one.kind) for one in events] == [(1, "reported"), (2, "graded")]
    assert events[1].details["from"] == "orange"
    assert len(session.scalars(select(Escalation.id)).all()) == 1


def test_two_failed_attempts_make_yellow_and_three_orange(session: Session, world: World) -> None:
    dispute = row(session, give(session, world))
    colours = []

    for number in range(2, 5):
        session.add(
            DisputeEvent(
                dispute_id=dispute.id,
                number=10 * number,
                at=NOW,
                kind="work_recorded",
                from_state="mediating",
                to_state="terminated",
                details={},
            )
        )
        regrade(session, dispute, now=NOW)
        colours.append(dispute.grade)

    assert colours == ["blue", "yellow", "orange"]


# --- households and parties -------------------------------------------------------------------------------------


def test_three_households_told_to_one_worker_in_like_words_are_three(session: Session, world: World) -> None:
    labels = {row(session, give(session, world)).household_label for _ in range(3)}

    assert len(labels) == 3


def test_one_household_is_known_again_in_one_place_and_matter_only(session: Session, world: World) -> None:
    first, again, elsewhere, other = (
        row(session, give(session, world, household="h1", **changes)).household_label
        for changes in ({}, {"category": "0902"}, {"village_code": "990101001202"}, {"category": "0799"})
    )

    assert first == again
    assert len({first, elsewhere, other}) == 3


@pytest.mark.parametrize("word", ["张三", "当事人", "当事人AB", "当事人A张三", "party A"])
def test_the_word_for_a_party_is_shown_to_all_and_so_is_never_a_name(word: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_report({**CONTENT, "village_code": VILLAGE, "parties": [{"label": word}]}, report_id=uuid4())

    assert any("姓名栏" in sentence for sentence in refused.value.fields.values())


def test_parties_are_sealed_row_by_row(session: Session, world: World) -> None:
    told = [{"name": "甲某", "phone": "13812345678"}, {"label": "当事人B"}, {"phone": "13987654321"}]

    answer = give(session, world, parties=told)

    parties = session.scalars(select(Party).order_by(Party.label)).all()
    assert [one.label for one in parties] == ["当事人A", "当事人C"]
    assert "甲某" not in str(parties[0].name_sealed)
    assert KEYS.fields.decrypt(str(parties[0].name_sealed), context=f"parties.name:{parties[0].id}") == "甲某"
    assert KEYS.fields.decrypt(str(parties[1].phone_sealed), context=f"parties.phone:{parties[1].id}") == "13987654321"
    assert all(one.dispute_id == answer.dispute_id for one in parties)


# --- links ------------------------------------------------------------------------------------------------------


def link(session: Session, world: World, one: Received, other: Received, relation: str, *, who: str) -> None:
    link_disputes(
        session,
        actor=world.actor(session, who),
        dispute_id=UUID(str(one.dispute_id)),
        other_id=UUID(str(other.dispute_id)),
        relation=relation,
        now=NOW,
    )


def test_nobody_links_what_lies_outside_the_own_area(session: Session, world: World) -> None:
    one, other = give(session, world), give(session, world)

    with pytest.raises(NotFoundError):
        link(session, world, one, other, "same_household", who="other_township_lead")

    assert session.scalars(select(DisputeLink)).all() == []


@pytest.mark.parametrize("relation", ["same", ""])
def test_an_unknown_relation_is_refused(session: Session, world: World, relation: str) -> None:
    one, other = give(session, world), give(session, world)

    with pytest.raises(InvalidError):
        link(session, world, one, other, relation, who="township_lead")
    with pytest.raises(InvalidError):
        link(session, world, one, one, "unrelated", who="township_lead")


def test_the_same_household_is_the_same_matter_until_answered_anew(session: Session, world: World) -> None:
    old, new = give(session, world), give(session, world)
    link(session, world, new, old, "same_household", who="township_lead")
    assert row(session, new).same_matter_as == old.dispute_id

    link(session, world, old, new, "other_household", who="village_lead")

    events = session.scalars(
        select(DisputeEvent.details).where(DisputeEvent.dispute_id == new.dispute_id, DisputeEvent.kind == "linked")
    ).all()
    assert row(session, new).same_matter_as is None
    assert [one["relation"] for one in events] == ["same_household", "other_household"]
    assert [one.relation for one in session.scalars(select(DisputeLink))] == ["other_household"]
    assert row(session, old).case_code != row(session, new).case_code


def test_the_same_answer_twice_writes_nothing_more(session: Session, world: World) -> None:
    old, new = give(session, world), give(session, world)
    link(session, world, new, old, "other_household", who="township_lead")
    before = len(session.scalars(select(DisputeEvent.id)).all())

    link(session, world, new, old, "other_household", who="township_lead")

    assert len(session.scalars(select(DisputeEvent.id)).all()) == before


def test_same_matters_never_form_a_ring(session: Session, world: World) -> None:
    one, two, three = (give(session, world) for _ in range(3))

    for newer, older in ((two, one), (three, two), (one, three)):
        link(session, world, newer, older, "same_household", who="township_lead")

    assert [row(session, it).same_matter_as for it in (one, two, three)] == [None, one.dispute_id, two.dispute_id]


def test_a_report_may_bring_its_link_and_one_that_leads_nowhere_is_still_taken(session: Session, world: World) -> None:
    old = give(session, world)
    linked = give(session, world, link_to=str(old.dispute_id), link_relation="same_household")
    lost = give(session, world, link_to=str(uuid4()), link_relation="same_household")

    assert row(session, linked).same_matter_as == old.dispute_id
    assert [one.code for one in lost.cautions] == ["link_missing"]
    assert row(session, lost).same_matter_as is None
