"""The duplicate hint on real messages: how often it asks about pairs of one matter, and of others, now and before.

Needs GRID_TEST_DATA. *Before* is the score the hint had: half the share of common letter pairs, three tenths the place.
Every pair is given one village, one category and no position, so that the texts alone decide. The intake takes each
message of a known issue as a new report, with the 500 messages before it as open matters.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.duplicates.pairs import RIGHT, WINDOW_DAYS, Known, Told, pairs_of, read_known
from screening.inputs import Incident
from screening.letters import jaccard
from screening.likeness import HintParameters, likely_matches, likeness
from screening.likeness_texts import read

SEED = 20_261_122
OPEN, HINTS = 500, 3
EXCERPT = 40
STRANGERS = 300
DAY = date(2026, 7, 3)
PLAIN = HintParameters()
Judge = Callable[[str, str], str]


def folder() -> Path:
    """Return the folder of the messages."""
    root = os.environ.get("GRID_TEST_DATA")
    if not root:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    return Path(root) / "taidi2020c"


def matter(name: str, text: str) -> Incident:
    """Return a report of which only the text is known."""
    return Incident(
        dispute_id=name, noted_on=DAY, category="0901", cell="990101101201", path=(), reporter=name, channel="field",
        text=text,
    )  # fmt: skip


def now(one: str, other: str) -> str:
    """Return the verdict of the hint."""
    return likeness(matter("a", one), matter("b", other), PLAIN).verdict


def before(one: str, other: str) -> str:
    """Return the verdict by letters alone."""
    score = (0.5 * jaccard(one, other) + 0.3 * 0.5) / 0.8
    return "same_matter" if score >= 0.75 else "related" if score >= 0.5 else "unrelated"


def shares(pairs: dict[str, list[tuple[str, str]]], judge: Judge) -> dict[str, Any]:
    """Return for each kind of pairs how many are asked about, and told as the same matter; precision and recall."""
    verdicts = {kind: [judge(*pair) for pair in some] for kind, some in pairs.items()}
    kinds = {
        kind: {
            "pairs": len(some),
            "asked": round(sum(one != "unrelated" for one in some) / len(some), 3),
            "same": round(sum(one == "same_matter" for one in some) / len(some), 3),
        }
        for kind, some in verdicts.items()
    }
    return {"kinds": kinds} | {
        name: _precision(verdicts, wanted)
        for name, wanted in (("asked", ("related", "same_matter")), ("same", ("same_matter",)))
    }


def _precision(verdicts: dict[str, list[str]], wanted: Sequence[str]) -> dict[str, float]:
    hits = {kind: sum(one in wanted for one in some) for kind, some in verdicts.items()}
    right = sum(hits[kind] for kind in RIGHT if kind in hits)
    return {
        "precision": round(right / max(1, sum(hits.values())), 3),
        "recall": round(right / sum(len(verdicts[kind]) for kind in RIGHT if kind in verdicts), 3),
    }


def on_the_phone(pairs: dict[str, list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    """Return the pairs as a phone knows them: the first forty letters of the one that is open."""
    return {kind: [(one, " ".join(other.split())[:EXCERPT]) for one, other in some] for kind, some in pairs.items()}


def intake(known: Known) -> dict[str, Any]:
    """Return what is shown to people who write about known issues, and about anything else."""
    rows = sorted(known.messages.values(), key=lambda one: (one.written, one.name))
    at = {one.name: place for place, one in enumerate(rows)}
    issue_of = {name: issue for issue, names in known.issues.items() for name in names}
    told = [matter(one.name, one.text(whole=True)) for one in rows]
    asked = shown = right = found = 0
    for name, issue in sorted(issue_of.items()):
        members = {one for one in known.issues[issue] if one != name}
        near = _open_before(rows, at[name])
        if not members & {rows[place].name for place in near}:
            continue
        hints = [one for one, _ in likely_matches(told[at[name]], [told[place] for place in near], PLAIN, limit=HINTS)]
        asked, shown, right = asked + 1, shown + len(hints), right + len(members.intersection(hints))
        found += bool(members.intersection(hints))
    strangers = Random(SEED).sample([place for place in at.values() if place >= OPEN], STRANGERS)  # noqa: S311
    of_strangers = {
        rows[place].name: [one for one, _ in _hints(told, place, _open_before(rows, place))]
        for place in strangers if rows[place].name not in issue_of
    }  # fmt: skip
    return {
        "reports": asked, "found": found, "hints": shown, "of_the_issue": right, "strangers": len(of_strangers),
        "stranger_hints": sum(map(len, of_strangers.values())),
        "stranger_pairs": [(one, other) for one, hints in sorted(of_strangers.items()) for other in hints],
    }  # fmt: skip


def _open_before(rows: Sequence[Told], place: int) -> range:
    first = max(0, place - OPEN)
    since = rows[place].written - timedelta(days=WINDOW_DAYS)
    while rows[first].written < since:
        first += 1
    return range(first, place)


def _hints(told: Sequence[Incident], place: int, near: range) -> tuple[tuple[str, Any], ...]:
    return likely_matches(told[place], [told[other] for other in near], PLAIN, limit=HINTS)


def speed(known: Known) -> dict[str, float]:
    """Return CPU milliseconds of one new report against 500 that nobody has read yet, and again when they are known."""
    found = {}
    rows = sorted(known.messages.values(), key=lambda one: one.name)[: OPEN + 1]
    for name, letters in (("whole", 2_000), ("sixty", 60)):
        new, *others = [matter(one.name, one.text(whole=True)[:letters]) for one in rows]
        cold, warm = [], []
        for _ in range(5):
            read.cache_clear()
            for times in (cold, warm):
                began = time.process_time()
                likely_matches(new, others, PLAIN)
                times.append(time.process_time() - began)
        found |= {f"{name}_first_ms": round(min(cold) * 1e3, 1), f"{name}_again_ms": round(min(warm) * 1e3, 1)}
    return found


def measure(extras: Path | None) -> dict[str, Any]:
    """Return every figure; ``extras`` takes thirty hints about messages of no known issue, for a person to read."""
    known = read_known(folder())
    found: dict[str, Any] = {"speed": speed(known)}
    for name, whole in (("titles", False), ("whole", True)):
        pairs = pairs_of(known, whole=whole, seed=SEED)
        found[name] = {"now": shares(pairs, now), "before": shares(pairs, before)}
        if whole:
            found["phone"] = {"now": shares(on_the_phone(pairs), now)}
    found["intake"] = intake(known)
    pairs_shown = found["intake"].pop("stranger_pairs")
    if extras is not None:
        chosen = Random(SEED).sample(pairs_shown, min(30, len(pairs_shown)))  # noqa: S311
        lines = [f"{known.messages[one].title}\n    {known.messages[other].title}" for one, other in chosen]
        extras.write_text("\n".join(lines) + "\n", "utf-8")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--extras", type=Path)
    options = parser.parse_args()
    print(json.dumps(measure(options.extras), ensure_ascii=False, indent=None if options.json else 1))
