"""The demonstration county: whole, the same for the same day, full of true things to show, and nobody's."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH
from geo.coverage_check import check_coverage
from grid_app.clock import start_of_day
from grid_app.database.transaction import reading
from grid_app.demo.county import boundary_sets, plan_county
from grid_app.demo.create import Chance
from grid_app.demo.digest import content_digest
from grid_app.demo.names import names, table
from grid_app.demo.passwords import FILE, kept_accounts
from grid_app.factory import create_app
from grid_app.models.accounts import Account, Assignment, InstallationFact, Unit
from grid_app.models.assistance import AmountApproval, AssistanceMeasure
from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent, Organisation, Submission
from grid_app.models.documents import IssuedDocument
from grid_app.models.escalations import Escalation
from grid_app.models.joint import JointUnit, WhistleCall
from grid_app.models.mediation import CommitteeComposition
from grid_app.models.organisations import OrganisationEntry
from grid_app.models.places import Boundary, Division, MediationRoom, VillageNaming
from grid_app.models.projects import ProjectDuty, ProjectMatter
from grid_app.models.residents import Evaluation, ResidentComplaint
from grid_app.models.rounds import Finding, FindingMember, Round, RoundAnswer, RoundRun
from grid_app.models.support_work import Inspection, Recommendation, Rectification, Supervision
from grid_app.models.villages import VillageMonth
from grid_app.policy import Role
from grid_app.security.passwords import password_matches
from grid_app.services.audit import first_broken_link
from grid_app.services.matters.waivers import waiver_in
from grid_app.standing.states import STATES
from grid_app.vocabulary.words import OPEN_STATES
from tests.demo_county import AS_OF, make_county, the_app, the_county

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo county")]  # it is made once


@pytest.fixture
def county() -> Iterator[Session]:
    with the_app().app_context(), reading() as session:
        yield session


def count(session: Session, model: type, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_the_same_seed_and_day_give_the_same_county(county: Session, tmp_path: Path):
    again = create_app(make_county(tmp_path)[0])

    with again.app_context(), reading() as other:
        digests = {content_digest(county), content_digest(other)}

    assert len(digests) == 1


def test_no_generated_password_is_the_same_in_two_counties_and_none_can_be_read_by_others():
    folder = the_county().instance_dir

    passwords = [account.password for account in kept_accounts(folder)]

    assert len(set(passwords)) == 60
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_the_grids_villages_and_townships_leave_no_gap_and_do_not_overlap():
    sets = boundary_sets(plan_county(Chance(7).of(0), names()))

    assert [len(one.features) for one in sets] == [1, 12, 400, 1600]
    for one in sets:
        report = check_coverage(one.features, neighbours_of_same_parent=one.level == "grid")
        assert (report.gaps, report.overlaps, report.slivers, report.duplicates) == ((), (), (), ())


def test_everything_that_was_promised_is_there(county: Session):
    levels = dict(county.execute(select(Division.level, func.count()).group_by(Division.level)).all())

    assert levels == {"county": 1, "township": 12, "village": 400, "grid": 1600}
    assert count(county, Boundary) == 2013
    assert count(county, MediationRoom) == 300
    assert count(county, Account, Account.is_demo, Account.must_change_password.is_(False)) == 60
    assert set(county.scalars(select(Assignment.role))) == set(Role)
    assert count(county, Unit, Unit.kind == "department") == 6
    assert count(county, VillageNaming, VillageNaming.document_number != "") == 46
    assert 1400 < count(county, Dispute) < 1600


def test_every_account_of_the_list_can_sign_in_with_its_password(county: Session):
    hashes = dict(county.execute(select(Account.login, Account.password_hash)).all())
    first = {account.role: account for account in reversed(kept_accounts(the_county().instance_dir))}

    assert set(first) == set(Role)
    assert all(password_matches(hashes[account.login], account.password) for account in first.values())


def test_nothing_happened_after_the_present_day_or_before_it_was_told(county: Session):
    end = start_of_day(AS_OF)

    assert county.scalar(select(func.max(Dispute.received_at))) < end
    assert county.scalar(select(func.max(DisputeEvent.at))) < end
    assert count(county, Dispute, Dispute.captured_at > Dispute.received_at) == 0
    assert count(county, Dispute, Dispute.closed_at < Dispute.received_at) == 0


def test_every_history_is_numbered_in_time_and_ends_in_the_state_of_its_dispute(county: Session):
    histories: dict[object, list[DisputeEvent]] = {}
    for event in county.scalars(select(DisputeEvent).order_by(DisputeEvent.dispute_id, DisputeEvent.number)):
        histories.setdefault(event.dispute_id, []).append(event)

    for dispute in county.scalars(select(Dispute)):
        events = histories[dispute.id]
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        assert all(one.at <= other.at for one, other in pairwise(events))
        assert [event.to_state for event in events if event.to_state][-1] == dispute.state
        assert (dispute.closed_at is not None) == (dispute.state == "closed")
    assert len(histories) == count(county, Submission)


def test_the_audit_chain_holds_from_the_first_link_to_the_last(county: Session):
    assert first_broken_link(county) is None


def test_case_codes_run_without_a_gap_per_year(county: Session):
    numbers: dict[str, list[int]] = {}
    for code in county.scalars(select(Dispute.case_code)):
        _, year, number = code.split("-")
        numbers.setdefault(year, []).append(int(number))

    assert all(sorted(own) == list(range(1, len(own) + 1)) for own in numbers.values())


def test_points_lie_in_the_grid_they_are_booked_to(county: Session):
    shapes = {
        code: shapely.from_wkb(polygon.desc)
        for code, polygon in county.execute(select(Boundary.code, Boundary.polygon).where(Boundary.level == "grid"))
    }
    located = county.execute(select(Dispute.division_code, Dispute.lon, Dispute.lat).where(Dispute.lon.is_not(None)))

    inside = [shapely.intersects_xy(shapes[code], lon, lat) for code, lon, lat in located]

    assert len(inside) > 600  # matters at home keep no point
    assert all(inside)


def finding_at(session: Session, village: str, group: str) -> Finding | None:
    return session.scalar(select(Finding).where(Finding.division_code == village, Finding.category == group))


@pytest.mark.parametrize(
    ("village", "group", "state", "households"),
    [
        ("990001100203", "09", "measures", 6),
        ("990001001004", "04", "measures", 7),
        ("990001002007", "07", "confirmed", 8),
        ("990001200204", "11", "measures", 3),
        ("990001103001", "05", "measures", 4),
        ("990001104001", "05", "dismissed", 3),
        ("990001100208", "11", "suspected", 5),
        ("990001101206", "09", "suspected", 4),
    ],
)
def test_planted_grievances_are_found_by_the_rounds(county: Session, village, group, state, households):
    finding = finding_at(county, village, group)

    assert finding is not None
    assert (finding.state, finding.households_ever) == (state, households)


@pytest.mark.parametrize(
    ("village", "group"),
    [("990001001006", "04"), ("990001001004", "07"), ("990001102205", "09"), ("990001101210", "09")],
)
def test_decoys_are_no_grievance(county: Session, village: str, group: str):
    assert finding_at(county, village, group) is None


def test_a_grievance_holds_its_own_reports_and_nothing_else(county: Session):
    finding = finding_at(county, "990001001004", "04")
    members = county.scalars(
        select(Dispute).join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding.id)
    ).all()  # fmt: skip

    assert len(members) == 7
    assert {member.division_code[:12] for member in members} == {"990001001004"}
    assert {member.category for member in members} == {"0402"}


def test_escalations_were_taken_up_but_the_last_one(county: Session):
    states = Counter(county.scalars(select(Escalation.state)))
    waiting = county.scalar(select(Escalation).where(Escalation.state == "open"))

    taken_up = states["acknowledged"] + states["acted"]
    assert (states["open"], taken_up + 1) == (1, states.total())
    assert taken_up >= 10
    assert waiting.finding_id == finding_at(county, "990001002007", "07").id
    assert county.scalar(select(func.max(Escalation.rung))) == 1


def test_past_rounds_were_analysed_and_a_present_one_is_answered_in_part(county: Session):
    on_trial = Round.period.startswith("t")  # one township's year before the county analysed its rounds
    states = Counter(county.scalars(select(Round.state).where(~on_trial)))
    present = county.scalars(select(Round.id).where(Round.state == "open", Round.template_code == "special")).one()
    answers = Counter(
        map(len, county.scalars(select(RoundAnswer.division_code).where(RoundAnswer.round_id == present)))
    )

    assert states["reviewed"] + states["analysed"] == count(county, RoundRun) >= 8
    assert 0 < answers[CODE_LENGTH["village"]] < 400
    assert answers[CODE_LENGTH["grid"]] == 2


def test_villages_stand_in_every_state_of_service_and_most_are_not_assessed(county: Session):
    last = county.scalar(select(func.max(VillageMonth.month)))
    states = Counter(county.scalars(select(VillageMonth.state).where(VillageMonth.month == last)))

    assert set(states) == set(STATES)
    assert states["not_assessed"] > 300


def test_every_state_and_colour_is_somewhere_to_be_seen(county: Session):
    states, grades = set(county.scalars(select(Dispute.state))), set(county.scalars(select(Dispute.grade)))

    assert {"reported", "accepted", "handling", "closed", "not_accepted", "referred_out"} <= states
    assert grades == {"red", "orange", "yellow", "blue", "green"}
    assert count(county, Dispute, Dispute.grade == "red", Dispute.state.in_(OPEN_STATES)) > 0
    assert count(county, Dispute, Dispute.category.like("15%")) == 2
    assert count(county, Dispute, Dispute.category.like("16%")) == 1


def test_papers_were_issued_and_residents_were_heard_without_signing_in(county: Session):
    issued = Counter(county.scalars(select(IssuedDocument.kind)))

    assert set(issued) == {"acceptance_notice", "handling_opinion", "delivery_receipt", "mediation_agreement"}
    assert count(county, Dispute, Dispute.channel == "qr", Dispute.reported_by.is_(None)) == 1
    assert count(county, Evaluation, Evaluation.satisfied) == 1
    assert count(county, ResidentComplaint, ResidentComplaint.answered_at.is_(None)) == 1


def test_units_work_together_and_answer_each_other(county: Session):
    calls = Counter((one.state, one.silent_at is not None) for one in county.scalars(select(WhistleCall)))
    money = county.scalars(select(AssistanceMeasure.amount_state).where(AssistanceMeasure.amount_cents > 0)).all()
    asked = [county.scalar(select(model)) for model in (Supervision, Rectification, Recommendation)]

    assert calls == {("rated", False): 1, ("called", True): 1}
    assert (list(money), count(county, AmountApproval, AmountApproval.agrees)) == (["approved"], 2)
    assert [bool(one.reply) for one in asked] == [False, True, False]
    assert all(one.closed_at is None and one.due_on > AS_OF for one in asked)
    assert count(county, JointUnit, JointUnit.left_at.is_(None)) == 2


def test_registers_and_call_backs_are_filled_in_part(county: Session):
    states = Counter(county.scalars(select(CallbackSample.state)))

    assert {"verified", "not_verified", "waiting"} <= set(states)
    assert states["not_verified"] == 1
    assert count(county, OrganisationEntry, OrganisationEntry.state == "confirmed") == 1
    assert count(county, Organisation) > 2
    assert count(county, ProjectDuty) == 4
    assert count(county, ProjectMatter) == 8
    assert count(county, CommitteeComposition) == 2
    assert county.scalars(select(Inspection.closed_at)).one() is not None


def test_no_text_signs_a_right_away_and_no_number_could_be_called(county: Session):
    texts = [*county.scalars(select(Dispute.summary)), *county.scalars(select(DisputeEvent.note))]

    assert [text for text in texts if waiver_in(text)] == []
    assert [text for text in texts if re.search(r"\d{7}", text)] == []
    assert set(county.scalars(select(Unit.duty_phone))) == {"0000-0000000"}
    assert set(county.scalars(select(MediationRoom.phone))) == {"0000-0000000"}


def test_the_county_says_that_it_is_invented(county: Session):
    fact = json.loads(county.get(InstallationFact, "demo").value)

    assert fact["as_of"] == "2026-11-20"
    assert county.get(Division, "990001").name == "青溪县(演示)"
    assert table("names.toml")["county"].endswith("(演示)")
