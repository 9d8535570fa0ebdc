"""One dispute from a grid worker's form to its closing, and one with danger to the county's acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bench.acceptance.browser import Browser, PageError, Shown
from bench.acceptance.ledger import Ledger
from bench.acceptance.phone import Phone
from bench.acceptance.places import GRID_VILLAGE
from bench.acceptance.site import Site
from bench.acceptance.staff import UNIT_WORDS, Staff
from bench.acceptance.timeline import Step, at
from grid_app.database.transaction import reading
from grid_app.jobs.delivery import deliver_job
from grid_app.models.disputes import Dispute, DisputeEvent, Submission
from grid_app.services.reports.receipts import receipt_for

SECTION = "field flow through the pages"
TOWNSHIP = GRID_VILLAGE[:9]
QUIET = "河边的砂场夜里装船,好几户睡不好。"
DANGEROUS = "两家为排水沟动了手,有人受伤。"
STEPS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("accept", {"accept_note": "已电话联系,明天上门。"}),
    ("assign", {"assign_note": "三天内先答复。"}),
    ("work", {"work_note": "现场量了噪声,和砂场约定夜里十点后不装船。"}),
    (
        "close",
        {
            "close_ground": "agreement_performed",
            "close_legal_basis": "中华人民共和国噪声污染防治法第四十条",
            "close_note": "连着两周夜里没有再装船。",
        },
    ),
)


class FieldFlow:
    """Plays two grid workers, their township's lead and the county's office.

    Parameters
    ----------
    phone : Phone
        A registered phone, to have the receipt of a form proved.
    """

    def __init__(self, site: Site, staff: Staff, phone: Phone, ledger: Ledger) -> None:
        self._site = site
        self._staff = staff
        self._phone = phone
        self._ledger = ledger
        self._quiet: UUID | None = None

    def steps(self, monday: date) -> list[Step]:
        """Return the flow, spread over the hours of one Monday."""
        return [
            Step(at(monday, 9), "a dispute is logged", self._log_quiet),
            Step(at(monday, 10), "it is handled", self._handle),
            Step(at(monday, 14), "one with danger is logged", self._log_dangerous),
        ]

    def _log_quiet(self) -> None:
        page = self._log("grid-1", {"tile": "environment", "danger": "no", "summary": QUIET})
        found = self._stored(QUIET)
        self._quiet = found.id
        if found.case_code not in page.text:
            raise PageError(f"the receipt does not name {found.case_code}: {page.text[:300]}")
        self._ledger.must_be_true("a worker's own village is filled in", found.division_code[:12] == GRID_VILLAGE)
        claim = self._receipt(found.id)
        verdict = self._phone.verify(claim)
        self._ledger.must_be_true(
            "the receipt of a form is genuine", verdict["genuine"] and verdict["known"], str(verdict)
        )
        mine = self._staff.at_desk("grid-1").look("/report/mine")
        self._ledger.must_be_true("the worker sees the own report", bool(mine.links(str(found.id))))
        other = self._staff.at_desk("grid-2").ask(f"/disputes/{found.id}")
        self._ledger.must_be_true(
            "the neighbouring grid's worker does not see it", other.status == 404, str(other.status)
        )

    def _handle(self) -> None:
        browser = self._staff.at_desk(f"lead-{TOWNSHIP}")
        if not browser.look("/disputes?tab=reported&sort=newest").links(str(self._quiet)):
            raise PageError("the new dispute is not in the township's list")
        for step, values in STEPS:
            page = browser.look(f"/disputes/{self._quiet}")
            chosen = {**values, **({"assign_unit": _village_unit(page)} if step == "assign" else {})}
            browser.send(page, f"/{self._quiet}/{step}", chosen)
        with reading() as session:
            kinds = session.scalars(
                select(DisputeEvent.kind).where(DisputeEvent.dispute_id == self._quiet).order_by(DisputeEvent.number)
            ).all()
        dispute = self._stored(QUIET)
        self._ledger.put(SECTION, "steps in the history of the closed one", len(kinds))
        self._ledger.must_be_true(
            "a dispute is accepted, assigned, worked on and closed with ground and legal basis",
            dispute.state == "closed" and bool(dispute.legal_basis) and dispute.closure_ground == "agreement_performed",
            f"{dispute.state} {kinds}",
        )

    def _log_dangerous(self) -> None:
        self._log("grid-2", {"tile": "neighbour", "danger": "yes", "summary": DANGEROUS})
        found = self._stored(DANGEROUS)
        self._ledger.must_be_true("danger makes a dispute red", found.grade == "red", found.grade)
        deliver_job()

    def _log(self, login: str, values: Mapping[str, str]) -> Shown:
        browser: Browser = self._staff.at_desk(login)
        page = browser.send(browser.look("/report"), "/report", values)
        self._ledger.add(SECTION, "logged by form: in")
        if "查询码" not in page.text:
            raise PageError(f"no receipt after the form: {page.text[:600]}")
        self._ledger.add(SECTION, "logged by form: accepted")
        return page

    def _stored(self, summary: str) -> Dispute:
        with reading() as session:
            found = session.scalars(select(Dispute).where(Dispute.summary == summary)).one()
            session.expunge(found)
            return found

    def _receipt(self, report_id: UUID) -> dict[str, Any]:
        with reading() as session:
            kept = session.get_one(Submission, report_id)
            signature = receipt_for(
                self._site.wiring.keys, report_id=kept.id, digest=kept.digest, received_at=kept.received_at
            )
            return {
                "id": str(kept.id),
                "digest": kept.digest,
                "received_at": kept.received_at.isoformat(),
                "signature": signature,
            }


def _village_unit(page: Shown) -> str:
    """Return the value of the village's own unit in the form that assigns a unit."""
    options = page.form("/assign").find_all("option")
    chosen = [str(one["value"]) for one in options if UNIT_WORDS["village_committee"] in one.get_text()]
    if not chosen:
        raise PageError(f"the village's unit cannot be chosen: {[one.get_text() for one in options]}")
    return chosen[0]
