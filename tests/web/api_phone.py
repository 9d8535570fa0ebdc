"""A registered phone for tests of the API: it signs in once, then sends batches with its token."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.services.accounts.devices import register_device
from tests.world import NOW, World

CONTENT: dict[str, Any] = {
    "form": "dispute/1",
    "captured_at": "2026-11-20T09:30:00+08:00",
    "category": "0901",
    "danger": False,
    "summary": "三组几户反映去年的土地租金没有给",
    "lon": 111.05,
    "lat": 29.02,
}


def report(**changes: Any) -> dict[str, Any]:
    """Return a report of the invented county; a change to ``None`` takes the key out."""
    content = CONTENT | changes
    return {key: value for key, value in content.items() if value is not None}


def item(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "content": report(**changes)}


def stored() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Dispute)) or 0


def disputes() -> list[Dispute]:
    """Return every stored dispute by the day it was noted, as it is in the database now."""
    with reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.noted_on, Dispute.case_code)))
        session.expunge_all()
        return found


class Phone:
    """Sends as the account called ``name``."""

    def __init__(self, app: Flask, world: World, name: str) -> None:
        with transaction() as session:
            actor = world.actor(session, name)
            token = register_device(session, actor=actor, label="试机", pin="2580", days=30, now=NOW).token
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, **options: Any):
        return self.client.post(f"/api/v1/{path}", headers=self.headers, **options)

    def get(self, path: str, **options: Any):
        headers = self.headers | options.pop("headers", {})
        return self.client.get(f"/api/v1/{path}", headers=headers, **options)

    def sync(self, *items: Any) -> list[dict[str, Any]]:
        answer = self.post("disputes:sync", json={"items": list(items)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json["results"]
