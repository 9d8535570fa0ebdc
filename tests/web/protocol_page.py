"""The examples of docs/sync-protocol.md as data, and the office in which they are true."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Role
from grid_app.security.fields import FieldCipher
from grid_app.security.passwords import hash_password
from tests.follow_ups_world import GRID, add_contact, closed_dispute
from tests.rounds_world import closed_round
from tests.world import BEGIN, NOW, PASSWORD, World, build_world

PAGE = Path(__file__).parents[2] / "docs" / "sync-protocol.md"
BLOCK = re.compile(r"^```(http|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWNER = UUID("01a0d3c4-5e6f-7a10-8b9c-0d1e2f3a4b01")
CLOSED = UUID("01a17c9d-4e5f-7b20-9cad-1e2f3a4b5c02")
FIRST_VISIT = UUID("01a1f16a-9b00-7c31-8dbe-2f3a4b5c6d01")
RECEIPT_KEY = "the receipt key of the examples in the protocol"
OFFICE_KEYS = "1:Z3JpZC1leHBvcnQgZXhhbXBsZSBvZiB0aGUgcGFnZTA="


@dataclass(frozen=True)
class Message:
    """One request or answer as it stands on the page."""

    first: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Example:
    """A request of the page and the answer that stands below it."""

    asked: Message
    answered: Message

    @property
    def method(self) -> str:
        return self.asked.first.split()[0]

    @property
    def address(self) -> str:
        return self.asked.first.split()[1]

    @property
    def status(self) -> int:
        return int(self.answered.first.split()[1])

    @property
    def sent(self) -> bytes:
        """Return the body as bytes; one that is no JSON is shown in hexadecimal."""
        if self.asked.headers.get("Content-Type") == "application/octet-stream":
            return bytes.fromhex(self.asked.body.strip())
        return self.asked.body.encode()


def examples() -> list[Example]:
    """Return every example in the order of the page: requests and answers take turns."""
    messages = [_message(text) for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "http"]
    asked, answered = messages[::2], messages[1::2]
    assert all(one.first.endswith(" HTTP/1.1") for one in asked), [one.first for one in asked]
    return [Example(*pair) for pair in zip(asked, answered, strict=True)]


def shown_json() -> list[str]:
    """Return what the page shows as JSON outside of a request or an answer."""
    return [text.strip() for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "json"]


def _message(text: str) -> Message:
    head, _, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    return Message(first, dict(line.split(": ", 1) for line in lines), body)


def build_office(session: Session, cipher: FieldCipher) -> World:
    """Build the county of the page: a grid worker, an open round, and a matter that was closed yesterday."""
    world = build_world(session)
    account = Account(
        id=OWNER, login="wangge01", display_name="王网格", password_hash=hash_password(PASSWORD),
        must_change_password=False, created_at=BEGIN,
    )  # fmt: skip
    session.add(account)
    session.flush()
    worker = Assignment(
        account_id=OWNER, role=Role.GRID_WORKER, unit_id=world.units["village"], division_code=GRID, valid_from=BEGIN
    )
    session.add(worker)
    session.flush()
    world.accounts["wangge01"], world.assignments["wangge01"] = OWNER, worker.id
    yesterday = NOW - timedelta(days=1)
    closed_dispute(
        session, world, at=yesterday, number=900, id=CLOSED, reported_by=worker.id, received_at=NOW - timedelta(days=40)
    )
    add_contact(session, CLOSED, cipher, at=yesterday)
    for number, row in enumerate(session.scalars(select(FollowUp).order_by(FollowUp.day))):
        row.id = UUID(int=FIRST_VISIT.int + number)
    closed_round(session, now=NOW, due=NOW.date() + timedelta(days=3), closed=False)
    return world
