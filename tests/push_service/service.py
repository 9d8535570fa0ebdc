"""The push service as a server: senders post to ``/push/...``, Firefox listens on ``/ws``.

    with PushService() as service:
        service.websocket            # what Firefox is given as dom.push.serverURL
        service.answer_next(...)     # as of PushReceiver
        service.received             # what our own browsers read; Firefox reads for itself

One loop in one thread serves both, so that nothing here needs a lock; lists may be read from other threads.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

from tests.push_receiver import CUT_SHORT, Answer, Delivery, PushDesk
from tests.push_service.control import Control
from tests.push_service.firefox import FarBrowser, Firefoxes

Result = TypeVar("Result")
LONGEST_REQUEST = 64 * 1024
START_SECONDS = 10


class PushService(PushDesk):
    """The server; ``start`` it (or use ``with``), ``stop`` it in the end. Port 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        super().__init__("")
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.firefoxes = Firefoxes(self)
        self.control = Control(self)
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def websocket(self) -> str:
        """The address for the setting ``dom.push.serverURL`` of Firefox."""
        return self.origin.replace("http://", "ws://") + "/ws"

    def start(self) -> "PushService":
        self._thread.start()
        self.run(self._serve())
        return self

    def stop(self) -> None:
        self.stopping.set()
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def __enter__(self) -> "PushService":
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what ``work`` gives, done in the service's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def soon(self, work: Coroutine[Any, Any, object]) -> None:
        """Have ``work`` done in the loop, without waiting for it."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget_browser(self, uaid: str, channel: str) -> None:
        """End the subscription of a Firefox."""
        for path, browser in list(self._browsers.items()):
            if isinstance(browser, FarBrowser) and (browser.uaid, browser.channel) == (uaid, channel):
                self.forget(path)

    def scripted(self) -> Answer | None:
        """Return the next scripted answer, or one that the mix draws."""
        return super().scripted() or self.control.drawn()

    def pass_on(self, delivery: Delivery, body: bytes) -> None:
        """Hand a message to Firefox when it is for one, now or when it is there again."""
        browser = self._browsers.get(delivery.path)
        if isinstance(browser, FarBrowser):
            self.firefoxes.tell(browser, delivery.headers, body)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=LONGEST_REQUEST)
        app.router.add_post("/push/{token}", self._take)
        app.router.add_get("/ws", self.firefoxes.listen)
        self.control.add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.origin = f"http://127.0.0.1:{port}"

    async def _end(self) -> None:
        await self.firefoxes.hang_up()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.connections.add(request.transport.get_extra_info("peername") if request.transport else None)
        answer = self.accept(request.path, request.headers, await request.read())
        self.control.note(answer)
        if answer.hang_seconds:
            await asyncio.sleep(answer.hang_seconds)
        if (answer.hang_seconds or answer.cut) and request.transport is not None:
            if answer.cut:
                request.transport.write(CUT_SHORT)
            request.transport.close()
        return web.Response(status=answer.status, headers=dict(answer.headers))
