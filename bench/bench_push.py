"""Measure sending web push: our channel and dispatcher beside a bare ``webpush()`` loop, one receiver for all.

Run from the root of the repository: ``python -m bench.bench_push [--messages 300] [--rounds 5] [--json]``.
The receiver checks and decrypts every message in a process of its own. The ways take turns, so that a noisy
machine disturbs all alike; figures are medians over the rounds, in messages per second. Exits with 1 when a way
of ours falls under four fifths of the bare loop.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from statistics import median

import requests
from pywebpush import webpush

from notifications.channels.webpush import WebPushChannel
from notifications.dispatcher import dispatch_batch
from notifications.endpoints import HostRule
from notifications.messages import Message, PushTarget, Sent
from notifications.vapid import VapidKeys, new_keypair
from tests.fakes import FrozenClock, MemoryOutbox
from tests.push_receiver import PushReceiver, target_of

BAR = 0.8
SUBJECT = "mailto:duty@example.org"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

Subscription = dict[str, object]
Way = Callable[[list[Message]], None]


def serve(pipe: Connection) -> None:
    """Run a receiver until told to stop; hand out one subscription, give back what arrived."""
    with PushReceiver() as receiver:
        pipe.send(receiver.subscription())
        pipe.recv()
        pipe.send((len(receiver.received), receiver.refusals))


@contextmanager
def running_receiver() -> Iterator[tuple[Subscription, Connection]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.join(timeout=10)
        process.kill()


def messages(count: int) -> list[Message]:
    body = "云岭村，土地权属，期限：3月2日18:00。"
    return [
        Message(f"e-{n}", f"请确认收到：430726-2026-{n:05}（红色）", body, f"/e/{n}", "high", 3600)
        for n in range(count)
    ]


def bare(info: Subscription, keys: VapidKeys, session: requests.Session | None) -> Way:
    """The loop a newcomer writes; with a session it is as quick as pywebpush can be made from outside."""

    def send_all(batch: list[Message]) -> None:
        for message in batch:
            shown = {"title": message.title, "body": message.body, "url": message.url, "tag": message.key}
            webpush(
                info,
                json.dumps(shown),
                keys.private_b64url,
                {"sub": SUBJECT},
                ttl=3600,
                timeout=10,
                requests_session=session,
            )

    return send_all


def by_channel(channel: WebPushChannel, target: PushTarget) -> Way:
    def send_all(batch: list[Message]) -> None:
        for message in batch:
            outcome = channel.send(target, message)
            assert isinstance(outcome, Sent), outcome

    return send_all


def by_dispatcher(channel: WebPushChannel, target: PushTarget) -> Way:
    def send_all(batch: list[Message]) -> None:
        outbox = MemoryOutbox()
        for message in batch:
            outbox.put(message, target, channel=channel.kind, due_at=NOW)
        report = dispatch_batch(outbox, {channel.kind: channel}, FrozenClock(NOW), worker="bench", limit=len(batch))
        assert report.sent == len(batch), report

    return send_all


def rate(way: Way, batch: list[Message]) -> float:
    began = time.perf_counter()
    way(batch)
    return len(batch) / (time.perf_counter() - began)


def measure(count: int, rounds: int) -> dict[str, float]:
    """Return the median rate of each way; every message must have been decrypted at the other end."""
    keys, batch = new_keypair(), messages(count)
    with running_receiver() as (info, pipe), requests.Session() as session:
        rule = HostRule(allow_loopback=True)
        channel = WebPushChannel(keys.private_pem, SUBJECT, allowed_hosts=rule)
        target = target_of(info)
        ways: dict[str, Way] = {
            "bare webpush()": bare(info, keys, None),
            "bare webpush(), kept connection": bare(info, keys, session),
            "WebPushChannel.send": by_channel(channel, target),
            "dispatch_batch": by_dispatcher(channel, target),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                rates[name].append(rate(way, batch))
        pipe.send("stop")
        received, refusals = pipe.recv()
        assert (received, refusals) == (count * rounds * len(ways), []), (received, refusals)
    return {name: median(found) for name, found in rates.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    rates = measure(options.messages, options.rounds)
    slowest_of_ours = min(rates["WebPushChannel.send"], rates["dispatch_batch"])
    shares = {
        "share_of_bare": slowest_of_ours / rates["bare webpush()"],
        "share_of_bare_kept_connection": slowest_of_ours / rates["bare webpush(), kept connection"],
    }
    if options.json:
        print(json.dumps({"messages_per_second": rates, **shares, "bar": BAR}))
    else:
        for name, value in rates.items():
            print(f"{name:34} {value:8.0f} messages/s")
        for name, value in shares.items():
            print(f"{name:34} {value:8.2f} (bar {BAR})")
    return 0 if min(shares.values()) >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
