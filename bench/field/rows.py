"""The figures of the field app as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

LOAD_BAR_KB, SYNC_BAR_SECONDS, SIGNAL_BAR_SECONDS = 150, 10, 2
LIST_BAR_MS, BLOCK_BAR_MS, PERSON_BAR_SECONDS = 100, 200, 60


def field_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what a grid worker meets on the phone; a part that was left out has no rows."""
    line = f"{found['kbit']} kbit/s, {found['round_trip_seconds'] * 1000:.0f} ms"
    rows = [*_load_rows(found["load"])] if "load" in found else []
    if "sync" in found:
        area = f"{found['source']}, {found['nearby']} matters nearby, {found['own']} own reports"
        rows += _sync_rows(found["sync"], line, area)
    for key, words in (("signal", "full speed"), ("signal_slow", line)):
        rows += _signal_rows(found[key], words) if key in found else []
    rows += _many_rows(found["many"]) if "many" in found else []
    return rows + (_person_rows(found["person"]) if "person" in found else [])


def _load_rows(one: Mapping[str, int]) -> list[Row]:
    first, whole = (round(one[key] / 1_000) for key in ("first_screen_bytes", "whole_app_bytes"))
    return [
        below(
            "first load until the first screen is usable: all bytes of all answers, headers too",
            first,
            LOAD_BAR_KB,
            "KB",
        ),
        Row("until the whole app is kept on the phone", f"{whole} KB"),
    ]


def _sync_rows(one: Mapping[str, float], line: str, area: str) -> list[Row]:
    synced, ready = one["sync_seconds_worst"], one["offline_seconds_worst"]
    return [
        Row(f"cold load until the first screen at {line}, median", f"{one['first_screen_seconds']} s"),
        Row("the area", area),
        below(f"first sync at {line}, worst", synced, SYNC_BAR_SECONDS, "s"),
        below("until it opens without signal, the files of the app included, worst", ready, SYNC_BAR_SECONDS, "s"),
        Row("bytes of it", f"{one['sync_bytes'] / 1_000:.0f} KB"),
    ]


def _signal_rows(one: Mapping[str, float], words: str) -> list[Row]:
    stored, told = one["stored_seconds_worst"], f"{one['told_seconds']} s / {one['told_seconds_worst']} s"
    return [
        below(f"signal returns, {words}: the report is on the server, worst", stored, SIGNAL_BAR_SECONDS, "s"),
        Row("the same, median", f"{one['stored_seconds']} s"),
        Row("the phone says 已收到, median / worst", told),
    ]


def _many_rows(one: Mapping[str, Any]) -> list[Row]:
    reports, stored = one["reports"], one["stored"]
    is_whole = set(stored.values()) == {reports} and one["left_waiting"] == 0
    held = " / ".join(str(stored[name]) for name in ("reports", "disputes", "photos"))
    listed, delivered = one["list_longest_task_ms"], one["delivery_longest_task_ms"]
    return [
        Row("waiting reports / size of the photo of each", f"{reports} / {one['photo_kb']} KB"),
        below("the list of them is painted, median", one["list_ms"], LIST_BAR_MS, "ms"),
        Row("the slowest opening", f"{one['list_ms_worst']} ms"),
        below(f"longest task while opening and scrolling to line {one['list_shown']}", listed, BLOCK_BAR_MS, "ms"),
        below("longest task of the page while all are delivered", delivered, BLOCK_BAR_MS, "ms"),
        Row("of it on the processor", f"{one['delivery_longest_work_ms']} ms"),
        Row("longest wait for a frame meanwhile", f"{one['delivery_longest_gap_ms']} ms"),
        Row("texts delivered after / photos too", f"{one['texts_seconds']} s / {one['delivery_seconds']} s"),
        Row("reports / disputes / photos on the server", held, f"{reports} each", is_whole),
    ]


def _person_rows(one: Mapping[str, Any]) -> list[Row]:
    written, spoken, runs, assumed = one["written"], one["spoken"], one["runs"], one["assumed"]
    seconds = f"tap {assumed['tap']} s, swipe {assumed['swipe']} s, decision {assumed['decision']} s"
    typing = f"{assumed['signs_a_second']:.0f} Chinese characters a second"
    speaking = "a voice note of {:.0f}-{:.0f} s".format(*assumed["voice"])
    return [
        below(f"from opening to saved, one sentence, median of {runs}", written["median"], PERSON_BAR_SECONDS, "s"),
        below(f"the same with a voice note, median of {runs}", spoken["median"], PERSON_BAR_SECONDS, "s"),
        Row("the slowest, sentence / voice note", f"{written['worst']} s / {spoken['worst']} s"),
        Row("taps, sentence / voice note", f"{written['taps']} / {spoken['taps']}"),
        Row(
            "assumed of the person (keystroke-level model, Card, Moran and Newell, 1983)",
            f"{seconds}, reading a step {assumed['reading']} s, {typing}, {speaking}",
        ),
    ]
