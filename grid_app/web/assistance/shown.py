"""Help on a dispute in words: plans with their measures, and what may still be chosen in a form."""

from __future__ import annotations

from datetime import date

from grid_app.queries.assistance import HelpView, MeasureView
from grid_app.vocabulary.assistance import AMOUNT_WORDS, ENDED_WORDS, MEASURE_WORDS, STATE_WORDS
from grid_app.web.wording import local_date as day_words

Pairs = list[tuple[str, str]]


def plans_shown(view: HelpView, today: date) -> list[dict[str, object]]:
    """Return every plan with its facts and its measures as title, facts and whether the day has passed."""
    return [
        {
            "label": plan.label,
            "facts": [
                ("负责单位", plan.unit),
                ("哪天以前落实", day_words(plan.due_on)),
                ("本人同意计划", day_words(plan.agreed_on) if plan.agreed_on else ""),
                *([("结束", ENDED_WORDS[plan.ended_why])] if plan.ended_at else []),
            ],
            "measures": [
                (f"{one.number}. {MEASURE_WORDS[one.kind]}", _facts(one), one.state == "planned" and one.due_on < today)
                for one in plan.measures
            ],
        }
        for plan in view.plans
    ]


def _facts(one: MeasureView) -> Pairs:
    amount = ""
    if one.amount_cents is not None:
        waits = f"(已有 {one.agreed} 人同意)" if one.amount_state == "asked" else ""
        amount = f"{yuan(one.amount_cents)},{AMOUNT_WORDS[one.amount_state]}{waits}"
    told = [
        ("做什么", one.what),
        ("单位", one.unit),
        ("哪天以前", day_words(one.due_on)),
        ("金额", amount),
        ("现在", STATE_WORDS[one.state] + (f",{day_words(one.done_on)}" if one.done_on else "")),
        ("落实情况", one.result),
    ]
    return [pair for pair in told if pair[1]]


def yuan(cents: int) -> str:
    """Return an amount as people read it.

    Examples
    --------
    >>> yuan(120050)
    '1,200.50 元'
    """
    return f"{cents // 100:,}.{cents % 100:02d} 元"


def open_measures(view: HelpView) -> list[tuple[str, str]]:
    """Return the measures that wait to be carried out, as choices."""
    return [
        (str(one.id), f"{plan.label}:{one.number}. {MEASURE_WORDS[one.kind]}")
        for plan in view.open_plans
        for one in plan.measures
        if one.state == "planned"
    ]


def to_review(view: HelpView) -> list[tuple[str, str]]:
    """Return the amounts that wait for two people, as choices."""
    return [
        (str(one.id), f"{plan.label}:{one.number}. {MEASURE_WORDS[one.kind]} {yuan(one.amount_cents)}")
        for plan in view.open_plans
        for one in plan.measures
        if one.amount_state == "asked" and one.state == "planned" and one.amount_cents is not None
    ]
