"""Everybody with an open inbox, a process of its own: a line each, and the part of the page whenever something changed.

``python -m bench.inbox.crowd PORT SECONDS`` reads a JSON list of cookies from standard input, writes a line ``ready``
to standard error when all lines are open or refused, and after so many seconds prints what everybody heard and when,
on the monotonic clock that all processes of a machine share. Who is refused a line asks every eight seconds, as the
page does. Ten of the readers open the page itself again and again; others open a line and never read from it.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
import time
from collections import defaultdict
from typing import Any

OPEN_WITHIN_SECONDS = 12.0
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 8.0
PAGE_READERS, PAGE_EVERY_SECONDS = 10, 1.0
STALLED = 20
SEED = 20261123


class Crowd:
    """What each reader heard, and how long pages took."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        self.port = port
        self.cookies = cookies
        self.heard: dict[int, list[float]] = defaultdict(list)
        self.shown: dict[int, list[float]] = defaultdict(list)
        self.refused: set[int] = set()
        self.broken = 0
        self.pages: list[float] = []
        self.failures: list[str] = []
        self.settled = 0

    async def inbox(self, at: int, after: float) -> None:
        """Hold one inbox open until the process ends."""
        await asyncio.sleep(after)
        version = ""
        while True:
            reader, writer = await self._connect()
            status = await self._ask(reader, writer, at, "/inbox/events")
            if status != 200:
                self.refused.add(at)
                self.settled += not version
                writer.close()
                await self._poll(at)
            while row := await reader.readline():
                if row.startswith(b"data: {"):
                    told = json.loads(row[6:])["version"]
                    if version and told != version:
                        await self._changed(at)
                    self.settled += not version  # from here on a change is one
                    version = told
            self.broken += 1
            writer.close()

    async def _changed(self, at: int) -> None:
        self.heard[at].append(time.monotonic())
        await self._page(at, "/inbox/list")
        self.shown[at].append(time.monotonic())

    async def _poll(self, at: int) -> None:
        version = ""
        while True:
            told = json.loads(await self._page(at, "/inbox/version.json") or b'{"version": ""}')["version"]
            if version and told != version:
                await self._changed(at)
            version = told
            await asyncio.sleep(POLL_SECONDS)

    async def page_reader(self, at: int, after: float) -> None:
        """Open the page every second."""
        await asyncio.sleep(after)
        while True:
            begun = time.monotonic()
            await self._page(at, "/inbox")
            self.pages.append(time.monotonic() - begun)
            await asyncio.sleep(max(0.0, PAGE_EVERY_SECONDS - (time.monotonic() - begun)))

    async def stalled(self) -> None:
        """Open a line with the smallest buffer and never read from it."""
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        plain.settimeout(0)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", self.port))
        await asyncio.get_running_loop().sock_sendall(plain, self._request(0, "/inbox/events"))
        await asyncio.sleep(3_600)

    async def _page(self, at: int, address: str) -> bytes:
        try:
            reader, writer = await self._connect()
            status = await self._ask(reader, writer, at, address)
            body = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
            writer.close()
        except (OSError, EOFError, TimeoutError) as error:
            self.failures.append(f"{address}: {type(error).__name__}")
            return b""
        if status != 200:
            self.failures.append(f"{address}: {status}")
            return b""
        return body

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), PATIENCE_SECONDS)

    async def _ask(self, reader: Any, writer: Any, at: int, address: str) -> int:
        writer.write(self._request(at, address))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        return int(head.split(b" ", 2)[1])

    def _request(self, at: int, address: str) -> bytes:
        version = "1.1" if address == "/inbox/events" else "1.0"
        return f"GET {address} HTTP/{version}\r\nHost: 127.0.0.1\r\nCookie: {self.cookies[at]}\r\n\r\n".encode()


async def main(port: int, seconds: float) -> None:
    """Open everybody's inbox, wait, and tell."""
    crowd = Crowd(port, json.load(sys.stdin))
    chance, begun = random.Random(SEED), time.monotonic()  # noqa: S311 - when people come
    number = len(crowd.cookies)
    tasks = [asyncio.create_task(crowd.inbox(at, chance.uniform(0, OPEN_WITHIN_SECONDS))) for at in range(number)]
    tasks += [asyncio.create_task(crowd.stalled()) for _ in range(STALLED)]
    while crowd.settled < number and time.monotonic() - begun < PATIENCE_SECONDS:
        await asyncio.sleep(0.1)
    opened = time.monotonic() - begun
    tasks += [asyncio.create_task(crowd.page_reader(number - 1 - at, at / PAGE_READERS)) for at in range(PAGE_READERS)]
    print("ready", file=sys.stderr, flush=True)
    await asyncio.sleep(seconds)
    told = {
        "heard": crowd.heard, "shown": crowd.shown, "refused": sorted(crowd.refused), "opened_seconds": opened,
        "lines": crowd.settled - len(crowd.refused), "broken": crowd.broken, "pages": crowd.pages,
        "failures": crowd.failures, "own_cpu": time.process_time(),
    }  # fmt: skip
    json.dump(told, sys.stdout)
    sys.stdout.flush()
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
