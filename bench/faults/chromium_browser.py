"""One phone's real Chromium: a process on a folder that stays, its page, and the ways in which they end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Error, Page, Playwright

from bench.faults.chromium_line import Gate
from tests.frontend.stage import chromium

SCRIPT = Path(__file__).with_name("chromium_page.js")
FLAGS = (
    "--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--remote-debugging-port=0", "--lang=zh-CN",
    "--disable-extensions", "--disable-component-update", "--disable-background-networking",
)  # fmt: skip
SIZE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
START_SECONDS, WAIT_SECONDS = 60.0, 60.0


class PhoneBrowser:
    """Starts Chromium on ``folder`` and keeps one page open at ``address``; ``kill`` methods ask nobody."""

    def __init__(self, playwright: Playwright, folder: Path, address: str) -> None:
        self._playwright, self._folder, self._address = playwright, folder, address
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._gate: Gate | None = None
        self._resuming: set[asyncio.Future[None]] = set()

    @property
    def page(self) -> Page:
        """Return the page of the app."""
        assert self._page is not None
        return self._page

    async def start(self) -> None:
        """Start the browser on what its folder holds."""
        port = self._folder / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        program = chromium()
        if program is None:
            raise RuntimeError("Chromium is not installed here (package chromium, or set CHROMIUM to it).")
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while not (port.exists() and len(port.read_text("utf-8").split()) == 2):
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError("Chromium did not start.")
            await asyncio.sleep(0.02)
        number, path = port.read_text("utf-8").split()
        self._browser = await self._playwright.chromium.connect_over_cdp(f"ws://127.0.0.1:{number}{path}")

    async def open(self, path: str = "/field/") -> None:
        """Open a page of its own, as large as a phone, touched and not clicked."""
        assert self._browser is not None
        context, before = self._browser.contexts[0], self._page
        page = await asyncio.wait_for(context.new_page(), WAIT_SECONDS)
        phone = await context.new_cdp_session(page)
        await phone.send("Emulation.setDeviceMetricsOverride", SIZE)
        await phone.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        phone.on("Debugger.paused", lambda _told: self._stopped(phone))
        await phone.send("Debugger.enable")
        await page.add_init_script(path=SCRIPT)
        page.set_default_timeout(WAIT_SECONDS * 1_000)
        self._page = page
        await page.goto(self._address + path)
        if before is not None:
            await self._forget(before)

    def hold(self) -> Gate:
        """Hold the page when it stops at the step that it was armed for."""
        self._gate = Gate("", "page")
        return self._gate

    def _stopped(self, phone: CDPSession) -> None:
        gate, self._gate = self._gate, None
        resuming = asyncio.ensure_future(self._let_go(gate, phone))
        self._resuming.add(resuming)
        resuming.add_done_callback(self._resuming.discard)

    async def _let_go(self, gate: Gate | None, phone: CDPSession) -> None:
        if gate is not None:
            gate.reached.set_result(None)
            await gate.fate
        with contextlib.suppress(Error):  # it may have been killed there
            await phone.send("Debugger.resume")

    async def _forget(self, page: Page) -> None:
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(page.close(), WAIT_SECONDS)

    async def kill_tab(self) -> None:
        """Let the process that shows the page crash, as a phone short of memory does; the page hears nothing of it."""
        crashed = asyncio.Event()
        self.page.once("crash", lambda _page: crashed.set())
        session = await self.page.context.new_cdp_session(self.page)
        crashing = asyncio.ensure_future(session.send("Page.crash"))
        crashing.add_done_callback(lambda done: done.cancelled() or done.exception())  # who is killed cannot answer
        await asyncio.wait_for(crashed.wait(), WAIT_SECONDS)

    def kill(self) -> None:
        """Kill the browser with everything it started, as a flat battery does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._browser = self._page = None
