"""Many leaders open the map at once: one server process with threads, everybody else in threads of this one."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench.lists.county import PASSWORD

THREADS = 40
PATIENCE = 120
SERVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from grid_app.cli.web import _Gunicorn
from grid_app.settings import Settings
import grid_app.factory as factory
import grid_app.cli.web as web
from tests.fakes import FrozenClock
url, folder, port, threads = sys.argv[1:5]
made = factory.create_app
def with_clock(settings):
    app = made(settings, clock=FrozenClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC)))
    app.config.update(WTF_CSRF_ENABLED=False)
    return app
web.create_app = with_clock
settings = Settings(instance_dir=Path(folder), database_url=url)
options = {"bind": f"127.0.0.1:{port}", "workers": 1, "threads": int(threads),
           "worker_class": "gthread", "loglevel": "error"}
_Gunicorn(settings, options).run()
"""


def crowd(url: str, folder: Path, leaders: int) -> dict[str, Any]:
    """Return how long it took until so many leaders had page and facts, and how many got a line or poll."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-c", SERVER, url, str(folder), str(port), str(THREADS)]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])})
    try:
        _wait_for(port)
        return _opened(port, leaders)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


def _opened(port: int, leaders: int) -> dict[str, Any]:
    cookie = _cookie(port)
    found: list[dict[str, float]] = []
    held: list[http.client.HTTPConnection] = []
    codes: list[int] = []
    lock = threading.Lock()

    def _one() -> None:
        took, begun = {}, time.perf_counter()
        for name, address in (("page", "/map"), ("facts", "/map/facts.json?level=villages")):
            status = _get(port, address, cookie)
            took[name] = time.perf_counter() - begun
            with lock:
                codes.append(status)
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        line.request("GET", "/map/events", headers={"Cookie": cookie})
        answer = line.getresponse()
        with lock:
            found.append(took | {"line": float(answer.status == 200)})
            if answer.status == 200:
                held.append(line)
            else:
                line.close()

    begun = time.perf_counter()
    threads = [threading.Thread(target=_one) for _ in range(leaders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - begun
    polls = [_seconds(port, "/map/version.json", cookie) for _ in range(50)]  # while all places for lines are taken
    pages = [_seconds(port, "/map", cookie) for _ in range(10)]
    for line in held:
        line.close()
    return {
        "leaders": leaders, "seconds": round(whole, 1), "facts_p50": round(median(one["facts"] for one in found), 1),
        "facts_p95": round(sorted(one["facts"] for one in found)[int(len(found) * 0.95)], 1),
        "lines": sum(int(one["line"]) for one in found), "refused_pages": sum(code != 200 for code in codes),
        "poll_ms": round(median(polls) * 1000, 1), "page_beside_lines_ms": round(median(pages) * 1000, 1),
    }  # fmt: skip


def _seconds(port: int, address: str, cookie: str) -> float:
    begun = time.perf_counter()
    assert _get(port, address, cookie) == 200
    return time.perf_counter() - begun


def _get(port: int, address: str, cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _cookie(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    body = urlencode({"login": "county_officer", "password": PASSWORD})
    connection.request("POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    found = re.search(r"grid=[^;]+", json.dumps(answer.getheaders()))
    assert found is not None
    return found.group(0)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")
