"""The development server for tests with a browser: it closes an answer also when the browser leaves in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

ANSWER = "tests.answer"


class ClosingHandler(WSGIRequestHandler):
    """Closes what a browser that left did not take.

    Before it closes an answer, werkzeug reads what the client may still be sending. A client that has left makes that
    reading raise, and the answer, with the file behind it, is left to the collector, which pytest reports as a fault.
    The servers of real installations close it themselves.
    """

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of each of a phone's hundred files: pytest would keep every line."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        close = getattr((environ or {}).get(ANSWER), "close", None)
        if close is not None:
            close()


def server_of(app: Callable[..., Iterable[bytes]], port: int = 0) -> BaseWSGIServer:
    """Return a server of ``app`` on this machine; port 0 takes a free one."""

    def remembered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = environ[ANSWER] = app(environ, start_response)
        return answer

    return make_server("127.0.0.1", port, remembered, threaded=True, request_handler=ClosingHandler)
