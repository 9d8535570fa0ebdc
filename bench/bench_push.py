"""Measure sending web push: the outbox on both databases beside a bare ``webpush()`` loop, one receiver for all.

Run from the root of the repository: ``python -m bench.bench_push [--messages 300] [--rounds 3] [--devices 10000]
[--json]``. The receiver checks and decrypts every message in a process of its own. The ways take turns, so that a
noisy machine disturbs all alike; rates are medians over the rounds. Exits with 1 when the outbox sends less than four
fifths of what the bare loop over a kept connection does, or an escalation takes three seconds to be handed over.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from bench.push.receiver import Receiver, running_receiver
from bench.push.rows import HAND_OVER_BAR_SECONDS, NAMES, SHARE_BAR, push_rows
from bench.push.storm import hand_over, storm
from bench.push.ways import by_outbox, plain_ways, rates
from bench.push.world import databases, running_app, subscribe_all

BARE = "bare webpush(), kept connection"
WAITING = 100


def measure(count: int, rounds: int, devices: int) -> dict[str, Any]:
    """Return the rates of all ways, and of each database its share, its hand-over and its storm."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        receiver = stack.enter_context(running_receiver())
        session = stack.enter_context(requests.Session())
        ways = plain_ways(receiver.subscriptions(1)[0], session, count)
        worlds = {}
        for kind, url in stack.enter_context(databases(folder)).items():
            app, world = stack.enter_context(running_app(url, folder / kind))
            subscribe_all(world, "county_officer", "county", receiver.subscriptions(1))
            targets = subscribe_all(world, "township_officer", "township", receiver.subscriptions(max(devices, count)))
            worlds[kind] = (app, world, targets)
            ways[f"outbox on {NAMES[kind]}"] = by_outbox(app, targets[:count])
        found = rates(ways, count, rounds)
        return {
            "messages_per_second": found,
            "databases": {
                kind: {"share_of_bare": round(found[f"outbox on {NAMES[kind]}"] / found[BARE], 3)}
                | _under_load(receiver, *worlds[kind], devices)
                for kind in worlds
            },
        }


def _under_load(receiver: Receiver, app: Any, world: Any, targets: list[Any], devices: int) -> dict[str, Any]:
    with app.app_context():
        soon = hand_over(app, world, receiver, targets[:WAITING], times=5)
        return {"hand_over": soon, "storm": storm(app, world, receiver, targets[:devices])}


def meets(found: dict[str, Any]) -> bool:
    """Say whether every bar is met on every database that was run."""
    return all(
        one["share_of_bare"] >= SHARE_BAR and one["hand_over"]["seconds_worst"] < HAND_OVER_BAR_SECONDS
        for one in found["databases"].values()
    )


def main() -> int:
    """Measure, print, and return 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    found = measure(options.messages, options.rounds, options.devices)
    if options.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{row.what}: {row.figure} {row.bar}" for row in push_rows(found)))
    return 0 if meets(found) else 1


if __name__ == "__main__":
    sys.exit(main())
