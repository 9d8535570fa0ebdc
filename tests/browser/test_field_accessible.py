"""Every screen of the offline app: no rule of accessibility broken, thumb-high buttons, nothing that needs a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from grid_app.database.transaction import transaction
from grid_app.services.rounds.steps import open_due_rounds
from tests.browser.conftest import PHONE, Site
from tests.browser.field_phone import KEEP, PIN, registered, until
from tests.browser.test_field_app_rows import OLD_FORM, row
from tests.browser.test_field_map import HERE, reported
from tests.browser.visits_page import KEPT, NAME, answer, close_one, part, save, with_pin
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN
from tests.world import NOW

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "grid_app" / "static"
LOW = """() => [...document.querySelectorAll(
    ['button', '.button', 'summary', 'select', '.input', '.choice', 'a.queue', 'a.cell-body', 'a.product'].join())]
  .filter((element) => element.checkVisibility() && !element.closest('.skip-link'))
  .map((element) => [element, element.getBoundingClientRect().height,
    element.matches('.button-primary, .button-danger, .big-actions .button, .action-bar .button') ? 64 : 60])
  .filter(([, height, least]) => height < least)
  .map(([element, height]) => `${element.className} ${element.textContent.trim().slice(0, 20)}: ${height}`)"""
SHOWN = """(hash) => new Promise((resolve) => {
  const before = document.querySelector('#screen > .screen');
  const isThereAlready = location.hash === hash;
  const isThere = () => isThereAlready || document.querySelector('#screen > .screen') !== before;
  let timer = 0;
  const wait = () => (clearTimeout(timer), timer = setTimeout(() => (isThere() ? end() : wait()), 200));
  const watch = new MutationObserver(wait);
  const end = () => (watch.disconnect(), resolve());
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  watch.observe(document.getElementById('screen'), all);
  wait();
  location.hash = hash;
})"""
"""Shows a screen and waits until it is there and nothing on it has changed for a while."""
RECEIPT = {"signature": "s", "received_at": "2026-11-19T09:00:00Z", "case_code": "QX-1", "tracking_code": "7K3M99Q2XA"}
REFUSED = {"code": "invalid", "sentence": "有内容要改。", "fields": {"summary": "请写得清楚一些。"}}
ROWS = [
    row(1),
    row(2, "waiting", digest="0" * 64, danger=True),
    row(3, "received", digest="0" * 64, receipt=RECEIPT),
    row(4, "attention", digest="0" * 64, problem=REFUSED),
    row(5, "attention", digest="0" * 64, problem={**REFUSED, "code": "conflict"}),
]
SCREENS = ["", "report/new", *(f"report/{one['id']}" for one in ROWS), "reports", "round/990101001201J001", "urgent"]
LATER = ["visits", "map", "settings"]
MODES = {"normal": {}, "large": {}, "dark": {"color_scheme": "dark"}}


@pytest.fixture
def open_rounds(site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        open_due_rounds(session, now=NOW)


def faults(page: Page, name: str) -> list[str]:
    """Return what is wrong with the screen that is shown now."""
    if page.evaluate("typeof axe === 'undefined'"):  # it stays from screen to screen
        page.add_script_tag(path=AXE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [*page.evaluate(AXE_RUN), *page.evaluate(LOW), *([f"{wide} px wide"] if wide > PHONE["width"] else [])]
    hints = page.evaluate("[...document.querySelectorAll('#screen [title]')].map((one) => `title: ${one.title}`)")
    return [f"{name}: {line}" for line in (*found, *hints)]


def go(page: Page, screen: str) -> None:
    page.evaluate(SHOWN, f"#/{screen}")


@pytest.mark.parametrize("mode", MODES)
def test_every_screen_can_be_seen_read_aloud_and_hit(
    open_page: Callable[..., Page], open_rounds: None, mode: str
) -> None:
    page = registered(open_page, bypass_csp=True, **MODES[mode])
    page.context.set_offline(True)
    page.evaluate(KEEP, [ROWS, [{**OLD_FORM, "danger": True}, OLD_FORM]])
    if mode == "large":
        page.evaluate("import('/static/field/letters.js').then((letters) => letters.setLarge(true))")
    found = []
    for screen in [*SCREENS, *LATER]:
        go(page, screen)
        found += faults(page, screen)
    go(page, "report/new")
    page.get_by_role("group", name="是什么事?").get_by_label("家里的事").check()
    page.get_by_role("group", name="现在有没有人有危险?").get_by_label("有危险").check()
    page.locator("details.more").evaluate("(more) => { more.open = true; }")
    page.get_by_role("button", name="提交", exact=True).tap()
    found += faults(page, "answers missing")
    page.evaluate("IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; 0")
    page.get_by_label("一句话说清楚").fill("水渠被堵")
    expect(page.locator(".rescue")).to_be_visible()
    found += faults(page, "cannot save")

    assert "\n".join(found) == ""


@pytest.mark.parametrize("mode", MODES)
def test_the_screens_before_and_behind_the_pin_as_well(open_page: Callable[..., Page], mode: str) -> None:
    page = open_page(
        viewport=PHONE, has_touch=True, is_mobile=True, service_workers="block", bypass_csp=True, **MODES[mode]
    )
    page.goto("/field/")
    expect(page.get_by_role("button", name="登记本机")).to_be_visible()
    if mode == "large":
        page.evaluate("import('/static/field/letters.js').then((letters) => letters.setLarge(true))")
    found = faults(page, "register")
    page.get_by_role("button", name="登记本机").tap()
    found += faults(page, "weak PIN")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()
    expect(page.get_by_role("link", name="去登录")).to_be_visible()
    found += faults(page, "not signed in")
    for screen in ("urgent", "settings"):
        go(page, screen)
        found += faults(page, f"{screen} of a new phone")
    page.evaluate("""async () => {
      const store = await (await import('/static/field/store.js')).openStore();
      await (await (await import('/static/field/vault.js')).openVault(store)).setPin('2580');
    }""")
    page.goto("/field/#/unlock")
    page.reload()
    expect(page.get_by_role("button", name="打开")).to_be_visible()
    found += faults(page, "unlock")

    assert "\n".join(found) == ""


@pytest.mark.parametrize("mode", MODES)
def test_the_map_and_a_visit_with_all_that_can_stand_on_them(
    open_page: Callable[..., Page], site: Site, mode: str
) -> None:
    """Walk over marks, a position, a card, and a visit with names behind the PIN, by touch and by keyboard."""
    close_one(site.app, site.world)
    reported(site, (111.02, 29.02), (111.021, 29.02), (111.07, 29.04))

    def opened(**options: object) -> Page:
        page = open_page(**options)
        page.context.clock.set_fixed_time(NOW)
        return page

    page = with_pin(registered(opened, bypass_csp=True, geolocation=HERE, permissions=["geolocation"], **MODES[mode]))
    until(page, KEPT, [True, True, True])
    page.context.set_offline(True)
    if mode == "large":
        page.evaluate("import('/static/field/letters.js').then((letters) => letters.setLarge(true))")
    go(page, "map")
    expect(page.locator(".map-picture .map-mark").first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="您在云岭村")).to_be_visible()
    found = faults(page, "map")
    page.locator(".cells button.cell-body").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="选中的一件").get_by_role("heading")).to_be_focused()
    found += faults(page, "map with a card")
    go(page, "visits")
    found += faults(page, "visits")
    part(page, "今天要回访(1 件)").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(NAME)).to_be_visible()
    found += faults(page, "visit")
    page.get_by_role("button", name="保存回访").tap()
    expect(page.locator(".error-summary")).to_be_focused()
    found += faults(page, "visit with answers missing")
    answer(page, "又出现了", note="上游又把水堵了,两家吵起来")
    save(page)
    found += faults(page, "visit saved")

    assert "\n".join(found) == ""


def test_nothing_appears_under_a_mouse_only() -> None:
    """A phone has no pointer that rests: a rule for one may change a colour, never what is there."""
    shows = re.compile(r"\b(?:display|visibility|opacity|content|clip|transform)\s*:")
    rules = [
        f"{sheet.name}: {rule.strip()}"
        for sheet in sorted((STATIC / "css").glob("*.css"))
        for rule in re.findall(r"[^{}]*:hover[^{}]*\{[^{}]*\}", sheet.read_text("utf-8"))
        if shows.search(rule.split("{")[1])
    ]
    listening = [
        path.name
        for path in (STATIC / "field").rglob("*.js")
        if re.search(r"onmouse|mouseenter|mouseover|onpointerenter", path.read_text("utf-8"))
    ]

    assert rules == []
    assert listening == []
