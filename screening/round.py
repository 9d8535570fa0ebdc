"""One analysis of one round: incidents in, findings out.

The way of the data: collapse what a person called the same household and matter; cut window and base; group the
window into matters; ask each group the count rule and the rate test; give groups their identity; grade and explain;
then ask the other signals that are switched on, and choose what of theirs is told (`screening.signals.telling`).
Nothing here reads a clock or chance: equal inputs give equal bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from screening.digests import digest, input_digest
from screening.findings import Asked, finding_of, gone_findings
from screening.grading import SEVERITY
from screening.history import Cut, cut_entries, rates_of_groups
from screening.households import entries_of
from screening.identity import Match, match_groups
from screening.inputs import RoundInput
from screening.linkage import link
from screening.named_matters import named_groups
from screening.parameters import Parameters
from screening.rates import RateTest
from screening.results import FindingResult, RoundCounts, RoundResult
from screening.rules import ONE_BIG_ENTRY, RuleAnswer, count_rule
from screening.signals.raised import Look, Seen, counting
from screening.signals.telling import Told
from screening.signals.telling import tell as choose

SHARED = "shared_grievance"
MEMORY_DAYS = 365
"""Texts of so many days are read for names."""


def run_round(
    data: RoundInput, parameters: Parameters, seed: int, *, tell: Callable[[float], None] | None = None
) -> RoundResult:
    """Find the shared grievances of one window.

    Parameters
    ----------
    data : RoundInput
        Window, incidents of the window and of the year before it, and the findings already known.
    parameters : Parameters
        The figures of the rules.
    seed : int
        Kept with the result. Only the scan draws by it.
    tell : callable or None
        Called after each step with the share of the work that is done, from 0 to 1.

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
    say = tell or _nobody
    entries, households = entries_of(data.incidents)
    cut = cut_entries(entries, data, parameters)
    say(0.3)
    own = replace(data, earlier=tuple(one for one in data.earlier if one.kind == SHARED))
    asked = _ask_all(cut, own, parameters, say)
    shared = [finding_of(one, own, households, parameters) for one in asked if one.flagged]
    seen = _signals(cut, data, parameters, seed, say)
    told = choose(seen, shared, households, data, parameters)
    ordered = tuple(sorted([*shared, *told.findings], key=_gravest_first))
    gone = (*gone_findings(asked, own, parameters), *told.gone)
    counts = _counts(data, cut, asked, told, gone=len(gone), entries=len(entries))
    missing = tuple(one for kind in seen.values() for one in kind.not_screened)
    content = {"findings": ordered, "gone": gone, "counts": counts, "held": told.held, "missing": missing}
    return RoundResult(
        findings=ordered, gone=gone, counts=counts, input_digest=input_digest(data, parameters, seed),
        result_digest=digest(content), parameters=parameters, seed=seed, held=tuple(told.held), not_screened=missing,
        budgets=tuple(told.budgets),
    )  # fmt: skip


def _signals(
    cut: Cut, data: RoundInput, params: Parameters, seed: int, say: Callable[[float], None]
) -> dict[str, Seen]:
    """Ask every signal that is switched on, beside the shared grievance."""
    on = [kind for kind in params.signals if kind != SHARED]
    found: dict[str, Seen] = {}
    if on:
        from screening.signals.asking import ASKED  # noqa: PLC0415 - loads the compiled scan, which few rounds need

        look = Look(cut.window, counting((*cut.window, *cut.base)), data, params, seed)
        for at, kind in enumerate(on, 1):
            found[kind] = ASKED[kind](look)
            say(0.75 + 0.2 * at / len(on))
    return found


def _nobody(_share: float) -> None:
    """Hear how far it is, and do nothing."""


def _ask_all(cut: Cut, data: RoundInput, params: Parameters, say: Callable[[float], None]) -> list[Asked]:
    """Group the window and ask every group the count rule, and the rate test where that holds."""
    incidents, homes = [one.incident for one in cut.window], [one.household for one in cut.window]
    named = _named(cut, data)
    groups = link(incidents, cut.window_vectors, params, named)
    many = _of_many_homes(named, homes, params)
    say(0.7)
    members = [tuple(cut.window[at] for at in group) for group in groups]
    matches = match_groups(
        [frozenset(name for one in group for name in one.dispute_ids) for group in members], data.earlier
    )
    rules = [count_rule([one.incident for one in group], [one.household for one in group], params) for group in members]
    live = [at for at, group in enumerate(members) if rules[at].holds and any(one.is_open for one in group)]
    rates = dict(zip(live, rates_of_groups([groups[at] for at in live], cut, data, params), strict=True))
    sure = {at for at, group in enumerate(groups) if many.intersection(group)}
    return [
        Asked(group, match, rule, rates.get(at), flagged=_is_flagged(rule, match, rates.get(at), names_one=at in sure))
        for at, (group, match, rule) in enumerate(zip(members, matches, rules, strict=True))
    ]


def _named(cut: Cut, data: RoundInput) -> tuple[tuple[int, ...], ...]:
    """Give the groups of the window that name one place; what was told in the year before helps to see names."""
    oldest = data.window_end - timedelta(days=MEMORY_DAYS)
    entries = [*cut.window, *(one for one in cut.base if one.incident.noted_on > oldest)]
    groups = named_groups([one.incident for one in entries], [one.household for one in entries])
    inside = (tuple(at for at in group if at < len(cut.window)) for group in groups)
    return tuple(group for group in inside if len(group) > 1)


def _of_many_homes(named: Sequence[tuple[int, ...]], homes: Sequence[str], params: Parameters) -> frozenset[int]:
    """Give the positions of the named groups that as many households tell as the count rule asks for."""
    many = [group for group in named if len({homes[at] for at in group}) >= params.min_households]
    return frozenset(at for group in many for at in group)


def _is_flagged(rule: RuleAnswer, match: Match, rate: RateTest | None, *, names_one: bool) -> bool:
    """Tell whether a group is flagged; ``rate`` is None where the count rule failed or nothing is open any more.

    The rate test guards the first flag only. A finding that was raised before stays while the count rule holds:
    its own past is in the base by then, and a problem that lasts is not a problem solved. One big confirmed entry
    is not asked for a rate, which counts reports and would never pass on one; nor is a group whose households name one
    place and one grievance (``names_one``): that is what a shared grievance is, however lively the place.
    """
    if rate is None:
        return False
    return rate.passes or names_one or match.known is not None or rule.which == ONE_BIG_ENTRY or not rate.enough_history


def _gravest_first(one: FindingResult) -> tuple[int, int, str, tuple[str, ...]]:
    return (-SEVERITY.index(one.grade), -one.households_current, one.key, one.current_ids)


def _counts(data: RoundInput, cut: Cut, asked: Sequence[Asked], told: Told, *, gone: int, entries: int) -> RoundCounts:
    in_window = sum(one.noted_on >= data.window_start for one in data.incidents)
    first_day = data.window_start - timedelta(days=cut.base_days)
    in_base = sum(first_day <= one.noted_on < data.window_start for one in data.incidents)
    findings = sum(one.flagged for one in asked)
    return RoundCounts(
        incidents=len(data.incidents), in_window=in_window, in_base=in_base,
        before_base=len(data.incidents) - in_window - in_base,
        entries=entries, collapsed=len(data.incidents) - entries,
        groups=len(asked), findings=findings + len(told.findings), not_flagged=len(asked) - findings, gone=gone,
        raised=len(told.findings), held=len(told.held),
    )  # fmt: skip
