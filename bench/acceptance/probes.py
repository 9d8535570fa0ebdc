"""What a sender can get wrong, sent to the sync API and counted by the reason that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from uuid import uuid5

from bench.acceptance.events import NAMESPACE, EventReport
from bench.acceptance.ledger import Ledger
from bench.acceptance.phone import Phone
from grid_app.security.receipts import Json, digest_of

SECTION = "probes: wrong and repeated items beside stream (a)"
Item = dict[str, Any]


def probe_items(report: EventReport) -> dict[str, tuple[Item, str]]:
    """Return each wrong item with the answer it must get: an outcome, or ``rejected: reason``."""
    content = report.content
    wrong: dict[str, tuple[Mapping[str, Json], str]] = {
        "unknown category": ({"category": "7777"}, "rejected: invalid"),
        "a category that may only be imported": ({"category": "1307"}, "rejected: invalid"),
        "a null byte in the text": ({"summary": "路灯\x00不亮"}, "rejected: invalid"),
        "an empty text": ({"summary": "  "}, "rejected: invalid"),
        "a text of 3,000 signs": ({"summary": "长" * 3_000}, "rejected: invalid"),
        "a point in another province": ({"lon": 116.4, "lat": 39.9}, "rejected: invalid"),
        "an unknown form version": ({"form": "dispute/9"}, "rejected: unknown_form"),
        "an unknown field": ({"party_name": "张某"}, "rejected: invalid"),
        "neither place nor point": ({"lon": None, "lat": None}, "rejected: invalid"),
    }
    items = {name: (_item(name, {**deepcopy(content), **change}), answer) for name, (change, answer) in wrong.items()}
    known = {"id": str(report.id), "content": content, "digest": digest_of(content)}
    other = {**content, "summary": "另一件事"}
    return {
        **items,
        "a damaged digest": ({**_item("damaged", content), "digest": "0" * 64}, "rejected: digest_mismatch"),
        "no id": ({"content": content}, "rejected: bad_item"),
        "the same again": (known, "already_have"),
        "other content under a known id": ({**known, "content": other, "digest": digest_of(other)}, "conflict"),
    }


def send_probes(phone: Phone, report: EventReport, ledger: Ledger) -> None:
    """Send everything wrong in one batch; each item must get its own answer and none may be stored."""
    probes = probe_items(report)
    results = phone.send([item for item, _ in probes.values()])
    ledger.put(SECTION, "in", len(probes))
    for (name, (_, expected)), result in zip(probes.items(), results, strict=True):
        answer = result["outcome"] if result["outcome"] != "rejected" else f"rejected: {result['code']}"
        ledger.add(SECTION, answer)
        ledger.must_be_true(f"probe: {name} -> {expected}", answer == expected, str(result))
    silent = [one for one in results if one["outcome"] != "already_have" and not one["detail"]]
    ledger.must_be_true("every probe that was not taken is answered in words", not silent, str(silent))
    outcomes = {name: count for name, count in ledger.of(SECTION).items() if name != "in"}
    ledger.must_add_up("probes: in", len(probes), outcomes)


def _item(name: str, content: Mapping[str, Json]) -> Item:
    return {"id": str(uuid5(NAMESPACE, f"probe {name}")), "content": dict(content)}
