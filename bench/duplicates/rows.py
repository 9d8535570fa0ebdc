"""The figures of the duplicate hint as rows of a table: now, and before in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

FIRST_BAR_MS = 50
FORMS = {"titles": "titles alone", "whole": "title and body", "phone": "title and body against 40 letters on a phone"}


def duplicates_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what is shown at intake, what pairs of each kind are asked about, and the time of one report."""
    shown, speed = found["intake"], found["speed"]
    rows = [
        Row("reports of known issues with an open one before / told of it among three hints",
            f"{shown['reports']} / {shown['found']}"),
        Row("hints shown to them / of their issue", f"{shown['hints']} / {shown['of_the_issue']}"),
        Row("other reports / hints shown to them, among 500 messages of a whole city",
            f"{shown['strangers']} / {shown['stranger_hints']}"),
    ]  # fmt: skip
    for form, words in FORMS.items():
        now, before = found[form]["now"], found[form].get("before")
        for name, told in (("asked", "asked about at all"), ("same", "told as the same matter")):
            rows.append(Row(f"{words}, {told}: precision / recall", _both(now[name], before and before[name])))
        for kind, one in now["kinds"].items():
            old = f" ({before['kinds'][kind]['asked']:.1%})" if before else ""
            rows.append(Row(f"{words}: {kind}, asked about, of {one['pairs']}", f"{one['asked']:.1%}{old}"))
    first = speed["sixty_first_ms"]
    return [
        *rows,
        Row("one report against 500 of sixty letters that were not read yet: CPU ms", f"{first}", f"< {FIRST_BAR_MS}",
            first < FIRST_BAR_MS),
        Row("the same against whole messages, and when they are known",
            f"{speed['whole_first_ms']}, {speed['whole_again_ms']}"),
    ]  # fmt: skip


def _both(now: Mapping[str, float], before: Mapping[str, float] | None) -> str:
    old = f" ({before['precision']} / {before['recall']})" if before else ""
    return f"{now['precision']} / {now['recall']}{old}"
