"""What measuring the field app stands on: the slow line loses nothing, and a missed bar is told."""

from __future__ import annotations

import http.server
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from bench.field.line import Line
from bench.field.rows import field_rows

CONTENT = bytes(range(256)) * 300
FIGURES: dict[str, Any] = {
    "source": "real villages", "nearby": 500, "own": 100, "kbit": 400, "round_trip_seconds": 0.4,
    "load": {"first_screen_bytes": 120_000, "whole_app_bytes": 200_000},
    "many": {
        "reports": 2, "photo_kb": 300, "list_ms": 50, "list_ms_worst": 60, "list_shown": 2, "list_longest_task_ms": 0,
        "delivery_longest_task_ms": 0, "delivery_longest_gap_ms": 20, "delivery_longest_work_ms": 9,
        "texts_seconds": 0.1, "delivery_seconds": 1.0, "left_waiting": 0,
        "stored": {"reports": 2, "disputes": 2, "photos": 2},
    },
}  # fmt: skip


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kbit", [0, 8_000])
def test_a_line_gives_every_byte_and_counts_it(port: int, kbit: int) -> None:
    with Line(port, kbit=kbit, round_trip=0.01).open() as line:
        for _ in range(3):
            with urllib.request.urlopen(line.address, timeout=30) as answer:  # noqa: S310 - this machine
                assert answer.read() == CONTENT

        assert line.down.passed > 3 * len(CONTENT)
        assert line.up.passed > 0


def missed(**changes: Any) -> list[str]:
    return [row.what for row in field_rows(FIGURES | changes) if row.met is False]


def test_a_part_that_was_left_out_has_no_rows_and_a_missed_bar_is_told() -> None:
    assert missed() == []
    assert len(missed(load={"first_screen_bytes": 160_000, "whole_app_bytes": 200_000})) == 1
    for stored in ({"reports": 2, "disputes": 3, "photos": 2}, {"reports": 2, "disputes": 2, "photos": 1}):
        assert missed(many=FIGURES["many"] | {"stored": stored}) == ["reports / disputes / photos on the server"]
    assert missed(many=FIGURES["many"] | {"left_waiting": 1}) == ["reports / disputes / photos on the server"]
