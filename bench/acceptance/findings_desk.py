"""Findings as people meet them: the lead of the township, or the county, opens the page and decides with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from bench.acceptance.browser import Browser, PageError
from bench.acceptance.ledger import Ledger
from bench.acceptance.staff import TOWNSHIPS, Staff
from bench.acceptance.timeline import SettableClock
from grid_app.database.transaction import reading
from grid_app.models.findings import FindingCourse
from grid_app.models.rounds import Finding
from grid_app.vocabulary.findings import COUNTY, TOWNSHIP

SECTION = "findings decided through the pages"
CONFIRM_FROM_HOUSEHOLDS = 5
DISMISS_AFTER = timedelta(days=21)
CONFIRMED = "逐户电话核实过,说的是同一件事。"
DISMISSED = "三个星期没有新的户反映,已分别答复,不是同一件事。"


@dataclass(frozen=True)
class Suspected:
    """A finding that waits for a decision."""

    id: UUID
    code: str
    level: str
    owner: str
    households: int
    created_at: datetime


class FindingsDesk:
    """Plays a plain rule: five households confirm, three weeks without them dismiss, all else waits.

    Parameters
    ----------
    county : str
        The county whose findings are decided.
    """

    def __init__(self, county: str, staff: Staff, clock: SettableClock, ledger: Ledger) -> None:
        self._county = county
        self._staff = staff
        self._clock = clock
        self._ledger = ledger

    def decide(self) -> None:
        """Decide what the rule decides now, each finding by the level that owns it."""
        for finding in self._waiting():
            if finding.households >= CONFIRM_FROM_HOUSEHOLDS:
                self._decide(finding, "confirm", CONFIRMED)
            elif self._clock.now() - finding.created_at >= DISMISS_AFTER:
                self._decide(finding, "dismiss", DISMISSED)

    def _waiting(self) -> list[Suspected]:
        with reading() as session:
            rows = session.execute(
                select(Finding, FindingCourse.level, FindingCourse.owner_code)
                .join(FindingCourse, FindingCourse.finding_id == Finding.id)
                .where(Finding.state == "suspected", Finding.division_code.startswith(self._county))
                .order_by(Finding.created_at, Finding.id)
            )
            return [
                Suspected(row.id, row.code, level, owner, row.households_now, row.created_at)
                for row, level, owner in rows
            ]

    def _decide(self, finding: Suspected, verb: str, reason: str) -> None:
        browser = self._staff.at_desk(self._decider(finding))
        self._find_in_list(browser, finding)
        page = browser.look(f"/findings/{finding.id}")
        if finding.code not in page.text:
            raise PageError(f"the page of {finding.code} does not name it: {page.text[:300]}")
        done = browser.send(page, f"/{verb}", {"reason": reason})
        if reason not in done.text:
            raise PageError(f"the decision on {finding.code} does not stand on its page: {done.text[:300]}")
        self._ledger.add(SECTION, f"{verb}ed" if verb == "confirm" else "dismissed")

    def _decider(self, finding: Suspected) -> str:
        if finding.level == TOWNSHIP and finding.owner in TOWNSHIPS[self._county]:
            return f"lead-{finding.owner}"
        return f"officer-{self._county}" if finding.level == COUNTY else f"lead-{self._county}"

    def _find_in_list(self, browser: Browser, finding: Suspected) -> None:
        """Turn the pages of the list until the finding is there, as a person would."""
        number = 1
        while True:
            page = browser.look(f"/findings?state=suspected&page={number}")
            if page.links(str(finding.id)):
                return
            if not page.links(f"page={number + 1}"):
                raise PageError(f"{finding.code} stands in no list of {self._decider(finding)}: {page.text[:300]}")
            number += 1
