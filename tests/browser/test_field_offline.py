"""The field app in a browser that keeps its folder: it opens without a network, without the server, after a restart."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import BaseWSGIServer

from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.settings import Settings
from tests.browser.conftest import PATIENCE_MILLISECONDS, PHONE, complaints, enter
from tests.browser.field_phone import until
from tests.fakes import FrozenClock
from tests.frontend.stage import CHROMIUM_ARGUMENTS, chromium
from tests.serving import server_of
from tests.world import NOW, build_world

pytestmark = pytest.mark.browser

CONTROLLED = "navigator.serviceWorker.controller !== null"
KEPT = "caches.keys().then((names) => names.filter((name) => name.startsWith('field-')))"
WAITING = "navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)"


class Server:
    """The application on one port, so that an address works again after a stop; ``breaks_off`` ends files early."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.breaks_off: set[str] = set()
        app.after_request(self._break_off)
        with socket.socket() as spare:
            spare.bind(("127.0.0.1", 0))
            self.port = spare.getsockname()[1]
        self._running: BaseWSGIServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running = server_of(self.app, self.port)
        threading.Thread(target=self._running.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._running is not None:
            self._running.shutdown()
            self._running.server_close()
            self._running = None

    def _break_off(self, answer: Response) -> Response:
        if request.path in self.breaks_off:
            answer.direct_passthrough = False
            answer.set_data(answer.get_data()[:10])
        return answer


@pytest.fixture
def server(sqlite_template: Path, tmp_path: Path) -> Iterator[Server]:
    """Serve the small county from a copy of the static files, so that a test may change one as an upgrade does."""
    database, static = tmp_path / "grid.sqlite", tmp_path / "static"
    shutil.copy(sqlite_template, database)
    app = create_app(
        Settings(instance_dir=tmp_path / "instance", database_url=f"sqlite:///{database}"), clock=FrozenClock(NOW)
    )
    shutil.copytree(str(app.static_folder), static)
    app.static_folder = str(static)
    with app.app_context(), transaction() as session:
        build_world(session)
    made = Server(app)
    made.start()
    yield made
    made.stop()
    app.extensions["grid"].engine.dispose()


@pytest.fixture
def open_phone(browser: Browser, server: Server, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Give a function that starts the phone's browser on the same folder each time."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=chromium(), args=CHROMIUM_ARGUMENTS, base_url=server.address,
            locale="zh-CN", viewport=PHONE, has_touch=True, is_mobile=True,
        )  # fmt: skip
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


def opened_once(phone: BrowserContext) -> Page:
    """Open the app with a network and wait until it is whole on the phone."""
    page = phone.pages[0]
    page.goto("/field/")
    until(page, CONTROLLED)
    return page


def sees_the_app(page: Page) -> None:
    expect(page.locator("#screen h1")).to_be_visible()
    expect(page.locator("#field-status")).not_to_have_text("正在打开…")
    assert page.evaluate("location.pathname") == "/field/"


def test_the_app_opens_without_a_network_and_without_the_server(server, open_phone):
    phone = open_phone()
    said = complaints(page := opened_once(phone))

    phone.set_offline(True)
    page.reload()
    sees_the_app(page)
    phone.set_offline(False)
    server.stop()
    page.goto("/field/#/urgent")
    page.reload()
    sees_the_app(page)

    assert not [line for line in said if "Content Security Policy" in line]


def test_after_a_restart_of_the_browser_it_opens_without_the_server(server, open_phone):
    first = open_phone()
    opened_once(first)
    first.close()
    server.stop()

    page = open_phone().new_page()
    page.goto("/field/")

    sees_the_app(page)
    assert page.evaluate(f"{KEPT}.then((names) => names.length)") == 1


def test_the_start_page_is_enough_to_work_offline_and_keeps_nothing_about_the_person(server, open_phone):
    phone = open_phone()
    page = enter(phone.pages[0], "grid_worker")
    expect(page.get_by_text("已保存到这部手机")).to_be_visible()

    kept = page.evaluate(
        f"{KEPT}.then(([name]) => caches.open(name)).then((cache) => cache.keys())"
        ".then((files) => files.map((file) => new URL(file.url).pathname))"
    )
    server.stop()
    page.goto("/")

    sees_the_app(page)
    assert set(kept) == set(server.app.test_client().get("/field/assets.json").json["files"])
    assert all(path.startswith(("/static/", "/field/")) for path in kept)


def test_without_a_network_other_pages_say_so_and_lead_to_the_app(server, open_phone):
    page = opened_once(open_phone())
    server.stop()

    page.goto("/report")
    sees_the_app(page)
    page.goto("/disputes")

    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    page.get_by_role("link", name="离线上报").click()
    sees_the_app(page)


def test_a_new_version_waits_until_it_is_asked_for(server, open_phone):
    page = opened_once(open_phone())
    before = page.evaluate(KEPT)

    style = Path(str(server.app.static_folder)) / "css" / "field_shell.css"
    style.write_text(style.read_text("utf-8") + "\n/* new */\n", "utf-8")
    page.reload()
    button = page.get_by_role("button", name="有新版本")
    expect(button).to_be_visible()
    assert page.evaluate(WAITING)
    with page.expect_navigation():
        button.click()

    sees_the_app(page)
    expect(button).to_be_hidden()
    after = page.evaluate(KEPT)
    assert len(after) == 1
    assert after != before


def test_no_update_is_offered_while_something_is_being_written(server, open_phone):
    page = opened_once(open_phone())
    style = Path(str(server.app.static_folder)) / "css" / "field_shell.css"
    style.write_text(style.read_text("utf-8") + "\n/* new */\n", "utf-8")

    page.goto("/field/#/report/new")
    page.reload()
    until(page, WAITING)
    expect(page.get_by_role("button", name="有新版本")).to_be_hidden()
    page.evaluate("location.hash = '#/reports'")

    expect(page.get_by_role("button", name="有新版本")).to_be_visible()


def test_a_version_that_did_not_arrive_whole_leaves_the_old_one(server, open_phone):
    page = opened_once(open_phone())
    before = page.evaluate(KEPT)

    style = Path(str(server.app.static_folder)) / "css" / "field_shell.css"
    style.write_text(style.read_text("utf-8") + "\n/* new */\n", "utf-8")
    server.breaks_off.add("/static/css/field_shell.css")
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).catch(() => {})")
    until(page, "navigator.serviceWorker.getRegistration().then((found) => found.installing === null)")
    server.stop()
    page.reload()

    sees_the_app(page)
    assert page.evaluate(KEPT) == before


def test_the_worker_that_only_showed_pushes_is_replaced(server, open_phone):
    page = open_phone().pages[0]
    page.goto("/sign-in")
    page.evaluate("navigator.serviceWorker.register('/push-sw.js').then(() => navigator.serviceWorker.ready)")

    page.goto("/field/")
    until(page, "navigator.serviceWorker.getRegistration().then((found) => found.active.scriptURL.endsWith('/sw.js'))")

    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 1


def test_background_sync_asks_the_open_app_to_send(server, open_phone):
    phone = open_phone()
    page = opened_once(phone)
    page.evaluate("window.addEventListener('field-flush', () => (window.asked = true))")
    devtools = phone.new_cdp_session(page)
    found: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    for _ in range(PATIENCE_MILLISECONDS // 100):
        if found:
            break
        page.wait_for_timeout(100)

    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": server.address,
            "registrationId": found[0]["registrationId"],
            "tag": "grid-outbox",
            "lastChance": False,
        },
    )

    until(page, "window.asked === true")


def test_an_own_browser_of_an_app_is_told_how_to_open_the_real_one(server, browser):
    context = browser.new_context(base_url=server.address, user_agent="Mozilla/5.0 Mobile MicroMessenger/8.0.50")
    page = context.new_page()
    page.goto("/field/")

    expect(page.get_by_text("在浏览器打开")).to_be_visible()
    expect(page.locator("#field-status")).to_have_text("")
    context.close()
