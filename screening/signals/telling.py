"""Which of the raised things a round tells: identity, what is told already, and the budget of statistical signals.

A budget of N findings a month is kept in two ways. Every statistical signal has an equal share of it, and from its
share and its number of streams follows the recurrence interval from which it tells anything
(`screening.watching.budget`): chance alone then brings at most N a month. And in any 30 days no more than N new ones
are told, the strongest first.
Rules are never cut: shared grievance, same organisation, overdue disputes, and whatever has a danger among its members.
What is known already goes on while its recurrence interval is at least ``LEAST_INTERVAL``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from screening.findings import households_ever_of
from screening.identity import BY_KEY, Match, match_groups, match_keys, trend_of
from screening.inputs import SILENCE, KnownFinding, RoundInput
from screening.parameters import SIGNALS, STATISTICAL, Parameters
from screening.results import BudgetShare, FindingResult, GoneFinding, HeldBack
from screening.signals.raised import Raised, Seen, members_of, result_of
from screening.watching import budget

LEAST_INTERVAL: Final = 100.0
"""Days; what chance brings more often than this is no signal whatever the budget."""
SHARE_TOLD: Final = {"same_organisation": 0.8, "scan": 0.5, "growth": 0.5, SILENCE: 0.8}
"""Share of the members from which on a thing is told already by findings before it."""
TOLD_ALREADY: Final = "其中多数已在另一条提示里，不重复提示。"
TOO_COMMON: Final = "按每月最多{month:g}条的预算，靠巧合{days:.0f}天以上才出现一次的才提示；这一条约{own:.0f}天。"
FULL: Final = "最近30天已提示{told}条，达到每月最多{month:g}条的预算，这一条先不提示。"
NOT_SEEN: Final = {
    "same_organisation": "涉及同一单位、项目或场所的不足规定的村数和户数，或事项均已办结，不再提示，记录保留。",
    "scan": "这一片的反映已回到平常水平，不再提示，记录保留。",
    "growth": "反映已回到前几周的水平，不再提示，记录保留。",
    "overdue_pile": "过期的事项已减少，不再提示，记录保留。",
    SILENCE: "本轮与往常和邻村相符，不再提示，记录保留。",
}


@dataclass
class Told:
    """What a round tells beside the shared grievances."""

    findings: list[FindingResult] = field(default_factory=list)
    gone: list[GoneFinding] = field(default_factory=list)
    held: list[HeldBack] = field(default_factory=list)
    budgets: list[BudgetShare] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    raised: Raised
    match: Match

    @property
    def is_dangerous(self) -> bool:
        """Whether a member has a danger."""
        return any(one.incident.danger for one in self.raised.entries)


def tell(
    seen: Mapping[str, Seen], shared: Sequence[FindingResult], households: Mapping[str, str], data: RoundInput,
    params: Parameters,
) -> Told:  # fmt: skip
    """Choose what is told of what the signals raised.

    Parameters
    ----------
    seen : mapping of str to Seen
        By signal; those switched off are absent, and their known findings stay as they are.
    shared : sequence of FindingResult
        Shared grievances of this round.
    households : mapping of str to str
        Household of every dispute.
    """
    told = Told(budgets=_shares(seen, params))
    threshold = {one.kind: one.recurrence_days for one in told.budgets}
    members = {name for one in shared for name in one.current_ids}
    known_of = {kind: [one for one in data.earlier if one.kind == kind] for kind in seen}
    room = params.budget_per_month - data.told_lately
    for one in _in_order(seen, known_of, threshold):
        kind = one.raised.kind
        reason = _told_already(one.raised, members)
        is_cut = kind in STATISTICAL and one.match.known is None and not one.is_dangerous
        if not reason and is_cut:
            reason = _over_budget(one.raised, threshold[kind], room, params, data)
            room -= not reason
        if reason:
            told.held.append(_held(one.raised, reason))
            continue
        members.update(one.raised.member_ids)
        told.findings.append(_finding(one, households, data))
    told.gone = _gone(seen, known_of, told)
    return told


def _shares(seen: Mapping[str, Seen], params: Parameters) -> list[BudgetShare]:
    statistical = [kind for kind in SIGNALS if kind in seen and kind in STATISTICAL]
    share = params.budget_per_month / max(1, len(statistical))
    return [
        BudgetShare(
            kind=kind, streams=seen[kind].streams,
            recurrence_days=max(LEAST_INTERVAL, budget(share, seen[kind].streams)) if seen[kind].streams else 0.0,
        )
        for kind in statistical
    ]  # fmt: skip


def _in_order(
    seen: Mapping[str, Seen], known_of: Mapping[str, list[KnownFinding]], threshold: Mapping[str, float]
) -> list[_Candidate]:
    """Give rules first, then statistical things: those known, then the strongest against their threshold."""
    found: list[_Candidate] = []
    for kind in SIGNALS:
        raised = [
            one
            for one in (seen[kind].raised if kind in seen else ())
            if kind not in STATISTICAL or (one.recurrence_days or 0) >= LEAST_INTERVAL
        ]
        found += [
            _Candidate(*pair) for pair in zip(raised, _matches(kind, raised, known_of.get(kind, [])), strict=True)
        ]

    def rank(one: _Candidate) -> tuple[bool, bool, bool, float, int, str, tuple[str, ...]]:
        raised = one.raised
        weight = (raised.recurrence_days or 0) / threshold[raised.kind] if raised.kind in STATISTICAL else 0.0
        return (
            raised.kind in STATISTICAL, one.match.known is None, raised.is_general, -weight,
            SIGNALS.index(raised.kind), raised.key, raised.member_ids,
        )  # fmt: skip

    return sorted(found, key=rank)


def _matches(kind: str, raised: Sequence[Raised], known: Sequence[KnownFinding]) -> Sequence[Match]:
    if kind in BY_KEY:
        return match_keys(kind, [one.key for one in raised], known)
    return match_groups([frozenset(one.member_ids) for one in raised], known)


def _told_already(raised: Raised, members: set[str]) -> str:
    share = SHARE_TOLD.get(raised.kind)
    if share is None or not raised.member_ids:
        return ""
    return TOLD_ALREADY if len(members.intersection(raised.member_ids)) >= share * len(raised.member_ids) else ""


def _over_budget(raised: Raised, threshold: float, room: float, params: Parameters, data: RoundInput) -> str:
    own = raised.recurrence_days or 0.0
    if own < threshold:
        return TOO_COMMON.format(month=params.budget_per_month, days=threshold, own=own)
    if room < 1:
        told = data.told_lately + int(params.budget_per_month - data.told_lately - room)
        return FULL.format(told=told, month=params.budget_per_month)
    return ""


def _held(raised: Raised, reason: str) -> HeldBack:
    return HeldBack(
        kind=raised.kind, cell=raised.cell, category2=raised.category2, member_ids=raised.member_ids,
        observed=raised.observed, expected=raised.expected, recurrence_days=raised.recurrence_days, reason=reason,
    )  # fmt: skip


def _finding(one: _Candidate, households: Mapping[str, str], data: RoundInput) -> FindingResult:
    raised, match = one.raised, one.match
    taken_in = (*([match.known] if match.known else []), *match.merged)
    members = tuple(sorted({*raised.member_ids, *(name for known in taken_in for name in known.member_ids)}))
    ever = households_ever_of(members_of(raised.entries), taken_in, households)
    since = min([raised.since, *(known.since for known in taken_in if known.since)])
    homes = len({entry.household for entry in raised.entries})
    return result_of(
        raised, data, finding_id=match.known.finding_id if match.known else None, trend=trend_of(homes, match.known),
        ever=(ever, members), since=since, merged=tuple(known.finding_id for known in match.merged),
        split_from=match.split_from,
    )  # fmt: skip


def _gone(seen: Mapping[str, Seen], known_of: Mapping[str, list[KnownFinding]], told: Told) -> list[GoneFinding]:
    living = {one.finding_id for one in told.findings}
    into = {name: one.finding_id for one in told.findings for name in one.merged}
    return [
        GoneFinding(
            finding_id=known.finding_id, key=known.key, member_ids=tuple(sorted(known.member_ids)),
            households_ever=known.households_ever, households_current=0, reason=NOT_SEEN[kind],
            merged_into=into.get(known.finding_id),
        )
        for kind in seen
        for known in sorted(known_of[kind], key=lambda one: one.finding_id)
        if known.finding_id not in living
    ]  # fmt: skip
