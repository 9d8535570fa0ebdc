"""Searching matters: two signs find, several words narrow, persons and sealed matters are never found."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ClosingProposal, ReviewRecord, Transfer
from grid_app.policy import dispute_scope
from grid_app.queries import disputes_words
from grid_app.queries.disputes import Cut, Order, Tab, asking, list_disputes, tallies
from grid_app.queries.disputes_filters import Clock, Filters, forbidden
from grid_app.queries.disputes_words import words_of
from grid_app.queries.scoping import visible
from grid_app.security.fields import FieldCipher
from grid_app.services.clocks.dates import next_date
from grid_app.services.clocks.rules import seed_rules
from grid_app.services.handling.reviews import open_sides
from grid_app.services.handling.steps import accept
from grid_app.services.handling.worklists import waiting_for_receipt, waiting_for_review
from grid_app.services.matters.parties import add_party
from grid_app.services.matters.said import said_of
from grid_app.services.matters.searchable import fill_lists
from grid_app.services.matters.step import Step
from tests.builders import add_dispute
from tests.handling_world import step_of
from tests.world import NOW, World

CIPHER = FieldCipher({1: bytes(range(32))})
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
MATTERS = {
    "赡养": "老人的赡养费谈不拢",
    "宅基地": "宅基地界线,3号楼12栋有争议",
    "电梯": "Ａ座电梯坏了,物业费100%涨价",
    "土": "土地",
}


def found(session, scope, typed: str, **more) -> set:
    asked = asking(session, scope=scope, now=NOW, filters=Filters(words=words_of(typed).words, **more))
    return {line.summary for line in list_disputes(session, scope=scope, asked=asked, cut=Cut()).lines}


@pytest.mark.parametrize("common", [20, 0], ids=["by the index", "by walking"])
def test_two_signs_find_and_several_words_narrow(session, world: World, monkeypatch, common: int):
    monkeypatch.setattr(disputes_words, "COMMON", common)
    for summary in MATTERS.values():
        add_dispute(session, world, summary=summary)
    scope = dispute_scope(world.actor(session, "township_officer"))

    asked = (
        "赡养",
        "养费",
        "宅基地",
        "基地 3号",
        "12栋",
        "A座",
        "ａ座 电梯",
        "100%",
        "100",
        "老人 电梯",
        "%%",
        "电_梯",
    )
    hits = {typed: found(session, scope, typed) for typed in (*asked, "赡养 潜艇")}

    one = {name: {text} for name, text in MATTERS.items()}
    assert hits == {
        "赡养": one["赡养"], "养费": one["赡养"], "宅基地": one["宅基地"], "基地 3号": one["宅基地"],
        "12栋": one["宅基地"], "A座": one["电梯"], "ａ座 电梯": one["电梯"], "100%": one["电梯"], "100": one["电梯"],
        "老人 电梯": set(), "%%": set(MATTERS.values()), "电_梯": set(MATTERS.values()), "赡养 潜艇": set(),
    }  # fmt: skip


@on_sqlite
def test_the_name_of_a_party_is_found_by_nobody_and_sealed_matters_by_those_alone_who_may_see_them(session, world):
    dispute = add_dispute(session, world, summary="钱有田说租金没有付,钱有田很着急")
    add_dispute(session, world, category="1502", summary="租金的事反映干部作风")
    scopes = {who: dispute_scope(world.actor(session, who)) for who in ("county_officer", "county_lead")}

    add_party(session, step_of(session, world, "county_lead", dispute), name="钱 有田", phone="", cipher=CIPHER)
    add_party(session, step_of(session, world, "county_lead", dispute), name="钱有田", phone="", cipher=CIPHER)
    session.flush()

    assert [found(session, scope, "有田") for scope in scopes.values()] == [set(), set()]
    assert [len(found(session, scope, "租金")) for scope in scopes.values()] == [1, 2]
    assert "有田" not in said_of("张某和钱有田争水", named=["钱有田农场"], hidden=["钱有田"]).partition("\n")[0]


@on_sqlite
def test_older_disputes_get_their_words_without_the_names_of_their_parties(session, world):
    dispute = add_dispute(session, world, summary="钱有田说租金没有付")
    add_party(session, step_of(session, world, "county_lead", dispute), name="钱有田", phone="", cipher=CIPHER)
    dispute.said, dispute.due_at = None, None
    session.flush()

    last = fill_lists(session, cipher=CIPHER)

    assert (last, fill_lists(session, cipher=CIPHER)) == (dispute.id, None)
    assert dispute.said.strip() == "说租金没有付"
    assert dispute.due_at is not None


def _target(grade: str):
    return next_date(state="reported", grade=grade, received_at=NOW, accepted_at=None).at


@on_sqlite
def test_the_next_date_follows_the_clocks_the_state_and_the_grade(session, world):
    seed_rules(session, NOW)
    dispute = add_dispute(session, world)
    reported = dispute.due_at
    dispute.grade = "red"
    session.flush()
    red = dispute.due_at

    accept(session, step_of(session, world, "township_officer", dispute))
    session.flush()
    running = session.scalars(select(Deadline).where(Deadline.done_at.is_(None))).all()
    accepted = dispute.due_at
    dispute.state = "closed"
    session.flush()

    assert reported == _target("blue")
    assert red == _target("red") == NOW + timedelta(hours=1)
    assert accepted == min(one.due_at for one in running)
    assert (dispute.due_at, dispute.statutory_due_at) == (None, None)


@pytest.fixture
def many(session, world: World) -> list[Dispute]:
    """Fill the county with every combination of place, category, state and grade."""
    places, categories = ("990101001201", "990101001202J001", "990101002201"), ("0901", "0902", "0201")
    states, grades = ("reported", "handling", "closed"), ("blue", "red")
    made = []
    for number, (place, category, state, grade) in enumerate(product(places, categories, states, grades)):
        one = add_dispute(session, world, division_code=place, category=category, state=state,
                          at=NOW - timedelta(hours=number * 3), summary=f"第{number}件租金的事")  # fmt: skip
        one.grade, one.channel = grade, "qr" if number % 4 == 0 else "grid_walk"
        one.owner_unit_id = world.units["village" if number % 3 else "township"]
        session.flush()
        if state != "closed":
            one.due_at = NOW + timedelta(hours=12 * (number % 9 - 4))
            one.statutory_due_at = NOW + timedelta(days=number % 5 - 1)
        made.append(one)
    session.flush()
    return made


@on_sqlite
def test_every_filter_lists_and_counts_exactly_what_fits(session, world, many):
    scope = dispute_scope(world.actor(session, "county_officer"))
    village = world.units["village"]
    fits = {
        Filters(place="990101001"): lambda one: one.division_code.startswith("990101001"),
        Filters(place="990101001202", grade="red"): lambda one: "001202" in one.division_code and one.grade == "red",
        Filters(category="09", unit=village): lambda one: one.category[:2] == "09" and one.owner_unit_id == village,
        Filters(category="0902", channel="qr"): lambda one: one.category == "0902" and one.channel == "qr",
        Filters(state="handling"): lambda one: one.state == "handling",
        Filters(clock=Clock.OVERDUE): lambda one: one.due_at is not None and one.due_at < NOW,
        Filters(clock=Clock.TODAY): lambda one: one.due_at in (NOW, NOW + timedelta(hours=12)),
        Filters(clock=Clock.SOON, grade="red"): lambda one: one.due_at and one.due_at >= NOW and one.grade == "red",
        Filters(clock=Clock.STATUTORY): lambda one: one.statutory_due_at and one.statutory_due_at < NOW,
        Filters(words=("租金", "第1")): lambda one: "第1" in one.summary,
    }
    for filters, fit in fits.items():
        asked = asking(session, scope=scope, now=NOW, filters=filters)
        page = list_disputes(session, scope=scope, asked=asked, cut=Cut(size=200))
        assert {line.id for line in page.lines} == {one.id for one in many if fit(one)}, filters
        totals = tallies(session, scope=scope, asked=asked)
        assert totals[Tab.ALL] == len(page.lines), filters


@on_sqlite
def test_what_is_due_first_stands_first_and_a_page_stays_right_when_a_date_moves(session, world, many):
    scope = dispute_scope(world.actor(session, "county_officer"))
    asked, due = asking(session, scope=scope, now=NOW, tab=Tab.HANDLING), Order.DUE
    wanted = sorted((one for one in many if one.state == "handling"), key=lambda one: (one.due_at, one.id.hex))

    first = list_disputes(session, scope=scope, asked=asked, cut=Cut(due, size=7))
    wanted[2].due_at = NOW + timedelta(days=300)
    session.flush()
    rest = list_disputes(session, scope=scope, asked=asked, cut=Cut(due, after=first.after, size=200))
    back = list_disputes(session, scope=scope, asked=asked, cut=Cut(due, before=rest.before, size=200))

    assert [line.id for line in first.lines] == [one.id for one in wanted[:7]]
    assert [line.id for line in rest.lines] == [one.id for one in [*wanted[7:], wanted[2]]]
    assert [line.id for line in back.lines] == [one.id for one in wanted[:7] if one is not wanted[2]]


@on_sqlite
def test_rights_that_leave_nothing_are_said(session, world):
    lead, officer = (dispute_scope(world.actor(session, who)) for who in ("county_lead", "township_officer"))

    assert "密封" in forbidden(session, Filters(category="1502"), officer)
    assert "县级受理" in forbidden(session, Filters(category="16"), officer)
    assert "不在您的范围" in forbidden(session, Filters(place="990101002"), officer)
    assert "没有这个地方" in forbidden(session, Filters(place="123456"), officer)
    assert [forbidden(session, one, lead) for one in (Filters(category="1502"), Filters(place="990101002"))] == ["", ""]


@on_sqlite
def test_the_list_of_reviews_is_what_each_dispute_says_by_itself(session, world, clock):
    grounds = ("agreement_performed", "withdrawn_by_party", "not_established")
    owners = ("village", "mediation", "township", "county")
    proposers = ("village_lead", "township_officer", "county_officer")
    rows = []
    for number, (ground, owner, who, grade) in enumerate(product(grounds, owners, proposers, ("blue", "yellow"))):
        dispute = add_dispute(session, world, state="handling")
        dispute.grade, dispute.owner_unit_id = grade, world.units[owner]
        proposal = ClosingProposal(
            dispute_id=dispute.id, ground=ground, legal_basis="", outcome="", at=NOW,
            assignment_id=world.assignments[who],
        )  # fmt: skip
        session.add(proposal)
        session.flush()
        if number % 3 == 0:
            other = world.actor(session, "township_lead")
            session.add(ReviewRecord(proposal_id=proposal.id, dispute_id=dispute.id, side="handling_unit", agrees=True,
                                     assignment_id=other.assignment_id, unit_id=other.unit_id, at=NOW))  # fmt: skip
        rows.append((dispute, proposal))
    session.flush()

    for who in ("village_lead", "mediator", "township_officer", "township_lead", "county_officer", "county_lead"):
        actor = world.actor(session, who)
        seen = set(session.scalars(select(Dispute.id).where(visible(dispute_scope(actor)))))
        mine = {one.id for one, proposal in rows if one.id in seen
                and open_sides(session, one, proposal, Step(one.id, actor, 1, NOW))}  # fmt: skip
        assert set(waiting_for_review(session, actor, now=NOW)) == mine, who


@on_sqlite
def test_a_unit_sees_what_it_has_to_sign_for_and_which_objections_to_answer(session, world):
    made = {}
    ways = (("sent", "county", "township"), ("received", "county", "township"), ("objected", "township", "village"),
            ("objected", "county", "village"))  # fmt: skip
    for state, sender, receiver in ways:
        dispute = add_dispute(session, world, state="accepted")
        session.add(Transfer(dispute_id=dispute.id, from_unit_id=world.units[sender], document="转办",
                             to_unit_id=world.units[receiver], state=state, sent_at=NOW))  # fmt: skip
        made[state, sender] = dispute.id
    session.flush()

    waiting = {who: set(waiting_for_receipt(session, world.actor(session, who), now=NOW))
               for who in ("township_officer", "village_lead", "county_officer")}  # fmt: skip

    assert waiting == {
        "township_officer": {made["sent", "county"], made["objected", "township"]},
        "village_lead": set(),
        "county_officer": {made["objected", "county"]},
    }
