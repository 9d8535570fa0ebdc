"""Limits, passes, evaluations, complaints and codes of residents, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.disputes import Party
from grid_app.models.residents import PublicNotice, ResidentComplaint, ResidentRequest, ResidentTry
from grid_app.policy import Role
from grid_app.queries.residents_office import complaints_for, evaluation_figures
from grid_app.security.fields import FieldCipher
from grid_app.security.marks import Marks, Pass
from grid_app.services.matters.parties import phone_context
from grid_app.services.matters.step import Step
from grid_app.services.residents.asking import Asked, NotKnown, TooOften, ask
from grid_app.services.residents.codes import Checked, NotProven, Reissued, reissue_code
from grid_app.services.residents.notices import next_days
from grid_app.services.residents.said import Saying, complain, evaluate, request
from grid_app.services.tries import (
    WRONG_BY_ADDRESS,
    WRONG_BY_CODE,
    count_try,
    forget_old_tries,
    is_used_up,
)
from tests.builders import add_dispute
from tests.world import NOW

CIPHER = FieldCipher({1: b"k" * 32})
MARKS = Marks(receipt=b"r" * 32, session=b"s" * 32)


def matter(session, world, **columns):
    """Add a dispute whose party A left a phone ending in 1234."""
    dispute = add_dispute(session, world, reported_by=None, **columns)
    dispute.tracking_code = "ABCDE23456"
    party = new_id()
    session.add(
        Party(
            id=party,
            dispute_id=dispute.id,
            label="当事人A",
            phone_sealed=CIPHER.encrypt("13800001234", context=phone_context(party)),
            created_at=NOW,
        )
    )
    session.flush()
    return dispute


def asked(session, code, tail, *, now=NOW, address="a"):
    return ask(session, Asked(code, tail, address), cipher=CIPHER, marks=MARKS, now=now)


def saying(dispute, *, letter="A"):
    return Saying(Pass(dispute.id, letter, dispute.tracking_code), NOW, CIPHER)


def test_tries_are_counted_in_spans_and_forgotten(session):
    allowed = [count_try(session, WRONG_BY_CODE, "x", now=NOW) for _ in range(6)]

    assert allowed == [True] * 5 + [False]
    assert is_used_up(session, WRONG_BY_CODE, "x", now=NOW)
    assert not is_used_up(session, WRONG_BY_ADDRESS, "x", now=NOW)
    later = NOW + timedelta(minutes=16)
    assert not is_used_up(session, WRONG_BY_CODE, "x", now=later)
    assert count_try(session, WRONG_BY_CODE, "x", now=later)
    assert forget_old_tries(session, now=later + timedelta(days=2)) == 1
    assert session.scalars(select(ResidentTry)).all() == []


def test_a_pair_opens_a_pass_and_nothing_else_does(session, world):
    dispute = matter(session, world)

    assert asked(session, "abcde 23456", "1234") == Pass(dispute.id, "A", "ABCDE23456")
    for code, tail in (("ABCDE23456", ""), ("ABCDE23456", "9999"), ("ZZZZZ99999", "1234"), ("", "")):
        assert asked(session, code, tail) == NotKnown()
    assert asked(session, "ABCDE23456", "1111", address="b") == NotKnown()


def test_the_address_is_limited_over_many_codes(session, world):
    matter(session, world)
    for number in range(30):
        assert asked(session, f"ABCDEFG{number:03d}", "1") == NotKnown()

    assert asked(session, "ABCDE23456", "1234") == TooOften()
    assert asked(session, "ABCDE23456", "1234", address="b") != TooOften()


def test_each_closing_has_one_evaluation_and_the_figures_stand_apart(session, world):
    dispute = matter(session, world, state="closed", closed_at=NOW)
    matter_two = add_dispute(session, world, state="closed", closed_at=NOW)
    evaluate(session, saying(dispute), satisfied="yes", missing=["late"], words="", asked_to_waive=False)

    with pytest.raises(ConflictError, match="已经评价过"):
        evaluate(session, saying(dispute), satisfied="no", missing=[], words="", asked_to_waive=False)
    dispute.closed_at = NOW + timedelta(days=3)
    session.flush()
    evaluate(session, saying(dispute), satisfied="no", missing=["late", "x"], words="", asked_to_waive=False)

    lead = world.actor(session, Role.TOWNSHIP_LEAD)
    found = evaluation_figures(session, lead, since=NOW, until=NOW + timedelta(days=9))
    assert (found.invited, found.answered, found.satisfied, found.may_show_rate) == (2, 1, 0, False)
    assert matter_two.id != dispute.id


def test_an_open_matter_is_not_evaluated_and_words_have_a_limit(session, world):
    dispute = matter(session, world)

    with pytest.raises(ConflictError, match="还没有办结"):
        evaluate(session, saying(dispute), satisfied="yes", missing=[], words="", asked_to_waive=False)
    with pytest.raises(InvalidError) as refused:
        complain(session, saying(dispute), about="owner", words="字" * 501)
    assert "501" in refused.value.fields["words"]


def test_a_waiver_that_was_asked_for_goes_to_the_county_unseen_by_the_township(session, world):
    dispute = matter(session, world, state="closed", closed_at=NOW)

    evaluate(session, saying(dispute), satisfied="yes", missing=[], words="", asked_to_waive=True)

    row = session.scalars(select(ResidentComplaint)).one()
    assert (row.kind, row.to_unit_id, row.about_unit_id) == ("rights", world.units["county"], world.units["township"])
    for role, sees in ((Role.TOWNSHIP_LEAD, 0), (Role.COUNTY_OFFICER, 1), (Role.COUNTY_LEAD, 1), (Role.AUDITOR, 0)):
        assert len(complaints_for(session, world.actor(session, role), now=NOW)) == sees


@pytest.mark.parametrize(("about", "to"), [("village", "township"), ("township", "county"), ("owner", "county")])
def test_a_complaint_goes_one_level_above(session, world, about, to):
    dispute = matter(session, world)

    complain(session, saying(dispute), about=about, words="说话很难听,不让进门")

    assert session.scalars(select(ResidentComplaint)).one().to_unit_id == world.units[to]


def test_a_complaint_about_the_county_office_goes_to_the_county_lead(session, world):
    dispute = matter(session, world)
    dispute.owner_unit_id = world.units["county"]
    session.flush()

    complain(session, saying(dispute), about="owner", words="打了五次电话没有人接")

    assert session.scalars(select(ResidentComplaint)).one().to_unit_id == world.units["county_lead"]


def test_requests_need_the_phone_and_a_current_code(session, world):
    dispute = matter(session, world)

    with pytest.raises(ConflictError, match="没有留过电话"):
        request(session, saying(dispute, letter=""), kind="see", words="")
    request(session, saying(dispute), kind="see", words="")
    row = session.scalars(select(ResidentRequest)).one()
    assert row.due_on == date(2026, 12, 5)
    old = saying(dispute)
    dispute.tracking_code = "NEWCD23456"
    session.flush()
    with pytest.raises(NotFoundError):
        request(session, old, kind="copy", words="")


def test_a_code_is_replaced_after_a_check_and_five_wrong_tails_end_it(session, world):
    dispute = matter(session, world)
    officer = world.actor(session, Role.TOWNSHIP_OFFICER)

    def again(**checked):
        step = Step(dispute.id, officer, dispute.version, NOW)
        return reissue_code(session, step, checked=Checked(**checked), cipher=CIPHER, marks=MARKS)

    assert isinstance(again(way="phone", tail="1234"), Reissued)
    assert asked(session, "ABCDE23456", "1234") == NotKnown()
    assert [isinstance(again(way="phone", tail="0000"), NotProven) for _ in range(5)] == [True] * 5
    assert isinstance(again(way="phone", tail="1234"), NotProven)
    assert isinstance(again(way="paper", paper="receipt"), Reissued)


def test_days_of_reception_follow_week_market_and_dates():
    market = PublicNotice(weekday=None, market_days="3,8", first_market_only=True, dates=["2026-11-30"])

    assert next_days(market, today=date(2026, 11, 20)) == [date(2026, 11, 30), date(2026, 12, 3), date(2027, 1, 3)]
    every = PublicNotice(weekday=None, market_days="0", first_market_only=False, dates=[])
    assert next_days(every, today=date(2026, 12, 31), most=2) == [date(2027, 1, 10), date(2027, 1, 20)]
