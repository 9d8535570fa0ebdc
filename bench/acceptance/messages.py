"""Stream (b): the citizen messages as weekly files for ``grid-app disputes import``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.acceptance.tables import place_of, rows_of
from bench.acceptance.timeline import SHANGHAI

COUNTY = "430703"
SUMMARY_SIGNS = 2_000
MERE_KIND_SIGNS = 4


@dataclass(frozen=True)
class Message:
    """One message as it is imported; ``place`` is a township, or the county where no known district is named."""

    id: str
    user: str
    noted_at: datetime
    place: str
    text: str
    organisation: str

    @property
    def is_coarse(self) -> bool:
        """Say whether only the county is known."""
        return self.place == COUNTY


def messages(data: Path) -> list[Message]:
    """Return every message of the source in the order of its time."""
    organisations = organisations_of(data / "orgs" / "org_mentions_dev.csv")
    found = [
        Message(
            id=row["message_id"],
            user=row["user_id"],
            noted_at=datetime.fromisoformat(row["created_at"]).replace(tzinfo=SHANGHAI),
            place=place_of(row["title"], row["body"]),
            text=f"{row['title'].strip()}\n{row['body'].strip()}",
            organisation=organisations.get(row["message_id"], ""),
        )
        for row in rows_of(data / "taidi2020c" / "messages_dev.csv")
    ]
    return sorted(found, key=lambda one: (one.noted_at, one.id))


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


def write_file(path: Path, rows: Iterable[Message]) -> None:
    """Write messages as an import file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=tuple(as_row(None)))
        writer.writeheader()
        writer.writerows(as_row(one) for one in rows)


def as_row(message: Message | None) -> dict[str, str]:
    """Return a message as a row of the import file; ``None`` gives the row of names only."""
    return {
        "id": message.id if message else "",
    }
