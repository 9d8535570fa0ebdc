"""The figures of open inboxes as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

FORMS = {"server": "PostgreSQL, two workers", "embedded": "SQLite, one process"}
HEARD_BAR_SECONDS, PAGE_BAR_SECONDS = 1.0, 0.3


def inbox_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return for each form who held a line, how late the last heard, and what pages took meanwhile."""
    rows: list[Row] = []
    for run in found["runs"]:
        server = run["form"] == "server"
        inboxes = found["inboxes"] if server else found["embedded"]
        name = f"{FORMS[run['form']]}, {inboxes:,} open inboxes"
        old = f", {found['escalations']:,} old escalations" if server else ""
        heard, shown = run["last_heard"], run["last_shown"]
        rows += [
            Row(f"{name}{old}: lines held / asking every 8 s instead", f"{run['lines']:,} / {run['refused']:,}",
                f"{inboxes:,}" if server else "", run["lines"] == inboxes if server else None),
            Row(f"{name}: heard by who must not, or not by who must, of {run['told']:,}",
                f"{run['too_many']} / {run['missed']}", "0 / 0", not (run["too_many"] or run["missed"])),
            Row(f"{name}: from raising to the last line, median / longest of {run['raised']}",
                f"{heard[0]} / {heard[1]} s", f"< {HEARD_BAR_SECONDS:.0f} s", heard[1] < HEARD_BAR_SECONDS),
            Row(f"{name}: from raising to the last list fetched, median / longest", f"{shown[0]} / {shown[1]} s"),
            Row(f"{name}: the inbox as a page meanwhile, p50 / p95 of {run['pages']}",
                f"{run['page_p50']} / {run['page_p95']} s", f"p95 < {PAGE_BAR_SECONDS} s",
                run["page_p95"] < PAGE_BAR_SECONDS),
            Row(f"{name}: answered wrongly or not; lines that broke", f"{run['failed']}; {run['broken']}", "0; 0",
                not (run["failed"] or run["broken"])),
            Row(f"{name}: memory of all processes before / with them", f"{run['memory'][0]} / {run['memory'][1]} MB"),
            Row(f"{name}: seconds to open all / to stop with all open",
                f"{run['opened_seconds']} / {run['stopped_seconds']} s"),
        ]  # fmt: skip
        if run["refused"]:
            rows.append(Row(f"{name}: longest until who asks every 8 s knew", f"{run['polled']} s"))
    return rows
