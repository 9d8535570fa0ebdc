"""Weekly rounds by schedule: the same jobs a scheduler runs, called at their simulated moments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from bench.acceptance.ledger import Ledger
from bench.acceptance.timeline import Step, at
from grid_app.clock import start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.rounds import close_due_rounds_job, open_due_rounds_job
from grid_app.models.rounds import Finding, FindingEvent, Round, RoundRun, RoundTemplate
from grid_app.services.rounds.templates import seed_templates

SECTION = "rounds and findings"
WEEKLY = "village_weekly"
COUNTIES = 10
OPENS_AT_HOUR = 8
CLOSED = timedelta(days=5, minutes=5)
"""A weekly round is open from Monday to the end of Friday; the job finds it closed five minutes later."""


def seed_weekly_rounds() -> None:
    """Make the standing templates and leave the weekly one alone in force."""
    with transaction() as session:
        seed_templates(session)
        session.flush()
        for template in session.scalars(select(RoundTemplate)):
            template.enabled = template.code == WEEKLY


def round_steps(weeks: Iterable[date]) -> list[Step]:
    """Return the opening and the closing of every week's rounds."""
    steps = []
    for monday in weeks:
        steps.append(Step(at(monday, OPENS_AT_HOUR), "rounds open", open_due_rounds_job))
        steps.append(Step(closing_of(monday), "rounds close", close_due_rounds_job))
    return steps


def closing_of(monday: date) -> datetime:
    """Return the moment at which the job closes the rounds of a week."""
    return start_of_day(monday) + CLOSED


def count_rounds(ledger: Ledger, *, weeks: int) -> None:
    """Write down the rounds with their runs and findings, and what must hold of them."""
    with reading() as session:
        states = dict(session.execute(select(Round.state, func.count()).group_by(Round.state)).tuples().all())
        runs = session.scalar(select(func.count()).select_from(RoundRun)) or 0
        findings = dict(session.execute(select(Finding.state, func.count()).group_by(Finding.state)).tuples().all())
        events = dict(
            session.execute(select(FindingEvent.kind, func.count()).group_by(FindingEvent.kind)).tuples().all()
        )
    opened = sum(states.values())
    ledger.put(SECTION, "weeks", weeks)
    ledger.put(SECTION, "rounds opened", opened)
    ledger.put(SECTION, "rounds analysed", states.get("analysed", 0))
    ledger.put(SECTION, "runs", runs)
    for state, count in sorted(findings.items()):
        ledger.put(SECTION, f"findings {state}", count)
    for kind, count in sorted(events.items()):
        ledger.put(SECTION, f"steps in findings' histories: {kind}", count)
    ledger.must_add_up("rounds opened", opened, {"weeks x counties": weeks * COUNTIES})
    ledger.must_add_up("rounds opened", opened, {"analysed": states.get("analysed", 0)})
    ledger.must_add_up("rounds analysed", runs, {"runs": opened})
    ledger.must_add_up("findings", sum(findings.values()), {"new by their history": events.get("new", 0)})
