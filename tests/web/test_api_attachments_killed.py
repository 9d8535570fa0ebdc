"""A real server killed in the middle of an upload: what it had answered is there when it starts again."""

from __future__ import annotations

import http.client
import json
import signal
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from grid_app.clock import SystemClock
from tests.web.attachments import announced, made, report_with
from tests.web.test_serve import folder, start
from tests.world import PASSWORD

pytestmark = pytest.mark.slow
__all__ = ["folder", "start"]
BODY = made("audio/webm", 600_000)
CHUNK = 100_000


class Line:
    """Speaks HTTP to a served process with a phone's token."""

    def __init__(self, address: str, token: str) -> None:
        self.place = urlsplit(address)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: bytes | None = None, media: str = "application/octet-stream") -> Any:
        connection = http.client.HTTPConnection(self.place.hostname or "", self.place.port, timeout=30)
        connection.request(method, f"/api/v1/{path}", body, self.headers | {"Content-Type": media})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        return found

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.ask("POST", path, json.dumps(body).encode(), "application/json")

    def half(self, path: str, body: bytes) -> socket.socket:
        """Send half of a chunk and leave the line open."""
        opened = socket.create_connection((self.place.hostname or "", self.place.port or 0), timeout=30)
        head = f"PUT /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        opened.sendall(f"{head}Authorization: {self.headers['Authorization']}\r\n\r\n".encode())
        opened.sendall(body[: len(body) // 2])
        return opened


def registered(address: str) -> Line:
    """Register a phone of the grid worker over the line."""
    asked = {"login": "grid_worker", "password": PASSWORD, "pin": "2580"}
    line = Line(address, "")
    line.headers = {"Authorization": f"Bearer {line.post('devices', asked)['token']}"}
    return line


@pytest.mark.parametrize("held", [0, 1, 3, 5])
def test_a_server_killed_in_the_middle_of_a_chunk_keeps_what_it_had_answered(start, held: int) -> None:
    served = start("serve")
    line = registered(served.address())
    note = announced(BODY, "audio/webm")
    report = report_with(note, summary="", captured_at=SystemClock().now().isoformat())
    assert line.post("disputes:sync", {"items": [report]})["results"][0]["outcome"] == "accepted"
    where = f"attachments/{note['id']}"
    for offset in range(0, held * CHUNK, CHUNK):
        line.ask("PUT", f"{where}?offset={offset}", BODY[offset : offset + CHUNK])

    with line.half(f"{where}?offset={held * CHUNK}", BODY[held * CHUNK : (held + 1) * CHUNK]):
        served.process.send_signal(signal.SIGKILL)
        served.process.wait(timeout=60)

    again = Line(start("serve").address(), line.headers["Authorization"].partition(" ")[2])
    assert again.ask("GET", where)["received"] == held * CHUNK
    for offset in range(held * CHUNK, len(BODY), CHUNK):
        answer = again.ask("PUT", f"{where}?offset={offset}", BODY[offset : offset + CHUNK])
    assert (answer["outcome"], answer["sha256"]) == ("accepted", note["sha256"])
