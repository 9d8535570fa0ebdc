"""The figures of sending pushes as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

SHARE_BAR = 0.8
HAND_OVER_BAR_SECONDS = 3.0
NAMES = {"sqlite": "SQLite", "postgis": "PostGIS"}


def push_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the rate of each way, our share of the bare loop, the hand-over and the storm on each database."""
    rates = [Row(f"{name}: messages a second", f"{rate:.0f}") for name, rate in found["messages_per_second"].items()]
    rows = [*rates]
    for kind, name in NAMES.items():
        if kind not in found["databases"]:
            rows.append(Row(f"outbox on {name}", "not run: not installed here", "", met=False))
            continue
        rows += _of_database(name, found["databases"][kind])
    return rows


def _of_database(name: str, one: Mapping[str, Any]) -> list[Row]:
    share, soon, storm = one["share_of_bare"], one["hand_over"], one["storm"]
    complete = storm["arrived"] == storm["devices"] and storm["left"] == storm["refused"] == 0
    return [
        Row(f"outbox on {name} / bare loop over a kept connection", f"{share:.0%}", f">= {SHARE_BAR:.0%}",
            share >= SHARE_BAR),
        Row(f"{name}: an escalation raised with {soon['waiting']} waiting before it, with the push service after, "
            f"worst of {soon['times']}", f"{soon['seconds_worst']} s", f"< {HAND_OVER_BAR_SECONDS:.0f} s",
            soon["seconds_worst"] < HAND_OVER_BAR_SECONDS),
        Row(f"{name}: a storm of {storm['devices']:,} devices", f"{storm['seconds']} s ({storm['per_second']:.0f}/s)"),
        Row(f"{name}: arrived / refused / left of the storm",
            f"{storm['arrived']:,} / {storm['refused']} / {storm['left']}", "all", complete),
        Row(f"{name}: opening the inbox in the process that sends, p95 quiet / in the storm",
            f"{storm['inbox_quiet_p95_ms']} / {storm['inbox_p95_ms']} ms"),
        Row(f"{name}: writing a matter in the storm, p95", f"{storm['write_p95_ms']} ms"),
    ]  # fmt: skip
