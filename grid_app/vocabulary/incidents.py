"""Words of urgent incidents: states, kinds of reports, how many, how exact a time is, which units owe a report."""

from __future__ import annotations

from typing import Final

INCIDENT_STATE_WORDS: Final = {"known": "已知悉,等首报", "reported": "已首报", "ended": "已终报"}
CURRENT: Final = ("known", "reported")
"""States in which an incident is going on; after the final report it breaks no quiet hours any more."""
ENTRY_WORDS: Final = {
    "known": "登记知悉",
    "first": "首报",
    "follow_up": "续报",
    "final": "终报",
    "correction": "更正",
    "linked": "与另一份报告关联",
    "unlinked": "取消关联",
    "matter": "关联纠纷",
}
REPORTS: Final = ("first", "follow_up", "final")
"""Kinds that report something; the others note what was done with the reports."""
WAY_WORDS: Final = {"written": "书面", "phone": "电话"}
HAPPENED_WORDS: Final = {"exact": "知道准确时间", "about": "大约", "unknown": "还不清楚"}
BAND_WORDS: Final = {
    "unknown": "还不清楚",
    "1-4": "不到 5 人",
    "5-9": "5 至 9 人",
    "10-29": "10 至 29 人",
    "30-49": "30 至 49 人",
    "50-99": "50 至 99 人",
    "100+": "100 人以上",
}
MOST_PEOPLE: Final = 100_000
LONGEST_PLACE: Final = 40
LONGEST_ISSUE: Final = 300
LONGEST_ASKED: Final = 200
LONGEST_ANSWERING: Final = 60
OWING_KINDS: Final = ("county_office", "county_lead_office", "department", "township_government", "village_committee")
"""Kinds of units that may owe a first report, or that an incident may concern."""
DESKLESS_KINDS: Final = ("village_committee", "mediation_committee", "legal_clinic")
"""Kinds of units whose people have no page of incidents: the office above them writes for them."""


def how_many(band: str, about: int | None) -> str:
    """Return how many people, roughly, in words.

    Examples
    --------
    >>> how_many("", 30), how_many("10-29", None), how_many("", None)
    ('约 30 人', '10 至 29 人', '还不清楚')
    """
    if about is not None:
        return f"约 {about} 人"
    return BAND_WORDS.get(band, BAND_WORDS["unknown"])
