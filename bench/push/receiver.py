"""The push service of the measurement, in a process of its own: it checks and decrypts every message."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from tests.push_receiver import PushReceiver

Subscription = dict[str, Any]


class Receiver:
    """What the sender's process knows of the receiver: subscriptions, and how many messages have arrived."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def subscriptions(self, count: int) -> list[Subscription]:
        """Return so many new subscriptions as browsers give them."""
        return list(self._ask(("subscriptions", count)))

    def received(self) -> tuple[int, int]:
        """Return how many messages have been accepted so far, and how many were refused."""
        accepted, refused = self._ask(("received", 0))
        return accepted, refused

    def _ask(self, question: tuple[str, int]) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()


def _serve(pipe: Connection) -> None:
    with PushReceiver() as receiver:
        while True:
            question, count = pipe.recv()
            if question == "subscriptions":
                pipe.send([receiver.subscription() for _ in range(count)])
            elif question == "received":
                pipe.send((len(receiver.deliveries), len(receiver.refusals)))
            else:
                return


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Give a receiver that runs until the block is left."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield Receiver(ours)
        ours.send(("stop", 0))
    finally:
        process.join(timeout=10)
        process.kill()
