"""Stream (b) as it runs: a file a week by the command line, and the whole of it once more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.acceptance.ledger import Ledger
from bench.acceptance.messages import COUNTY, Message, by_week, messages, write_file
from bench.acceptance.site import Site
from bench.acceptance.timeline import WEEK, Step, at, monday_of, mondays
from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute
from grid_app.services.reports.content import SUMMARY_SIGNS

SECTION = "stream (b): citizen messages by disputes import"
AGAIN = "stream (b) imported once more"
WRONG = "stream (b): a file with wrong rows"
SOURCE = "taidi2020c"
HERE = Path(__file__).parent
FIRST_WEEK = date(2018, 12, 31)
FRIDAY, EVENING = 4, 18
"""A week's file is imported on Friday evening, before the week's round closes at midnight."""


class MessageStream:
    """The messages of a county, imported by its office week by week.

    Parameters
    ----------
    data : Path
        The folder of real data.
    site : Site
        Whose command line is used.
    ledger : Ledger
        Where what the command says is counted.
    """

    def __init__(self, data: Path, site: Site, ledger: Ledger) -> None:
        self.messages = messages(data)
        self._site = site
        self._ledger = ledger

    @property
    def weeks(self) -> list[date]:
        """Return the Mondays of the stream's weeks; the last message lies before the last one's Friday evening."""
        last = self.messages[-1].noted_at
        monday = monday_of(last)
        return list(mondays(FIRST_WEEK, monday if last < _end_of(monday) else monday + WEEK))

    def steps(self) -> list[Step]:
        """Return the import of every week's file, at the week's end."""
        weeks = by_week(self.messages, [_end_of(monday) for monday in self.weeks])
        return [Step(end, "messages imported", partial(self._import, SECTION, rows)) for end, rows in weeks]

    def import_again(self) -> None:
        """Import everything once more as one file, by the installed program in a process of its own."""
        self._note(AGAIN, json.loads(self._site.program(*self._words(self.messages), "--json")))

    def import_wrong_rows(self) -> None:
        """Import a file whose every row is wrong in its own way; none may come in."""
        wrong = {
            "a time that is none": {"created_at": "上个星期"},
            "a time in the future": {"created_at": "2031-01-01 08:00:00"},
            "a district nobody knows": {"district": "Z9区"},
            "no text": {"title": " ", "body": ""},
            "no time": {"created_at": ""},
        }
        first = self.messages[0]
        rows = [
            Message({**first.row, "message_id": f"wrong-{number}", **change}, first.noted_at)
            for number, change in enumerate(wrong.values())
        ]
        self._import(WRONG, rows)

    def count(self) -> None:
        """Note the sums of all files, and how many texts had to be cut."""
        for section in (SECTION, AGAIN, WRONG):
            counts = self._ledger.of(section)
            outcomes = {name: count for name, count in counts.items() if name != "in"}
            self._ledger.must_add_up(f"{section}: in", counts.get("in", 0), outcomes)
        whole = self._ledger.of(SECTION)
        self._ledger.must_add_up(f"{SECTION}: in", whole["in"], {"messages of the source": len(self.messages)})
        self._ledger.must_add_up("messages imported", whole["in"], {"accepted": whole["accepted"]})
        again = self._ledger.of(AGAIN)
        self._ledger.must_add_up("imported once more", again["in"], {"already_have": again["already_have"]})
        wrong = self._ledger.of(WRONG)
        self._ledger.must_add_up("wrong rows", wrong["in"], {"rejected": wrong["in"] - wrong.get("accepted", 0)})
        self._count_texts()

    def _count_texts(self) -> None:
        long = sum(len(one.text) > SUMMARY_SIGNS for one in self.messages)
        with reading() as session:
            cut = session.scalar(
                select(func.count()).where(Dispute.division_code.startswith(COUNTY), Dispute.summary.endswith("…"),
                                           func.length(Dispute.summary) == SUMMARY_SIGNS)
            )  # fmt: skip
        coarse = sum(one.place == COUNTY for one in self.messages)
        self._ledger.put(SECTION + ": texts and places", "longer than a summary: cut with a mark", cut or 0)
        self._ledger.put(SECTION + ": texts and places", "with an organisation", self._with_organisation)
        self._ledger.put(SECTION + ": texts and places", "no township known: the county as place", coarse)
        self._ledger.must_add_up("texts longer than a summary", long, {"cut with a mark": cut or 0})

    @property
    def _with_organisation(self) -> int:
        return sum(bool(one.row["organisation"]) for one in self.messages)

    def _import(self, section: str, rows: Sequence[Message]) -> None:
        """Import a file in this process; the empty file of a silent week is left out."""
        if rows:
            self._note(section, self._site.command(*self._words(rows)))

    def _words(self, rows: Sequence[Message]) -> tuple[str, ...]:
        """Write the file and return the words of the command."""
        path = write_file(self._site.folder / "import.csv", rows)
        return (
            "disputes", "import", str(path), "--as", f"officer-{COUNTY}", "--source", SOURCE,
            "--mapping", str(HERE / "messages_mapping.json"), "--place-map", str(HERE / "district_townships.csv"),
        )  # fmt: skip

    def _note(self, section: str, told: dict[str, Any]) -> None:
        self._ledger.add(section, "in", told["rows"])
        for outcome in ("accepted", "already_have"):
            if told[outcome]:
                self._ledger.add(section, outcome, told[outcome])
        for reason, count in told["reasons"].items():
            self._ledger.add(section, f"rejected: {reason}", count)


def _end_of(monday: date) -> datetime:
    return at(monday + timedelta(days=FRIDAY), EVENING)
