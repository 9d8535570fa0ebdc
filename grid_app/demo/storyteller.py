"""Telling the planted stories through the services: reports, decisions on findings, escalations taken up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.background import Telling
from grid_app.demo.desk import Desk
from grid_app.demo.report_rows import content_of
from grid_app.demo.stories import Acknowledging, Decision, Story, Words, at_work, office_hours, stories
from grid_app.demo.story_answers import StoryAnswers
from grid_app.demo.story_courses import StoryCourses
from grid_app.demo.weeks import Weeks
from grid_app.models.escalations import Escalation
from grid_app.models.rounds import Finding, FindingMember
from grid_app.policy import Actor
from grid_app.services.escalations.answering import say_acted
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge, mark_seen
from grid_app.services.findings.decisions import confirm_finding, dismiss_finding
from grid_app.services.findings.ownership import rights_of
from grid_app.services.matters.links import link_disputes
from grid_app.services.reports.receiving import parse_report, receive_report
from screening.rules import ONE_BIG_ENTRY

LAST_DECISION: Final = timedelta(hours=7, minutes=30)
"""How long before the county's present the last finding is confirmed: nobody has taken it up yet."""
SEEN_BEFORE: Final = timedelta(minutes=4)
FIRST_RUNG: Final = timedelta(hours=2, minutes=1)
"""When a red matter that the first office left alone has gone on to the next."""
CHASED_AFTER: Final = timedelta(minutes=40)
NOT_ONE_MATTER: Final = Decision("dismiss", "逐户问过,是几件不同的事,分别由村里办理,不合并。", after=3)
ONE_HOME_ONLY: Final = Decision("dismiss", "打电话核实,实际只涉及一两户,按一般纠纷办理。", after=3)


class Storyteller:
    """Puts the stories onto the timeline and follows up what comes of them."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._weeks = weeks
        self._courses = StoryCourses(desk)
        self._answers = StoryAnswers(desk)
        self._told: dict[UUID, Story] = {}
        self._last: dict[str, UUID] = {}
        self._planned: set[UUID] = set()

    def begin(self) -> None:
        """Put every telling onto the timeline."""
        desk = self._desk
        for story in stories():
            for words in story.tellings:
                told = story.telling(words, as_of=desk.as_of, rng=desk.rng, places=desk.places)
                desk.timeline.serve(told.at, partial(self._tell, story, words, told))

    def follow_up(self, session: Session) -> None:
        """Plan what offices do about findings and escalations of which nothing is planned yet."""
        suspected = select(Finding).where(Finding.state == "suspected").order_by(Finding.code)
        for finding in session.scalars(suspected).all():
            if finding.id not in self._planned:
                self._planned.add(finding.id)
                self._plan_decision(session, finding)
        opened = select(Escalation).where(Escalation.state == "open").order_by(Escalation.code)
        for escalation in session.scalars(opened).all():
            if escalation.id not in self._planned:
                self._planned.add(escalation.id)
                self._plan_acknowledging(session, escalation)

    def _tell(self, story: Story, words: Words, told: Telling, session: Session) -> None:
        desk = self._desk
        by = desk.staff.reporter(told.place.code, told.channel)
        actor = desk.actor(session, desk.staff.county_officer if story.reporter else by)
        draft = parse_report(content_of(told), report_id=new_id())
        received = receive_report(
            session, draft=draft, actor=actor, places=desk.finder, keys=desk.keys, now=told.at, via="sync"
        )
        key = received.dispute_id
        if key is None:
            raise ValueError(f"story {story.key}: {received.sentence} {received.fields}")
        self._told[key] = story
        self._weeks.logged(key, told)
        if words.like:
            office, other = desk.actor(session, desk.staff.officer(story.village)), self._last[story.key]
            link_disputes(
                session, actor=office, dispute_id=key, other_id=other, relation="other_household", now=told.at
            )
        self._last[story.key] = key
        self._courses.plan(story, words, key, told.at)
        self.follow_up(session)

    def _story_of(self, session: Session, finding_id: UUID) -> Story | None:
        """Return the story that a finding tells, ``None`` when the county made it up by chance."""
        members = session.scalars(select(FindingMember.dispute_id).where(FindingMember.finding_id == finding_id))
        return next((self._told[one] for one in sorted(members) if one in self._told), None)

    def _plan_decision(self, session: Session, finding: Finding) -> None:
        desk = self._desk
        story = self._story_of(session, finding.id)
        by_chance = ONE_HOME_ONLY if finding.rule == ONE_BIG_ENTRY else NOT_ONE_MATTER
        decision = story.decide if story else by_chance
        if decision is None:
            return
        at = at_work(desk.clock.now(), days=decision.after)
        if decision.last_day:
            at = desk.end - LAST_DECISION
        desk.timeline.serve(at, partial(self._decide, finding.id, finding.division_code, decision))

    def _decide(self, finding_id: UUID, code: str, decision: Decision, session: Session) -> None:
        desk = self._desk
        if session.get_one(Finding, finding_id, populate_existing=True).state != "suspected":
            return
        confirms = decision.what == "confirm"
        actor = self._decider(session, finding_id=finding_id, code=code, confirms=confirms)
        decide = confirm_finding if confirms else dismiss_finding
        decide(session, finding_id=finding_id, actor=actor, reason=decision.why, now=desk.clock.now())
        if confirms:
            self._answers.plan(
                finding_id, code, partial(self._decider, finding_id=finding_id, code=code, confirms=True)
            )
        self.follow_up(session)

    def _decider(self, session: Session, *, finding_id: UUID, code: str, confirms: bool) -> Actor:
        """Return the lowest of those who may take this decision: the township's leader, else the county."""
        desk = self._desk
        posts = (desk.staff.lead(code), desk.staff.county_officer, desk.staff.county_lead)
        for actor in (desk.actor(session, post) for post in posts):
            rights = rights_of(session, actor, finding_id)
            if rights.decides if confirms else rights.dismisses:
                return actor
        raise LookupError(f"nobody decides about finding {finding_id}")

    def _plan_acknowledging(self, session: Session, escalation: Escalation) -> None:
        if escalation.round_id is not None:
            self._plan_chasing(escalation)
            return
        story = self._told.get(escalation.dispute_id) if escalation.dispute_id else None
        if escalation.finding_id:
            story = self._story_of(session, escalation.finding_id)
        if story is None or story.acknowledge is None:
            return
        desk, wanted = self._desk, story.acknowledge
        read_from = escalation.opened_at if escalation.grade == "red" else office_hours(escalation.opened_at)
        at = read_from + timedelta(minutes=wanted.minutes)
        if wanted.who == "county_lead":
            desk.timeline.serve(escalation.opened_at + FIRST_RUNG, self._step_up)
        desk.timeline.serve(at - SEEN_BEFORE, partial(self._see, escalation.id, wanted))
        desk.timeline.serve(at, partial(self._acknowledge, escalation.id, wanted))

    def _plan_chasing(self, escalation: Escalation) -> None:
        """Let the county's office take up that villages are silent, on the same or the next working day."""
        at = office_hours(escalation.opened_at) + CHASED_AFTER
        self._desk.timeline.serve(at, partial(self._chase, escalation.id))

    def _chase(self, escalation_id: UUID, session: Session) -> None:
        desk = self._desk
        actor, now = desk.actor(session, desk.staff.county_officer), desk.clock.now()
        acknowledge(session, escalation_id=escalation_id, actor=actor, now=now)
        say_acted(session, escalation_id=escalation_id, actor=actor, now=now + CHASED_AFTER)

    def _step_up(self, session: Session) -> None:
        step_up_due(session, now=self._desk.clock.now())

    def _see(self, escalation_id: UUID, wanted: Acknowledging, session: Session) -> None:
        mark_seen(session, escalation_id=escalation_id, actor=self._by(wanted, session), now=self._desk.clock.now())

    def _acknowledge(self, escalation_id: UUID, wanted: Acknowledging, session: Session) -> None:
        actor, now = self._by(wanted, session), self._desk.clock.now()
        if acknowledge(session, escalation_id=escalation_id, actor=actor, now=now).first:
            say_acted(session, escalation_id=escalation_id, actor=actor, now=now + CHASED_AFTER)

    def _by(self, wanted: Acknowledging, session: Session) -> Actor:
        staff = self._desk.staff
        lead = wanted.who == "county_lead"
        return self._desk.actor(session, staff.county_lead if lead else staff.county_officer)
