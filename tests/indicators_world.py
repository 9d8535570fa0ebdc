"""A small county of November 2026, counted by hand, for tests of indicators."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.follow_ups import FollowUp
from grid_app.models.handling import Transfer
from grid_app.models.intake import Reception
from grid_app.models.joint import Whistle, WhistleCall
from grid_app.models.leading import LeaderAssignment, LeaderPromise, LeaderVisit, PlanStep, ResolutionPlan
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase
from grid_app.models.residents import Evaluation
from grid_app.models.rounds import ScreeningReturn
from grid_app.models.support_work import Recommendation
from grid_app.services.clocks.rules import rulebook
from tests.builders import add_dispute
from tests.world import BEGIN, NOW, World


def on(day: int, month: int = 11, hours: int = 0) -> datetime:
    return NOW.replace(month=month, day=day) + timedelta(hours=hours)


class County:
    """Adds rows to the small county; every matter is the township's and lies in one village."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        self.lead = world.assignments["township_lead"]

    def matter(self, at: datetime, channel: str = "grid_walk", **columns) -> Dispute:
        found = add_dispute(self.session, self.world, at=at, category=columns.pop("category", "0201"), **columns)
        found.channel = channel
        return found

    def event(self, dispute: Dispute, kind: str, at: datetime, **details) -> None:
        self.session.flush()
        number = self.session.query(DisputeEvent).filter_by(dispute_id=dispute.id).count() + 1
        self.session.add(DisputeEvent(dispute_id=dispute.id, number=number, at=at, kind=kind, details=details))

    def closed(self, dispute: Dispute, at: datetime, ground: str, kind: str = "closed") -> None:
        dispute.state, dispute.closed_at, dispute.closure_ground = "closed", at, ground
        self.event(dispute, kind, at, ground=ground)

    def add(self, *rows: object) -> None:
        for row in rows:
            self.session.add(row)
            self.session.flush()

    def visit(self, dispute: Dispute, day: int, due: date, state: str) -> None:
        self.add(FollowUp(dispute_id=dispute.id, closed_at=dispute.closed_at, day=day, due_on=due, state=state))

    def said(self, dispute: Dispute, *, satisfied: bool) -> None:
        self.add(
            Evaluation(dispute_id=dispute.id, closed_at=dispute.closed_at, satisfied=satisfied, missing=[], at=NOW)
        )

    def clock(self, dispute: Dispute, code: str, due: datetime, done: datetime | None, ended: str | None) -> None:
        self.add(
            Deadline(
                dispute_id=dispute.id, rule_code=code, rule_version=1, kind="service", day_kind="day",
                started_at=BEGIN, due_at=due, done_at=done, ended=ended, explanation={},
            )
        )  # fmt: skip

    def moved(self, dispute: Dispute, *states: str) -> None:
        units = self.world.units
        for state in states:
            self.add(
                Transfer(
                    dispute_id=dispute.id, from_unit_id=units["township"], to_unit_id=units["village"], document="转",
                    state=state, sent_at=NOW,
                )
            )  # fmt: skip

    def mediated(self, dispute: Dispute, opened: datetime, state: str, started: datetime | None) -> MediationCase:
        case = MediationCase(
            dispute_id=dispute.id, source="offered", unit_id=self.world.units["mediation"], state=state,
            opened_at=opened, started_at=started, ended_at=opened,
        )  # fmt: skip
        self.add(case)
        return case


def _quick(county: County) -> Dispute:
    """A: contacted at once, agreed, performed, confirmed."""
    a = county.matter(on(2))
    county.event(a, "sorted", on(2, hours=1))
    county.event(a, "contacted", on(2, hours=20))
    county.closed(a, on(5), "agreement_performed")
    county.event(a, "followed_up", on(6))
    county.visit(a, 1, date(2026, 11, 6), "settled")
    county.visit(a, 3, date(2026, 11, 8), "missed")
    county.visit(a, 30, date(2026, 12, 5), "due")
    county.clock(a, "accept_simple", on(5), on(4), "done")
    county.clock(a, "acceptance_notice", on(17), on(4), "done")
    county.moved(a, "done")
    case = county.mediated(a, on(2), "performed", on(3))
    agreement = MediationAgreement(
        case_id=case.id, dispute_id=a.id, form="oral", written_why=[], facts="", issues="", responsibility="",
        performance_method="", signed_by=[], drafted_at=on(3), effective_on=date(2026, 11, 4),
    )  # fmt: skip
    county.add(agreement)
    done = date(2026, 11, 5)
    county.add(
        *(
            AgreementTerm(agreement_id=agreement.id, number=n, who="甲", what="修", due_on=done, done_on=done)
            for n in (1, 2)
        )
    )
    return a


def _letter(county: County) -> Dispute:
    """B: a letter about something old, worked on twice, sorted anew, closed, evaluated well; one visit is overdue."""
    b = county.matter(on(3), "letter", since_when=date(2026, 9, 1))
    county.event(b, "sorted", on(3, hours=1))
    county.event(b, "pathway_corrected", on(5))
    county.event(b, "work_recorded", on(6))
    county.event(b, "work_recorded", on(7))
    county.closed(b, on(13), "opinion_carried_out")
    county.said(b, satisfied=True)
    county.visit(b, 1, date(2026, 11, 14), "due")
    county.visit(b, 7, date(2026, 11, 20), "due")
    county.clock(b, "accept_complex", on(8), on(9), "done")
    county.clock(b, "accept_simple", on(6), on(4), "replaced")
    county.mediated(b, on(4), "terminated", on(5))
    return b


def _returned(county: County) -> None:
    """C: a visit, closed before the promised day, and taken up again."""
    c = county.matter(on(4), "visit")
    county.event(c, "work_recorded", on(4, hours=2))
    county.closed(c, on(8), "agreement_performed")
    county.visit(c, 1, date(2026, 11, 9), "cancelled")
    county.add(_reception(c, date(2026, 11, 9)))
    c.state, c.closed_at, c.closure_ground = "reopened", None, None
    county.event(c, "reopened", on(10))


def _passed_round(county: County, b: Dispute) -> None:
    """D: the same household again by the code on the wall; passed round, nothing done, nobody wanted mediation."""
    d = county.matter(on(5), "qr", since_when=date(2026, 11, 1))
    county.moved(d, "returned", "returned", "done")
    county.add(DisputeLink(dispute_id=d.id, other_id=b.id, relation="same_household", at=NOW))
    county.add(_reception(d, date(2026, 11, 12)))
    county.clock(d, "accept_simple", on(10), None, None)
    county.clock(d, "accept_complex", on(25), None, None)
    county.mediated(d, on(6), "refused", None)


def _on_the_spot(county: County) -> None:
    """E and F: settled on the spot; one confirmed on day seven, one not content."""
    e = county.matter(on(6))
    county.closed(e, on(6, hours=1), "settled_on_spot", kind="settled_on_spot")
    county.visit(e, 7, date(2026, 11, 13), "settled")
    f = county.matter(on(7), "phone")
    county.closed(f, on(9), "settled_on_spot", kind="settled_on_spot")
    county.said(f, satisfied=False)


def _old_ones(county: County) -> None:
    """I and J: open since July, one with a lead official; K: moved to a court after a month."""
    i, j = (county.matter(on(day, month=7), state="handling") for day in (1, 2))
    county.clock(i, "finish_target", on(2), None, None)
    county.clock(i, "petition_finish", on(15, month=10), None, None)
    lead = LeaderAssignment(
        dispute_id=j.id, lead_id=county.lead, issue="租金", plan="三步", assigned_by=county.lead, assigned_at=NOW
    )
    county.add(lead)
    visit = LeaderVisit(
        leader_assignment_id=lead.id, dispute_id=j.id, number=1, held_on=date(2026, 11, 10), way="visit", place="家",
        asked="付租金", assignment_id=county.lead, at=NOW,
    )  # fmt: skip
    plan = ResolutionPlan(
        dispute_id=j.id, number=1, made_at=NOW, assignment_id=county.lead, agreed_on=date(2026, 11, 10), agreed_by=[]
    )
    county.add(visit, plan)
    unit = county.world.units["township"]
    county.add(
        LeaderPromise(visit_id=visit.id, dispute_id=j.id, number=1, what="算账", unit_id=unit,
                      due_on=date(2026, 11, 15), kept_on=date(2026, 11, 14)),
        PlanStep(plan_id=plan.id, number=1, what="算账", unit_id=unit, due_on=date(2026, 11, 16),
                 done_on=date(2026, 11, 18)),
        PlanStep(plan_id=plan.id, number=2, what="付款", unit_id=unit, due_on=date(2026, 11, 30)),
    )  # fmt: skip
    k = county.matter(on(10, month=10), "hotline")
    county.closed(k, on(10), "moved_to_legal_pathway")
    county.clock(k, "finish_target", on(10, hours=1), on(10), "done")


def _drawn(county: County) -> None:
    """Three closings drawn, one of them verified; three refusals drawn, one found wrong, one not looked at yet."""
    draw = CallbackDraw(
        kind="closed", division_code="990101001", month=date(2026, 11, 1), seed="x", candidates=6, digest="",
        drawn_at=NOW,
    )  # fmt: skip
    county.add(draw)
    closings = (
        select(DisputeEvent).where(DisputeEvent.kind.in_(("closed", "settled_on_spot"))).order_by(DisputeEvent.at)
    )
    states: list[tuple[DisputeEvent, str, str, bool | None]] = []
    found = county.session.scalars(closings.limit(3)).all()
    results, strata = ("verified", "not_verified", "waiting"), ("full", "light", "full")
    states += zip(found, results, strata, (True, False, None), strict=True)
    for number, state in enumerate(("wrong", "right", "waiting")):
        refused = county.matter(on(9), "import", state="not_accepted")
        county.event(refused, "not_accepted", on(9, hours=number))
        county.session.flush()
        last = select(DisputeEvent).where(DisputeEvent.dispute_id == refused.id, DisputeEvent.kind == "not_accepted")
        states.append((county.session.scalars(last).one(), state, "refused", None))
    for number, (event, state, stratum, told) in enumerate(states):
        county.add(
            CallbackSample(
                draw_id=draw.id, number=number, dispute_id=event.dispute_id, event_id=event.id, decided_at=event.at,
                stratum=stratum, due_on=date(2026, 12, 20), state=state, told=told,
            )
        )  # fmt: skip


def _called(county: County) -> None:
    """Three departments called: one came and solved it, one refused with reasons, one said nothing; two proposals."""
    matter = county.matter(on(3), "import")
    units, lead = county.world.units, county.lead
    whistle = Whistle(dispute_id=matter.id, unit_id=units["village"], urgent=False, problem="断水", asked_at=on(3),
                      asked_by=lead)  # fmt: skip
    county.add(whistle)
    answers = (
        {"unit": "county", "state": "rated", "answered_at": on(4), "on_site_at": on(5), "rated_at": on(9),
         "rating": "solved"},
        {"unit": "county_lead", "state": "refused", "refused_at": on(5)},
        {"unit": "township2", "state": "called"},
    )  # fmt: skip
    for one in answers:
        unit = units[one.pop("unit")]
        county.add(
            WhistleCall(whistle_id=whistle.id, dispute_id=matter.id, unit_id=unit, called_at=on(3),
                        answer_due_at=on(6), site_due_at=on(8), **one)
        )  # fmt: skip
    asked = {"unit_id": units["township"], "by_unit_id": units["county"], "due_on": date(2026, 11, 30),
             "opened_at": on(2), "kind": "improve_work", "title": "改", "body": "改",
             "legal_basis": "四十"}  # fmt: skip
    county.add(Recommendation(**asked, replied_at=on(9), adopted="partly"), Recommendation(**asked))


def _reception(dispute: Dispute, promised: date) -> Reception:
    return Reception(
        dispute_id=dispute.id, held_at=NOW, place="接待室", official="周明", visitors=1, request="修", opinion="修",
        promised_on=promised,
    )  # fmt: skip


def november_county(session: Session, world: World) -> County:
    """Return the county of which every indicator was counted by hand."""
    made = County(session, world)
    rulebook(session, ["accept_simple", "accept_complex", "acceptance_notice", "finish_target"], now=NOW)
    _quick(made)
    _passed_round(made, _letter(made))
    _returned(made)
    _on_the_spot(made)
    _old_ones(made)
    _drawn(made)
    _called(made)
    made.matter(on(8), "import")
    made.matter(on(8), category="1501", reported_by="county_officer")
    for place, at in (("990101001201", on(20, month=10)), ("990101002201J001", on(1))):
        made.add(ScreeningReturn(division_code=place, village_code=place[:12], returned_at=at, zero=True, entries=[]))
    return made
