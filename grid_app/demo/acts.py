"""What the matters that are told step by step share: the telling in the fully staffed village, and who takes a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.demo.background import Telling
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.places import Place
from grid_app.demo.report_rows import content_of
from grid_app.demo.weeks import Weeks
from grid_app.models.disputes import Dispute
from grid_app.policy import Actor, Role
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.handling.steps import Step
from grid_app.services.reports.draft import Received
from grid_app.services.reports.receiving import parse_report, receive_report
from grid_app.vocabulary.words import OPEN_STATES

TRIES: Final = 200
PHONE: Final = "0000-0000000"
LABELS: Final = ("当事人A", "当事人B")
CALLED_AFTER: Final = timedelta(hours=1, minutes=30)
CALLED: Final = "打电话听了事情的经过,问了最着急的是什么,说好谁来看、什么时候来。"
OWN_POSTS: Final = frozenset({Role.MEDIATOR, Role.VILLAGE_LEAD})
"""Roles that the fully staffed village has of its own; every other step is the township's."""


@dataclass(frozen=True)
class Told:
    """A matter as it was told, so many days before the present, with the surnames of the parties."""

    days: int
    category: str
    text: str
    house: str
    names: tuple[str, ...] = ()


class Acts:
    """Puts the telling and the steps of matters onto the timeline; ``chance`` is the seed of its own draws."""

    def __init__(self, desk: Desk, weeks: Weeks, *, chance: int) -> None:
        self._desk = desk
        self._weeks = weeks
        self._rng = np.random.default_rng(chance)

    def tell(self, matter: Told, follow: Callable[[UUID], None]) -> None:
        """Let the worker of the first grid tell a matter; ``follow`` plans what comes of it."""
        place = self._place()
        self.at(matter.days, 9, partial(self._by_worker, matter, place, follow))

    def tell_as(
        self, matter: Told, channel: str, receive: Callable[[Session, Mapping[str, object]], Received]
    ) -> Callable[[Session], UUID]:
        """Return an act that lets ``receive`` take a matter in and gives the dispute's id."""
        place = self._place()
        return lambda session: self._told(matter, place, channel, receive, session)

    def step(self, days: int, hour: int, key: UUID, role: Role, act: Callable[[Session, Step], None]) -> None:
        """Let somebody with ``role`` take a step so many days before the present."""
        self.step_by(days, hour, key, self._holder(role), act)

    def step_by(self, days: int, hour: int, key: UUID, by: UUID, act: Callable[[Session, Step], None]) -> None:
        """Let the assignment ``by`` take a step so many days before the present."""
        self.at(days, hour, partial(self._take, key, by, act))

    def at(self, days: int, hour: int, act: Callable[[Session], None]) -> None:
        """Let ``act`` happen within an hour of a day before the present."""
        day = start_of_day(self._desk.as_of - timedelta(days=days))
        self._desk.timeline.serve(day + timedelta(hours=hour, minutes=int(self._rng.integers(50))), act)

    def _by_worker(self, matter: Told, place: Place, follow: Callable[[UUID], None], session: Session) -> None:
        desk = self._desk
        worker = desk.actor(session, desk.staff.assignments[f"{Role.GRID_WORKER}:{place.code}"])
        key = self._told(matter, place, "grid_walk", partial(self._receive, worker), session)
        officer = self._holder(Role.TOWNSHIP_OFFICER)
        desk.timeline.serve(desk.clock.now() + CALLED_AFTER, partial(self._take, key, officer, first_call))
        follow(key)

    def _receive(self, worker: Actor, session: Session, content: Mapping[str, object]) -> Received:
        desk = self._desk
        draft = parse_report(content, report_id=new_id())
        return receive_report(
            session, draft=draft, actor=worker, places=desk.finder, keys=desk.keys, now=desk.clock.now(), via="sync"
        )

    def _told(
        self,
        matter: Told,
        place: Place,
        channel: str,
        receive: Callable[[Session, Mapping[str, object]], Received],
        session: Session,
    ) -> UUID:
        now = self._desk.clock.now()
        told = Telling(
            at=now, captured_at=now - timedelta(minutes=4), category=matter.category, summary=matter.text, place=place,
            channel=channel,
        )  # fmt: skip
        people = zip(LABELS, matter.names, strict=False)
        parties = [{"label": label, "name": name, "phone": PHONE} for label, name in people]
        content = content_of(told) | {"place_text": matter.house}
        received = receive(session, content | ({"parties": parties} if parties else {}))
        if received.dispute_id is None:
            raise ValueError(f"{matter.text}: {received.sentence} {received.fields}")
        self._weeks.logged(received.dispute_id, told)
        return received.dispute_id

    def _place(self) -> Place:
        village = next(one for one in self._desk.county.villages if one.code == FULLY_STAFFED)
        wanted = village.grids[0].code
        drawn = (self._desk.places.point_in(self._rng, FULLY_STAFFED) for _ in range(TRIES))
        return next(place for place in drawn if place.code == wanted)

    def _holder(self, role: Role) -> UUID:
        staff = self._desk.staff
        return staff.assignments[f"{role}:{FULLY_STAFFED}"] if role in OWN_POSTS else staff.officer(FULLY_STAFFED)

    def _take(self, key: UUID, by: UUID, act: Callable[[Session, Step], None], session: Session) -> None:
        desk = self._desk
        version = session.get_one(Dispute, key, populate_existing=True).version
        act(session, Step(key, desk.actor(session, by), version, desk.clock.now()))


def first_call(session: Session, step: Step) -> None:
    """Let the office call whoever told the matter; what was settled on the spot needs no call."""
    if session.get_one(Dispute, step.dispute_id).state in OPEN_STATES:
        record_contact(session, step, contact=Contact("resident", "phone", local_date(step.now), CALLED))
