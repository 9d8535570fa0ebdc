"""Shared grievances in a year of real messages: what a weekly replay finds, when, how purely, how fast and how stably.

Needs GRID_TEST_DATA. Writes the extra findings, thirty of them at random, to a file for a person to read: the truth by
hand is not complete, so that what it does not hold is judged by reading.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.grievances.judge import (
    Truth,
    extra_findings,
    first_found,
    pair_score,
    read_truth,
    rounds_late,
    third_person,
    too_few_people,
    traps_taken,
)
from screening.grievances.messages import Message
from screening.grievances.parameters import Parameters
from screening.grievances.replay import all_time, replay

FIRST, LAST = datetime.fromisoformat("2019-01-07"), datetime.fromisoformat("2020-01-27")
MANY = 50_000
READ = 30


def folder() -> Path:
    """Return the folder of the messages."""
    root = os.environ.get("GRID_TEST_DATA")
    if not root:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    return Path(root) / "taidi2020c"


def messages() -> list[Message]:
    """Return the real messages."""
    with (folder() / "messages_dev.csv").open(encoding="utf-8", newline="") as file:
        return [
            Message(
                row["message_id"], row["user_id"], datetime.fromisoformat(row["created_at"]), row["title"], row["body"]
            )
            for row in csv.DictReader(file)
        ]


def weekly(shift: int = 0) -> list[datetime]:
    """Return the weekly rounds of the year, moved by some days."""
    weeks = (LAST - FIRST).days // 7 + 1
    return [FIRST + timedelta(days=7 * week + shift) for week in range(weeks)]


def replayed(
    told: Sequence[Message], params: Parameters | None = None, shift: int = 0
) -> tuple[list[dict[str, Any]], float]:
    """Return the rounds as the command answers them, and the CPU seconds they took."""
    began = time.process_time()
    rounds = replay(told, weekly(shift), (), params or Parameters())
    taken = time.process_time() - began
    shaped = [
        {
            "as_of": one.as_of.isoformat(),
            "findings": [
                {
                    "finding_id": found.finding_id, "state": found.state, "message_ids": found.message_ids,
                    "label": found.label,
                }
                for found in one.findings
            ],
        }
        for one in rounds
    ]  # fmt: skip
    return shaped, taken


def judged(truth: Truth, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one replay."""
    third = {issue: third_person(truth, issue) for issue in truth.issues}
    due = {issue: moment for issue, moment in third.items() if moment is not None}
    found = {issue: got for issue in due if (got := first_found(truth, issue, rounds)) is not None}
    in_time = [issue for issue, (when, _) in found.items() if rounds_late(due[issue], when, rounds) <= 2]
    large = [issue for issue, tier in truth.tiers.items() if tier in {"A", "B"} and issue in truth.issues]
    return {
        "due": len(due),
        "found": len(found),
        "in_time": len(in_time),
        "large": len(large),
        "large_in_first_five": sum(issue in found and found[issue][1] <= 5 for issue in large),
        "findings": len({one["finding_id"] for at in rounds for one in at["findings"]}),
        "extra": len(extra_findings(truth, rounds)),
        "traps": traps_taken(truth, rounds),
        "too_few_people": too_few_people(truth, rounds),
    }


def without_a_fifth(told: Sequence[Message], truth: Truth, seed: int) -> tuple[list[Message], Truth]:
    """Return the messages without a fifth of them, chosen by their ids, and the truth about the rest."""
    kept = [one for one in told if random.Random(f"{seed} {one.message_id}").random() >= 0.2]  # noqa: S311
    names = {one.message_id for one in kept}
    issues = {issue: members & names for issue, members in truth.issues.items()}
    return kept, replace(truth, issues={issue: members for issue, members in issues.items() if members})


def moved(told: Sequence[Message], truth: Truth) -> dict[str, dict[str, Any]]:
    """Return the figures when a parameter moves by a fifth, a fifth of the messages is missing, or the day moves."""
    plain = Parameters()
    cases = {
        f"{name} {share:+.0%}": replace(plain, **{name: getattr(plain, name) * (1 + share)})
        for name in ("join", "core", "one_place", "matter", "half_matter")
        for share in (-0.2, 0.2)
    }
    found = {name: judged(truth, replayed(told, params)[0]) for name, params in cases.items()}
    for seed in range(2):
        kept, known = without_a_fifth(told, truth, seed)
        found[f"a fifth of the messages missing ({seed + 1})"] = judged(known, replayed(kept)[0])
    found["rounds on Thursdays"] = judged(truth, replayed(told, shift=3)[0])
    return found


def many(told: Sequence[Message], size: int) -> list[Message]:
    """Return so many messages: copies by other people, each without some of its letters."""
    copies: list[Message] = []
    for copy in range(size // len(told) + 1):
        rng = random.Random(copy)  # noqa: S311
        copies += [
            Message(
                f"{copy}-{one.message_id}", f"{copy}-{one.user_id}", one.written + timedelta(minutes=copy),
                "".join(letter for letter in one.title if rng.random() > 0.06),
                "".join(letter for letter in one.body[:400] if rng.random() > 0.06),
            )
            for one in told
        ]  # fmt: skip
    return copies[:size]


def elsewhere(told: Sequence[Message], size: int) -> list[Message]:
    """Return so many messages: in each copy three of ten letters are others, so that it is about other places."""
    copies: list[Message] = []
    for copy in range(size // len(told) + 1):
        rng = random.Random(copy)  # noqa: S311
        table: dict[str, str] = {}

        def other(text: str, rng: random.Random = rng, table: dict[str, str] = table) -> str:
            for letter in text:
                if letter not in table:
                    changes = "\u4e00" <= letter <= "\u9fa5" and rng.random() < 0.3
                    table[letter] = chr(rng.randrange(0x4E00, 0x9FA5)) if changes else letter
            return "".join(table[letter] for letter in text)

        copies += [
            Message(
                f"{copy}-{one.message_id}", f"{copy}-{one.user_id}", one.written + timedelta(minutes=copy),
                other(one.title), other(one.body[:400]),
            )
            for one in told
        ]  # fmt: skip
    return copies[:size]


def write_extras(truth: Truth, told: Sequence[Message], rounds: list[dict[str, Any]], path: Path) -> None:
    """Write thirty extra findings, chosen by a fixed seed, with all their titles."""
    by_name = {one.message_id: one for one in told}
    extras = extra_findings(truth, rounds)
    chosen = random.Random(30).sample(sorted(extras), min(READ, len(extras)))  # noqa: S311
    lines: list[str] = []
    for name in sorted(chosen):
        lines.append(name)
        members = sorted((by_name[one] for one in extras[name]), key=lambda one: (one.written, one.message_id))
        lines += [f"  {member.written:%Y-%m-%d} {member.user_id} {member.title}" for member in members]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def measure(extras: Path) -> dict[str, Any]:
    """Return every figure."""
    told, truth = messages(), read_truth(folder())
    rounds, seconds = replayed(told)
    write_extras(truth, told, rounds, extras)
    found = judged(truth, rounds) | {
        "rounds": len(rounds),
        "replay_seconds": round(seconds, 1),
        "pairs": pair_score(truth, [group.message_ids for group in all_time(told)]),
        "moved": moved(told, truth),
    }
    large = many(told, MANY)
    began = time.process_time()
    all_time(large)
    found["many_seconds"] = round(time.process_time() - began, 1)
    found["many_weekly_seconds"] = {
        "other people, same places": round(replayed(large)[1], 1),
        "other people, other places": round(replayed(elsewhere(told, MANY))[1], 1),
    }
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--extras", type=Path, default=Path(tempfile.gettempdir()) / "extra_findings.txt")
    options = parser.parse_args()
    figures = measure(options.extras)
    print(json.dumps(figures, ensure_ascii=False, indent=None if options.json else 1))
