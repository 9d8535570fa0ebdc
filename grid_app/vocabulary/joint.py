"""Several units on one matter, in words: whistles and calls, joint handling, what a matter crosses."""

from __future__ import annotations

from typing import Final

WHISTLE_WORDS: Final = {
    "asked": "等乡镇领导把关",
    "sent": "已吹哨",
    "refused": "乡镇领导没有同意吹哨",
    "ended": "吹哨已结束",
}
CALL_WORDS: Final = {
    "waiting": "还没有发出",
    "called": "等报到",
    "answered": "已报到",
    "on_site": "已到现场",
    "done": "说办完了,等评价",
    "rated": "已评价",
    "refused": "不接,等县里裁定",
    "released": "县里裁定不用办",
    "dropped": "不用再办",
}
WAITING_STATES: Final = ("called", "answered", "on_site")
"""What a department still has to do something about."""
RATING_WORDS: Final = {"solved": "解决了", "partly": "解决了一部分", "not_yet": "没有解决"}
WHISTLE_RULES: Final = {
    False: ("whistle_answer", "whistle_site"),
    True: ("whistle_answer_urgent", "whistle_site_urgent"),
}
"""By urgency: the rules of time limits for answering (报到) and for being on site."""
FLAG_WORDS: Final = {
    "regions": "跨地区",
    "departments": "跨部门",
    "trades": "跨行业",
    "work_apart": "人事分离",
    "home_apart": "人户分离",
    "all_apart": "人事户分离",
}
FLAG_HINTS: Final = {
    "regions": "事情牵涉两个以上乡镇或县",
    "departments": "要两个以上部门一起办",
    "trades": "牵涉两个以上行业的规定",
    "work_apart": "当事人和事情不在一个地方",
    "home_apart": "当事人的户口和住处不在一个地方",
    "all_apart": "当事人、事情、户口都不在一个地方",
}
MOST_CALLS: Final = 6
MOST_UNITS: Final = 8
