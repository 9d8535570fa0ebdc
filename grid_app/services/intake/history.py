"""Rows of a sheet that were settled long ago: they come in as history, and nothing starts for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from grid_app.clock import local_date
from grid_app.queries.masking import mask_text
from grid_app.services.intake.dates import moment_of
from grid_app.services.reports.draft import ClosedBefore

OPEN_WORD: Final = re.compile(r"未|没|不|失败|待|正在|[办调处置化解理进行]+中|跟进|继续|否|^no?$|^0$", re.IGNORECASE)
CLOSED_WORD: Final = re.compile(
    r"办结|化解|结案|解决|销号|成功|调结|履行|完成|完毕|已|^是$|^y(es)?$|^1$|√|✓", re.IGNORECASE
)
LONGEST_OUTCOME: Final = 2_000


def closed_before(told: Mapping[str, str], *, noted: date, problems: dict[str, str]) -> ClosedBefore | None:
    """Return when and how a row was settled, ``None`` for one that is still open.

    A date of closing alone says that it was settled; without one, the day it was noted stands for it. What cannot be
    understood is added to ``problems``.
    """
    state, day = told.get("state", "").strip(), told.get("closed_on", "").strip()
    moment = moment_of(day) if day else None
    if day and moment is None:
        problems["closed_on"] = f"“{day[:30]}”不是日期,请写成 2026-11-20,或者留空。"
        return None
    if state and OPEN_WORD.search(state):
        return None
    if state and not CLOSED_WORD.search(state):
        problems["state"] = f"看不出“{state[:20]}”是办结还是没有办结,请写“已办结”或“办理中”。"
        return None
    if not state and moment is None:
        return None
    on = local_date(moment) if moment else noted
    if on < noted:
        problems["closed_on"] = "办结的日期早于发生的日期,请核对。"
        return None
    return ClosedBefore(on, mask_text(told.get("outcome", "").strip()).text[:LONGEST_OUTCOME])
