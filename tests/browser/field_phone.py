"""A registered phone in Chromium: the offline app opened, its storage read, the way of the office's answers changed."""

from __future__ import annotations

import base64
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE_MILLISECONDS, PHONE, signed_in
from tests.browser.media_page import DRAW

PIN = "2580"
SYNC = "**/api/v1/disputes:sync"
ROWS = """async () => (await (await import('/static/field/store.js')).openStore()).listReports()"""
CONTENTS = """async () => {
  const store = await (await import('/static/field/store.js')).openStore();
  const vault = await (await import('/static/field/vault.js')).openVault(store);
  return Promise.all((await store.listReports()).map((row) => vault.open(row.sealed)));
}"""
BLOBS = """async () => {
  const store = await (await import('/static/field/store.js')).openStore();
  const vault = await (await import('/static/field/vault.js')).openVault(store);
  const found = [];
  for (const { id } of await store.listReports()) {
    for (const row of await store.blobsOf(id)) {
      const bytes = new Uint8Array(await vault.openBytes(row.sealed));
      let text = '';
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      found.push({ kind: row.kind, type: row.type, seconds: row.seconds, bytes: row.bytes, data: btoa(text) });
    }
  }
  return found;
}"""
KEEP = """async ([rows, contents]) => {
  const store = await (await import('/static/field/store.js')).openStore();
  const vault = await (await import('/static/field/vault.js')).openVault(store);
  const { owner } = await store.getMeta('device');
  for (const [index, row] of rows.entries()) {
    const { division_code: village_code } = contents[index % contents.length];
    const title_sealed = await vault.seal({ title: `第 ${index + 1} 件`, village_code });
    await store.putReport({ owner, kind: 'report', digest: '', tries: 0, next_at: 0, problem: null, receipt: null,
      danger: false, ...row, title_sealed, sealed: await vault.seal(contents[index % contents.length]) });
  }
}"""


def registered(open_page: Callable[..., Page], name: str = "grid_worker", **options: object) -> Page:
    """Return the home screen of a phone that was just registered for the account of that name."""
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True, service_workers="block", **options)
    signed_in(page, name).goto("/field/")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()
    expect(page.get_by_role("link", name="上报", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def begin(
    page: Page, *, tile: str = "承包地山林", danger: str = "没有", summary: str = "土地租金从春天起没有付"
) -> None:
    """Open a new report and answer what every report needs."""
    page.evaluate("location.hash = '#/report/new'")
    page.get_by_role("group", name="是什么事?").get_by_label(tile).check()
    page.get_by_role("group", name="现在有没有人有危险?").get_by_label(danger).check()
    page.get_by_label("一句话说清楚").fill(summary)


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).tap()
    expect(page.get_by_role("heading", name="这一件")).to_be_visible()


def until(page: Page, expression: str, wanted: object = True) -> None:
    """Wait until ``expression`` gives ``wanted``; the app's content policy forbids Playwright's own way of asking."""
    for _ in range(PATIENCE_MILLISECONDS // 100):
        if (found := page.evaluate(expression)) == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError((expression, found))


def written(page: Page, number: int, **wanted: object) -> list[dict[str, object]]:
    """Wait until the phone holds ``number`` reports and the first says ``wanted``; return what is in each."""
    for _ in range(PATIENCE_MILLISECONDS // 100):
        found = page.evaluate(CONTENTS)
        if len(found) == number and wanted.items() <= found[0].items():
            return found
        page.wait_for_timeout(100)
    raise AssertionError((number, wanted, found))


def rows_of(page: Page) -> list[dict[str, object]]:
    return page.evaluate(ROWS)


def refusing(page: Page, *, code: str, sentence: str, fields: dict[str, str]) -> None:
    """Let the next batch be refused item by item, as a stricter office would."""

    def refuse(route: Route) -> None:
        items = route.request.post_data_json["items"]
        results = [
            {"id": one["id"], "outcome": "rejected", "digest": one["digest"], "code": code, "detail": sentence}
            | {"fields": fields, "warnings": []}
            for one in items
        ]
        route.fulfill(json={"results": results})

    page.route(SYNC, refuse, times=1)


def add_photo(page: Page, photo: bytes, *, name: str = "a.jpg", kind: str = "image/jpeg") -> None:
    page.locator("#photos").set_input_files({"name": name, "mimeType": kind, "buffer": photo})


def drawn(page: Page, width: int, height: int, kind: str = "plain", quality: float = 0.9) -> bytes:
    return base64.b64decode(page.evaluate(DRAW, [width, height, kind, quality]))
