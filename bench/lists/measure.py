"""How long the lists take: through the query alone and through the page, warm and after the caches were dropped."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench.lists.county import PASSWORD
from grid_app.database.transaction import reading
from grid_app.models.accounts import Account, Assignment
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.disputes import PAGE_SIZE, Cut, asking, list_disputes
from grid_app.services.accounts.actors import actor_of
from grid_app.web.disputes.filters import view_of

LISTS: dict[str, dict[str, str]] = {
    "open, due first": {"tab": "handling"},
    "waiting to be accepted": {"tab": "reported"},
    "red and orange": {"tab": "urgent"},
    "all, newest first": {"tab": "all"},
    "ended": {"tab": "ended"},
    "one state": {"tab": "handling", "state": "terminated"},
    "one group of categories": {"tab": "all", "category": "09"},
    "one rare category": {"tab": "all", "category": "1105"},
    "overdue": {"tab": "all", "clock": "overdue"},
    "due today": {"tab": "all", "clock": "today"},
    "due within 3 days": {"tab": "all", "clock": "soon"},
    "past the statutory limit": {"tab": "all", "clock": "statutory"},
    "one grade": {"tab": "ended", "grade": "red"},
    "one channel": {"tab": "ended", "channel": "instruction"},
    "one unit": {"tab": "all", "unit": "?"},
    "a township": {"tab": "all", "place": "?township"},
    "a village": {"tab": "all", "place": "?village"},
    "village, category, grade": {"tab": "all", "place": "?village", "category": "0901", "grade": "yellow"},
    "unit, category, overdue": {"tab": "all", "unit": "?", "category": "09", "clock": "overdue"},
    "two signs, in very many": {"tab": "all", "words": "希望"},
    "two signs, in some": {"tab": "all", "words": "赡养"},
    "two signs, in few": {"tab": "all", "words": "墓葬"},
    "two words": {"tab": "all", "words": "租金 老街"},
    "digits and signs": {"tab": "all", "words": "12栋 电梯"},
    "words that nothing holds": {"tab": "all", "words": "潜艇"},
    "words that never stand together": {"tab": "all", "words": "物业费 秧苗"},
    "words, open, due first": {"tab": "handling", "words": "工资"},
    "words in a village": {"tab": "all", "place": "?village", "words": "希望"},
    "words, few, in a village": {"tab": "all", "place": "?village", "words": "古树"},
    "words, group, statutory": {"tab": "all", "category": "07", "words": "工资", "clock": "statutory"},
    "nothing fits": {"tab": "all", "category": "1601", "grade": "red", "channel": "instruction", "clock": "today"},
}
DEEP = 2_000
SCOPES = ("county", "township", "village")


class Bench:
    """One application on the filled database, and the three accounts that ask."""

    def __init__(self, app: Flask, logins: Mapping[str, str], now: datetime) -> None:
        self.app, self.now = app, now
        with app.app_context(), reading() as session:
            self.actors: dict[str, Actor] = {}
            for scope, login in logins.items():
                role = session.scalar(select(Assignment.id).join(Account).where(Account.login == login))
                actor = actor_of(session, role, now=now) if role else None
                assert actor is not None
                self.actors[scope] = actor
        self.clients = {scope: self._signed_in(login) for scope, login in logins.items()}
        village = self.actors["village"]
        self._known = {
            "?": str(self.actors["township"].unit_id),
            "?township": village.division_code[:9],
            "?village": village.division_code,
        }

    def _signed_in(self, login: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
        return client

    def typed(self, name: str) -> dict[str, str]:
        """Return the parts of a list's address."""
        return {key: self._known.get(value, value) for key, value in LISTS[name].items()}

    def query(self, scope: str, name: str, after: Any = None, *, size: int = PAGE_SIZE) -> tuple[float, Any]:
        """Return the milliseconds of one page through the query, and the page."""
        typed = self.typed(name)
        with self.app.app_context(), reading() as session:
            started = time.perf_counter()
            view = view_of(typed, typed["tab"])
            asked = asking(
                session, scope=dispute_scope(self.actors[scope]), now=self.now, tab=view.of_states, filters=view.filters
            )
            page = list_disputes(
                session, scope=dispute_scope(self.actors[scope]), asked=asked, cut=Cut(view.order, after, size=size)
            )
            return (time.perf_counter() - started) * 1000, page

    def deep(self, scope: str, name: str) -> Any:
        """Return the cursor ``DEEP`` lines further on; ``None`` where the list ends before."""
        page = self.query(scope, name, size=DEEP)[1]
        return page.after

    def page(self, scope: str, name: str) -> float:
        """Return the milliseconds of the whole page, counts on the tabs and choices of the filters included."""
        started = time.perf_counter()
        answer = self.clients[scope].get(f"/disputes?{urlencode(self.typed(name))}")
        taken = (time.perf_counter() - started) * 1000
        assert answer.status_code == 200, answer.status_code
        return taken


def figures(times: list[float]) -> dict[str, float]:
    """Return median and 95th percentile of milliseconds."""
    ordered = sorted(times)
    return {"p50": round(median(ordered), 1), "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1)}


def forget_files(folder: Path) -> None:
    """Ask the system to drop what it keeps in memory of the files of a stopped database."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
