"""One thread holds many lines: each hears, one that stalls or fails delays nobody, and each end is told once."""

from __future__ import annotations

import socket
import threading

import pytest
from werkzeug.wrappers import Request, Response

from grid_app.adapters import line_hub
from grid_app.adapters.line_hub import LineHub
from grid_app.adapters.listeners import LINE, Line, Listeners, Times, most_held, most_of_one
from grid_app.cli.line_worker import SOCKET, GivenAwayError, giving_lines_away

PATIENCE_SECONDS = 5.0


class Told:
    """What is told now, and who has ended."""

    def __init__(self) -> None:
        self.event = "data: 1\n\n"
        self.ended = threading.Semaphore(0)
        self.ends = 0

    def end(self) -> None:
        self.ends += 1
        self.ended.release()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(line_hub, "TELL_EVERY_SECONDS", 0.005)


def opened(hub: LineHub, told: Told, **given) -> socket.socket:
    """Return the reader's end of a line that was given to the hub."""
    reader, taken = socket.socketpair()
    reader.settimeout(PATIENCE_SECONDS)
    line = given.pop("line", None) or Line(lambda: told.event, **given)
    hub.hold(taken, line, head=b"HEAD ", ended=told.end)
    return reader


def until(reader: socket.socket, text: bytes) -> bytes:
    heard = b""
    while text not in heard:
        piece = reader.recv(65_536)
        assert piece, heard
        heard += piece
    return heard


def test_each_reader_gets_the_head_what_is_newest_and_each_change():
    hub, told = LineHub(), Told()
    readers = [opened(hub, told) for _ in range(50)]

    first = [until(reader, b"data: 1\n\n") for reader in readers]
    told.event = "data: 2\n\n"
    second = [until(reader, b"data: 2\n\n") for reader in readers]
    for reader in readers:
        reader.close()
    assert all(told.ended.acquire(timeout=PATIENCE_SECONDS) for _ in readers)

    assert set(first) == {b"HEAD retry: 2000\n\ndata: 1\n\n"}
    assert set(second) == {b"data: 2\n\n"}
    assert told.ends == 50


def test_a_reader_that_takes_nothing_delays_nobody_and_is_let_go(monkeypatch):
    monkeypatch.setattr(line_hub, "STALLED_SECONDS", 0.05)
    hub, told, other = LineHub(), Told(), Told()
    told.event = "data: " + "x" * 4_000_000 + "\n\n"
    stalled, reader = opened(hub, told), opened(hub, other)

    until(reader, b"data: 1\n\n")
    assert told.ended.acquire(timeout=PATIENCE_SECONDS)
    other.event = "data: 2\n\n"
    until(reader, b"data: 2\n\n")
    stalled.close()
    reader.close()

    assert other.ended.acquire(timeout=PATIENCE_SECONDS)


def test_a_line_that_fails_or_may_not_be_heard_any_more_ends_alone():
    hub, told, other = LineHub(), Told(), Told()

    def fails() -> str:
        raise OSError("the database is away")

    failing = opened(hub, told, line=Line(fails))
    refused = opened(hub, told, may_hear=lambda: False, times=Times(look=0.0))
    over = opened(hub, told, times=Times(line=0.0))
    reader = opened(hub, other)

    rests = [b"".join(iter(lambda line=line: line.recv(9_999), b"")) for line in (failing, refused, over)]
    until(reader, b"data: 1\n\n")
    for line in (failing, refused, over, reader):
        line.close()

    assert set(rests) == {b"HEAD retry: 2000\n\n"}
    assert other.ended.acquire(timeout=PATIENCE_SECONDS)
    assert told.ends == 3


def end(reader: socket.socket, told: Told, *others: socket.socket) -> None:
    """Leave nothing open behind a test."""
    for one in (reader, *others):
        one.close()
    assert told.ended.acquire(timeout=PATIENCE_SECONDS)


class Broken:
    """A socket with one method that raises what nobody foresaw, and the real ones beside it."""

    def __init__(self, real: socket.socket, *names: str) -> None:
        self._real = real
        self._names = names

    def __getattr__(self, name: str):
        return self._breaks if name in self._names else getattr(self._real, name)

    def _breaks(self, *_given: object):
        raise RuntimeError("nobody foresaw this")


@pytest.mark.parametrize("at", ["fileno", "send", "recv", "close"])
def test_whatever_breaks_on_one_line_ends_that_line_alone(at: str):
    hub, told, other = LineHub(), Told(), Told()
    reader = opened(hub, other)
    until(reader, b"data: 1\n\n")
    far, near = socket.socketpair()
    hub.hold(Broken(near, at), Line(lambda: told.event), head=b"HEAD ", ended=told.end)
    if at in ("recv", "close"):
        far.close()

    assert told.ended.acquire(timeout=PATIENCE_SECONDS)
    other.event = "data: 2\n\n"
    until(reader, b"data: 2\n\n")
    assert (told.ends, other.ends) == (1, 0)
    end(reader, other, far, near)


def test_an_end_that_breaks_is_told_once_and_ends_no_other_line():
    hub, told, other = LineHub(), Told(), Told()
    reader = opened(hub, other)

    def breaks() -> None:
        told.end()
        raise RuntimeError("the end")

    far, near = socket.socketpair()
    hub.hold(near, Line(lambda: told.event, times=Times(line=0.0)), head=b"", ended=breaks)

    assert told.ended.acquire(timeout=PATIENCE_SECONDS)
    other.event = "data: 2\n\n"
    until(reader, b"data: 2\n\n")
    assert told.ends == 1
    end(reader, other, far)


def test_a_fault_of_the_thread_itself_is_outlived(monkeypatch):
    monkeypatch.setattr(line_hub, "BREATH_SECONDS", 0.0)
    hub, told = LineHub(), Told()
    turn, faults = hub._turn, [OSError("too many files")]

    def once(*given):
        if faults:
            raise faults.pop()
        return turn(*given)

    monkeypatch.setattr(hub, "_turn", once)
    reader = opened(hub, told)

    until(reader, b"data: 1\n\n")
    assert not faults
    end(reader, told)


def test_an_answer_that_is_a_line_is_given_away_with_its_head_and_every_other_is_not():
    hub, told = LineHub(), Told()
    reader, taken = socket.socketpair()
    reader.settimeout(PATIENCE_SECONDS)

    @Request.application
    def app(request: Request) -> Response:
        answer = Response(iter(()), mimetype="text/event-stream", status=200 if request.path == "/line" else 503)
        answer.call_on_close(told.end)
        request.environ[LINE] = Line(lambda: told.event)
        return answer

    def ask(path: str, method: str = "GET"):
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, SOCKET: taken, "wsgi.url_scheme": "http"}
        return giving_lines_away(app, hub)(environ | {"SERVER_NAME": "here", "SERVER_PORT": "80"}, lambda *_: None)

    for body in (ask("/full"), ask("/line", "HEAD")):
        body.close()
    with pytest.raises(GivenAwayError):
        ask("/line")
    heard = until(reader, b"data: 1\n\n")
    reader.close()

    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/event-stream" in heard
    assert b"\r\nConnection: close\r\n\r\nretry: 2000\n\n" in heard
    assert all(told.ended.acquire(timeout=PATIENCE_SECONDS) for _ in range(3))


def test_places_are_few_for_one_and_given_back():
    listeners = Listeners()

    taken = [listeners.join(12, by="a") for _ in range(4)] + [listeners.join(12, by="b")]
    listeners.leave(by="a")

    assert taken == [True, True, True, False, True]
    assert listeners.join(12, by="a")
    assert len(listeners) == 4
    assert [most_of_one(2_000), most_held(8_192), most_held(1_024), most_held(1)] == [50, 2_000, 341, 2]
