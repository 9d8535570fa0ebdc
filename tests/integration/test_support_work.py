"""The support workspace beneath its pages: figures, who may do what, bad input, two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.support_work import Supervision
from grid_app.policy import dispute_scope
from grid_app.queries import analysis
from grid_app.queries.analysis import Span
from grid_app.queries.ledger import LedgerFilter, ledger_entries, unit_figures
from grid_app.queries.support_work import due_clocks, requests_of
from grid_app.services.clocks.rules import seed_rules
from grid_app.services.clocks.running import start_clock
from grid_app.services.matters.step import AlreadyDoneError
from grid_app.services.support_work.asked import Desk
from grid_app.services.support_work.duty_reviews import choose_review, open_due_reviews
from grid_app.services.support_work.inspections import draw
from grid_app.services.support_work.supervision import (
    Supervising,
    answer_supervision,
    end_supervision,
    supervise,
)
from tests.builders import add_dispute
from tests.world import NOW

DAY = timedelta(days=1)
on_one = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def desk_of(session, world, who: str) -> Desk:
    return Desk(world.actor(session, who), NOW)


def handled(session, world, *, unit: str = "village", **columns) -> Dispute:
    dispute = add_dispute(session, world, state="handling", at=NOW - 40 * DAY, accepted_at=NOW - 38 * DAY, **columns)
    dispute.owner_unit_id = world.units[unit]
    return dispute


def late(session, dispute: Dispute) -> Deadline:
    seed_rules(session, NOW)
    return start_clock(session, dispute=dispute, code="finish_target", started_at=NOW - 38 * DAY, now=NOW - 38 * DAY)


def asked_of(world, **changes) -> Supervising:
    good = Supervising(world.units["village"], "remind", "办结期限已过,没有延期", local_date(NOW + 5 * DAY))
    return replace(good, **changes)


def test_the_figures_are_the_same_on_both_databases(session, world):
    for number in range(3):
        late(session, handled(session, world))
        handled(session, world, unit="township", division_code=("990101001201", "990101001202J001")[number % 2])
    session.flush()
    county = dispute_scope(world.actor(session, "county_officer"))
    township = dispute_scope(world.actor(session, "township_officer"))
    year = Span(NOW - 300 * DAY, NOW + DAY)

    figures = unit_figures(session, scope=county, first=local_date(NOW - 50 * DAY), last=local_date(NOW), now=NOW)
    entries, more = ledger_entries(session, scope=township, wanted=LedgerFilter(place="990101001202"), size=50)
    first, after = ledger_entries(session, scope=county, wanted=LedgerFilter(), size=4)
    rest, _ = ledger_entries(session, scope=county, wanted=LedgerFilter(), size=4, after=after)

    assert [(one.opened, one.closed, one.overdue) for one in figures] == [(3, 0, 0), (3, 0, 3)]
    assert (len(entries), more) == (1, None)
    assert len({one.dispute_id for one in (*first, *rest)}) == 6
    assert analysis.received_by(session, scope=county, span=year, column="category") == {"09": 6}
    assert analysis.received_by(session, scope=county, span=year, column="channel") == {"grid_walk": 6}
    assert analysis.received_by_place(session, scope=county, span=year)[0] == ("东河镇", 6)
    assert analysis.received_by_place(session, scope=township, span=year) == [("云岭村", 5), ("柳湾村", 1)]
    assert [(one.due, one.in_time) for one in analysis.clocks_kept(session, scope=county, span=year, now=NOW)] == [
        (3, 0)
    ]
    assert len(due_clocks(session, scope=county, after=None, before=NOW)) == 3
    assert analysis.supervisions_in(session, unit_ids=[world.units["county"]], span=year) == {}
    assert analysis.complained_of(session, scope=county, span=year, least=1) == []
    assert analysis.closed_by_ground(session, scope=county, span=year) == {}
    assert open_due_reviews(session, now=NOW) == []


@on_one
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "blame"}, "method"),
        ({"missed": ""}, "missed"),
        ({"missed": "字" * 5_000}, "missed"),
        ({"missed": "village_lead甲没有登记"}, "missed"),
        ({"due_on": None}, "due_on"),
        ({"due_on": local_date(NOW - DAY)}, "due_on"),
        ({"due_on": local_date(NOW + 900 * DAY)}, "due_on"),
        ({"unit_id": None}, "unit"),
        ({"unit_id": "township"}, "unit"),
        ({"unit_id": "village2"}, "unit"),
        ({"matter": "😀😀"}, "matter"),
        ({"method": "letter"}, "document_no"),
        ({"document_no": "函" * 90}, "document_no"),
    ],
)
def test_a_supervision_that_cannot_be_kept_names_the_field(session, world, changes, field):
    if changes.get("unit_id"):
        changes = {"unit_id": world.units[changes["unit_id"]]}

    with pytest.raises(InvalidError) as refused:
        supervise(session, desk_of(session, world, "township_lead"), key=new_id(), asked=asked_of(world, **changes))

    assert set(refused.value.fields) == {field}


@on_one
def test_a_form_that_is_wrong_in_several_fields_is_refused_once_with_all_of_them(session, world):
    with pytest.raises(InvalidError) as refused:
        supervise(
            session, desk_of(session, world, "township_lead"), key=new_id(),
            asked=asked_of(world, missed="", due_on=None, unit_id=None),
        )  # fmt: skip

    assert set(refused.value.fields) == {"missed", "due_on", "unit"}


@on_one
def test_a_unit_that_has_ended_is_no_choice_and_what_was_asked_of_it_can_still_be_ended(session, world):
    desk, key = desk_of(session, world, "township_lead"), new_id()
    supervise(session, desk, key=key, asked=asked_of(world))
    session.get(Unit, world.units["village"]).closed_at = NOW

    with pytest.raises(InvalidError):
        supervise(session, desk, key=new_id(), asked=asked_of(world))
    end_supervision(session, desk, key=key, closing="单位已经撤销,职责转到新村")

    assert session.get(Supervision, key).closed_at == NOW


@on_one
def test_only_the_unit_answers_and_only_the_asker_ends_and_the_second_is_told(session, world):
    desk, key = desk_of(session, world, "township_lead"), new_id()
    asked = asked_of(world)
    supervise(session, desk, key=key, asked=asked)
    village = desk_of(session, world, "village_lead")

    with pytest.raises(AlreadyDoneError):
        supervise(session, desk, key=key, asked=asked)
    with pytest.raises(ForbiddenError):
        answer_supervision(session, desk, key=key, reply="我替村里答复一下")
    with pytest.raises(ForbiddenError):
        answer_supervision(session, desk_of(session, world, "grid_worker"), key=key, reply="我替村里答复一下")
    with pytest.raises(ForbiddenError):
        end_supervision(session, village, key=key, closing="我们自己办结")
    with pytest.raises(NotFoundError):
        end_supervision(session, desk_of(session, world, "other_township_lead"), key=key, closing="别的乡镇办结")
    end_supervision(session, desk, key=key, closing="已经核实办好")
    with pytest.raises(ConflictError) as overtaken:
        answer_supervision(session, village, key=key, reply="周三上门办好了")

    assert "已经在 11月20日 10:00 办结" in overtaken.value.sentence


@on_one
def test_a_matter_is_supervised_at_the_unit_that_handles_it_and_only_while_it_is_open(session, world):
    desk = desk_of(session, world, "county_officer")
    dispute = handled(session, world, unit="township")

    with pytest.raises(InvalidError) as other:
        supervise(session, desk, key=new_id(), asked=asked_of(world, matter=dispute.case_code))
    dispute.state = "closed"
    asked = asked_of(world, matter=dispute.case_code, unit_id=world.units["township"])
    with pytest.raises(ConflictError):
        supervise(session, desk, key=new_id(), asked=asked)

    assert "unit" in other.value.fields


@on_one
def test_what_is_sealed_for_a_unit_vanishes_from_what_it_was_asked(session, world):
    desk, dispute = desk_of(session, world, "township_lead"), handled(session, world)
    supervise(session, desk, key=new_id(), asked=asked_of(world, matter=dispute.case_code))
    session.flush()
    village = world.actor(session, "village_lead")
    assert len(requests_of(session, Supervision, village)) == 1

    dispute.about_unit_id = world.units["village"]
    session.flush()

    assert requests_of(session, Supervision, village) == []
    entry = ledger_entries(session, scope=dispute_scope(desk.actor), wanted=LedgerFilter(), size=9)[0][0]
    assert entry.is_sealed


@on_one
def test_a_clock_in_time_or_of_another_area_is_not_reviewed(session, world):
    desk = desk_of(session, world, "township_lead")
    kept, away = late(session, handled(session, world)), late(session, handled(
        session, world, unit="village2", division_code="990101002201"
    ))  # fmt: skip
    kept.done_at, kept.ended = kept.due_at - DAY, "done"

    for clock in (kept, away):
        with pytest.raises(InvalidError):
            choose_review(session, desk, deadline_id=clock.id, due_on=local_date(NOW + DAY))

    assert session.scalars(select(Supervision)).all() == []


@given(
    codes=some.sets(some.text("0123456789-", min_size=1, max_size=12), min_size=1, max_size=30),
    seed=some.text("0123456789abcdef", min_size=1, max_size=32), count=some.integers(1, 40),
)  # fmt: skip
def test_a_draw_is_repeatable_whatever_the_order_and_never_draws_twice(codes, seed, count):
    drawn = draw(sorted(codes), seed=seed, count=count)

    assert drawn == draw(sorted(codes, reverse=True), seed=seed, count=count)
    assert len(set(drawn)) == len(drawn) == min(count, len(codes))
    assert set(drawn) <= codes
