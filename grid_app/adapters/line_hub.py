"""One thread that holds all open lines of a process, so that a thousand of them cost no thread each.

A socket is given to it after the request was answered with its head. It never waits for a single reader: what one does
not take lies in that reader's own buffer, nothing is added to it, and after some seconds the line is closed. Whatever
goes wrong on one line ends that line; the thread, and so all the others, go on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from grid_app.adapters.listeners import Line

TELL_EVERY_SECONDS: Final = 0.25
STALLED_SECONDS: Final = 20.0
BREATH_SECONDS: Final = 1.0
"""How long the thread waits after a fault that was not of one line, so that it does not spin."""
READ_BYTES: Final = 4_096
NOT_NOW: Final = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Held:
    """A socket with the line on it; ``rest`` is what the reader has not taken yet, since ``stalled_at``."""

    socket: socket.socket
    line: Line
    ended: Callable[[], None]
    rest: bytes
    stalled_at: float
    is_over: bool = False


class LineHub:
    """The lines of this process; its thread begins with the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: queue.SimpleQueue[_Held] = queue.SimpleQueue()
        self._held: set[_Held] = set()
        self._wake: int | None = None

    def hold(self, taken: socket.socket, line: Line, *, head: bytes, ended: Callable[[], None]) -> None:
        """Take a socket over: say ``head`` on it, then what the line says, and call ``ended`` when it is closed."""
        taken.settimeout(0)
        self._new.put(_Held(taken, line, ended, head + line.greeting().encode(), time.monotonic()))
        with self._lock:
            if self._wake is None:
                reading, self._wake = os.pipe()
                os.set_blocking(reading, False)
                os.set_blocking(self._wake, False)
                threading.Thread(target=self._run, args=(reading,), name="open lines", daemon=True).start()
            with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
                os.write(self._wake, b"\0")

    def _run(self, woken: int) -> None:
        """Hold lines until the process ends; see the module."""
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            told_at = time.monotonic()
            while True:
                try:
                    told_at = self._turn(selector, woken, told_at)
                except Exception:  # noqa: BLE001 - the outermost line of this thread: a dead one would end every line
                    _log.exception("a turn of the open lines failed")
                    time.sleep(BREATH_SECONDS)

    def _turn(self, selector: selectors.BaseSelector, woken: int, told_at: float) -> float:
        """Hear each line that has something, tell all when it is time, and return when they were told last."""
        wait = told_at + TELL_EVERY_SECONDS - time.monotonic()
        for key, events in selector.select(max(0.0, wait)):
            if isinstance(key.data, _Held):
                self._alone(selector, key.data, partial(self._serve, events=events))
            else:
                self._begin(selector, woken)
        if time.monotonic() - told_at >= TELL_EVERY_SECONDS:
            told_at = time.monotonic()
            for held in list(self._held):
                self._alone(selector, held, self._tell)
        return told_at

    def _alone(
        self, selector: selectors.BaseSelector, held: _Held, step: Callable[[selectors.BaseSelector, _Held], None]
    ) -> None:
        """Do one thing for one line; a fault ends that line and no other."""
        try:
            step(selector, held)
        except Exception:  # noqa: BLE001 - a fault of one line, whichever it is, must not end the others
            _log.exception("an open line was ended")
            self._close(selector, held)

    def _begin(self, selector: selectors.BaseSelector, woken: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(woken, READ_BYTES)
        with contextlib.suppress(queue.Empty):
            while True:
                self._alone(selector, self._new.get_nowait(), self._take)

    def _take(self, selector: selectors.BaseSelector, held: _Held) -> None:
        self._held.add(held)
        selector.register(held.socket, selectors.EVENT_READ, held)
        self._push(selector, held)

    def _serve(self, selector: selectors.BaseSelector, held: _Held, events: int) -> None:
        if held not in self._held:
            return
        if events & selectors.EVENT_READ and not self._is_there(held):
            self._close(selector, held)
        elif held.rest:
            self._push(selector, held)

    def _is_there(self, held: _Held) -> bool:
        """Say whether the reader is still there; what it sends is not looked at."""
        try:
            return bool(held.socket.recv(READ_BYTES))
        except NOT_NOW:
            return True
        except OSError:
            return False

    def _tell(self, selector: selectors.BaseSelector, held: _Held) -> None:
        if held not in self._held:
            return
        if held.rest:
            if time.monotonic() - held.stalled_at >= STALLED_SECONDS:
                self._close(selector, held)
            return
        text = held.line.due()
        if text is None:
            self._close(selector, held)
        elif text:
            held.rest, held.stalled_at = text.encode(), time.monotonic()
            self._push(selector, held)

    def _push(self, selector: selectors.BaseSelector, held: _Held) -> None:
        """Send as much as the reader takes now."""
        try:
            held.rest = held.rest[held.socket.send(held.rest) :]
        except NOT_NOW:
            pass
        except OSError:
            self._close(selector, held)
            return
        also = selectors.EVENT_WRITE if held.rest else 0
        selector.modify(held.socket, selectors.EVENT_READ | also, held)

    def _close(self, selector: selectors.BaseSelector, held: _Held) -> None:
        """End a line, once; none of the three steps keeps the next from being done."""
        if held.is_over:
            return
        held.is_over = True
        self._held.discard(held)
        for step in (lambda: selector.unregister(held.socket), held.socket.close, held.ended):
            try:
                step()
            except (KeyError, OSError):
                pass  # it was never registered, or the reader is away
            except Exception:  # noqa: BLE001 - the line is over; what its end broke must not end the others
                _log.exception("the end of an open line failed")
