"""The states of the status and the one function that moves them; only results of R1 to R7 and days go in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from grid_app.standing import criteria
from grid_app.standing.criteria import CriterionResult, keys_of
from grid_app.standing.facts import months_after
from grid_app.standing.rules import Rules

NOT_ASSESSED: Final = "not_assessed"
ON_TRACK: Final = "on_track"
MET: Final = "met"
UNDER_REVIEW: Final = "under_review"
LAPSED: Final = "lapsed"
STATES: Final = (NOT_ASSESSED, ON_TRACK, MET, UNDER_REVIEW, LAPSED)
STATE_WORDS: Final = {
    NOT_ASSESSED: "未评估",
    ON_TRACK: "推进中",
    MET: "达标",
    UNDER_REVIEW: "复核中",
    LAPSED: "达标已失效",
}


@dataclass(frozen=True)
class Standing:
    """The state of one village from a day on: ``why`` in a sentence; until when it is met or reviewed."""

    state: str
    since: date
    why: str
    met_until: date | None = None
    review_until: date | None = None


def next_standing(
    before: Standing | None, results: Sequence[CriterionResult], *, on: date, recorded_since: date | None, rules: Rules
) -> Standing:
    """Return the standing that follows from the one before and the results of the day ``on``.

    Too few cases never take away what is met before its end; a criterion that fails, or whose records are gone, opens
    a review. A review ends in met again, or after its months in lapsed.
    """
    failing = keys_of(results, criteria.NOT_MET)
    missing = keys_of(results, criteria.NO_DATA)
    few = keys_of(results, criteria.TOO_FEW)
    kept = _kept(before, on=on, failing=failing, missing=missing, rules=rules)
    if kept is not None:
        return kept
    if before is not None and before.state == UNDER_REVIEW:
        found = _reviewed(before, on=on, failing=failing, unknown=missing + few, rules=rules)
    elif before is not None and before.state == LAPSED and failing:
        found = Standing(LAPSED, on, f"失效以后还没有恢复:{_named(failing)}没有达到。")
    elif missing or few:
        found = Standing(NOT_ASSESSED, on, _unknown(missing, few))
    elif failing:
        found = Standing(ON_TRACK, on, f"七项都有数据,{_named(failing)}还没有达到。")
    elif recorded_since is None or recorded_since > months_after(on, -rules["window.months"]):
        found = Standing(ON_TRACK, on, f"七项都达到,但排查记录还不满 {rules['window.months']} 个月。")
    else:
        found = _met(on, rules)
    return _since(before, found)


def _kept(
    before: Standing | None, *, on: date, failing: tuple[str, ...], missing: tuple[str, ...], rules: Rules
) -> Standing | None:
    """Return what becomes of a village that was met: it stays so until its end, or is reviewed."""
    if before is None or before.state != MET or before.met_until is None:
        return None
    if failing or (missing and on < before.met_until):
        words = f"{_named(failing)}没有达到" if failing else f"{_named(missing)}的依据不在了"
        until = months_after(on, rules["review.months"])
        return Standing(UNDER_REVIEW, on, f"{words},{until} 以前复核。", before.met_until, until)
    return before if on < before.met_until else None


def _reviewed(
    before: Standing, *, on: date, failing: tuple[str, ...], unknown: tuple[str, ...], rules: Rules
) -> Standing:
    if not failing and not unknown:
        is_valid = before.met_until is not None and on < before.met_until
        until = before.met_until if is_valid else months_after(on, rules["met.months"])
        return Standing(MET, on, f"复核后七项都达到,有效到 {until}。", until)
    if before.review_until is not None and on < before.review_until:
        return replace(before, why=f"{_named(failing or unknown)}还在复核,{before.review_until} 以前有结果。")
    if failing:
        return Standing(LAPSED, on, f"复核期满,{_named(failing)}仍没有达到。")
    return Standing(NOT_ASSESSED, on, f"复核期满,{_named(unknown)}缺少依据,不能评估。")


def _met(on: date, rules: Rules) -> Standing:
    until = months_after(on, rules["met.months"])
    return Standing(MET, on, f"七项都达到,有效到 {until}。", until)


def _since(before: Standing | None, found: Standing) -> Standing:
    """Return the standing with the day on which its state began."""
    same = before is not None and before.state == found.state
    return replace(found, since=before.since) if before is not None and same else found


def _unknown(missing: tuple[str, ...], few: tuple[str, ...]) -> str:
    told = [f"{_named(missing)}尚无数据"] if missing else []
    told += [f"{_named(few)}样本不足,等乡镇现场核查"] if few else []
    return ";".join(told) + "。"


def _named(keys: Sequence[str]) -> str:
    return "、".join(f"“{criteria.NAMES[key]}”" for key in keys)
