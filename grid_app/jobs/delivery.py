"""The job of the outbox: send what is due, claim by claim, with no transaction open while the network answers.

Each kind of channel has a lane of its own, a thread while it has something to send: a mail server that hangs holds up
mails and nothing else.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from dataclasses import asdict
from typing import Final

from flask import current_app

from grid_app.adapters.outbox_alarms import Alarms
from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.adapters.outbox_sweep import needs_sweeping, sweep
from grid_app.database.transaction import reading, transaction
from grid_app.services.alarms import clear_alarm, raise_alarm
from grid_app.wiring import Wiring, wired
from notifications.breaker import Breaker
from notifications.dispatcher import DispatchReport, dispatch_batch
from notifications.doubts import Doubts
from notifications.vapid import keypair_of

MOST_BATCHES: Final = 100
"""Batches of a lane in one run; what is left is due in the next one, so that a run always ends."""
BATCH: Final = 64
"""Messages claimed at once: few enough that a service which hangs for its full time-out on each of them leaves most of
the lease, and that a worker which dies holds few back until their lease ends."""
FOR_EACH_THREAD: Final = 8
"""Of these, as many as one thread sends: a slow mail server must not be at letters that it was handed long ago, of
matters that an office has taken up since."""
POLL_SECONDS: Final = 1.0
"""How often the outbox is looked at, by one question that writes nothing: what was raised is on its way in a second."""
STAY_SECONDS: Final = 0.5
EXTENSION: Final = "grid_lanes"

_chance: Final = random.SystemRandom()
_log = logging.getLogger(__name__)


class Lanes:
    """Sends what is due, one lane for each kind of channel; one of these for each process and database."""

    def __init__(self, wiring: Wiring) -> None:
        self._outbox = outbox_of(wiring)
        self._channels = wiring.channels
        self._clock = wiring.clock
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._breaker = Breaker()
        self._doubts = Doubts(keypair_of(wiring.keys.vapid_private).public_b64url)
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Thread] = {}
        self._ended = DispatchReport()
        self._ending = threading.Event()

    def begin(self, *, most_batches: int = MOST_BATCHES) -> None:
        """Begin to send in each lane that has something due and is not at it already."""
        for kind in self._outbox.channels_due(self._clock.now()):
            with self._lock:
                if kind not in self._busy:
                    lane = threading.Thread(target=self._run, args=(kind, most_batches), name=f"lane-{kind}")
                    lane.daemon = True  # a process that ends loses nothing by it: what was not recorded is sent again
                    lane.start()  # it waits for the lock; where no thread can be had the next run begins it
                    self._busy[kind] = lane

    def wait(self, seconds: float | None = None) -> None:
        """Wait until every lane is at rest, or for so many seconds."""
        until = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            lanes = list(self._busy.values())
        for lane in lanes:
            lane.join(None if until is None else max(0.0, until - time.monotonic()))

    def finish(self) -> None:
        """Begin no further batch and wait for those that are under way."""
        self._ending.set()
        self.wait()

    def take_report(self) -> DispatchReport:
        """Return what has ended since this was asked last."""
        with self._lock:
            report, self._ended = self._ended, DispatchReport()
        return report

    def _run(self, kind: str, most_batches: int) -> None:
        try:
            for _ in range(most_batches):
                if self._ending.is_set() or not self._one_batch(kind):
                    break
        except Exception:  # noqa: BLE001 - a lane's outermost line: the other lanes and the next run go on
            _log.exception("lane %s failed", kind, extra={"channel": kind})
        finally:
            with self._lock:
                del self._busy[kind]

    def _one_batch(self, kind: str) -> bool:
        """Say whether there was anything to send."""
        report = dispatch_batch(
            self._outbox,
            self._channels,
            self._clock,
            worker=self._worker,
            only=(kind,),
            limit=min(BATCH, FOR_EACH_THREAD * int(getattr(self._channels.get(kind), "at_once", 1))),
            jitter=_chance.random,
            breaker=self._breaker,
            doubts=self._doubts,
        )
        with self._lock:
            self._ended += report
        return report.claimed > 0


def lanes_here() -> Lanes:
    """Return the lanes of this process for the current application."""
    if EXTENSION not in current_app.extensions:
        current_app.extensions[EXTENSION] = Lanes(wired())
    lanes = current_app.extensions[EXTENSION]
    if not isinstance(lanes, Lanes):
        raise TypeError("the application has no lanes")
    return lanes


def outbox_of(wiring: Wiring) -> SqlOutbox:
    """Return the outbox with the key of endpoints and with alarms."""

    def unseal(stored: str, context: str) -> str:
        return wiring.keys.fields.decrypt(stored, context=context)

    return SqlOutbox(wiring.engine, unseal=unseal, alarms=alarms())


def alarms() -> Alarms:
    """Return who keeps alarms."""
    return Alarms(raise_alarm, clear_alarm)


def send_due_messages(*, most_batches: int = MOST_BATCHES) -> DispatchReport:
    """Send the messages that are due, until there are none or ``most_batches`` are done; return the counts.

    Several processes may do so at once: a message is claimed by one of them.
    """
    lanes = lanes_here()
    lanes.begin(most_batches=most_batches)
    lanes.wait()
    return lanes.take_report()


def deliver_job() -> str:
    """Send what is due and return the counts that are not nought, such as ``sent=3 gone=1``.

    It stays for less than its turn; lanes that are not done by then go on, and the next run tells of them.
    """
    lanes = lanes_here()
    lanes.begin()
    lanes.wait(STAY_SECONDS)
    counts = asdict(lanes.take_report())
    return " ".join(f"{name}={count}" for name, count in counts.items() if count)


def sweep_job() -> str:
    """Put away what has ended, say aloud what is stuck, and return the counts that are not nought."""
    now = wired().clock.now()
    with reading() as session:
        if not needs_sweeping(session, now=now):
            return ""
    with transaction() as session:
        return str(sweep(session, alarms(), now=now))


def report_in_words(report: DispatchReport) -> str:
    """Return the counts as a sentence; nothing due is a sentence too."""
    words = {
        "发出": report.sent,
        "稍后重试": report.retried,
        "订阅已失效": report.gone,
        "被拒绝": report.refused,
        "设置有误": report.misconfigured,
        "放弃": report.given_up,
        "留待下次": report.lost,
    }
    told = ",".join(f"{word} {count} 条" for word, count in words.items() if count)
    return f"{told}。" if told else "没有到期的推送。"
