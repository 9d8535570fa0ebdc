"""From an asked group to a finding that people can read, and from a known finding to one that is gone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screening.grading import FindingFacts, grade_finding
from screening.households import Entry
from screening.identity import Match, trend_of
from screening.inputs import BAND_FLOORS, Incident, KnownFinding, RoundInput
from screening.parameters import Parameters
from screening.rates import RateTest, rate_test
from screening.reasons import flag_reason, gone_reason, unflag_sentence
from screening.results import FindingResult, GoneFinding
from screening.rules import RuleAnswer


@dataclass(frozen=True, slots=True)
class Asked:
    """One group with what the rules answered; ``rate`` is None when the count rule did not hold."""

    group: tuple[Entry, ...]
    match: Match
    rule: RuleAnswer
    rate: RateTest | None
    flagged: bool

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents of the group, one per entry."""
        return tuple(entry.incident for entry in self.group)

    @property
    def households(self) -> frozenset[str]:
        """The households of the group."""
        return frozenset(entry.household for entry in self.group)


def finding_of(asked: Asked, data: RoundInput, households: Mapping[str, str], params: Parameters) -> FindingResult:
    """Give the finding of a flagged group, with its grade and its sentences."""
    known, rule = asked.match.known, asked.rule
    cells = _finest_cells(asked.incidents)
    cell, organisation = cells.most_common(1)[0][0], organisation_of(asked.incidents)
    category2 = Counter(sorted(one.category2 for one in asked.incidents)).most_common(1)[0][0]
    current = tuple(sorted(one for entry in asked.group for one in entry.dispute_ids))
    taken_in = (*([known] if known else []), *asked.match.merged)
    members = tuple(sorted({*current, *(one for finding in taken_in for one in finding.member_ids)}))
    since = _since(asked, taken_in, data)
    rate = asked.rate or rate_test(rule.households, 0, 0, data.window_days, params)
    grade = grade_finding(_facts(asked, len(cells)))
    return FindingResult(
        finding_id=known.finding_id if known else None,
        key=f"{category2}|{organisation or ''}|{cell}",
        trend=trend_of(rule.households, known),
        cell=cell, category2=category2, organisation=organisation, cells=tuple(sorted(cells)),
        member_ids=members, current_ids=current,
        households_current=rule.households,
        households_ever=households_ever_of(current, taken_in, households),
        disputes_ever=len(members),
        since=since.isoformat(),
        grade=grade.colour, grade_reasons=grade.reasons,
        rule=rule, rate=rate,
        reason=flag_reason(
            cell=cell, organisation=organisation, since=since, window_days=data.window_days,
            rule=rule, rate=rate, known=known is not None, names=dict(data.names), params=params,
        ),
        unflag=unflag_sentence(rule, data.window_days, params),
        merged=tuple(one.finding_id for one in asked.match.merged),
        split_from=asked.match.split_from,
    )  # fmt: skip


def gone_findings(asked: Sequence[Asked], data: RoundInput, params: Parameters) -> tuple[GoneFinding, ...]:
    """Give the known findings this round does not raise again, sorted by identity; none is ever dropped."""
    lives, swallowed, faded = set(), {}, {}
    for one in asked:
        match = one.match
        if match.known is None:
            continue
        if one.flagged:
            lives.add(match.known.finding_id)
        for known in (match.known, *match.merged):
            faded[known.finding_id] = one
        if one.flagged:
            swallowed.update({known.finding_id: match.known.finding_id for known in match.merged})
    ordered = sorted(data.earlier, key=lambda known: known.finding_id)
    return tuple(
        _gone(known, faded.get(known.finding_id), swallowed.get(known.finding_id), params)
        for known in ordered
        if known.finding_id not in lives
    )


def _gone(known: KnownFinding, left: Asked | None, merged_into: str | None, params: Parameters) -> GoneFinding:
    households = len(left.households) if left else 0
    open_left = any(entry.is_open for entry in left.group) if left else False
    return GoneFinding(
        finding_id=known.finding_id, key=known.key, member_ids=tuple(sorted(known.member_ids)),
        households_ever=known.households_ever, households_current=households,
        reason=gone_reason(households, open_left=open_left, merged=merged_into is not None, params=params),
        merged_into=merged_into,
    )  # fmt: skip


def _finest_cells(incidents: Sequence[Incident]) -> Counter[str]:
    """Count members by place, leaving out areas that merely contain another member's place."""
    containing = {above for one in incidents for above in one.path}
    counted = Counter(sorted(one.cell for one in incidents))
    return Counter({cell: times for cell, times in counted.items() if cell not in containing})


def organisation_of(incidents: Sequence[Incident]) -> str | None:
    """Give the organisation most members name, the first by name among equals.

    One member of several is not enough to say that the matter concerns an organisation: then None.
    """
    named = Counter(sorted(one.organisation for one in incidents if one.organisation))
    name, times = named.most_common(1)[0] if named else (None, 0)
    return name if times >= min(2, len(incidents)) else None


def _since(asked: Asked, taken_in: Sequence[KnownFinding], data: RoundInput) -> date:
    days = [one.noted_on for entry in asked.group for one in entry.reports]
    days += [known.since for known in taken_in if known.since]
    earlier = {member for known in taken_in for member in known.member_ids}
    return min([*days, *(one.noted_on for one in data.incidents if one.dispute_id in earlier)])


def _facts(asked: Asked, places: int) -> FindingFacts:
    banded = [one for one in asked.incidents if one.band]
    sure = [BAND_FLOORS[one.band or "1"] for one in banded if one.band_status in ("known", "confirmed")]
    every = [BAND_FLOORS[one.band or "1"] for one in banded]
    floor = max(every, default=0)
    return FindingFacts(
        danger=any(one.danger for one in asked.incidents), households=asked.rule.households,
        band_floor=floor, band_sure=max(sure, default=0) >= floor, villages=places,
    )  # fmt: skip


def households_ever_of(current: Sequence[str], taken_in: Sequence[KnownFinding], households: Mapping[str, str]) -> int:
    """Count households that ever told of something: those counted before, and those not among them.

    ``current`` are disputes of now, ``taken_in`` the known findings that go on in it.
    """
    if not taken_in:
        return len({households[one] for one in current})
    most = max(taken_in, key=lambda known: (known.households_ever, known.finding_id))
    counted = {households[one] for one in most.member_ids if one in households}
    others = {one for known in taken_in for one in known.member_ids if one in households}
    told = {households[one] for one in (*current, *others)}
    return most.households_ever + len(told - counted)
