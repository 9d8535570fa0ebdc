"""The line between a phone's browser and the server: holds a request, an answer or the page until it was struck."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Literal

Moment = Literal["page", "request", "inside", "answer"]
Fate = Literal["pass", "drop", "half"]

LIMIT = 1 << 24
ANSWER_SECONDS = 60.0
END = b"\r\n\r\n"


@dataclass
class Gate:
    """Holds the first exchange that fits at one moment; ``reached`` is done when it stands there."""

    call: str
    moment: Moment
    reached: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    fate: asyncio.Future[Fate] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    answering: asyncio.Future[bytes] | None = None

    @property
    def is_over(self) -> bool:
        """Say whether the server is done with a call that is held inside of it."""
        return self.answering is not None and self.answering.done()

    @property
    def is_answered(self) -> bool:
        """Say whether the server has given its whole answer to it."""
        return self.answering is not None and self.answering.done() and self.answering.exception() is None

    def let_go(self, fate: Fate) -> None:
        """Say what becomes of what is held."""
        if not self.fate.done():
            self.fate.set_result(fate)


class Line:
    """Passes calls on to the server at ``target``, one connection each; may be cut, and mended."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._gates: list[Gate] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.is_cut = False
        self.port = 0

    @property
    def address(self) -> str:
        """Return what the phone knows as the address of the office."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Listen no more, and break off what is under way."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection and take no new one."""
        self.is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Take connections again."""
        self.is_cut = False

    def hold(self, call: str, moment: Moment) -> Gate:
        """Hold the next exchange whose method and path begin with ``call``."""
        gate = Gate(call, moment)
        self._gates.append(gate)
        return gate

    def forget(self, gate: Gate) -> None:
        """Hold nothing there any more."""
        if gate in self._gates:
            self._gates.remove(gate)
        gate.let_go("pass")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if not self.is_cut:
                await self._exchange(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # either side went away: that is what is tried here
        finally:
            self._open.discard(writer)
            writer.transport.abort() if self.is_cut else writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = await _read(reader)
        call = head.split(b" HTTP/", 1)[0].decode()
        if await self._held(call, "request") == "drop":
            return
        answering = asyncio.ensure_future(self._ask(head, body))
        await self._held(call, "inside", answering)
        answer = await answering
        fate = await self._held(call, "answer")
        if fate != "drop":
            writer.write(answer if fate == "pass" else answer[: len(answer) // 2])
            await writer.drain()
        return

    async def _held(self, call: str, moment: Moment, answering: asyncio.Future[bytes] | None = None) -> Fate:
        for gate in self._gates:
            if gate.moment == moment and call.startswith(gate.call):
                self._gates.remove(gate)
                gate.answering = answering
                gate.reached.set_result(None)
                return await gate.fate
        return "pass"

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target, limit=LIMIT)
        try:
            writer.write(head + END + body)
            await writer.drain()
            return await asyncio.wait_for(_whole(reader), ANSWER_SECONDS)
        finally:
            with contextlib.suppress(OSError):
                writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return the head of a request, made to close its connection, and its body."""
    head = (await reader.readuntil(END)).removesuffix(END)
    first, *fields = head.split(b"\r\n")
    kept = [one for one in fields if not one.lower().startswith((b"connection:", b"keep-alive:"))]
    length = next((int(one.split(b":")[1]) for one in kept if one.lower().startswith(b"content-length:")), 0)
    return b"\r\n".join([first, *kept, b"Connection: close"]), await reader.readexactly(length)


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """Return the whole answer; an answer that the server's death cut short is none."""
    answer = await reader.read()
    head, _, body = answer.partition(END)
    fields = dict(one.lower().split(b":", 1) for one in head.split(b"\r\n")[1:] if b":" in one)
    if not head or len(body) < int(fields.get(b"content-length", 0)):
        raise EOFError
    return answer
