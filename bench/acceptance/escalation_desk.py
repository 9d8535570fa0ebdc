"""Escalations as offices meet them: in the inbox, on a pushed device, acknowledged or passed on."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from bench.acceptance.browser import PageError
from bench.acceptance.ledger import Ledger
from bench.acceptance.staff import Staff
from bench.acceptance.timeline import Step, at
from grid_app.database.transaction import reading
from grid_app.jobs.delivery import deliver_job
from grid_app.jobs.ladders import step_up_job
from grid_app.models.escalations import Escalation, EscalationEvent

SECTION = "escalations"
CLIMBS, EXHAUSTS = 1, 2
"""The second escalation of a county is left for the next rung, the third is taken up by nobody; all others at once."""


class EscalationDesk:
    """The duty desks of a county: the office, and the leader on call.

    Parameters
    ----------
    county : str
        Whose inboxes are opened.
    """

    def __init__(self, county: str, staff: Staff, ledger: Ledger) -> None:
        self._county = county
        self._staff = staff
        self._ledger = ledger

    def steps(self, days: list[date]) -> list[Step]:
        """Return what happens every day: the office looks, the jobs run, the leader looks."""
        steps = []
        for day in days:
            steps.append(Step(at(day, 9, 30), "office looks", self.office_looks))
            steps.append(Step(at(day, 12, 0), "jobs", run_jobs))
            steps.append(Step(at(day, 13, 0), "leader looks", self.leader_looks))
        return steps

    def office_looks(self) -> None:
        """Acknowledge what waits for the office, but for the two that are left."""
        self._look(f"officer-{self._county}", rung=0, leave=(CLIMBS, EXHAUSTS))

    def leader_looks(self) -> None:
        """Acknowledge what climbed to the leader on call, but for the one that is left."""
        self._look(f"lead-{self._county}", rung=1, leave=(EXHAUSTS,))

    def _look(self, login: str, *, rung: int, leave: tuple[int, ...]) -> None:
        waiting = [one for one, number in self._waiting(rung) if number not in leave]
        if not waiting:
            return
        browser = self._staff.at_desk(login)
        for escalation in waiting:
            if not browser.look("/inbox").links(f"/inbox/{escalation}"):
                raise PageError(f"escalation {escalation} is not in the inbox of {login}")
            page = browser.look(f"/inbox/{escalation}")
            done = browser.send(page, "/acknowledge", {})
            if "已确认收到" not in done.text:
                raise PageError(f"escalation {escalation} was not acknowledged: {done.text[:300]}")
            self._ledger.add(SECTION, f"acknowledged through the inbox on rung {rung + 1}")

    def _waiting(self, rung: int) -> list[tuple[UUID, int]]:
        """Return the open escalations on a rung with their number in the county, counted from nought.

        Those of rounds with silent villages are left to their ladder.
        """
        with reading() as session:
            rows = session.execute(
                select(Escalation.id, Escalation.state, Escalation.rung)
                .where(Escalation.division_code.startswith(self._county), Escalation.round_id.is_(None))
                .order_by(Escalation.opened_at, Escalation.id)
            ).all()
        return [(row.id, number) for number, row in enumerate(rows) if (row.state, row.rung) == ("open", rung)]


def run_jobs() -> None:
    """Pass on what nobody took up, then send what is due: what the scheduler does all day."""
    step_up_job()
    deliver_job()


def days_of(weeks: list[date]) -> list[date]:
    """Return every day of the weeks that begin on these Mondays."""
    return [monday + timedelta(days=number) for monday in weeks for number in range(7)]


def count_escalations(ledger: Ledger) -> None:
    """Note every escalation by its state, and that each one that was opened ended in one of them."""
    with reading() as session:
        states = dict(session.execute(select(Escalation.state, func.count()).group_by(Escalation.state)).tuples().all())
        kinds = dict(
            session.execute(select(Escalation.event_kind, func.count()).group_by(Escalation.event_kind)).tuples().all()
        )
        events = dict(
            session.execute(select(EscalationEvent.kind, func.count()).group_by(EscalationEvent.kind)).tuples().all()
        )
    opened = sum(states.values())
    ledger.put(SECTION, "opened", opened)
    for name, count in sorted(kinds.items()):
        ledger.put(SECTION, f"because of {name}", count)
    for name, count in sorted(states.items()):
        ledger.put(SECTION, name, count)
    for name, count in sorted(events.items()):
        ledger.put(SECTION, f"steps in their histories: {name}", count)
    parts = {state: states.get(state, 0) for state in ("acknowledged", "acted", "open", "exhausted")}
    ledger.must_add_up("escalations opened", opened, parts)
    ledger.must_add_up("escalations opened", opened, {"opened by their history": events.get("opened", 0)})
    pages = sum(count for name, count in ledger.of(SECTION).items() if name.startswith("acknowledged through"))
    ledger.must_add_up("escalations acknowledged", events.get("acknowledged", 0), {"through the inbox": pages})
    for state in ("acknowledged", "exhausted"):
        ledger.must_be_true(f"at least one escalation was {state}", parts[state] > 0)
    ledger.must_be_true("at least one escalation climbed to the next rung", events.get("climbed", 0) > 0)
