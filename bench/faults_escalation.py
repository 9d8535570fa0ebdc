"""Kill schedulers and dispatchers, crash the database, let every far end misbehave, and count what was lost.

Run from the root of the repository: ``python -m bench.faults_escalation [--seconds 60] [--escalations 300] [--seed 1]
[--ladders 1000000] [--only sqlite|postgis] [--json]``.

Four schedulers and four dispatchers are killed at random while escalations are raised and taken up; their clocks jump
an hour ahead or back; PostgreSQL is crashed; the push service, robots, webhook and mail server answer with every fault
they have. Then the faults stop, the county's time runs on until nothing is under way, and what the database holds is
compared with what was promised, with what the far ends took, and with the auditor's word. Last, something is taken
away behind the auditor's back. Ladders are simulated in memory besides. Exits with 1 when anything was violated.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.escalations import checks
from bench.escalations.audited import audit, has_wrong_times, planted
from bench.escalations.children import children
from bench.escalations.clock import RATE
from bench.escalations.cluster import CrashingCluster
from bench.escalations.county import County, make_county
from bench.escalations.facts import Facts, read_facts
from bench.escalations.far_ends import far_ends
from bench.escalations.ladders import measure_ladders
from bench.escalations.storm import Storm
from tests.postgres import PostgresMissingError

TICK_SECONDS = 60
"""The longest tick that a setting allows, of the county's seconds."""
SETTLES_WITHIN = 90.0
SHORTER = 0.35
"""Part of the storm that the embedded database gets; nobody can crash it apart from its processes."""
SHOWN = 10


def measure(
    folder: Path, url: str, *, seconds: float, escalations: int, seed: int, cluster: CrashingCluster | None = None
) -> dict[str, Any]:
    """Return the figures of one storm on the empty database at ``url``."""
    began = time.perf_counter()
    with far_ends(seed) as far:
        county = make_county(folder, url, far, escalations=escalations)
        with children(county.settings_file) as processes:
            storm = Storm(county, processes, cluster, seed)
            storm.run(seconds)
            stormed = time.perf_counter()
            with county.app.app_context():
                wrong = {key for key, one in _facts(county).told.items() if has_wrong_times(one, county.clock)}
            is_settled = storm.settle(SETTLES_WITHIN)
            settled = time.perf_counter()
        with county.app.app_context():
            found = _compare(storm, wrong)
            county.wiring.engine.dispose()
    storm_broke = storm.broken if is_settled else [*storm.broken, "it did not come to rest"]
    return {
        **_what_happened(storm),
        **found,
        "broken": len(storm_broke),
        "violations": sum(found["counts"].values()) + len(storm_broke) + len(found["auditor"]["unexplained"])
        + len(found["planted"]["missed"]),
        "examples": [*storm_broke, *found["examples"], *found["auditor"]["unexplained"][:SHOWN]],
        "seconds": {
            "storm": round(stormed - began, 1),
            "settling": round(settled - stormed, 1),
            "all": round(time.perf_counter() - began, 1),
        },
    }  # fmt: skip


def _facts(county: County) -> Facts:
    numbers = {dispute: f"990101-2026-{number:05d}" for number, dispute in enumerate(county.disputes, start=1)}
    return read_facts(numbers)


def _what_happened(storm: Storm) -> dict[str, Any]:
    far, processes = storm.county.far, storm.children
    return {
        "seed": storm.seed,
        "escalations": len(storm.raised),
        "answered": len({one.escalation_id for one in storm.answered}),
        "acted": storm.acted,
        "kills": dict(sorted(processes.kills.items())),
        "died_by_themselves": processes.died_alone,
        "clocks_put_wrong": dict(sorted(storm.wrong_clocks.items())),
        "database_crashes": storm.crashes,
        "devices_subscribed_anew": storm.devices_added,
        "faults_of_far_ends": dict(sorted(far.ledger.faults.items())),
        "push_refusals": dict(Counter(far.push.refusals)),
    }


def _compare(storm: Storm, wrong: set[Any]) -> dict[str, Any]:
    """Return what the checks count, the auditor's word, and what it finds of what is taken away."""
    county, taken = storm.county, list(storm.county.far.ledger.taken)
    facts = _facts(county)
    now = county.clock.now()
    late = checks.sent_after_answer(facts, taken, storm.answered)
    tick = TICK_SECONDS / RATE
    found: dict[str, Sequence[str]] = {
        "lost": checks.lost_causes(facts, storm.raised),
        "skipped": checks.skipped_rungs(facts),
        "untold": checks.untold(facts),
        "inbox_doubled": checks.doubled_inbox(facts),
        "told_twice": checks.doubled_tellings(facts),
        "told_after_answer": checks.told_after_answer(facts),
        "messages_lost": checks.lost_messages(facts, now=now),
        "never_arrived": checks.never_arrived(facts, taken),
        "without_alarm": checks.without_alarm(facts),
        "unsettled": checks.unsettled(facts),
        "sent_after_answer": [f"{words} after {since * RATE:.0f} s" for since, words in late if since > tick],
    }
    receipts = Counter(one.receipt for one in taken if one.receipt)
    return {
        "counts": {name: len(words) for name, words in found.items()},
        "examples": [f"{name}: {one}" for name, words in found.items() for one in words[:SHOWN]],
        "rungs_told": sum(event.kind == "told" for one in facts.told.values() for event in one.events),
        "messages": dict(sorted(Counter(one.state for one in facts.messages.values()).items())),
        "tries": sum(len(one.ends) for one in facts.messages.values()),
        "taken_by_far_ends": len(taken),
        "devices_told_twice": sum(count > 1 for count in receipts.values()),
        "sent_within_the_tick_of_an_answer": sum(since <= tick for since, _ in late),
        "longest_after_an_answer_seconds": round(max((since for since, _ in late), default=0.0) * RATE, 1),
        "auditor": audit(facts, county.clock, wrong),
        "planted": planted(facts, county.clock, seed=storm.seed),
    }


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of the storms on the databases that are installed here, and of the ladders."""
    found: dict[str, Any] = {"databases": {}}
    wanted = {"seed": options.seed}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.only in (None, "postgis"):
            try:
                cluster = CrashingCluster().start()
            except PostgresMissingError:
                print("PostgreSQL is not installed here", file=sys.stderr)
            else:
                try:
                    url = cluster.create("storm")
                    found["databases"]["postgis"] = measure(
                        folder / "postgis", url, seconds=options.seconds, escalations=options.escalations,
                        cluster=cluster, **wanted,
                    )  # fmt: skip
                finally:
                    cluster.stop()
        if options.only in (None, "sqlite"):
            found["databases"]["sqlite"] = measure(
                folder / "sqlite", "", seconds=options.seconds * SHORTER,
                escalations=int(options.escalations * SHORTER), **wanted,
            )  # fmt: skip
    if options.ladders:
        found["ladders"] = measure_ladders(count=options.ladders, seed=options.seed)
    return found


def violations_in(found: dict[str, Any]) -> int:
    """Return how much was violated in all."""
    ladders = found.get("ladders", {})
    of_ladders = sum(ladders.get(name, 0) for name in ("skipped", "doubled", "after_answer", "disagreed"))
    return int(sum(one["violations"] for one in found["databases"].values()) + of_ladders)


def main() -> int:
    """Run, print, and return 1 when anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults_escalation", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the storm on PostgreSQL")
    parser.add_argument("--escalations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ladders", type=int, default=0, help="how many to simulate in memory besides")
    parser.add_argument("--only", choices=("sqlite", "postgis"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options)
    if options.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for database, figures in [*found["databases"].items(), ("ladders", found.get("ladders", {}))]:
            for name, figure in figures.items():
                print(f"{database}  {name}: {figure}")
    return 1 if violations_in(found) else 0


if __name__ == "__main__":
    sys.exit(main())
