"""Time the map in a real browser: until a leader can use it, what travels, how many elements; beside plain folium.

Run: ``python -m bench.bench_map [--json] [--villages N] [--grids N] [--rounds N]``. A phone's window (412 x 915, two
pixels to one), this machine's own line, the browser's processor as it is and four times slower; the browser keeps
nothing from before, and the server, a process of its own as ``grid-app serve`` starts it, was not asked for seconds.
"Can be used" is when page and frame are steered, all tiles of the view and the marks are painted, and a frame has come
after that: the page's own mark. Of folium's page it is the end of its load event, before its first painting. Nothing is
asked of the page meanwhile but for these times, since a tool that waits inside of it would take its processor.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, Response
from playwright.sync_api import Browser, Page, sync_playwright

from bench.faults.server import Server
from bench.map.county import LOGIN, PASSWORD, Placed, fill, folium_page, placed_shapes
from grid_app.factory import create_app
from grid_app.http.tiles import cut
from grid_app.settings import Settings
from tests.frontend.stage import LEAFLET, chromium
from tests.serving import server_of

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WINDOW = {"width": 412, "height": 915}
VIEWS = {"villages": "/map", "grids": "/map?at=29.0250,111.7250,12.5"}
READY = "performance.getEntriesByName('map-painted')[0]?.startTime ?? 0"
FOLIUM_READY = "performance.getEntriesByType('navigation')[0]?.loadEventEnd ?? 0"
SETTLE_SECONDS, FOLIUM_ROUNDS = 2.0, 3
ASK_EVERY_SECONDS, PATIENCE_SECONDS = 0.25, 120.0


@dataclass(frozen=True)
class Opened:
    """One opening of a page: seconds until it can be used, kilobytes that travelled, elements of its map."""

    seconds: float
    kilobytes: float
    nodes: int


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port."""
    server = server_of(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def opened(page: Page, address: str, *, slower: int, ready: str) -> Opened:
    """Open an address with a processor so many times slower and measure it."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    sent: list[float] = []
    line.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
    page.goto(address, wait_until="commit")
    milliseconds = 0.0
    for _ in range(int(PATIENCE_SECONDS / ASK_EVERY_SECONDS)):
        time.sleep(ASK_EVERY_SECONDS)
        milliseconds = line.send("Runtime.evaluate", {"expression": ready})["result"]["value"]
        if milliseconds:
            break
    assert milliseconds, f"{address} was not ready in time"
    frame = next((frame for frame in page.frames if "/map/frame" in frame.url), page.main_frame)
    nodes = frame.evaluate("document.querySelectorAll('*').length")
    return Opened(milliseconds / 1000, sum(sent) / 1000, nodes)


@contextmanager
def signed_in(browser: Browser, office: str) -> Iterator[Page]:
    """Give a page of the leader, in a browser that has just signed in."""
    context = browser.new_context(viewport=WINDOW, device_scale_factor=2, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{office}/sign-in")
    page.get_by_label("账号").fill(LOGIN)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    context.close()


def measured(browser: Browser, office: str, plain: str, *, what: str, slower: int, rounds: int) -> dict[str, Any]:
    """Return the middle of some openings of our page, each by somebody who just signed in, and of folium's."""
    ours, theirs = [], []
    for _ in range(rounds):
        with signed_in(browser, office) as page:
            page.context.new_cdp_session(page).send("Network.clearBrowserCache")
            time.sleep(SETTLE_SECONDS)  # the page before is done, and the server keeps nothing of what it was asked
            ours.append(opened(page, f"{office}{VIEWS[what]}", slower=slower, ready=READY))
    for _ in range(FOLIUM_ROUNDS):
        context = browser.new_context(viewport=WINDOW, device_scale_factor=2, locale="zh-CN")
        theirs.append(opened(context.new_page(), f"{plain}/{what}.html", slower=slower, ready=FOLIUM_READY))
        context.close()
    middle = {name: median(getattr(one, name) for one in ours) for name in ("seconds", "kilobytes", "nodes")}
    return {
        "what": what, "slower": slower, "seconds": round(middle["seconds"], 2), "kb": round(middle["kilobytes"]),
        "nodes": middle["nodes"], "folium_seconds": round(median(one.seconds for one in theirs), 2),
        "folium_kb": round(median(one.kilobytes for one in theirs)),
    }  # fmt: skip


def plain_app(folder: Path) -> Flask:
    """Return a server of folium's own pages, compressed, with Leaflet beside them."""
    app = Flask("plain")

    @app.get("/<name>")
    def file(name: str) -> Response:
        if name.endswith(".ico"):
            return Response(status=204)
        path = LEAFLET.parent / name if name.startswith("leaflet") else folder / name
        kind = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}[path.suffix]
        return Response(gzip.compress(path.read_bytes(), 6), content_type=kind, headers={"Content-Encoding": "gzip"})

    return app


def make(settings: Settings, shapes: dict[str, list[Placed]]) -> None:
    """Make the county in its own database and cut its tiles."""
    app = create_app(settings)
    generation = fill(app.extensions["grid"].engine, shapes, now=NOW)
    with app.app_context():
        cut(generation)
    app.extensions["grid"].engine.dispose()


def run(villages: int, grids: int, rounds: int) -> dict[str, Any]:
    """Make the county, cut its tiles, and measure every view at both speeds."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as play:
        folder = Path(made)
        shapes = placed_shapes(villages, grids)
        settings = Settings(instance_dir=folder / "instance", database_url=f"sqlite:///{folder / 'grid.sqlite'}")
        make(settings, shapes)
        for what, level in (("villages", "village"), ("grids", "grid")):
            folium_page(shapes[level], folder / f"{what}.html")
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        office = Server(settings.instance_dir, settings.database_url)
        try:
            with signed_in(browser, office.address) as page:
                first = opened(page, f"{office.address}/map", slower=1, ready=READY).seconds  # right after its start
            with served(plain_app(folder)) as plain:
                runs = [
                    measured(browser, office.address, plain, what=what, slower=slower, rounds=rounds)
                    for what in VIEWS
                    for slower in (1, 4)
                ]
        finally:
            office.stop()
        browser.close()
    return {"villages": villages, "grids": grids, "first": round(first, 2), "runs": runs}


def main() -> int:
    """Measure and print, as JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--villages", type=int, default=2_000)
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    found = run(asked.villages, asked.grids, asked.rounds)
    print(json.dumps(found) if asked.json else json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
