"""The result of a backtest as it stands on record, and the one sentence that says what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from screening.detection import Detection, KnownMatter, detections, judged_by_people
from screening.digests import digest
from screening.replay import Replay
from screening.results import BudgetShare


@dataclass(frozen=True)
class Outcome:
    """A result, the digests of what it was made of and of itself, and what to say of it."""

    result: dict[str, Any]
    input_digest: str
    result_digest: str
    sentence: str


def outcome_of(replay: Replay, matters: Sequence[KnownMatter], budgets: Sequence[BudgetShare]) -> Outcome:
    """Return what is written down of a replay held against what people decided."""
    found, judged = detections(matters, replay.findings), judged_by_people(matters, replay.findings)
    content = {
        "rounds": [asdict(one) for one in replay.rounds],
        "findings": [{**asdict(one), "confirmed": judged.get(one.finding_id)} for one in replay.findings],
        "held": [asdict(one) for one in replay.held],
        "not_screened": [asdict(one) for one in replay.not_screened],
        "matters": [{**asdict(one), "days": one.days, "ahead": one.ahead} for one in found],
        "budgets": [asdict(one) for one in budgets],
    }
    result: dict[str, Any] = json.loads(json.dumps(content, ensure_ascii=False, default=str))
    inputs = {"rounds": [one.input_digest for one in replay.rounds], "matters": list(matters)}
    return Outcome(result, digest(inputs), digest(result), _sentence(replay, found))


def _sentence(replay: Replay, found: Sequence[Detection]) -> str:
    told = f"回测完成:{len(replay.rounds)} 轮,一共会提示 {len(replay.findings)} 条"
    if not found:
        return f"{told}。这段时间没有人确认过的事可以对照,请逐条看下面的清单。"
    missed = sum(one.found_on is None for one in found)
    return f"{told};人已确认的 {len(found)} 件里,找到 {len(found) - missed} 件,没找到 {missed} 件。"
