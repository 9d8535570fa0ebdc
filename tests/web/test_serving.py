"""The server of the browser tests closes its files, also when the browser leaves without a word."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from werkzeug.wsgi import FileWrapper

from tests.serving import server_of

AT_ONCE = struct.pack("ii", 1, 0)
"""Close with a reset instead of a farewell."""


def test_a_file_is_closed_when_the_browser_leaves_in_the_middle(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(20 * 1024 * 1024))
    opened: list[IO[bytes]] = []

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> FileWrapper:
        opened.append(large.open("rb"))
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return FileWrapper(opened[0])

    server = server_of(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with socket.create_connection(("127.0.0.1", server.server_port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        line.recv(1000)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    for _ in range(100):
        if opened[0].closed:
            break
        threading.Event().wait(0.05)
    server.shutdown()
    thread.join()
    server.server_close()

    assert opened[0].closed
