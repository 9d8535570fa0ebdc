"""Signal: a zone of neighbouring villages in which more was noted lately than its share; see `screening.streams`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from screening.ground import ground_on_globe
from screening.inputs import Village
from screening.results import NotScreened
from screening.signals.raised import Counting, Look, Raised, Seen, day_words, members_of, most_common, places_named
from screening.streams import ALL, Incidents, StreamCluster, StreamResult, screen
from screening.watching import Watching

KIND: Final = "scan"
ALL_WORDS: Final = "各类反映"
YOUNG: Final = "区划调整后设立不满一年，没有可比的以往，不参加统计扫描。"
NOTHING: Final = "没有村（社区）的位置，或没有反映，没有做统计扫描。"


def raise_zones(look: Look) -> Seen:
    """Scan every category stream and all together up to the last day of the window.

    Returns
    -------
    Seen
        One stream per category that could be scanned, and all; clusters whatever their recurrence interval.
    """
    counted, data = look.counted, look.data
    if not data.villages or not counted.incidents:
        return Seen(not_screened=(NotScreened(kind=KIND, subject="", reason=NOTHING),))
    watching = replace(Watching(), every_days=data.every_days)
    young = look.young(data.window_end - timedelta(days=watching.base_days))
    villages = [one for one in data.villages if one.code not in young]
    ground = ground_on_globe(
        [one.code for one in villages],
        np.array([np.nan if one.lat is None else one.lat for one in villages]),
        np.array([np.nan if one.lon is None else one.lon for one in villages]),
        look.params.scan_radius_km,
    )
    found = screen(
        _incidents(counted, villages), ground, watching,
        today=data.window_end + timedelta(days=1), seed=look.seed, recorded_from=data.history_start,
    )  # fmt: skip
    missing = [NotScreened(kind=KIND, subject=code, reason=YOUNG) for code in sorted(young)]
    missing += [NotScreened(kind=KIND, subject=one.place, reason=one.reason) for one in found.missing]
    missing += [
        NotScreened(kind=KIND, subject=one.stream, reason=one.not_screened) for one in found.streams if one.not_screened
    ]
    scanned = [one for one in found.streams if not one.not_screened]
    raised = [_raised(cluster, one, look) for one in scanned for cluster in one.clusters]
    return Seen(tuple(raised), tuple(missing), len(scanned))


def _incidents(counted: Counting, villages: Sequence[Village]) -> Incidents:
    number = {one.code: at for at, one in enumerate(villages)}
    homes: dict[str | None, int] = {None: -1}
    for one in counted.incidents:
        homes.setdefault(one.household, len(homes) - 1)
    return Incidents(
        place=np.array([number.get(one.place, -1) for one in counted.incidents], np.int64),
        day=np.array([one.day for one in counted.incidents], np.int64),
        category=np.array([one.category for one in counted.incidents], np.str_),
        household=np.array([homes[one.household] for one in counted.incidents], np.int64),
    )


def _raised(cluster: StreamCluster, stream: StreamResult, look: Look) -> Raised:
    own = [look.counted.incidents[at] for at in cluster.incidents]
    entries = look.counted.entries_of(cluster.incidents)
    told = sorted({one.place for one in own})
    category = "" if stream.stream == ALL else stream.stream
    about = ALL_WORDS if stream.stream == ALL else f"“{look.name(stream.stream)}”类反映"
    days = (cluster.last - cluster.begin).days + 1
    return Raised(
        kind=KIND, entries=entries, member_ids=members_of(entries), cell=most_common([one.place for one in own]),
        category2=category, cells=tuple(told), since=date.fromordinal(min(one.day for one in own)),
        observed=len(own), expected=cluster.expected, p=cluster.p, recurrence_days=cluster.recurrence_interval,
        is_general=stream.stream == ALL,
        reason=(
            f"{places_named(told, look.names)}近{days}天（自{day_words(cluster.begin)}起）有{len(own)}件{about}，"
            f"按平常约{cluster.expected:.1f}件，现在是{cluster.ratio:.1f}倍。"
        ),
        unflag="这一片的反映回到平常水平，或经核实互不相干，或事项全部办结，本提示解除。",
        grade_reason="一段时间里一片地方的反映突然增多",
    )  # fmt: skip
