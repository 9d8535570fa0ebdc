"""The storm: escalations are raised and answered while processes, clocks, far ends and the database fail."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bench.escalations.children import Children
from bench.escalations.clock import BEGINS, SLOTS
from bench.escalations.cluster import CrashingCluster
from bench.escalations.county import OFFICERS, County, add_device, next_cause
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, NotFoundError
from grid_app.models.escalations import Escalation, OutboxMessage, PushSubscription
from grid_app.services.escalations.answering import say_acted
from grid_app.services.escalations.steps import raise_escalation
from grid_app.services.escalations.taking import acknowledge

HOUR: Final = 3600.0
RAISED_WITHIN: Final = 0.7
"""Part of the storm in which escalations are raised; the rest is for ladders to climb under fire."""
FEWEST: Final = 12
"""Escalations that are raised however busy the machine is, so that there is something to look at."""
CRASHES: Final = 4
TODAY_ENDS: Final = BEGINS + timedelta(hours=10)
"""What is held for the next morning stays due."""
STEP_SECONDS: Final = 15.0
LOOK_EVERY: Final = 0.1
GIVEN_UP_AFTER: Final = 60.0


@dataclass(frozen=True)
class Answered:
    """An office has taken an escalation up: committed by ``at`` of the machine's clock."""

    escalation_id: UUID
    at: float


@dataclass
class Storm:
    """One storm over a county; ``raised`` and ``answered`` are what the database has promised."""

    county: County
    children: Children
    cluster: CrashingCluster | None
    seed: int
    raised: dict[UUID, UUID] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)
    acted: int = 0
    wrong_clocks: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    devices_added: int = 0
    broken: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self, seconds: float) -> None:
        """Let everything fail for so long."""
        self.children.start_all()
        self.county.far.ledger.rough = True
        threads = [
            threading.Thread(target=self._guarded, args=(work, seconds)) for work in (self._raise_all, self._answer)
        ]
        for thread in threads:
            thread.start()
        self._fail(seconds)
        self._over.set()
        for thread in threads:
            thread.join()
        self.county.far.ledger.rough = False
        for slot in range(SLOTS):
            self.county.clock.set_wrong(slot, 0)
        self.children.start_all()

    def settle(self, seconds: float) -> bool:
        """Let the county's time run on without faults until nothing is under way; say whether that was reached."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            soonest = self._soonest()
            if soonest is None:
                return True
            ahead = (soonest - self.county.clock.now()).total_seconds()
            self.county.clock.put_forward(max(STEP_SECONDS, ahead) if ahead > 0 else 0.0)
        return False

    def _soonest(self) -> datetime | None:
        """Return when the next thing is due, ``None`` when nothing is any more."""
        climbing = select(func.min(Escalation.next_step_at)).where(Escalation.state.in_(("open", "acknowledged")))
        waiting = select(func.min(OutboxMessage.due_at)).where(
            OutboxMessage.state == "due", OutboxMessage.due_at < TODAY_ENDS
        )
        held = select(func.min(OutboxMessage.leased_until)).where(
            OutboxMessage.state == "due", OutboxMessage.leased_until > self.county.clock.now()
        )
        with self.county.app.app_context(), reading() as session:
            known = [moment for asked in (climbing, waiting, held) if (moment := session.scalar(asked)) is not None]
        return min(known, default=None)

    def _guarded(self, work: Callable[[random.Random, float], None], seconds: float) -> None:
        chance = random.Random(f"{work.__name__} {self.seed}")  # noqa: S311 - faults of a bench, no secret
        try:
            with self.county.app.app_context():
                work(chance, seconds)
        except Exception as error:
            self.broken.append(f"{work.__name__}: {type(error).__name__}: {error}")
            raise

    def _raise_all(self, chance: random.Random, seconds: float) -> None:
        """Raise an escalation for each dispute, some at the same moment."""
        pause = seconds * RAISED_WITHIN / max(1, len(self.county.disputes))
        for dispute in self.county.disputes:
            if self._over.is_set() and len(self.raised) >= FEWEST:  # a busy machine raises fewer
                break
            kind, danger = next_cause(chance)
            self._persist(lambda: self._raise(dispute, kind, danger=danger))  # noqa: B023 - called at once
            self._over.wait(pause * chance.choice((0.0, 0.0, 1.0, 3.0)))

    def _raise(self, dispute: UUID, kind: str, *, danger: bool) -> None:
        with transaction() as session:
            found = raise_escalation(
                session, event_kind=kind, dispute_id=dispute, division_code=self.county.villages[dispute],
                category="0901", grade="red", reason="bench", danger=danger, now=self.county.clock.now(),
            )  # fmt: skip
            if found is None:  # an answer was lost with the database; what it would have said is there
                found = session.scalars(select(Escalation.id).where(Escalation.dispute_id == dispute)).one()
        self.raised[dispute] = found

    def _answer(self, chance: random.Random, _seconds: float) -> None:
        """Take something up now and then, and act on half of it."""
        while not self._over.wait(chance.uniform(0.1, 0.8)):
            if not self.raised:
                continue
            escalation = chance.choice(list(self.raised.values()))
            name = chance.choice(OFFICERS)
            acts = chance.random() < 0.5
            self._persist(lambda: self._take_up(escalation, name, acts=acts))  # noqa: B023 - called at once
            self._persist(lambda: self._replace_device(name))  # noqa: B023 - as above

    def _take_up(self, escalation: UUID, name: str, *, acts: bool) -> None:
        now = self.county.clock.now()
        try:
            with transaction() as session:
                actor = self.county.world.actor(session, name)
                acknowledge(session, escalation_id=escalation, actor=actor, now=now)
            self.answered.append(Answered(escalation, time.time()))
            if acts:
                with transaction() as session:
                    actor = self.county.world.actor(session, name)
                    say_acted(session, escalation_id=escalation, actor=actor, now=self.county.clock.now())
                self.acted += 1
        except (NotFoundError, ForbiddenError, ConflictError):
            return  # not in that office's inbox, or taken up by another

    def _replace_device(self, name: str) -> None:
        """Let a person whose last device was dropped switch push on again."""
        assignment = self.county.world.assignments[name]
        with reading() as session:
            live = session.scalar(
                select(func.count()).where(
                    PushSubscription.assignment_id == assignment, PushSubscription.dropped_at.is_(None)
                )
            )
        if not live:
            add_device(self.county, name)
            self.devices_added += 1

    def _persist(self, deed: Callable[[], None]) -> None:
        """Do something, again and again while the database does not answer: what people do."""
        until = time.monotonic() + GIVEN_UP_AFTER
        while True:
            try:
                deed()
            except SQLAlchemyError:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_EVERY)
            else:
                return

    def _fail(self, seconds: float) -> None:
        """Kill, start again, put clocks wrong and right, and crash the database, by chance."""
        chance = random.Random(f"faults {self.seed}")  # noqa: S311 - faults of a bench, no secret
        began = time.monotonic()
        crash_at = [began + seconds * (turn + 0.5) / CRASHES for turn in range(CRASHES)] if self.cluster else []
        back_at: dict[int, float] = {}
        right_at: dict[int, float] = {}
        while (now := time.monotonic()) < began + seconds:
            if crash_at and now >= crash_at[0] and self.cluster is not None:
                crash_at.pop(0)
                self.cluster.crash()
                self.crashes += 1
            self._heal(now, back_at, right_at)
            slot = chance.randrange(SLOTS)
            if chance.random() < 0.12 and slot not in back_at:
                self.children.kill(slot)
                back_at[slot] = now + chance.uniform(0, 1.5)
            elif chance.random() < 0.02 and slot not in right_at:
                error = chance.choice((-HOUR, HOUR))
                self.county.clock.set_wrong(slot, error)
                self.wrong_clocks["ahead" if error > 0 else "behind"] += 1
                right_at[slot] = now + chance.uniform(1, 5)
            time.sleep(LOOK_EVERY)

    def _heal(self, now: float, back_at: dict[int, float], right_at: dict[int, float]) -> None:
        for slot in [slot for slot, at in back_at.items() if at <= now]:
            del back_at[slot]
            self.children.start(slot)
        for slot in [slot for slot, at in right_at.items() if at <= now]:
            del right_at[slot]
            self.county.clock.set_wrong(slot, 0)
