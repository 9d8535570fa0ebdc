"""Signal: zero returns that are hard to believe, and matters that are told late; see `screening.silence`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from screening.households import Entry
from screening.inputs import Village
from screening.results import NotScreened
from screening.scan.geometry import on_sphere
from screening.signals.raised import Look, Raised, Seen, members_of, most_common
from screening.silence import PRIOR_ROUNDS, LateRule, history_of, late_discovery, zero_returns

KIND: Final = "silence"
NEIGHBOURS: Final = 6
LEAST_ROUNDS: Final = 4
"""With fewer rounds on record nothing is known of what is usual."""
ZERO, LATE = "zero", "late"


def raise_silence(look: Look) -> Seen:
    """Ask every village whether its zero returns are likely, and whether its matters come late.

    Returns
    -------
    Seen
        The recurrence interval is the time between rounds over p. Findings of zero returns have no members.
    """
    zero, late = _zero_returns(look), _late(look)
    return Seen((*zero.raised, *late.raised), zero.not_screened, zero.streams + late.streams)


def _zero_returns(look: Look) -> Seen:
    data = look.data
    days = sorted({one.day for one in data.answers})
    if len(days) < LEAST_ROUNDS or data.window_end not in days:
        reason = f"有回报的轮次只有{len(days)}轮，满{LEAST_ROUNDS}轮后才看零报告。"
        if len(days) >= LEAST_ROUNDS:
            reason = "本轮没有回报，不看零报告。"
        return Seen(not_screened=(NotScreened(kind=KIND, subject="", reason=reason),))
    number = {one.code: at for at, one in enumerate(data.villages)}
    column = {day: at for at, day in enumerate(days)}
    table = np.full((len(data.villages), len(days)), np.nan)
    for one in data.answers:
        if one.village in number:
            table[number[one.village], column[one.day]] = one.entries
    ptr, idx = neighbours(data.villages)
    chance = zero_returns(table, ptr, idx, dispersion=_dispersion(table))
    raised = [
        _silent(village, history_of(table[at], table[idx[ptr[at] : ptr[at + 1]]]), float(chance[at]), look)
        for at, village in enumerate(data.villages)
        if chance[at] < 1
    ]
    return Seen(tuple(raised), streams=int((~np.isnan(table[:, -1])).sum()))


def neighbours(villages: Sequence[Village]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the six nearest villages of each as ``ptr`` and ``idx``; one without a point has none and is none."""
    known = np.array([at for at, one in enumerate(villages) if one.lon is not None and one.lat is not None], np.int64)
    near: list[list[int]] = [[] for _ in villages]
    if len(known) > 1:
        where = on_sphere(
            np.array([villages[at].lat for at in known], float), np.array([villages[at].lon for at in known], float)
        )
        found = np.asarray(cKDTree(where).query(where, k=min(NEIGHBOURS + 1, len(known)))[1])
        for at, row in zip(known.tolist(), found.tolist(), strict=True):
            near[at] = sorted(int(known[one]) for one in row if int(known[one]) != at)[:NEIGHBOURS]
    ptr = np.concatenate([[0], np.cumsum([len(one) for one in near], dtype=np.int64)]).astype(np.int64)
    return ptr, np.array([one for row in near for one in row], np.int64)


def _dispersion(table: NDArray[np.float64]) -> float:
    """Give the median ratio of variance to mean of the villages that told something, 1 at least."""
    told = table[np.nansum(table, axis=1) >= LEAST_ROUNDS]
    ratios = [float(np.nanvar(row, ddof=1) / np.nanmean(row)) for row in told if (~np.isnan(row)).sum() >= LEAST_ROUNDS]
    return max(1.0, float(np.median(ratios))) if ratios else 1.0


def _silent(village: Village, history: tuple[float, float, float, float, float], p: float, look: Look) -> Raised:
    own, rounds, near, silent, season = history
    expected = (near * PRIOR_ROUNDS + own) / (PRIOR_ROUNDS + rounds) * silent * min(season, 1.0)
    return Raised(
        kind=KIND, identity=ZERO, cell=village.code, category2="", cells=(village.code,), since=look.data.window_end,
        observed=0, expected=expected, p=p, recurrence_days=look.data.every_days / p,
        reason=(
            f"{look.name(village.code)}连续{int(silent)}轮报“没有”，按本村以往和邻村的情况约有{expected:.1f}件。"
            "请去村里走一走、问一问，是真的没有，还是没有报上来。"
        ),
        unflag="乡镇到村核实过，或下一轮有了登记，本提示解除。",
        grade_reason="零报告与往常和邻村相差较大",
    )  # fmt: skip


def _late(look: Look) -> Seen:
    entries = look.window
    codes = sorted({one.incident.cell for one in entries})
    number = {code: at for at, code in enumerate(codes)}
    first = [one.reports[0] for one in entries]
    ages = [max(0, (one.noted_on - one.began_on).days) if one.began_on else np.nan for one in first]
    found = late_discovery(
        np.array([number[one.incident.cell] for one in entries], np.int64), np.array(ages, float), LateRule(most_p=1.0)
    )
    raised = []
    for at, group in enumerate(found.group.tolist()):
        own = tuple(
            one
            for one, age in zip(entries, ages, strict=True)
            if number[one.incident.cell] == group and not np.isnan(age)
        )
        days = (float(found.median[at]), float(found.elsewhere[at]))
        raised.append(_told_late(own, days, float(found.p[at]), look))
    return Seen(tuple(raised), streams=len(codes))


def _told_late(own: tuple[Entry, ...], days: tuple[float, float], p: float, look: Look) -> Raised:
    code, window = own[0].incident.cell, look.data.window_days
    return Raised(
        kind=KIND, identity=LATE, entries=own, member_ids=members_of(own), cell=code,
        category2=most_common([one.incident.category2 for one in own]), cells=(code,),
        since=min(one.incident.noted_on for one in own), observed=len(own), p=p, recurrence_days=window / p,
        reason=(
            f"{look.name(code)}近{window}天新登记的{len(own)}件，登记时多数已经发生{days[0]:.0f}天，"
            f"其他地方约{days[1]:.0f}天。"
        ),
        unflag="新发生的事登记得早了，本提示解除。",
        grade_reason="发现得晚",
    )  # fmt: skip
