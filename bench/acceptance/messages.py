"""Stream (b): the citizen messages as weekly files for ``grid-app disputes import``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.acceptance.tables import district_of, district_townships, rows_of
from bench.acceptance.timeline import SHANGHAI

COUNTY = "430703"
COLUMNS = ("message_id", "user_id", "title", "created_at", "body", "district", "organisation")
MERE_KIND_SIGNS = 4


@dataclass(frozen=True)
class Message:
    """One message: the row of the import file, and when it was written."""

    row: dict[str, str]
    noted_at: datetime

    @property
    def id(self) -> str:
        """Return the number the message has in its source."""
        return self.row["message_id"]

    @property
    def place(self) -> str:
        """Return the code that stands for its district: a township, or the county where no more is known."""
        return district_townships()[self.row["district"]]

    @property
    def text(self) -> str:
        """Return title and body as the import joins them."""
        return "。".join(part for part in (self.row["title"].strip(), self.row["body"].strip()) if part)


def messages(data: Path) -> list[Message]:
    """Return every message of the source in the order of its time."""
    organisations = organisations_of(data / "orgs" / "org_mentions_dev.csv")
    found = [_message(row, organisations) for row in rows_of(data / "taidi2020c" / "messages_dev.csv")]
    return sorted(found, key=lambda one: (one.noted_at, one.id))


def _message(row: dict[str, str], organisations: dict[str, str]) -> Message:
    known = {name: row[name] for name in COLUMNS if name in row}
    district = district_of(row["title"], row["body"])
    organisation = organisations.get(row["message_id"], "")
    return Message(
        {**known, "district": district, "organisation": organisation},
        datetime.fromisoformat(row["created_at"]).replace(tzinfo=SHANGHAI),
    )


def organisations_of(path: Path) -> dict[str, str]:
    """Return the organisation of each message that mentions one.

    The source is noisy and often gives several strings for one message, one within another with more words in
    front. Chosen is the one that most messages share, among those the shortest; a mere kind of organisation, such as
    物业公司, is taken only when there is nothing else.
    """
    chosen: dict[str, tuple[bool, int, int, str]] = {}
    for row in rows_of(path):
        name = row["org_text"]
        rank = (len(name) <= MERE_KIND_SIGNS, -int(row["n_messages"]), len(name), name)
        for message in row["message_ids"].split():
            chosen[message] = min(rank, chosen.get(message, rank))
    return {message: rank[-1] for message, rank in chosen.items()}


def write_file(path: Path, rows: Iterable[Message]) -> Path:
    """Write messages as an import file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS)
        writer.writeheader()
        writer.writerows(one.row for one in rows)
    return path


def by_week(found: Sequence[Message], ends: Sequence[datetime]) -> list[tuple[datetime, list[Message]]]:
    """Return the messages of each week, named by the week's end; the first week takes everything earlier too."""
    weeks: list[tuple[datetime, list[Message]]] = []
    start = 0
    for end in sorted(ends):
        stop = next((place for place in range(start, len(found)) if found[place].noted_at >= end), len(found))
        weeks.append((end, list(found[start:stop])))
        start = stop
    return weeks
