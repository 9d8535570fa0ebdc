"""Signal: overdue disputes that pile up at one unit; see `screening.pile_up`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from screening.households import Entry
from screening.inputs import Arrear
from screening.pile_up import PileRule, pile_ups
from screening.signals.raised import Look, Raised, Seen, most_common

KIND: Final = "overdue_pile"


def raise_piles(look: Look) -> Seen:
    """Ask every unit with open disputes whether those past their date pile up.

    A rule with a test beside it, and not under the budget: what is overdue is overdue, whatever chance does.
    """
    data = look.data
    units = sorted({one.unit for one in data.arrears})
    number = {unit: at for at, unit in enumerate(units)}
    found = pile_ups(
        np.array([number[one.unit] for one in data.arrears], np.int64),
        np.array([one.days_late for one in data.arrears], np.int64),
        PileRule(),
    )
    late: dict[str, list[Arrear]] = {}
    for one in data.arrears:
        if one.days_late > 0:
            late.setdefault(one.unit, []).append(one)
    entries = {name: one for one in look.window for name in one.dispute_ids}
    raised = []
    for at, group in enumerate(found.group.tolist()):
        own = sorted(late[units[group]], key=lambda one: one.dispute_id)
        seen = (entries[row.dispute_id] for row in own if row.dispute_id in entries)
        known = tuple({entry.incident.dispute_id: entry for entry in seen}.values())
        raised.append(_raised(own, known, int(found.open[at]), float(found.p[at]), look))
    return Seen(tuple(raised), streams=len(units))


def _raised(own: list[Arrear], known: tuple[Entry, ...], open_: int, p: float, look: Look) -> Raised:
    overdue, oldest = len(own), max(one.days_late for one in own)
    unit = look.names.get(own[0].unit, "承办单位")
    return Raised(
        kind=KIND, entries=known, member_ids=tuple(one.dispute_id for one in own),
        cell=most_common([one.cell for one in own]), category2=most_common([one.incident.category2 for one in known]),
        cells=tuple(sorted({one.cell for one in own})), since=look.data.window_end - timedelta(days=oldest),
        observed=overdue, p=p,
        reason=f"{unit}正在办理的{open_}件中有{overdue}件过了期限，最久的已超过{oldest}天。",
        unflag="过期的事项办结或依法延期，过期的不足3件，本提示解除。",
        grade_reason="超期未办完的堆积",
    )  # fmt: skip
