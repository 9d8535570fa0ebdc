"""A worker of gunicorn that gives open lines away, so that its threads are there for pages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from grid_app.adapters.line_hub import LineHub
from grid_app.adapters.listeners import LINE

ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
SOCKET: Final = "gunicorn.socket"
OK: Final = "200 "
SWITCH_SECONDS: Final = 0.001
"""How long a thread may go on while others wait: the one that tells all lines lets go at each of them, and would wait
five times as long for its turn with Python's own 5 ms."""


class GivenAwayError(Exception):
    """The socket of this request is another's now: nothing may be written to it, and it may not be closed."""


class LineWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Threads for pages; a connection that became a line is forgotten as soon as it was given away."""

    def init_process(self) -> None:
        """Begin to serve."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer a request; say whether its connection may be used again."""
        try:
            return bool(super().handle_request(req, conn))
        except GivenAwayError:
            conn.given_away = True
            return False

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Close the connection or wait for the next request on it, unless it was given away."""
        if getattr(conn, "given_away", False):
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)


def giving_lines_away(app: WSGIApplication, hub: LineHub) -> WSGIApplication:
    """Return ``app``; an answer of it that is a line goes on in ``hub`` when the thread is long free."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(
            status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            heads.append((status, headers))
            return start_response(status, headers, exc_info)

        body = app(environ, begin)
        line = environ.get(LINE)
        if line is None or not heads[-1][0].startswith(OK) or environ["REQUEST_METHOD"] != "GET":
            return body
        hub.hold(environ[SOCKET], line, head=head_of(*heads[-1]), ended=getattr(body, "close", _nothing))
        raise GivenAwayError

    return answer


def head_of(status: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return the head of an answer that goes on until the connection is closed."""
    kept = [f"{name}: {value}" for name, value in headers if name.lower() not in ("connection", "content-length")]
    return "\r\n".join([f"HTTP/1.1 {status}", *kept, "Connection: close", "", ""]).encode("latin-1")


def _nothing() -> None:
    """End what has no end."""
