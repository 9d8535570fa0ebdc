"""Judging the seven criteria R1 to R7 of one village, each with what it rests on and why, in words for villagers.

No default counts as met: what is not on record reads 尚无数据, too few cases read 样本不足 until a township has looked
on the spot. Counts of matters under ten are not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from grid_app.standing.facts import EFFECTIVE, NO_ROOM, NOMINAL, VillageFacts, months_after
from grid_app.standing.rules import Rules

MET: Final = "met"
NOT_MET: Final = "not_met"
TOO_FEW: Final = "too_few"
NO_DATA: Final = "no_data"
RESULT_WORDS: Final = {MET: "达到", NOT_MET: "没有达到", TOO_FEW: "样本不足", NO_DATA: "尚无数据"}
NAMES: Final = {
    "R1": "排查回执",
    "R2": "调解室",
    "R3": "首次联系",
    "R4": "早发现",
    "R5": "职责履行",
    "R6": "结果告知",
    "R7": "台账和公开信息",
}
CHECKABLE: Final = ("R1", "R3", "R4", "R6")
"""Criteria that are counted, and may have too few cases: a township's check on the spot stands in for them."""
LEAST_TOLD: Final = 10
_ROOMS: Final = {
    EFFECTIVE: (MET, "调解室的开放时间、人员和使用都符合。"),
    NOMINAL: (NOT_MET, "有调解室,但开放时间、人员或使用有一样不够。"),
    NO_ROOM: (NOT_MET, "没有登记在用的调解室。"),
}


@dataclass(frozen=True)
class CriterionResult:
    """One criterion: ``state`` met, not_met, too_few or no_data; what it rests on, and the sentence why."""

    key: str
    state: str
    evidence: str
    why: str

    @property
    def name(self) -> str:
        """Return what the criterion is called."""
        return NAMES[self.key]


def judge(facts: VillageFacts, *, rules: Rules, on: date) -> tuple[CriterionResult, ...]:
    """Return the results of R1 to R7 as they stand at the beginning of the day ``on``.

    Examples
    --------
    >>> from grid_app.standing.rules import rules_of_file
    >>> [one.state for one in judge(VillageFacts(), rules=rules_of_file(), on=date(2026, 12, 1))]
    ['no_data', 'no_data', 'too_few', 'too_few', 'no_data', 'too_few', 'no_data']
    """
    results = (one(facts, rules, on) for one in _JUDGES)
    return tuple(_looked_at(result, facts) for result in results)


def needs_a_look(facts: VillageFacts, *, rules: Rules) -> tuple[str, ...]:
    """Return what somebody should go and see: silence and late discovery are no success, and no blame either.

    Where the township has looked within the year and found that matters are known early, silence asks nobody again;
    a few late discoveries are no share.
    """
    found = []
    looked = facts.check_of("R4")
    if facts.zero_days >= rules["look.zero_days"] and not (looked and looked.fits):
        weeks = facts.zero_days // 7
        found.append(f"连续 {weeks} 周排查都是零报告。没有事当然好,也可能是没有报上来,请到村里看一看。")
    if facts.found >= rules["R4.least"] and facts.found_late * 100 > facts.found * rules["R4.share"]:
        found.append(f"有些事项过了 {rules['R4.days']} 天才从别处知道。请看看是哪个环节没有早发现。")
    return tuple(found)


def keys_of(results: Iterable[CriterionResult], *states: str) -> tuple[str, ...]:
    """Return the keys of the results that are in one of the states."""
    return tuple(one.key for one in results if one.state in states)


def _rounds(facts: VillageFacts, rules: Rules, _on: date) -> CriterionResult:
    wanted = f"要求至少 {rules['R1.share']}% 的轮次按时回执,零报告也算。"
    if not facts.rounds:
        return CriterionResult("R1", NO_DATA, "还没有到期的排查轮次。", wanted)
    evidence = f"到期 {facts.rounds} 轮,按时回执 {facts.rounds_on_time} 轮。"
    if facts.rounds < rules["R1.least"]:
        return CriterionResult("R1", TOO_FEW, evidence, f"不到 {rules['R1.least']} 轮,还看不出来。")
    return CriterionResult("R1", _reached(facts.rounds_on_time, facts.rounds, rules["R1.share"]), evidence, wanted)


def _room(facts: VillageFacts, _rules: Rules, _on: date) -> CriterionResult:
    wanted = "要求每周至少开半天、有两名以上调解员、90 天内用过或试开过。"
    state, usual = _ROOMS.get(facts.room, (NO_DATA, "调解室的开放时间、人员或最近使用没有登记全。"))
    return CriterionResult("R2", state, facts.room_why or usual, wanted)


def _contact(facts: VillageFacts, rules: Rules, _on: date) -> CriterionResult:
    wanted = (
        f"要求至少 {rules['R3.share']}% 在 {rules['R3.hours']} 小时内首次联系,"
        f"有人身危险、涉及孩子或家暴的,{rules['R3.urgent_hours']} 小时内必须应答。"
    )
    if facts.urgent_late:
        return CriterionResult("R3", NOT_MET, "有紧急的事项(有人身危险、涉及孩子或家暴)没有按时应答。", wanted)
    if facts.matters < rules["R3.least"]:
        return CriterionResult("R3", TOO_FEW, _few(facts.matters), f"不到 {rules['R3.least']} 件,比率不作数。")
    evidence = f"收到 {facts.matters} 件,按时首次联系 {_percent(facts.contacted, facts.matters)}。"
    return CriterionResult("R3", _reached(facts.contacted, facts.matters, rules["R3.share"]), evidence, wanted)


def _discovery(facts: VillageFacts, rules: Rules, _on: date) -> CriterionResult:
    wanted = f"要求发生 {rules['R4.days']} 天以上才从别处知道的,不超过 {rules['R4.share']}%。"
    if facts.found < rules["R4.least"]:
        return CriterionResult("R4", TOO_FEW, _few(facts.found), f"不到 {rules['R4.least']} 件,比率不作数。")
    evidence = f"收到 {facts.found} 件,发现晚的占 {_percent(facts.found_late, facts.found)}。"
    early = facts.found - facts.found_late
    return CriterionResult("R4", _reached(early, facts.found, 100 - rules["R4.share"]), evidence, wanted)


def _duties(facts: VillageFacts, _rules: Rules, _on: date) -> CriterionResult:
    wanted = "要求村级单位没有超过法定期限还没做的事,没有还没改正的整改要求。"
    if not facts.has_unit:
        return CriterionResult("R5", NO_DATA, "还没有登记村级单位。", wanted)
    if facts.breaches:
        return CriterionResult("R5", NOT_MET, "有超过法定期限还没做的事,或者还没改正的整改要求。", wanted)
    return CriterionResult("R5", MET, "没有未改正的失职记录。", wanted)


def _told(facts: VillageFacts, rules: Rules, _on: date) -> CriterionResult:
    wanted = f"要求抽查回访问到的人里,至少 {rules['R6.share']}% 说有人告诉过结果和时间。"
    enough = facts.asked >= rules["R6.least"] or 0 < facts.ended <= facts.asked
    if not enough:
        why = f"问到的不到 {rules['R6.least']} 件,也没有把办结的全问到,比率不作数。"
        return CriterionResult("R6", TOO_FEW, _few(facts.asked), why)
    share = "办结的全问到了" if facts.asked < LEAST_TOLD else f"问到 {facts.asked} 件"
    rate = "" if facts.asked < LEAST_TOLD else f",说有人告诉过的占 {_percent(facts.told, facts.asked)}"
    return CriterionResult("R6", _reached(facts.told, facts.asked, rules["R6.share"]), f"{share}{rate}。", wanted)


def _current(facts: VillageFacts, rules: Rules, on: date) -> CriterionResult:
    wanted = (
        f"要求公开的地址和时间 {rules['R7.posted_months']} 个月内核对过,"
        f"村里在办的事项 {rules['R7.ledger_days']} 天内都有新记录。"
    )
    if facts.posted_on is None:
        return CriterionResult("R7", NO_DATA, "还没有登记公开的地址和时间。", wanted)
    if facts.posted_on < months_after(on, -rules["R7.posted_months"]):
        return CriterionResult("R7", NOT_MET, f"公开的地址和时间上次核对是 {facts.posted_on},太久了。", wanted)
    if facts.ledger_stale:
        return CriterionResult("R7", NOT_MET, "有在办的事项很久没有新记录。", wanted)
    kept = "村里在办的事项都有新记录。" if facts.ledger_open else "村里没有在办的事项。"
    return CriterionResult("R7", MET, f"公开的地址和时间 {facts.posted_on} 核对过;{kept}", wanted)


_JUDGES: Final[tuple[Callable[[VillageFacts, Rules, date], CriterionResult], ...]] = (
    _rounds, _room, _contact, _discovery, _duties, _told, _current,
)  # fmt: skip


def _looked_at(result: CriterionResult, facts: VillageFacts) -> CriterionResult:
    """Return the result, of a criterion with too few cases the one of the township's check on the spot."""
    check = facts.check_of(result.key)
    if result.state != TOO_FEW or check is None:
        return result
    seen = "做到了" if check.fits else "没有做到"
    why = f"样本不足,以乡镇 {check.on} 的现场核查代替:{seen}。"
    return CriterionResult(result.key, MET if check.fits else NOT_MET, result.evidence, why)


def _reached(part: int, whole: int, least: int) -> str:
    return MET if part * 100 >= whole * least else NOT_MET


def _few(count: int) -> str:
    return "近期没有这样的事项。" if not count else f"不到 {LEAST_TOLD} 件。"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}"
