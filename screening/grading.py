"""The colour of a matter: graded by harm, spread and delay, never by who complains or how.

Every colour comes with its reasons. A handler may raise it; only the next level lowers it, which is not done here.
"""

from dataclasses import dataclass

from screening.inputs import BAND_FLOORS

SEVERITY = ("green", "blue", "yellow", "orange", "red")
"""Grades from the mildest to the most severe."""

RED_HOUSEHOLDS = 30
ORANGE_HOUSEHOLDS = 10
RED_OVERDUE_DAYS = 15
DUE_SOON_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """What is known of one dispute when it is graded.

    ``statutory_overdue_days`` is negative while the statutory limit is still ahead and None without one;
    ``raised_to`` is the colour a handler raised it to; ``promise_broken`` means a wage or compensation was not
    paid on the promised date.
    """

    danger: bool = False
    child_or_abuse: bool = False
    band: str | None = None
    band_status: str | None = None
    villages: int = 1
    failed_attempts: int = 0
    statutory_overdue_days: int | None = None
    service_target_passed: bool = False
    promise_broken: bool = False
    in_shared_grievance: bool = False
    closed: bool = False
    raised_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """What is known of one finding when it is graded.

    ``households`` were each heard themselves; ``band_floor`` is the fewest the largest band of a member stands
    for, and ``band_sure`` whether that band was counted or confirmed and not only estimated.
    """

    danger: bool
    households: int
    band_floor: int
    band_sure: bool
    villages: int


@dataclass(frozen=True, slots=True)
class Grade:
    """A colour of ``SEVERITY`` and the zh-CN reasons that led to it, the weightiest first."""

    colour: str
    reasons: tuple[str, ...]


def more_severe(one: str, other: str) -> str:
    """Give the more severe of two colours.

    Examples
    --------
    >>> more_severe("yellow", "orange")
    'orange'
    """
    return max(one, other, key=SEVERITY.index)


def grade_dispute(facts: DisputeFacts) -> Grade:
    """Grade one dispute; a closed one is green, every other at least blue.

    A household band that is only estimated gives at most orange until the township confirms it. Danger and the
    duty towards a child or a victim of abuse are red at once, whatever else is open.
    """
    if facts.closed:
        return Grade("green", ("已办结，正在回访",))
    sure = facts.band_status in ("known", "confirmed")
    floor = BAND_FLOORS[facts.band] if facts.band else 0
    found = [
        *_harm(facts),
        *_spread(floor, sure=sure, villages=facts.villages),
        *_delay(facts),
        *([("yellow", "属于多户反映的共性诉求")] if facts.in_shared_grievance else []),
        *([(facts.raised_to, "经办人上调等级")] if facts.raised_to else []),
    ]
    return _worst(found, "blue", "未结事项，按常规办理")


def grade_finding(facts: FindingFacts) -> Grade:
    """Grade one shared grievance: yellow at least, orange and red by danger, households and villages.

    Households heard themselves are certain; a band adds to them only as far as it was not merely estimated.
    """
    floor, sure = max(facts.households, facts.band_floor), facts.band_sure
    if facts.households >= facts.band_floor or facts.households >= RED_HOUSEHOLDS:
        floor, sure = facts.households, True
    found = [
        *([("red", "有人身、住房或饮水等现实危险")] if facts.danger else []),
        *_spread(floor, sure=sure, villages=facts.villages),
    ]
    return _worst(found, "yellow", "多户反映同一件事")


def with_delay(grade: Grade, overdue_days: int | None) -> Grade:
    """Give the grade of a finding with the delay of its members added: the legal limit that passed first, or is near.

    ``overdue_days`` is negative before the limit, None where no member has one.

    Examples
    --------
    >>> with_delay(Grade("yellow", ("多户反映同一件事",)), 16)
    Grade(colour='red', reasons=('超过法定期限16天', '多户反映同一件事'))
    >>> with_delay(Grade("yellow", ("多户反映同一件事",)), -30).colour
    'yellow'
    """
    found = [*((grade.colour, reason) for reason in grade.reasons), *_limit(overdue_days)]
    return _worst(found, grade.colour, "")


def _harm(facts: DisputeFacts) -> list[tuple[str, str]]:
    found = []
    if facts.danger:
        found.append(("red", "有人身、住房或饮水等现实危险"))
    if facts.child_or_abuse:
        found.append(("red", "涉及未成年人保护或家庭暴力，须立即报告"))
    return found


def _spread(floor: int, *, sure: bool, villages: int) -> list[tuple[str, str]]:
    found = []
    if floor >= RED_HOUSEHOLDS and sure:
        found.append(("red", f"涉及{floor}户以上"))
    elif floor >= RED_HOUSEHOLDS:
        found.append(("orange", f"估计涉及{floor}户以上，待乡镇核实"))
    elif floor >= ORANGE_HOUSEHOLDS:
        found.append(("orange", f"{'' if sure else '估计'}涉及{floor}户以上"))
    if villages >= 2:
        found.append(("orange", f"涉及{villages}个村（社区）"))
    return found


def _delay(facts: DisputeFacts) -> list[tuple[str, str]]:
    found = [*_limit(facts.statutory_overdue_days)]
    if facts.promise_broken:
        found.append(("orange", "工资或补偿款未按承诺日期支付"))
    if facts.failed_attempts >= 3:
        found.append(("orange", f"已有{facts.failed_attempts}次调处未成"))
    elif facts.failed_attempts == 2:
        found.append(("yellow", "已有2次调处未成"))
    if facts.service_target_passed:
        found.append(("yellow", "已过承诺办理期限"))
    return found


def _limit(overdue: int | None) -> list[tuple[str, str]]:
    if overdue is None or overdue < -DUE_SOON_DAYS:
        return []
    if overdue > RED_OVERDUE_DAYS:
        return [("red", f"超过法定期限{overdue}天")]
    return [("orange", f"超过法定期限{overdue}天" if overdue > 0 else f"距法定期限不足{DUE_SOON_DAYS}天")]


def _worst(found: list[tuple[str, str]], floor: str, otherwise: str) -> Grade:
    """Give the worst colour found with all reasons, the weightiest first; the floor when nothing was found."""
    if not found or all(SEVERITY.index(colour) < SEVERITY.index(floor) for colour, _ in found):
        return Grade(floor, (otherwise,))
    ordered = sorted(found, key=lambda pair: -SEVERITY.index(pair[0]))
    return Grade(ordered[0][0], tuple(reason for _, reason in ordered))
