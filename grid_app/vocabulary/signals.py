"""The signals as a county sets them: what each asks, which are on from the start, which need a backtest first."""

from __future__ import annotations

from typing import Final

from grid_app.vocabulary.findings import SHARED_GRIEVANCE

UNDECIDED: Final = "undecided"
"""An open finding that nobody decided in time; it raises no finding of its own."""
BUDGET: Final = "budget"
"""How many findings of statistical signals a month may bring at most; a setting, not a signal."""

QUESTIONS: Final = {
    SHARED_GRIEVANCE: "是不是有几户反映同一个没有解决的问题?看内容、地点和单位是不是同一件事。",
    "same_organisation": "是不是有几个村或几户的事,落在同一个单位、项目或场所上?",
    "scan": "最近这些天,有没有相邻的几个村,某一类纠纷比按以往推算的多出一截?",
    "growth": "哪个村哪一类纠纷,这一周比前 6 周明显多?",
    "overdue_pile": "哪里超期没有办完的纠纷堆起来了?",
    "silence": "哪里长期报零,和周边、和以往对不上?哪里的事发现得晚?",
    UNDECIDED: "提示出来了,有没有到期还没有人判断的?有,就报给上一级。",
}
"""What each signal asks, in the order in which pages show them."""
UNDECIDED_WORD: Final = "提示到期没有人判断"
SETTINGS: Final = (*QUESTIONS, BUDGET)
ON_FROM_THE_START: Final = (SHARED_GRIEVANCE, UNDECIDED)
NEVER_OFF: Final = SHARED_GRIEVANCE
"""Telling shared grievances is what the platform is there for."""
BACKTESTED: Final = ("same_organisation", "scan", "growth", "overdue_pile", "silence")
"""Switched on only after a backtest of the same county with the same figures."""
FIGURES: Final = {"scan": ("scan_radius_km",), BUDGET: ("budget_per_month",)}
"""The figures of the parameters that a setting holds."""
FIGURE_LIMITS: Final = {"scan_radius_km": (1, 100), "budget_per_month": (1, 100)}
"""Smallest and largest, whole numbers."""
