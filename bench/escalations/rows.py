"""The figures of escalations under faults as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

NAMES = {"postgis": "PostGIS", "sqlite": "SQLite"}
CHECKS = {
    "lost": "causes that were committed and have no escalation, or two",
    "skipped": "rungs skipped, or ladders ended before their top",
    "untold": "escalations without a telling, tellings without an inbox row",
    "inbox_doubled": "inbox rows doubled",
    "told_twice": "rungs told twice",
    "told_after_answer": "tellings and steps after the answer",
    "sent_after_answer": "messages that a far end took later than one tick of 60 s after the answer",
    "messages_lost": "messages lost: not queued, without an end, or due and not sent",
    "never_arrived": "messages said to be sent that no far end took",
    "without_alarm": "failed messages and exhausted ladders without an alarm",
    "unsettled": "escalations that did not come to rest",
}
LADDERS = 1_000_000
OF_LADDERS = {
    "skipped": "rungs skipped",
    "doubled": "inbox rows doubled",
    "after_answer": "told after the answer",
}


def escalation_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what was done to each database and what was violated, and the same of the simulated ladders."""
    rows = []
    for kind, name in NAMES.items():
        if kind not in found["databases"]:
            rows.append(Row(f"{name}: the storm", "not run: not installed here", "", met=False))
        else:
            rows += _of_database(name, found["databases"][kind])
    return rows + _of_ladders(found["ladders"])


def _of_database(name: str, one: Mapping[str, Any]) -> list[Row]:
    kills, clocks, auditor, planted = one["kills"], one["clocks_put_wrong"], one["auditor"], one["planted"]
    killed = kills.get("scheduler", 0), kills.get("dispatcher", 0)
    codes = ", ".join(f"{code} {count}" for code, count in auditor["by_code"].items()) or "nothing"
    return [
        Row(f"{name}: escalations raised / taken up, offices told",
            f"{one['escalations']} / {one['answered']}, {one['rungs_told']}"),
        Row(f"{name}: kill -9 of 4 schedulers / of 4 dispatchers", f"{killed[0]} / {killed[1]}", "some",
            all(count > 0 for count in killed)),
        Row(f"{name}: crashes of the database; clocks an hour ahead / behind",
            f"{one['database_crashes']}; {clocks.get('ahead', 0)} / {clocks.get('behind', 0)}"),
        Row(f"{name}: faults of push service, robots, webhook and mail, of how many kinds",
            f"{sum(one['faults_of_far_ends'].values()):,}, {len(one['faults_of_far_ends'])}"),
        Row(f"{name}: tries to send, messages taken by far ends, devices told twice under one tag",
            f"{one['tries']:,}, {one['taken_by_far_ends']:,}, {one['devices_told_twice']}"),
        *(Row(f"{name}: {words}", f"{one['counts'][check]}", "0", one["counts"][check] == 0)
          for check, words in CHECKS.items()),
        Row(f"{name}: latest that a far end took a message after the answer",
            f"{one['longest_after_an_answer_seconds']} s"),
        Row(f"{name}: what the auditor says of {auditor['looked_at']} histories, {auditor['with_wrong_times']} of them "
            "written under a wrong clock", codes),
        Row(f"{name}: differences that no fault explains", f"{len(auditor['unexplained'])}", "0",
            not auditor["unexplained"]),
        Row(f"{name}: planted omissions that the auditor finds", f"{planted['found']} of {planted['planted']}", "all",
            planted["found"] == planted["planted"]),
        Row(f"{name}: anything else that broke", f"{one['broken']}", "0", one["broken"] == 0),
    ]  # fmt: skip


def _of_ladders(one: Mapping[str, Any]) -> list[Row]:
    return [
        Row("simulated ladders (one in four on a machine that slept)", f"{one['stories']:,}", f">= {LADDERS:,}",
            one["stories"] >= LADDERS),
        Row("their tellings / answers", f"{one['tellings']:,} / {one['answers']:,}"),
        *(Row(f"simulated ladders: {words}", f"{one[check]}", "0", one[check] == 0)
          for check, words in OF_LADDERS.items()),
        Row(f"of {one['audited']:,} of them the auditor says otherwise", f"{one['disagreed']}", "0",
            one["disagreed"] == 0),
        Row("seconds for all on two processes", f"{one['seconds']} s"),
    ]  # fmt: skip
