"""A line between phone and server: counts what passes, and lets it pass no faster than a bad mobile connection.

Both directions have the same rate, shared by all connections as on a phone, the service worker's included. Opening a
connection costs one round trip, every part of an answer half of one. Slow start and lost packets are not imitated.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

PART_BYTES = 1_460
START_SECONDS = 10.0
BITS = 8


class _Way:
    """One direction: the moment it is free again, and the bytes that went along it."""

    def __init__(self, bytes_a_second: float) -> None:
        self.rate = bytes_a_second
        self.passed = 0
        self.free_at = 0.0

    async def take(self, size: int) -> None:
        """Wait until so many bytes have gone out."""
        self.passed += size
        if not self.rate:
            return
        self.free_at = max(time.monotonic(), self.free_at) + size / self.rate
        await asyncio.sleep(max(0.0, self.free_at - time.monotonic()))


class Line:
    """A relay on a port of its own to ``port``; 0 kbit/s is as fast as it goes."""

    def __init__(self, port: int, *, kbit: float = 0, round_trip: float = 0) -> None:
        self._to, self._round_trip = port, round_trip
        self.up, self.down = _Way(kbit * 1_000 / BITS), _Way(kbit * 1_000 / BITS)
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @contextlib.contextmanager
    def open(self) -> Iterator[Line]:
        """Relay as long as the block runs."""
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START_SECONDS)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._close(server), self._loop).result(START_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(START_SECONDS)
            self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._relay, "127.0.0.1", 0)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # what was closed is let go

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._round_trip)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        for source, target, way in ((reader, far_writer, self.up), (far_reader, writer, self.down)):
            due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            for work in (self._read(source, way, due), self._write(target, due)):
                task = asyncio.ensure_future(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _read(self, source: asyncio.StreamReader, way: _Way, due: asyncio.Queue[tuple[float, bytes]]) -> None:
        """Take in part by part, each when the one before it has gone out; an empty part is the end."""
        part = b"."
        while part:
            try:
                part = await source.read(PART_BYTES)
            except ConnectionError:
                part = b""
            await way.take(len(part))
            await due.put((time.monotonic() + self._round_trip / 2, part))

    async def _write(self, target: asyncio.StreamWriter, due: asyncio.Queue[tuple[float, bytes]]) -> None:
        try:
            while True:
                moment, part = await due.get()
                await asyncio.sleep(max(0.0, moment - time.monotonic()))
                if not part:
                    break
                target.write(part)
                await target.drain()
        except ConnectionError:
            pass  # the other end has gone; so does this one
        finally:
            target.close()
        with contextlib.suppress(ConnectionError):
            await target.wait_closed()
