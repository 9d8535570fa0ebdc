"""Rounds over past days, one after the other: what each leaves for the next, and what they told in all.

A replay is a chain of rounds in which every round knows the findings of those before it, as rounds in use do, and in
which no person decides. Its findings are numbered in the order in which they are first told. Nothing here reads a
clock, chance or a database: equal rounds give equal bytes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from screening.grading import SEVERITY
from screening.inputs import KnownFinding
from screening.parameters import SIGNALS, STATISTICAL
from screening.replayed import KindCount, Left, ReplayedFinding, ReplayedRound
from screening.results import FindingResult, GoneFinding, HeldBack, NotScreened, RoundResult

BUDGET_DAYS = 30
"""The budget of statistical signals counts the findings of so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay so far; the empty one stands before the first round."""

    known: tuple[KnownFinding, ...] = ()
    rounds: tuple[ReplayedRound, ...] = ()
    findings: tuple[ReplayedFinding, ...] = ()
    held: tuple[Left, ...] = ()
    not_screened: tuple[Left, ...] = ()


def replay_round(so_far: Replay, day: date, result: RoundResult) -> Replay:
    """Give the replay with one more round.

    Parameters
    ----------
    so_far : Replay
        The rounds before it; ``result`` must have been told of ``so_far.known``.
    day : date
        Last day the round knew; later than every day before it.
    result : RoundResult
        What the round found.

    Raises
    ------
    ValueError
        When the day is not later than the last one.
    """
    if so_far.rounds and day <= so_far.rounds[-1].day:
        raise ValueError("The rounds of a replay come in the order of their days, one a day at most.")
    names = names_of(result, following=len(so_far.findings) + 1)
    made = ReplayedRound(
        day=day, kinds=_counted(so_far, result), incidents=result.counts.in_window,
        held=len(result.held), not_screened=len(result.not_screened),
        input_digest=result.input_digest, result_digest=result.result_digest,
    )  # fmt: skip
    return Replay(
        known=known_after(so_far.known, result, names),
        rounds=(*so_far.rounds, made),
        findings=_findings(so_far, day, result, names),
        held=_added(so_far.held, day, (_held(one) for one in result.held)),
        not_screened=_added(so_far.not_screened, day, (_not_screened(one) for one in result.not_screened)),
    )


def names_of(result: RoundResult, *, following: int) -> tuple[str, ...]:
    """Give the identity of each finding of a round in its order; new ones are numbered from ``following`` on."""
    numbers = count(following)
    return tuple(one.finding_id or f"R{next(numbers):04d}" for one in result.findings)


def known_after(earlier: Sequence[KnownFinding], result: RoundResult, ids: Sequence[str]) -> tuple[KnownFinding, ...]:
    """Give the findings that the round after ``result`` is told of.

    Parameters
    ----------
    earlier : sequence of KnownFinding
        What the round itself was told of.
    result : RoundResult
        What it found.
    ids : sequence of str
        The identity of each of its findings, in its order.

    Returns
    -------
    tuple of KnownFinding
        Sorted by identity. One that the round tells no more stays, so that it comes back under its own name; one
        that was taken over by another does not.

    Raises
    ------
    ValueError
        When the number of identities is not the number of findings.
    """
    live = {name: _known(name, found) for name, found in zip(ids, result.findings, strict=True)}
    gone = {one.finding_id: one for one in result.gone}
    kept = {
        one.finding_id: _faded(one, gone.get(one.finding_id))
        for one in earlier
        if one.finding_id not in live and not _is_merged(gone.get(one.finding_id))
    }
    return tuple(one for _, one in sorted({**kept, **live}.items()))


def told_lately(so_far: Replay, day: date) -> int:
    """Give how many findings of statistical signals were first told in the 30 days that end with ``day``."""
    first = day - timedelta(days=BUDGET_DAYS - 1)
    return sum(one.kind in STATISTICAL and first <= one.first_on <= day for one in so_far.findings)


def _known(name: str, found: FindingResult) -> KnownFinding:
    return KnownFinding(
        finding_id=name, key=found.key, member_ids=found.member_ids, households_ever=found.households_ever,
        last_households=found.households_current, since=date.fromisoformat(found.since), kind=found.kind,
    )  # fmt: skip


def _faded(known: KnownFinding, gone: GoneFinding | None) -> KnownFinding:
    return known if gone is None else replace(known, last_households=gone.households_current)


def _is_merged(gone: GoneFinding | None) -> bool:
    return gone is not None and gone.merged_into is not None


def _counted(so_far: Replay, result: RoundResult) -> tuple[KindCount, ...]:
    """Count by signal; a finding is gone once, in the first round that tells it no more."""
    told_last = {one.finding_id: one.kind for one in _live(so_far)}
    trends = Counter((one.kind, one.trend) for one in result.findings)
    gone = Counter(told_last[one.finding_id] for one in result.gone if one.finding_id in told_last)
    kinds = [kind for kind in SIGNALS if gone[kind] or any(one == kind for one, _ in trends)]
    return tuple(
        KindCount(
            kind=kind, new=trends[kind, "new"], growing=trends[kind, "growing"], steady=trends[kind, "steady"],
            shrinking=trends[kind, "shrinking"], gone=gone[kind],
        )
        for kind in kinds
    )  # fmt: skip


def _live(so_far: Replay) -> Iterator[ReplayedFinding]:
    last = so_far.rounds[-1].day if so_far.rounds else None
    return (one for one in so_far.findings if one.last_on == last)


def _findings(so_far: Replay, day: date, result: RoundResult, names: Sequence[str]) -> tuple[ReplayedFinding, ...]:
    found = {one.finding_id: one for one in so_far.findings}
    for name, told in zip(names, result.findings, strict=True):
        found[name] = _again(found[name], told, day) if name in found else _first(name, told, day)
    for one in result.gone:
        if one.finding_id in found and one.merged_into:
            found[one.finding_id] = replace(found[one.finding_id], merged_into=one.merged_into)
    return tuple(found.values())


def _first(name: str, told: FindingResult, day: date) -> ReplayedFinding:
    return ReplayedFinding(
        finding_id=name, kind=told.kind, key=told.key, cell=told.cell, category2=told.category2,
        organisation=told.organisation, first_on=day, last_on=day, rounds=1,
        joined=tuple((member, day) for member in sorted(told.member_ids)),
        households_first=told.households_current, households_ever=told.households_ever, since=told.since,
        grade=told.grade, reason=told.reason, unflag=told.unflag, gravest=told.grade,
        recurrence_days=told.recurrence_days,
    )  # fmt: skip


def _again(before: ReplayedFinding, told: FindingResult, day: date) -> ReplayedFinding:
    joined = {**dict.fromkeys(told.member_ids, day), **dict(before.joined)}
    return replace(
        before, last_on=day, rounds=before.rounds + 1, joined=tuple(sorted(joined.items())),
        households_ever=max(before.households_ever, told.households_ever), since=min(before.since, told.since),
        gravest=max(before.gravest, told.grade, key=SEVERITY.index),
    )  # fmt: skip


def _held(one: HeldBack) -> Left:
    return replace(
        _left(one.kind, one.cell, one.reason), category2=one.category2, observed=one.observed,
        member_ids=tuple(sorted(one.member_ids)),
    )  # fmt: skip


def _not_screened(one: NotScreened) -> Left:
    return _left(one.kind, one.subject, one.reason)


def _left(kind: str, subject: str, reason: str) -> Left:
    return Left(
        kind=kind, subject=subject, category2="", reason=reason, observed=0, member_ids=(),
        first_on=date.min, last_on=date.min, rounds=1,
    )  # fmt: skip


def _added(before: Sequence[Left], day: date, lines: Iterable[Left]) -> tuple[Left, ...]:
    """Add a round's lines; what stood there of the same subject becomes one line that says how often."""
    kept = {(one.kind, one.subject, one.category2): one for one in before}
    for line in lines:
        key = (line.kind, line.subject, line.category2)
        old = kept.get(key, replace(line, first_on=day, last_on=day))
        kept[key] = replace(
            old, reason=line.reason, last_on=day, rounds=old.rounds + (old.last_on < day),
            observed=max(old.observed, line.observed),
            member_ids=tuple(sorted({*old.member_ids, *line.member_ids})),
        )  # fmt: skip
    return tuple(kept.values())
