"""Firefox ESR without a head, driven over WebDriver BiDi: no driver program, no package beside aiohttp.

    with Firefox(folder, {"dom.push.serverURL": service.websocket}) as firefox:
        firefox.goto("http://127.0.0.1:5000/")
        firefox.click("#send")
        firefox.ask("document.title")

One loop in one thread speaks; the methods wait for it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession, ClientWebSocketResponse

START_SECONDS = 60
ANSWER_SECONDS = 60
LINE = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.topsites.contile.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "intl.accept_languages": "zh-CN",
}
"""A fresh browser looks for updates and news; here there is nobody to answer it."""

Result = TypeVar("Result")


def firefox_program() -> str | None:
    """Return the Firefox of this machine, if it has one."""
    return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


class BrowserError(Exception):
    """Firefox did not do what it was asked; the sentence is its own."""


class Firefox:
    """A browser with a profile of its own in ``folder``; ``settings`` are its preferences beside the quiet ones."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        self._folder = folder
        self._settings = {**QUIET, **settings}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._page = ""
        self._count = 0

    def __enter__(self) -> Firefox:
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self._settings.items()]
        (self._folder / "user.js").write_text("\n".join(lines), "utf-8")
        program = firefox_program()
        assert program is not None
        self._log = (self._folder / "log.txt").open("w+b")
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(self._folder)],
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, "HOME": str(self._folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
            start_new_session=True,
        )
        self._thread.start()
        try:
            self._run(self._connect(self._address()))
            self.command("session.new", {"capabilities": {}})
            tree = self.command("browsingContext.getTree", {})
            self._page = tree["contexts"][0]["context"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._run(self._disconnect())
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def goto(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self.command("browsingContext.navigate", {"context": self._page, "url": address, "wait": "complete"})

    def size(self, width: int, height: int) -> None:
        """Make the page as large as a device's."""
        self.command(
            "browsingContext.setViewport", {"context": self._page, "viewport": {"width": width, "height": height}}
        )

    def ask(self, expression: str) -> Any:
        """Return what a script's expression is worth, awaited, as JSON says it."""
        answer = self.command(
            "script.evaluate",
            {
                "expression": f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))",
                "target": {"context": self._page},
                "awaitPromise": True,
            },
        )
        if answer["type"] != "success":
            raise BrowserError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression: str, *, seconds: float = ANSWER_SECONDS) -> Any:
        """Return the first worth of an expression that counts as true."""
        end = time.monotonic() + seconds
        while True:
            worth = self.ask(expression)
            if worth:
                return worth
            if time.monotonic() > end:
                raise BrowserError(f"not true within {seconds} s: {expression}")
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        """Press the first element of a CSS selector with the mouse, as a person does."""
        found = self.command(
            "browsingContext.locateNodes",
            {"context": self._page, "locator": {"type": "css", "value": selector}, "maxNodeCount": 1},
        )["nodes"]
        if not found:
            raise BrowserError(f"nothing to press: {selector}")
        self.ask(f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
        origin = {"type": "element", "element": {"sharedId": found[0]["sharedId"]}}
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        actions = [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}]
        self.command("input.performActions", {"context": self._page, "actions": actions})

    def set_cookie(self, name: str, value: str, host: str) -> None:
        """Put a cookie into the browser."""
        cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": host, "path": "/"}
        self.command("storage.setCookie", {"cookie": cookie})

    def screenshot(self, path: Path) -> None:
        """Keep a picture of the page."""
        data = self.command("browsingContext.captureScreenshot", {"context": self._page})["data"]
        path.write_bytes(base64.b64decode(data))

    def command(self, method: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Return the answer to a command of WebDriver BiDi."""
        answer = self._run(self._command(method, params))
        if answer.get("type") == "error":
            raise BrowserError(f"{method}: {answer.get('message')}")
        return dict(answer["result"])

    def said(self) -> str:
        """Return what the browser itself has written, for a test that fails."""
        return (self._folder / "log.txt").read_text("utf-8", errors="replace")[-4000:]

    def _address(self) -> str:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            found = LINE.search(self.said())
            if found:
                return f"{found[1]}/session"
            time.sleep(0.05)
        raise BrowserError(f"Firefox did not start: {self.said()}")

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS + 5)

    async def _connect(self, address: str) -> None:
        self._line = ClientSession()
        self._socket: ClientWebSocketResponse = await self._line.ws_connect(address, max_msg_size=0)
        self._reader = self._loop.create_task(self._read())

    async def _disconnect(self) -> None:
        if hasattr(self, "_socket"):
            await self._socket.close()
            await self._reader
        if hasattr(self, "_line"):
            await self._line.close()

    async def _read(self) -> None:
        async for part in self._socket:
            said = json.loads(part.data)
            waiting = self._waiting.pop(said.get("id") or -1, None)
            if waiting is not None:
                waiting.set_result(said)

    async def _command(self, method: str, params: Mapping[str, object]) -> dict[str, Any]:
        self._count += 1
        number = self._count
        self._waiting[number] = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(self._waiting[number], ANSWER_SECONDS)
