"""The figures of shared grievances as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

FINDINGS_BAR, F1_BAR, SECONDS_BAR, IN_TIME_BAR = 80, 0.90, 60, 0.9


def grievances_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what a weekly replay found, how purely, how fast, and the same when something moves."""
    due, one_less = found["due"], found["due"] - 1
    f1 = found["pairs"]["f1"]
    rows = [
        Row("issues of tier A and B among the first five of a round", f"{found['large_in_first_five']}",
            f"{found['large']}", found["large_in_first_five"] == found["large"]),
        Row(f"issues found of {due} in which three people wrote within 90 days", f"{found['found']}",
            f">= {one_less}", found["found"] >= one_less),
        Row("of these at the first or second round after the third person", f"{found['in_time']}",
            f">= {IN_TIME_BAR:.0%}", found["in_time"] >= IN_TIME_BAR * due),
        Row(f"findings in {found['rounds']} weekly rounds", f"{found['findings']}", f"<= {FINDINGS_BAR}",
            found["findings"] <= FINDINGS_BAR),
        Row("of these about none of the known issues", f"{found['extra']}"),
        Row("traps merged or counted", f"{len(found['traps'])}", "0", not found["traps"]),
        Row("findings told with fewer than three people", f"{found['too_few_people']}", "0",
            found["too_few_people"] == 0),
        Row(f"all-time pairs: F1 (precision {found['pairs']['precision']}, recall {found['pairs']['recall']})",
            f"{f1}", f">= {F1_BAR}", f1 >= F1_BAR),
        Row("the replay: CPU s", f"{found['replay_seconds']}"),
        Row("50,000 messages, one grouping: CPU s", f"{found['many_seconds']}", f"< {SECONDS_BAR}",
            found["many_seconds"] < SECONDS_BAR),
    ]  # fmt: skip
    rows += [
        Row(f"50,000 messages ({name}), all weekly rounds: CPU s", f"{seconds}", f"< {SECONDS_BAR}",
            seconds < SECONDS_BAR)
        for name, seconds in found["many_weekly_seconds"].items()
    ]  # fmt: skip
    return rows + [
        Row(
            f"{name}: found / in time / findings / traps",
            f"{one['found']} of {one['due']} / {one['in_time']} / {one['findings']} / {len(one['traps'])}",
        )
        for name, one in found["moved"].items()
    ]
