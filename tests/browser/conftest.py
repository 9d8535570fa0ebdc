"""The real application on a free port of this machine, and pages of a phone and of a desk in Chromium."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.serving import server_of
from tests.world import NOW, PASSWORD, World, build_world

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PATIENCE_MILLISECONDS = 20_000
"""How long a page may take on a busy machine; the times that matter are measured by the tests themselves."""


@dataclass(frozen=True)
class Site:
    """The running application with the small county in it; ``clock`` stands still until it is advanced."""

    address: str
    app: Flask
    clock: FrozenClock
    world: World


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """Serve the application on SQLite with the data of ``tests/world.py``, forms protected as in earnest."""
    database, clock = tmp_path / "grid.sqlite", FrozenClock(NOW)
    shutil.copy(sqlite_template, database)
    settings = Settings(
        instance_dir=tmp_path / "instance", database_url=f"sqlite:///{database}", push_allow_loopback=True
    )
    app = create_app(settings, clock=clock)
    with app.app_context(), transaction() as session:
        world = build_world(session)
    server = server_of(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", app, clock, world)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["grid"].engine.dispose()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page of its own browser context; closed after the test."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    contexts: list[BrowserContext] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=site.address, locale="zh-CN", **options)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """Give a page as wide as a cheap phone, driven by touch."""
    return open_page(viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    """Give a page as wide as an office screen."""
    return open_page(viewport=DESK)


def signed_in(page: Page, name: str) -> Page:
    """Sign in as the account of that name (see ``tests/world.py``) beside the page, which is returned as it was.

    The same form is asked for and sent, without showing two pages that most tests do not look at: see `enter`.
    """
    line = page.context.request
    token = TOKEN.search(line.get("/sign-in").text())
    assert token is not None
    form = {"login": name, "password": PASSWORD, "csrf_token": token[1]}
    answer = line.post("/sign-in", form=form, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, "/")
    return page


def enter(page: Page, name: str) -> Page:
    """Sign in as the account of that name by the form on the page, and return the page, which shows the start page."""
    page.goto("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def complaints(page: Page) -> list[str]:
    """Collect from now on what the page complains of: errors, and content that its policy refused."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
