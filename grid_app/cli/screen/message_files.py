"""Reading messages and places from CSV files as people save them: columns by name, UTF-8 or GBK."""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from grid_app.cli.screen.files import FileError, moment
from screening.grievances.messages import Message
from screening.grievances.places import Place

ZONE = ZoneInfo("Asia/Shanghai")
NEEDED = ("message_id", "user_id", "title", "created_at", "body")


@dataclass(frozen=True)
class MessageFile:
    """What a file of messages holds, and how many of its rows were left out and why."""

    messages: tuple[Message, ...]
    no_id: int
    no_date: int
    repeated_id: int


def read_messages(path: Path) -> MessageFile:
    """Return the messages of a file, oldest first, whatever the order of its rows.

    Of rows with one id the earliest counts. A row without an id or a date cannot be screened and is counted;
    one without a user id stays, as written by nobody known.

    Raises
    ------
    FileError
        The file cannot be read, or lacks a column.
    """
    found: list[Message] = []
    no_id = no_date = 0
    for row in _rows(path, NEEDED):
        name, when = row["message_id"], _when(row["created_at"])
        no_id += not name
        no_date += bool(name) and when is None
        if name and when is not None:
            found.append(Message(name, row["user_id"], when, row["title"], row["body"]))
    found.sort(key=lambda one: (one.written, one.message_id, one.user_id, one.title, one.body))
    first: dict[str, Message] = {}
    for one in found:
        first.setdefault(one.message_id, one)
    return MessageFile(tuple(first.values()), no_id, no_date, len(found) - len(first))


def read_named_places(path: Path) -> tuple[Place, ...]:
    """Return the places of a file with the columns name, alias, code; several aliases may stand between ; or |.

    Raises
    ------
    FileError
        The file cannot be read, or lacks a column.
    """
    found: set[Place] = set()
    for row in _rows(path, ("name", "alias", "code")):
        names = [row["name"], *row["alias"].replace("|", ";").replace(";", ";").replace("、", ";").split(";")]
        found |= {Place(name.strip(), row["code"] or row["name"]) for name in names if name.strip()}
    return tuple(sorted(found))


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(sys.maxsize)
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError) as error:
        raise FileError(f"读不了 {path}:{error}。请检查路径和文件。") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    rows = csv.DictReader(StringIO(text.replace("\0", ""), newline=""))
    columns = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = columns
    missing = [name for name in needed if name not in columns]
    if missing:
        raise FileError(f"{path.name} 缺少列:{'、'.join(missing)}。第一行应是列名:{','.join(needed)}。")
    for row in rows:
        yield {name: (row[name] or "").strip() for name in needed}


def _when(text: str) -> datetime | None:
    """Return local time without a zone; a time with a zone is brought to Asia/Shanghai, None when it is no date."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _by_parts(text)
    return found.astimezone(ZONE).replace(tzinfo=None) if found.tzinfo else found


def _by_parts(text: str) -> datetime | None:
    """Return the moment of ``2019/1/5 8:30:00``, ``2019.1.5`` and the like."""
    day_text, _, clock = text.replace("T", " ").partition(" ")
    day = moment(day_text) if len(day_text) >= len("2019/1/1") else None
    if day is None:
        return None
    parts = [int(part) for part in clock.split(":") if part.strip().isdecimal()]
    hour, minute, second = [*parts, 0, 0, 0][:3]
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - local, as the file has it
    except ValueError:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001
