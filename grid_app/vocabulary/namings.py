"""The course of an official 无上访村(社区)命名 in words, and which step may follow which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

APPLY, CHECK, ACCEPT, NAME, REVIEW = "apply", "check", "accept", "name", "review"
RETURN, WITHDRAW = "return", "withdraw"
STEP_WORDS: Final = {
    APPLY: "申报",
    CHECK: "初核",
    ACCEPT: "验收",
    NAME: "命名",
    REVIEW: "年度复核",
    RETURN: "退回",
    WITHDRAW: "撤销",
}
NOT_BEGUN: Final = ""
FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    NOT_BEGUN: (APPLY,),
    APPLY: (CHECK, RETURN),
    CHECK: (ACCEPT, RETURN),
    ACCEPT: (NAME, RETURN),
    NAME: (REVIEW, WITHDRAW),
    REVIEW: (REVIEW, WITHDRAW),
    RETURN: (APPLY,),
    WITHDRAW: (APPLY,),
}
"""After the last step of a course, the steps that may be recorded; after an ended course a new one is applied for."""
ENDED: Final = frozenset({NOT_BEGUN, RETURN, WITHDRAW})
STAGE_WORDS: Final = {
    NOT_BEGUN: "没有申报",
    APPLY: "已申报,等乡镇初核",
    CHECK: "已初核,等县里验收",
    ACCEPT: "已验收,等命名文件",
    NAME: "已命名",
    REVIEW: "已命名,复核过",
    RETURN: "退回",
    WITHDRAW: "已撤销",
}
ORDER: Final = "按顺序是:村(社区)申报、乡镇初核、县里验收、按文件命名、每年复核。"
WITH_DOCUMENT: Final = frozenset({NAME, WITHDRAW})
WITH_REASON: Final = frozenset({RETURN, WITHDRAW})
REVIEW_EVERY_MONTHS: Final = 12
REVIEW_AHEAD_DAYS, EXPIRY_AHEAD_DAYS = 30, 60
"""So many days before the day of a review, or the end of a naming, the county office is told."""
REVIEW_DUE, REVIEW_LATE, ENDS_SOON = "review_due", "review_late", "ends_soon"
WAITING_WORDS: Final = {REVIEW_DUE: "要年度复核", REVIEW_LATE: "过了日子还没复核", ENDS_SOON: "快到期"}

_VISITS: Final = r"(?:上访(?!村|社区|[((])|信访|来访|走访告状|越级|集体访|个访|重访|投诉|起诉|诉讼)"
_COUNT: Final = r"(?:\d+|[零〇一二两三四五六七八九十百千]+)\s*(?:件|次|人|批|起|例)"
COUNTED: Final = re.compile(
    rf"{_VISITS}[^,。;、\n]{{0,8}}{_COUNT}|{_COUNT}[^,。;、\n]{{0,4}}{_VISITS}|零(?:上访(?!村|社区|[((])|信访|投诉)"
    rf"|{_VISITS}(?:件|次|人|批)?(?:次)?(?:数|量|总量|率)"
)
"""Words that count petitions, lawsuits or complaints; the name of the naming itself counts nothing."""
FIELD_OF_COUNTS: Final = re.compile(
    r"petition|complain|lawsuit|visits?_count|xinfang|shangfang|上访(?!村|社区|[((])|信访|投诉|起诉"
)
