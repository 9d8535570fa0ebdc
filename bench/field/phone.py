"""A phone in Chromium: signed in, opened, registered, its page watched for pauses."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.field.office import Office
from tests.browser.conftest import PHONE
from tests.frontend.stage import chromium

PIN = "2580"
PATIENCE_SECONDS = 120.0
MAIN_THREAD = "CrRendererMain"
FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
STATUS = """async () => {
  const { openStore } = await import('/static/field/store.js');
  const store = (window.benchStore ??= await openStore());
  return store.getTally((await store.getMeta('device')).owner);
}"""
USABLE = "document.querySelector('#screen [data-screen] h1') !== null"
KEPT = """(async () => {
  const found = await navigator.serviceWorker.getRegistration();
  return Boolean(found?.active);
})()"""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium with an invented microphone; it ends with the block."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


@contextlib.contextmanager
def phone(browser: Browser, address: str) -> Iterator[tuple[BrowserContext, Page]]:
    """Give a phone that was never used, with a page."""
    context = browser.new_context(
        base_url=address, locale="zh-CN", viewport=PHONE, has_touch=True, is_mobile=True, permissions=["microphone"]
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1_000)
    try:
        yield context, context.new_page()
    finally:
        context.close()


def sign_in(page: Page, office: Office, address: str = "") -> None:
    """Sign in, as at ``address``; a cookie holds for every port of this machine."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("账号").fill(office.login)
    page.get_by_label("密码").fill(office.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def register(page: Page, office: Office) -> None:
    """Sign in, open the app and register the phone; returns when it is whole on the phone."""
    sign_in(page, office)
    page.goto("/field/")
    press_register(page)
    page.locator("[data-screen=home]").wait_for()
    until(page, KEPT)
    page.wait_for_load_state("networkidle")


def press_register(page: Page) -> None:
    """Give the PIN and press the button."""
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()


def until(page: Page, expression: str, *, seconds: float = PATIENCE_SECONDS, pause: float = 0.02) -> float:
    """Wait until ``expression`` is true; return the seconds that it took."""
    return wait(lambda: bool(page.evaluate(expression)), expression, seconds=seconds, pause=pause)


def wait(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS, pause: float = 0.02) -> float:
    """Wait until something holds; return the seconds that it took."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(pause)
    return time.perf_counter() - began


def tally(page: Page) -> dict[str, Any]:
    """Return what waits on the phone, counted."""
    found: dict[str, Any] = page.evaluate(STATUS)
    return found


WATCH = """() => {
  const seen = (window.benchSeen = { tasks: [], gap: 0, last: performance.now(), on: true });
  seen.observer = new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((one) => one.duration)));
  seen.observer.observe({ type: 'longtask' });
  const frame = (now) => {
    seen.gap = Math.max(seen.gap, now - seen.last);
    seen.last = now;
    if (seen.on) requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => ((seen.last = now), requestAnimationFrame(frame)));
}"""
WATCHED = """() => {
  const seen = window.benchSeen;
  seen.tasks.push(...seen.observer.takeRecords().map((one) => one.duration));
  seen.on = false;
  const longest = Math.max(0, ...seen.tasks);
  return { longest_task_ms: Math.round(longest), long_tasks: seen.tasks.length, longest_gap_ms: Math.round(seen.gap) };
}"""


TRACED = {"includedCategories": ["toplevel", "__metadata"], "recordMode": "recordAsMuchAsPossible"}


@contextlib.contextmanager
def watched(page: Page) -> Iterator[dict[str, int]]:
    """Watch the page's main thread as long as the block runs.

    Counts tasks over 50 ms by the clock, as a person meets them; the longest wait for a frame; and the most that one
    task had of a processor, which does not grow when others work on the same machine.
    """
    found: dict[str, int] = {}
    page.evaluate(WATCH)
    with _traced(page) as tasks:
        yield found
        found.update(page.evaluate(WATCHED))
    found["longest_work_ms"] = round(max(tasks.values(), default=0) / 1_000)


@contextlib.contextmanager
def _traced(page: Page) -> Iterator[dict[tuple[int, int], int]]:
    """Give the processor time of the longest task of every page's main thread, in microseconds."""
    longest: dict[tuple[int, int], int] = {}
    names: dict[tuple[int, int], str] = {}
    ended: list[object] = []

    def take(event: dict[str, Any]) -> None:
        for one in event["value"]:
            thread = one.get("pid", 0), one.get("tid", 0)
            if one.get("name") == "thread_name":
                names[thread] = one["args"]["name"]
            longest[thread] = max(longest.get(thread, 0), one.get("tdur", 0))

    def end(told: object) -> None:
        ended.append(told)

    browser = page.context.browser
    if browser is None:
        raise RuntimeError("the page has no browser of its own")
    devtools = browser.new_browser_cdp_session()
    devtools.on("Tracing.dataCollected", take)
    devtools.on("Tracing.tracingComplete", end)
    devtools.send("Tracing.start", {"traceConfig": TRACED, "transferMode": "ReportEvents"})
    yield longest
    devtools.send("Tracing.end")
    until_ended = time.perf_counter() + PATIENCE_SECONDS
    while not ended and time.perf_counter() < until_ended:
        page.wait_for_timeout(50)
    devtools.detach()
    for thread in [one for one in longest if names.get(one) != MAIN_THREAD]:
        del longest[thread]
