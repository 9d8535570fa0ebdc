"""Digests that let anybody show that a stored analysis belongs to its inputs.

Canonical form: JSON with sorted names, no spaces, dates in ISO form. Incidents are sorted by
identity, and a household is written as the first dispute it told, so that labels made afresh for every run do not
change the digest and are not kept by it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date

from screening.inputs import Incident, KnownFinding, RoundInput
from screening.parameters import Parameters

FORM = "screening-2"
"""Version of the canonical form; it goes into every digest."""

_OF_INCIDENT = tuple(one.name for one in fields(Incident))


def input_digest(data: RoundInput, params: Parameters, seed: int) -> str:
    """Give the SHA-256 in hexadecimal of everything a round reads, whatever the order it came in."""
    tidy = {
        **_by_name(data),
        "incidents": _with_plain_households(sorted(data.incidents, key=lambda one: one.dispute_id)),
        "earlier": [
            {**_by_name(one), "member_ids": sorted(one.member_ids)}
            for one in sorted(data.earlier, key=lambda one: one.finding_id)
        ],
        "names": sorted(data.names),
        "villages": sorted(data.villages, key=lambda one: one.code),
        "arrears": sorted(data.arrears, key=lambda one: one.dispute_id),
        "answers": sorted(data.answers, key=lambda one: (one.day, one.village, one.entries)),
    }
    return digest({"form": FORM, "data": tidy, "parameters": params, "seed": seed})


def digest(content: object) -> str:
    """Give the SHA-256 in hexadecimal of the canonical form of plain values and dataclasses."""
    text = json.dumps(content, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _with_plain_households(incidents: Sequence[Incident]) -> list[dict[str, object]]:
    first: dict[str, str] = {}
    for one in incidents:
        first.setdefault(one.reporter, one.dispute_id)
    return [
        {
            **{name: getattr(one, name) for name in _OF_INCIDENT},
            "reporter": first[one.reporter],
            "linked": sorted(one.linked),
            "unrelated": sorted(one.unrelated),
        }
        for one in incidents
    ]


def _plain(value: object) -> object:
    """Give what JSON cannot write by itself: a dataclass by its fields, a date in ISO form."""
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def _by_name(value: RoundInput | KnownFinding) -> dict[str, object]:
    return {one.name: getattr(value, one.name) for one in fields(value)}
