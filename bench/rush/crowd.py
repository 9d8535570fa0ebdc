"""The crowd, a process of its own: every leader a browser that opens the page, then everything the page asks for.

``python -m bench.rush.crowd PORT`` reads a JSON list of ``{"cookie", "after", "addresses"}`` from standard input and
prints a JSON object of seconds by kind of request, and of what went wrong. Like a browser it sends the page first, the
frame when the page is there, and the rest over six connections when the frame is there; its own time shares the
machine's cores with the server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from typing import Any

PATIENCE_SECONDS = 90.0
CONNECTIONS = 6
FULL = 503
"""What the line of changes answers when too many listen; the page asks every few seconds instead."""


class Crowd:
    """Everybody's times by kind of request, and every failure."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self.lines = 0
        self.sent = 0

    async def person(self, one: dict[str, Any]) -> None:
        """Open one map, ``after`` so many seconds."""
        await asyncio.sleep(one["after"])
        begun = time.perf_counter()
        kinds = one["addresses"]
        await self._over_one(one["cookie"], [("page", kinds["page"]), ("frame", kinds["frame"])])
        rest = [(kind, address) for kind, address in kinds["rest"]]
        await asyncio.gather(
            *(self._over_one(one["cookie"], rest[at::CONNECTIONS]) for at in range(CONNECTIONS)),
            self._over_one(one["cookie"], [("line", kinds["line"])]),
        )
        self.seconds["everything"].append(time.perf_counter() - begun)

    async def _over_one(self, cookie: str, asked: list[tuple[str, str]]) -> None:
        """Ask over one connection, one after the other; a new one where the server has closed it."""
        reader, writer = None, None
        for kind, address in asked:
            begun = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await asyncio.wait_for(
                        asyncio.open_connection("127.0.0.1", self.port), PATIENCE_SECONDS
                    )
                told = self._ask(reader, writer, cookie, address, is_line=kind == "line")
                status, stays = await asyncio.wait_for(told, PATIENCE_SECONDS)
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self.failures.append(f"{kind}: {type(error).__name__} {error}")
                status, stays = 0, False
            self.seconds[kind].append(time.perf_counter() - begun)
            self._judge(kind, status)
            if not stays and writer is not None:
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    def _judge(self, kind: str, status: int) -> None:
        self.lines += kind == "line" and status == 200
        if status not in (200, 204) and not (kind == "line" and status == FULL) and status:
            self.failures.append(f"{kind}: {status}")

    async def _ask(self, reader: Any, writer: Any, cookie: str, address: str, *, is_line: bool) -> tuple[int, bool]:
        """Return the status, and whether the connection can be used again; of a line only its beginning is read."""
        self.sent += 1
        writer.write(
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        lower = head.lower()
        if is_line and status == 200:
            return status, False
        length = next(
            (int(row.partition(":")[2]) for row in lower.split("\r\n") if row.startswith("content-length:")), 0
        )
        if length:
            await reader.readexactly(length)
        elif "transfer-encoding: chunked" in lower:
            while size := int(await reader.readuntil(b"\r\n"), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        return status, "connection: close" not in lower


async def main(port: int) -> None:
    """Let everybody come, and tell how it went."""
    people = json.load(sys.stdin)
    crowd = Crowd(port)
    begun, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(crowd.person(one) for one in people))
    told = {
        "seconds": crowd.seconds, "failures": crowd.failures, "lines": crowd.lines, "requests": crowd.sent,
        "whole": time.perf_counter() - begun, "own_cpu": time.process_time() - busy,
    }  # fmt: skip
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
