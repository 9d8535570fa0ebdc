"""The job of the outbox: send what is due, claim by claim, with no transaction open while the network answers."""

from __future__ import annotations

import os
import random
import socket
from dataclasses import asdict
from typing import Final

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.wiring import wired
from notifications.dispatcher import DispatchReport, dispatch_batch

MOST_BATCHES: Final = 100
"""Batches in one run; what is left is due in the next one, so that a run always ends."""
BATCH: Final = 10
"""Messages claimed at once. A worker that dies holds no more than these back until their lease ends, and a push
service that hangs for its full time-out on each of them still leaves most of the lease."""

_chance = random.SystemRandom()


def send_due_messages(*, most_batches: int = MOST_BATCHES) -> DispatchReport:
    """Send the messages that are due, until there are none or ``most_batches`` are done; return the counts.

    Several processes may do so at once: a message is claimed by one of them.
    """
    wiring = wired()
    outbox, worker = SqlOutbox(wiring.engine), f"{socket.gethostname()}:{os.getpid()}"
    total = DispatchReport()
    for _ in range(most_batches):
        report = dispatch_batch(
            outbox, wiring.channels, wiring.clock, worker=worker, limit=BATCH, jitter=_chance.random()
        )
        total = added(total, report)
        if report.claimed == 0:
            break
    return total


def deliver_job() -> str:
    """Send what is due and return the counts that are not nought, such as ``sent=3 gone=1``."""
    counts = asdict(send_due_messages())
    return " ".join(f"{name}={count}" for name, count in counts.items() if count)


def added(one: DispatchReport, other: DispatchReport) -> DispatchReport:
    """Return the sum of two reports."""
    left, right = asdict(one), asdict(other)
    return DispatchReport(**{name: left[name] + right[name] for name in left})


def report_in_words(report: DispatchReport) -> str:
    """Return the counts as a sentence; nothing due is a sentence too."""
    words = {
        "发出": report.sent,
        "稍后重试": report.retried,
        "订阅已失效": report.gone,
        "被拒绝": report.refused,
        "放弃": report.given_up,
        "留待下次": report.lost,
    }
    told = ",".join(f"{word} {count} 条" for word, count in words.items() if count)
    return f"{told}。" if told else "没有到期的推送。"
