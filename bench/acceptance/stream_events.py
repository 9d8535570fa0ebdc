"""Stream (a) as it runs: sent week by week, sent once more, and what was wrong sent beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from bench.acceptance.events import BATCH, EventReport, batches, event_reports
from bench.acceptance.ledger import Ledger
from bench.acceptance.phone import Phone
from bench.acceptance.rounds import closing_of
from bench.acceptance.timeline import Step, at, monday_of, mondays
from grid_app.security.receipts import digest_of

SECTION = "stream (a): district events by the sync API"
AGAIN = "stream (a) sent once more"
RECEIPTS_PROVED = 5


class EventStream:
    """The events of a district, sent by one phone of the county office.

    Parameters
    ----------
    data : Path
        The folder of real data.
    phone : Phone
        A phone of county staff, who alone may report 14xx, 15xx and 16xx.
    ledger : Ledger
        Where every answer is counted.
    """

    def __init__(self, data: Path, phone: Phone, ledger: Ledger) -> None:
        self.reports = event_reports(data)
        self._phone = phone
        self._ledger = ledger
        self.placed: Counter[str] = Counter()
        self.receipts: dict[str, dict[str, Any]] = {}

    @property
    def weeks(self) -> list[date]:
        """Return the Mondays of the stream's weeks."""
        return list(mondays(monday_of(self.reports[0].noted_at), monday_of(self.reports[-1].noted_at)))

    def steps(self) -> list[Step]:
        """Return the sending of every batch, at the moment of its last event, none over a round's border."""
        cuts = [moment for monday in self.weeks for moment in (at(monday, 8), closing_of(monday))]
        return [
            Step(batch[-1].noted_at, "events sent", partial(self._send, SECTION, batch))
            for batch in batches(self.reports, cuts)
        ]

    def send_again(self) -> None:
        """Send the whole stream once more, as a phone that heard no answer does."""
        for start in range(0, len(self.reports), BATCH):
            self._send(AGAIN, self.reports[start : start + BATCH])

    def prove_receipts(self) -> None:
        """Have the first receipts proved, and one whose digest was changed refused."""
        genuine = 0
        for report_id, result in list(self.receipts.items())[:RECEIPTS_PROVED]:
            claim = {"id": report_id, "digest": result["digest"], **result["receipt"]}
            verdict = self._phone.verify(claim)
            genuine += verdict["genuine"] and verdict["known"]
            forged = self._phone.verify({**claim, "digest": "0" * 64})
            self._ledger.must_be_true("a receipt for another digest is not genuine", not forged["genuine"], str(forged))
        self._ledger.must_add_up("receipts asked about", RECEIPTS_PROVED, {"genuine and known": genuine})

    def count(self) -> None:
        """Note the sums of both sendings."""
        for section in (SECTION, AGAIN):
            counts = self._ledger.of(section)
            outcomes = {name: count for name, count in counts.items() if name != "in"}
            self._ledger.must_add_up(f"{section}: in", counts["in"], outcomes)
            self._ledger.must_add_up(f"{section}: in", counts["in"], {"events of the source": len(self.reports)})
        again = self._ledger.of(AGAIN)
        self._ledger.must_add_up("sent once more", again["in"], {"already_have": again.get("already_have", 0)})

    def _send(self, section: str, batch: Sequence[EventReport]) -> None:
        items = [{"id": str(one.id), "digest": digest_of(one.content), "content": one.content} for one in batch]
        self._ledger.add(section, "in", len(items))
        for result in self._phone.send(items):
            name = result["outcome"] if result["outcome"] != "rejected" else f"rejected: {result['code']}"
            self._ledger.add(section, name)
            if result["receipt"]:
                self.receipts.setdefault(result["id"], result)
