"""The protocol between Firefox and its push service: hello, register, notification, ack, unregister.

Messages are JSON texts over one websocket. A browser keeps the name it was given (``uaid``); one that comes back under
a name we do not know has lost its subscriptions and is given a new name.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.push_service.checks import Unacceptable, b64

if TYPE_CHECKING:
    from tests.push_service.service import PushService

SHORTEST_BODY = (
    16 + 4 + 1 + 65 + 1 + 16
)  # salt, record size, length of the key, key, end mark, tag (RFC 8188, RFC 8291)
SHOWN = 100
"""What Firefox acknowledges a message with that its page's worker took without a fault."""


@dataclass
class FarBrowser:
    """A subscription of a Firefox: we see who may post to it, and never what is said."""

    uaid: str
    channel: str
    vapid_key: str

    def decrypt(self, body: bytes) -> bytes:
        """Return nothing: only its own browser can read it. What cannot be such a message is refused."""
        if len(body) < SHORTEST_BODY or body[20] != 65:
            raise Unacceptable(400, "the body cannot be decrypted")
        return b"{}"


@dataclass
class Waiting:
    """A message that its browser has not acknowledged."""

    channel: str
    version: str
    topic: str
    until: float
    message: dict[str, object]


@dataclass
class Line:
    """One Firefox: its open socket, if any, and what waits for it."""

    socket: web.WebSocketResponse | None = None
    waiting: list[Waiting] = field(default_factory=list)


class Firefoxes:
    """Every Firefox that has ever said hello to the service."""

    def __init__(self, service: PushService) -> None:
        self._service = service
        self._lines: dict[str, Line] = {}
        self._answers: dict[str, Callable[[str, dict[str, Any]], dict[str, object] | None]] = {
            "register": self._register,
            "unregister": self._unregister,
            "ack": self._ack,
            "nack": self._nack,
        }
        self.acknowledged: list[int] = []
        """The codes that messages were acknowledged with, oldest first: 100 is shown, 102 a key that does not fit."""

    async def forget_all(self) -> None:
        """Know no browser any more: each that says hello again, as it does now, has to subscribe anew."""
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            if line.socket is not None:
                await line.socket.close()

    async def hang_up(self) -> None:
        """Close every line; a browser tries again by itself."""
        for line in list(self._lines.values()):
            if line.socket is not None:
                await line.socket.close()

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """Talk with one Firefox until it leaves."""
        socket = web.WebSocketResponse(protocols=("push-notification",), timeout=0.1)
        await socket.prepare(request)
        uaid = ""
        async for part in socket:
            if part.type is not WSMsgType.TEXT:
                break
            said = json.loads(part.data)
            kind = said.get("messageType")
            if kind == "hello":
                uaid = await self._hello(socket, said)
            elif not said or kind == "ping":
                await socket.send_str("{}")
            elif kind in self._answers and uaid:
                answer = self._answers[kind](uaid, said)
                if answer is not None:
                    await socket.send_json(answer)
        self._left(uaid, socket)
        return socket

    def tell(self, browser: FarBrowser, headers: Mapping[str, str], body: bytes) -> None:
        """Send a message now, or keep it for its time to live; one of the same topic takes the older one's place."""
        line = self._lines.get(browser.uaid)
        if line is None:
            return
        topic, version = headers.get("Topic", ""), uuid.uuid4().hex
        message: dict[str, object] = {
            "messageType": "notification",
            "channelID": browser.channel,
            "version": version,
            "data": b64(body),
            "headers": {"encoding": "aes128gcm"},
        }
        kept = [one for one in line.waiting if not topic or (one.channel, one.topic) != (browser.channel, topic)]
        until = time.time() + int(headers["TTL"])
        line.waiting = [*kept, Waiting(browser.channel, version, topic, until, message)]
        if line.socket is not None:
            self._send(line.socket, message)

    def _send(self, socket: web.WebSocketResponse, message: dict[str, object]) -> None:
        self._service.soon(socket.send_json(message))

    async def _hello(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> str:
        uaid = said.get("uaid") or ""
        if uaid not in self._lines:
            uaid = uuid.uuid4().hex
            self._lines[uaid] = Line()
        line = self._lines[uaid]
        line.socket = socket
        await socket.send_json(
            {"messageType": "hello", "status": 200, "uaid": uaid, "use_webpush": True, "broadcasts": {}}
        )
        line.waiting = [one for one in line.waiting if one.until > time.time()]
        for one in line.waiting:
            await socket.send_json(one.message)
        return str(uaid)

    def _left(self, uaid: str, socket: web.WebSocketResponse) -> None:
        line = self._lines.get(uaid)
        if line is not None and line.socket is socket:
            line.socket = None

    def _register(self, uaid: str, said: dict[str, Any]) -> dict[str, object]:
        key = str(said.get("key") or "").rstrip("=")  # Firefox pads it, senders do not
        browser = FarBrowser(uaid, str(said["channelID"]), key)
        return {
            "messageType": "register",
            "channelID": browser.channel,
            "status": 200,
            "pushEndpoint": f"{self._service.origin}{self._service.admit(browser)}",
        }

    def _unregister(self, uaid: str, said: dict[str, Any]) -> dict[str, object]:
        self._service.forget_browser(uaid, str(said["channelID"]))
        return {"messageType": "unregister", "channelID": said["channelID"], "status": 200}

    def _ack(self, uaid: str, said: dict[str, Any]) -> None:
        for update in said.get("updates", []):
            self._settle(uaid, str(update.get("version")), int(update.get("code", SHOWN)))

    def _nack(self, uaid: str, said: dict[str, Any]) -> None:
        self._settle(uaid, str(said.get("version")), int(said.get("code", 0)))

    def _settle(self, uaid: str, version: str, code: int) -> None:
        self.acknowledged.append(code)
        line = self._lines.get(uaid)
        if line is not None:
            line.waiting = [one for one in line.waiting if one.version != version]
