"""Hundreds of waiting reports with a photo each: opening and scrolling the list, and delivering all of them."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from bench.field.office import Office
from bench.field.phone import phone, register, tally, until, watched
from bench.field.signal import Rows

PHOTO_BYTES = 300_000
OPENINGS = 10
SCREENS_DOWN = 400
CHUNK = 25
DELIVERY_SECONDS = 900.0
FILL = """async ([from, count, least]) => {
  const at = (name) => import(`/static/field/${name}.js`);
  const [{ openStore }, { openVault }, kept, { emptyValues }, { newId }] = await Promise.all([
    at('store'), at('vault'), at('kept_reports'), at('report_content'), import('/static/shared/canonical.js')]);
  const store = (window.benchStore ??= await openStore());
  const vault = (window.benchVault ??= await openVault(store));
  const { owner } = await store.getMeta('device');
  const bundle = await vault.open((await store.getReference('bundle')).value);
  const still = { store, vault, owner, bundle: async () => bundle, changed() {}, outbox: { flush: async () => {} } };
  const sheet = new OffscreenCanvas(640, 480);
  const pen = sheet.getContext('2d');
  const noise = pen.createImageData(640, 480);
  let bytes = 0;
  for (let number = from; number < from + count; number += 1) {
    for (let at = 0; at < noise.data.length; at += 4) {
      const shade = Math.random() * 4294967296;
      noise.data.set([shade, shade >> 8, shade >> 16, 255], at);
    }
    pen.putImageData(noise, 0, 0);
    let photo;
    for (let quality = 0.8; !photo || photo.size < least; quality += 0.02) {
      photo = await sheet.convertToBlob({ type: 'image/jpeg', quality });
    }
    const id = newId();
    const values = {
      ...emptyValues(new Date().toISOString(), bundle.home_village), category: '0901', danger: false,
      summary: `第 ${number + 1} 件:两户为排水沟争执,雨天积水流进堂屋`, household_band: '1',
    };
    await kept.saveDraft(still, id, values, [await kept.blobRow(still, id, 'photo', photo, 'image/jpeg')]);
    await kept.submitReport(still, id, values);
    bytes += photo.size;
  }
  return bytes;
}"""
OPEN = """() => new Promise((resolve) => {
  const began = performance.now();
  const look = () => {
    if (!document.querySelector('[data-screen=reports] .cell')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  };
  const observer = new MutationObserver(look);
  observer.observe(document.getElementById('screen'), { childList: true, subtree: true });
  location.hash = '#/reports';
})"""
HOME = "(location.hash = '#/', document.querySelector('[data-screen=home] .queue') !== null)"


def many_reports(browser: Browser, office: Office, port: int, *, reports: int) -> dict[str, Any]:
    """Return what the list and the delivery of so many reports took, and what the server holds afterwards."""
    rows = Rows(office.folder)
    before = _held(rows)
    with phone(browser, f"http://127.0.0.1:{port}") as (context, page):
        register(page, office)
        context.set_offline(True)
        photo_bytes = sum(
            page.evaluate(FILL, [number, min(CHUNK, reports - number), PHOTO_BYTES])
            for number in range(0, reports, CHUNK)
        )
        page.reload()
        until(page, "document.querySelector('[data-screen]') !== null")
        listed = _list(page)
        delivered = _deliver(context, page)
    after = _held(rows)
    return {
        "reports": reports,
        "photo_kb": round(photo_bytes / reports / 1_000),
        **listed,
        **delivered,
        "stored": {name: after[name] - before[name] for name in after},
    }


def _held(rows: Rows) -> dict[str, int]:
    return {
        "reports": rows.count("submissions"),
        "disputes": rows.count("disputes"),
        "photos": rows.count("attachments", "completed_at IS NOT NULL"),
    }


def _list(page: Page) -> dict[str, Any]:
    """Open the list several times, then scroll it to its end, page after page."""
    opened = []
    with watched(page) as seen:
        for _ in range(OPENINGS):
            until(page, HOME)
            page.wait_for_timeout(300)
            opened.append(page.evaluate(OPEN))
        more = page.get_by_role("button", name="再看")
        while more.count():
            _scroll(page)
            more.tap()
            page.wait_for_timeout(100)
        _scroll(page)
        shown = page.locator("[data-screen=reports] .cell").count()
    return {
        "list_ms": round(median(opened)),
        "list_ms_worst": round(max(opened)),
        "list_shown": shown,
        **{f"list_{name}": figure for name, figure in seen.items()},
    }


def _scroll(page: Page) -> None:
    """Swipe down until the end of the page."""
    bottom = "window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2"
    while not page.evaluate(bottom):
        page.evaluate(f"window.scrollBy(0, {SCREENS_DOWN})")
        page.wait_for_timeout(16)


def _deliver(context: BrowserContext, page: Page) -> dict[str, Any]:
    """Let signal return and wait until nothing waits any more, the list still open."""
    began = time.perf_counter()
    with watched(page) as seen:
        context.set_offline(False)
        waiting, texts = 1, 0.0
        while waiting and time.perf_counter() - began < DELIVERY_SECONDS:
            page.wait_for_timeout(500)
            found = tally(page)
            waiting = found["waiting"] + found["attachments"]
            texts = texts if texts or found["waiting"] else time.perf_counter() - began
        seconds = time.perf_counter() - began
    return {
        "texts_seconds": round(texts, 1),
        "delivery_seconds": round(seconds, 1),
        "left_waiting": waiting,
        **{f"delivery_{name}": figure for name, figure in seen.items()},
    }
