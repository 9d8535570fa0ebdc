"""A report written without signal: how soon it is on the server, and said to be received, once signal returns."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page

from bench.field.line import Line
from bench.field.office import Office
from bench.field.phone import PATIENCE_SECONDS, phone, register, wait
from tests.browser.field_phone import begin, submit

LOOK_SECONDS = 0.01
RECEIVED = """() => new Promise((resolve) => {
  const look = () => (document.querySelector('.receipt') ? resolve(Date.now()) : setTimeout(look, 10));
  look();
})"""


class Rows:
    """Counts of the server's database, read beside it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "grid.sqlite"

    def count(self, table: str, where: str = "1") -> int:
        """Return how many rows there are."""
        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, check_same_thread=False) as database:
            found: int = database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]  # noqa: S608 - constants
        database.close()
        return found


def after_signal(
    browser: Browser, office: Office, port: int, *, reports: int, line: Line | None = None
) -> dict[str, float]:
    """Return median and worst of the seconds until the row is there, and until the phone says that it is received."""
    address = line.address if line else f"http://127.0.0.1:{port}"
    with phone(browser, address) as (context, page):
        register(page, office)
        found = [_one(context, page, office) for _ in range(reports)]
    stored, told = zip(*found, strict=True)
    return {
        "stored_seconds": round(median(stored), 2),
        "stored_seconds_worst": round(max(stored), 2),
        "told_seconds": round(median(told), 2),
        "told_seconds_worst": round(max(told), 2),
    }


def _one(context: BrowserContext, page: Page, office: Office) -> tuple[float, float]:
    rows = Rows(office.folder)
    context.set_offline(True)
    begin(page)
    submit(page)
    page.get_by_text("等待发送", exact=True).first.wait_for()
    before, stored = rows.count("submissions"), [0.0]

    def look() -> None:
        wait(lambda: rows.count("submissions") > before, "the row", seconds=PATIENCE_SECONDS, pause=LOOK_SECONDS)
        stored[0] = time.time()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    began = time.time()
    context.set_offline(False)
    told = page.evaluate(RECEIVED) / 1_000
    looking.join(PATIENCE_SECONDS)
    return stored[0] - began, told - began
