"""The office under killed browsers: a small county with workers to sign in, rounds on demand, a server to strike."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bench.faults.server import Server, add_follow_up, open_app
from grid_app.clock import SHANGHAI
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.policy import Role
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.rounds.calendar import Period
from grid_app.services.rounds.steps import open_round
from tests.world import add_account, build_world

ROUND_DAYS = 7
TEMPLATE = "special"
END_CONNECTIONS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Worker:
    """Who carries a phone: the name to sign in with, and the grid that is answered for."""

    login: str
    grid: str


WORKERS = (
    Worker("grid_worker", "990101001201J001"),
    Worker("other_grid_worker", "990101002201J001"),
    Worker("second_grid_worker", "990101001201J002"),
    Worker("fourth_grid_worker", "990101002201J002"),
)


class Office:
    """The data of the office in ``folder`` and the process that serves it."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.is_postgis = url.startswith("postgresql")
        self.app = open_app(folder, url)
        self._url = url
        self._rounds = 0
        self._restarting: asyncio.Task[None] | None = None
        with self.app.app_context():
            upgrade(self.app.extensions["grid"].engine)
            with transaction() as session:
                self._world = world = build_world(session)
                add_account(session, world, "fourth_grid_worker", Role.GRID_WORKER, "village2", WORKERS[3].grid)
                seed_ladders(session, datetime.now(UTC))
        self._release()
        self.server = Server(folder, url, is_warm=True)

    def _release(self) -> None:
        self.app.extensions["grid"].engine.dispose()

    def open_round(self, grid: str) -> None:
        """Open one more round over the village of a grid."""
        self._rounds += 1
        now = datetime.now(UTC)
        day = now.astimezone(SHANGHAI).date()
        period = Period(f"f{self._rounds}", day, day + timedelta(days=ROUND_DAYS))
        with self.app.app_context(), transaction() as session:
            open_round(session, actor=None, template_code=TEMPLATE, division_code=grid[:12], period=period,
                       name=f"第 {self._rounds} 次专项排查", now=now)  # fmt: skip
        self._release()

    def add_follow_up(self, login: str) -> str:
        """Let one more visit fall due for the worker of that name; return its id."""
        with self.app.app_context(), transaction() as session:
            made = add_follow_up(session, self._world, login, datetime.now(UTC))
        self._release()
        return str(made)

    async def is_up(self) -> None:
        """Wait until the server answers."""
        if self._restarting is not None:
            await asyncio.shield(self._restarting)

    def kill_server(self) -> None:
        """Kill the serving process now; it is started again meanwhile."""
        self.server.strike()
        self._restarting = asyncio.ensure_future(asyncio.to_thread(self.server.start_again))

    def kill_connections(self) -> int:
        """End every connection of the server to its database; return how many there were."""
        with self.app.app_context(), transaction() as session:
            ended = session.execute(END_CONNECTIONS).scalar_one()
        self._release()
        return int(ended)

    async def stop(self) -> None:
        """End the process."""
        await self.is_up()
        self.server.stop()
        self._release()
