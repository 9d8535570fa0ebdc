"""The first load and the first sync: bytes over the wire, and seconds on a slow line."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from bench.field.line import Line
from bench.field.office import Office
from bench.field.phone import KEPT, USABLE, phone, press_register, sign_in, until

KBIT, ROUND_TRIP_SECONDS = 400, 0.4
SETTLED_SECONDS = 1.0
HELD = """(async () => {
  const { openStore } = await import('/static/field/store.js');
  const store = (window.benchStore ??= await openStore());
  const [bundle, villages] = await Promise.all([store.getReference('bundle'), store.getReference('villages')]);
  return Boolean(bundle && villages && (await store.getMeta('last_sync')));
})()"""


def first_load(browser: Browser, port: int) -> dict[str, int]:
    """Return the bytes, headers included, until the first screen is usable, and until the app is whole on the phone."""
    with Line(port).open() as line, phone(browser, line.address) as (_, page):
        page.goto("/field/")
        until(page, USABLE)
        usable = line.down.passed
        until(page, KEPT)
        page.wait_for_load_state("networkidle")
        return {"first_screen_bytes": usable, "whole_app_bytes": _settled(line)}


def _settled(line: Line) -> int:
    """Return the bytes that passed when nothing more comes."""
    passed = -1
    while passed != line.down.passed:
        passed = line.down.passed
        time.sleep(SETTLED_SECONDS)
    return passed


def first_sync(browser: Browser, office: Office, port: int, runs: int) -> dict[str, Any]:
    """Return the seconds of a cold load and of the first sync on the slow line; every run is a new phone."""
    found = [_one_sync(browser, office, port) for _ in range(runs)]
    loads, syncs, ready, sizes = zip(*found, strict=True)
    return {
        "first_screen_seconds": round(median(loads), 1),
        "sync_seconds": round(median(syncs), 1),
        "sync_seconds_worst": round(max(syncs), 1),
        "offline_seconds": round(median(ready), 1),
        "offline_seconds_worst": round(max(ready), 1),
        "sync_bytes": round(median(sizes)),
    }


def _one_sync(browser: Browser, office: Office, port: int) -> tuple[float, float, float, int]:
    """Sign in on a fast line, then load and register on the slow one, whose address the browser never saw."""
    line = Line(port, kbit=KBIT, round_trip=ROUND_TRIP_SECONDS)
    with line.open(), phone(browser, line.address) as (_, page):
        sign_in(page, office, f"http://127.0.0.1:{port}")
        load = _seconds_to_screen(page)
        before, began = line.down.passed, time.perf_counter()
        press_register(page)
        page.locator("[data-screen=home]").wait_for()
        until(page, HELD)
        synced = time.perf_counter() - began
        size = line.down.passed - before
        until(page, KEPT)
        return load, synced, time.perf_counter() - began, size


def _seconds_to_screen(page: Page) -> float:
    began = time.perf_counter()
    page.goto("/field/", wait_until="commit")
    until(page, USABLE)
    return time.perf_counter() - began
