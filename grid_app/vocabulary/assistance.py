"""Help and lawyers in words: the closed list of measures, their states, and the nine kinds of lawyers' work."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Final

BASIS: Final = "信访工作条例第三十七条"
HELP: Final = "assistance"
"""The purpose of a consent to be helped."""
COUNSELLING: Final = "counselling"
MEASURE_WORDS: Final = {
    "employment": "就业援助",
    "industry": "产业帮扶",
    "medical": "医疗救助",
    "civil_relief": "民政救助",
    "legal_aid": "法律援助",
    "judicial_relief": "司法救助",
    "visit": "走访慰问",
    COUNSELLING: "心理疏导(本人愿意才去)",
}
WITH_AMOUNT: Final = frozenset({"industry", "medical", "civil_relief", "judicial_relief", "visit"})
COUNSELLING_TEXT: Final = "告诉本人哪里有心理疏导,去不去由本人定。"
STATE_WORDS: Final = {"planned": "还没落实", "done": "已落实", "declined": "本人不要", "dropped": "没有做"}
AMOUNT_WORDS: Final = {"none": "", "asked": "等两个人审批", "approved": "两个人已同意", "refused": "没有批准"}
ENDED_WORDS: Final = {"done": "已落实", "refused": "本人不要帮扶", "stopped": "已结束"}
MOST_MEASURES: Final = 12
MOST_CENTS: Final = 100_000_000
SLOTS: Final = 9


@lru_cache(maxsize=1)
def lawyer_tasks() -> tuple[str, ...]:
    """Return the nine kinds of work as the file names them."""
    told = tomllib.loads(files("grid_app.vocabulary").joinpath("lawyer_tasks.toml").read_text("utf-8"))
    return tuple(told["tasks"])
