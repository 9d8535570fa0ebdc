"""Signal: a village and category with more incidents than the six weeks before; see `screening.growth`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from screening.growth.excess import Rule, Windows, strongest
from screening.growth.known import known_on
from screening.results import NotScreened
from screening.signals.raised import Look, Raised, Seen, members_of

KIND: Final = "growth"


def raise_growth(look: Look) -> Seen:
    """Compare the last seven and fourteen days of every place and category with the six weeks before.

    A stream is a place and a two-digit category with five incidents or more in the last fortnight. Its recurrence
    interval is the time between rounds over p.
    """
    counted, data = look.counted, look.data
    rule = replace(Rule(), least_interval=1.0)
    named = sorted({(one.place, one.category) for one in counted.incidents})
    number = {one: at for at, one in enumerate(named)}
    order = sorted(range(len(counted.incidents)), key=lambda at: (counted.incidents[at].day, at))
    stream = np.array([number[counted.incidents[at].place, counted.incidents[at].category] for at in order], np.int64)
    day = np.array([counted.incidents[at].day for at in order], np.int64)
    today = (data.window_end + timedelta(days=1)).toordinal()
    known = known_on(stream, day, today, every=data.every_days, rule=rule)
    if known.base_days < rule.short_base:
        reason = f"前六周只有{known.base_days}天有记录，满{rule.short_base}天后才与前几周比较。"
        return Seen(not_screened=(NotScreened(kind=KIND, subject="", reason=reason),))
    young = look.young(data.window_end - timedelta(days=rule.base + rule.fortnight))
    end = known.counts.shape[1]
    found = strongest(
        known.counts, known.is_recorded, [(end - rule.fortnight, end), (end - rule.week, end)],
        free=np.zeros(len(known.stream), np.int64), dispersion=known.dispersion, rule=rule,
    ).later(known.first)  # fmt: skip
    members: dict[int, list[int]] = {}
    for at, own in zip(order, stream.tolist(), strict=True):
        members.setdefault(own, []).append(at)
    raised = [
        _raised(named[own], members[own], look, found.of(np.array([at])))
        for at, own in enumerate(known.stream.tolist())
        if found.p[at] < 1 and named[own][0] not in young
    ]
    return Seen(tuple(raised), streams=len(known.stream))


def _raised(stream: tuple[str, str], own: list[int], look: Look, found: Windows) -> Raised:
    place, category = stream
    begin, end, p = int(found.begin[0]), int(found.end[0]), float(found.p[0])
    incidents = look.counted.incidents
    inside = [one for one in own if begin <= incidents[one].day < end]
    entries = look.counted.entries_of(inside)
    observed, expected = int(found.observed[0]), float(found.expected[0])
    return Raised(
        kind=KIND, entries=entries, member_ids=members_of(entries), cell=place, category2=category,
        cells=(place,), since=date.fromordinal(min(incidents[one].day for one in inside)),
        observed=observed, expected=expected, p=p, recurrence_days=look.data.every_days / p,
        reason=(
            f"{look.name(place)}近{end - begin}天有{observed}件“{look.name(category)}”类反映，"
            f"按前六周同样长的时间约{expected:.1f}件，现在是{observed / expected:.1f}倍。"
        ),
        unflag="反映回到前几周的水平，或经核实互不相干，或事项全部办结，本提示解除。",
        grade_reason="比前几周明显增多",
    )  # fmt: skip
