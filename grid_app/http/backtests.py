"""A backtest from its beginning to its result, for pages and for the command line alike.

Every round is read in a session of its own and computed with none open. How far it is is written down as it goes, so
that every process can show it; one that was killed is begun anew and gives the same result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from grid_app.clock import start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.errors import Refusal
from grid_app.policy import Actor
from grid_app.queries.backtest_matters import known_matters
from grid_app.queries.round_inputs import input_known_at
from grid_app.services.backtests import running
from grid_app.services.backtests.asking import Asked
from grid_app.services.backtests.outcome import Outcome, outcome_of
from grid_app.services.backtests.running import Begun, TakenOverError
from grid_app.services.rounds.analysis import DEFAULT_SEED
from grid_app.wiring import wired
from screening import RoundInput
from screening.replay import Replay, replay_round, told_lately
from screening.results import BudgetShare

log = logging.getLogger(__name__)
COMPUTED: Final = 98
BEAT_EVERY: Final = timedelta(seconds=30)
RETURNS_OF: Final = "village_weekly"
"""The kind of round whose returns the silence compares."""
FAILED: Final = "回测没有做完,平台已记下原因。什么都没有丢,请过一会儿再开始一次。"


def begin(asked: Asked, *, actor: Actor | None) -> Begun:
    """Put a backtest on record as running; refused as ``services.backtests.running.begin`` says."""
    with transaction() as session:
        return running.begin(session, asked=asked, actor=actor, now=wired().clock.now())


def begin_again(backtest_id: UUID, *, actor: Actor | None) -> Begun:
    """Begin one anew that broke off; refused as ``services.backtests.running.begin_again`` says."""
    with transaction() as session:
        return running.begin_again(session, backtest_id=backtest_id, actor=actor, now=wired().clock.now())


def replay_and_record(begun: Begun, *, heard: Callable[[float], None] | None = None) -> None:
    """Do a backtest that was begun and write its result down.

    ``heard`` is called with the share that is done, from 0 to 1. A try that another one took the place of ends quietly.
    """
    try:
        outcome = _replayed(begun, _Teller(begun, heard))
        with transaction() as session:
            running.finish(
                session, begun=begun, result=outcome.result, digests=(outcome.input_digest, outcome.result_digest),
                sentence=outcome.sentence, now=wired().clock.now(),
            )  # fmt: skip
    except TakenOverError:
        log.info("a backtest was begun anew elsewhere", extra={"backtest": str(begun.backtest_id)})
    except Refusal as refusal:
        _fail(begun, refusal.sentence)
        raise
    except BaseException:
        _fail(begun, FAILED)
        raise
    else:
        log.info("did a backtest", extra={"backtest": str(begun.backtest_id), "rounds": len(begun.asked.days)})


def _replayed(begun: Begun, teller: _Teller) -> Outcome:
    from screening.round import run_round  # noqa: PLC0415 - loads SciPy, which a start need not wait for

    asked, so_far = begun.asked, Replay()
    budgets: tuple[BudgetShare, ...] = ()
    for at, day in enumerate(asked.days):
        teller.finished = at
        result = run_round(_known_on(day, asked, so_far), asked.parameters, DEFAULT_SEED, tell=teller.tell)
        so_far, budgets = replay_round(so_far, day, result), result.budgets
        teller.tell(1.0)
    with reading() as session:
        matters = known_matters(session, division_code=asked.division_code, first=asked.first, last=asked.last)
    return outcome_of(so_far, matters, budgets)


def _known_on(day: date, asked: Asked, so_far: Replay) -> RoundInput:
    """Return what was known when ``day`` was over."""
    with reading() as session:
        data = input_known_at(
            session, division_code=asked.division_code, window_end=day, known_at=start_of_day(day + timedelta(days=1)),
            parameters=asked.parameters, earlier=so_far.known, template_code=RETURNS_OF,
        )  # fmt: skip
    return replace(data, every_days=asked.every_days, told_lately=told_lately(so_far, day))


def _fail(begun: Begun, sentence: str) -> None:
    with transaction() as session:
        running.fail(session, begun=begun, sentence=sentence, now=wired().clock.now())


@dataclass
class _Teller:
    """Writes down how far a backtest is, whenever the percent rises or half a minute has passed."""

    begun: Begun
    heard: Callable[[float], None] | None
    finished: int = 0
    percent: int = -1
    at: datetime | None = None

    def tell(self, share: float) -> None:
        """Note the share of the present round that is done."""
        done = (self.finished + share) / len(self.begun.asked.days)
        if self.heard is not None:
            self.heard(done)
        percent, now = int(done * COMPUTED), wired().clock.now()
        if percent == self.percent and self.at is not None and now - self.at < BEAT_EVERY:
            return
        with transaction() as session:
            running.beat(session, begun=self.begun, percent=percent, now=now)
        self.percent, self.at = percent, now
