"""One analysis of one round: incidents in, findings out.

The way of the data: collapse what a person called the same household and matter; cut window and base; group the
window into matters; ask each group the count rule and the rate test; give groups their identity; grade and explain.
Nothing here reads a clock or chance: equal inputs give equal bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from screening.digests import digest, input_digest
from screening.findings import Asked, finding_of, gone_findings
from screening.grading import SEVERITY
from screening.history import Base, base_of, base_span, rate_of_group
from screening.households import Entry, entries_of
from screening.identity import Match, match_groups
from screening.inputs import RoundInput
from screening.linkage import link
from screening.parameters import Parameters
from screening.results import FindingResult, RoundCounts, RoundResult
from screening.rules import ONE_BIG_ENTRY, count_rule
from screening.texts import Matrix, text_vectors


@dataclass(frozen=True, slots=True)
class _Cut:
    """The window's entries, their vectors, and the base before them."""

    window: tuple[Entry, ...]
    vectors: Matrix
    base: Base


def run_round(data: RoundInput, parameters: Parameters, seed: int) -> RoundResult:
    """Find the shared grievances of one window.

    Parameters
    ----------
    data : RoundInput
        Window, incidents of the window and of the year before it, and the findings already known.
    parameters : Parameters
        The figures of the rules.
    seed : int
        Kept with the result. The count rule, the rate test and average linkage use no chance.

    Returns
    -------
    RoundResult
        Findings in the order of grade, households and key; the same inputs in any order give the same bytes.

    Examples
    --------
    >>> from datetime import date
    >>> nothing = RoundInput(window_start=date(2026, 1, 1), window_end=date(2026, 3, 31), incidents=())
    >>> run_round(nothing, Parameters(), 1).findings
    ()
    """
    entries, households = entries_of(data.incidents)
    cut = _cut(entries, data, parameters)
    groups = [
        tuple(cut.window[at] for at in group)
        for group in link([one.incident for one in cut.window], cut.vectors, parameters)
    ]
    positions = {entry.incident.dispute_id: at for at, entry in enumerate(cut.window)}
    matches = match_groups([frozenset(i for one in group for i in one.dispute_ids) for group in groups], data.earlier)
    asked = [_ask(group, match, cut, positions, data, parameters) for group, match in zip(groups, matches, strict=True)]
    findings = [finding_of(one, data, households, parameters) for one in asked if one.flagged]
    ordered = tuple(sorted(findings, key=_gravest_first))
    gone = gone_findings(asked, data, parameters)
    counts = _counts(data, cut, asked, gone=len(gone), entries=len(entries))
    return RoundResult(
        findings=ordered, gone=gone, counts=counts, input_digest=input_digest(data, parameters, seed),
        result_digest=digest({"findings": ordered, "gone": gone, "counts": counts}),
        parameters=parameters, seed=seed,
    )  # fmt: skip


def _cut(entries: Sequence[Entry], data: RoundInput, params: Parameters) -> _Cut:
    """Cut entries into window and base; letter pairs are weighed over both together."""
    first_day, days = base_span(data, params)
    window = [one for one in entries if one.incident.noted_on >= data.window_start]
    before = [one for one in entries if first_day <= one.incident.noted_on < data.window_start]
    vectors = text_vectors([one.incident.text for one in (*window, *before)])
    base = base_of([one.incident for one in before], [one.household for one in before], vectors[len(window) :], days)
    return _Cut(tuple(window), vectors[: len(window)], base)


def _ask(
    group: tuple[Entry, ...],
    match: Match,
    cut: _Cut,
    positions: dict[str, int],
    data: RoundInput,
    params: Parameters,
) -> Asked:
    """Ask one group the count rule, and the rate test when that holds.

    The rate test guards the first flag only. A finding that was raised before stays while the count rule holds:
    its own past is in the base by then, and a problem that lasts is not a problem solved. One big confirmed entry
    is not asked for a rate, which counts reports and would never pass on one.
    """
    incidents = [one.incident for one in group]
    households = [one.household for one in group]
    rule = count_rule(incidents, households, params)
    if not rule.holds or not any(one.is_open for one in group):
        return Asked(group, match, rule, None, flagged=False)
    rows = cut.vectors[[positions[one.dispute_id] for one in incidents]]
    rate = rate_of_group(incidents, rows, observed=rule.households, base=cut.base, data=data, params=params)
    excused = match.known is not None or rule.which == ONE_BIG_ENTRY or not rate.enough_history
    return Asked(group, match, rule, rate, flagged=rate.passes or excused)


def _gravest_first(one: FindingResult) -> tuple[int, int, str, tuple[str, ...]]:
    return (-SEVERITY.index(one.grade), -one.households_current, one.key, one.current_ids)


def _counts(data: RoundInput, cut: _Cut, asked: Sequence[Asked], *, gone: int, entries: int) -> RoundCounts:
    in_window = sum(one.noted_on >= data.window_start for one in data.incidents)
    first_day = data.window_start - timedelta(days=cut.base.days)
    in_base = sum(first_day <= one.noted_on < data.window_start for one in data.incidents)
    findings = sum(one.flagged for one in asked)
    return RoundCounts(
        incidents=len(data.incidents), in_window=in_window, in_base=in_base,
        before_base=len(data.incidents) - in_window - in_base,
        entries=entries, collapsed=len(data.incidents) - entries,
        groups=len(asked), findings=findings, not_flagged=len(asked) - findings, gone=gone,
    )  # fmt: skip
