"""How matters of a village went, in four bands (参考): how soon somebody called, how soon it was done, did it last.

A band is no mark: nothing in `criteria` or `states` reads it, and neither a met nor a missed band moves a status.
Under ten cases there is no band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grid_app.standing.criteria import LEAST_TOLD
from grid_app.standing.facts import VillageFacts
from grid_app.standing.rules import Rules

TOO_FEW: Final = "样本不足"
NONE: Final = "没有这样的事项"
CONTACT_BANDS: Final = ((1, "一半以上在 24 小时内"), (3, "一半以上在 3 天内"))
PERFORMED_BANDS: Final = ((15, "一半以上在 15 天内"), (30, "一半以上在 30 天内"), (60, "一半以上在 60 天内"))


@dataclass(frozen=True)
class Outcome:
    """One band: what is looked at, the band in words, and what it is held against."""

    name: str
    band: str
    meaning: str


def bands_of(facts: VillageFacts, *, rules: Rules) -> tuple[Outcome, ...]:
    """Return the four bands of one village.

    Examples
    --------
    >>> from grid_app.standing.rules import rules_of_file
    >>> facts = VillageFacts(contact_days=2.0, contacts=12, ended=20, relapses=1, visits_due=9, visits_done=9)
    >>> [one.band for one in bands_of(facts, rules=rules_of_file())]
    ['一半以上在 3 天内', '没有这样的事项', '不超过 10%', '样本不足']
    """
    most, least = rules["outcome.relapse"], rules["outcome.visits"]
    relapse = f"不超过 {most}%" if facts.relapses * 100 <= facts.ended * most else f"超过 {most}%"
    visits = f"{least}% 以上" if facts.visits_done * 100 >= facts.visits_due * least else f"不到 {least}%"
    return (
        Outcome(
            "多久联系上",
            _counted(facts.contacts, _of_days(facts.contact_days, CONTACT_BANDS)),
            "从收到到第一次联系,看中间的那一件用了多久。",
        ),
        Outcome(
            "多久做完",
            _counted(facts.performed, _of_days(facts.performed_days, PERFORMED_BANDS)),
            "从收到到约定的事都做完,看中间的那一件用了多久。",
        ),
        Outcome("办结后又起", _counted(facts.ended, relapse), f"办结以后 90 天内重新办理的,不超过 {most}% 为好。"),
        Outcome("按日子回访", _counted(facts.visits_due, visits), f"到了日子的回访,做到 {least}% 以上为好。"),
    )


def _counted(count: int, band: str) -> str:
    if not count:
        return NONE
    return TOO_FEW if count < LEAST_TOLD else band


def _of_days(days: float | None, bands: Sequence[tuple[int, str]]) -> str:
    """Return the band of a median of whole days: a matter of the first day counts as none."""
    if days is None:
        return NONE
    return next((word for limit, word in bands if days < limit), f"一半以上超过 {bands[-1][0]} 天")
