"""Words of findings: which states go on, which signals raise them, who decides and why, how residents were told."""

from __future__ import annotations

from typing import Final

SUSPECTED: Final = "suspected"
LIVE_STATES: Final = ("confirmed", "assigned", "answered", "measures", "monitored")
"""A person said that it is one matter, and it is not solved yet."""
DONE_STATES: Final = ("resolved", "closed")
UNDER_WAY: Final = (SUSPECTED, *LIVE_STATES)
FEW_DECIDED: Final = 10
"""With fewer decisions than this a share would say more than is known."""

SHARED_GRIEVANCE: Final = "shared_grievance"
SIGNAL_WORDS: Final = {
    SHARED_GRIEVANCE: "多户反映同一个问题",
    "scan": "一段时间里一片地方突然增多",
    "same_organisation": "几个村或几户涉及同一个单位、项目、场所",
    "growth": "比前几周明显增多",
    "overdue_pile": "超期没办完的堆积",
    "silence": "长期零报告或发现得晚",
}
OTHER_SIGNAL: Final = "其他信号"
COUNTS_HOUSEHOLDS: Final = (SHARED_GRIEVANCE, "same_organisation")
"""Signals whose findings are told by households; the others by incidents."""
BY_RULE: Final = ("same_organisation", "overdue_pile")
"""Signals that ask a rule and compare with nothing."""
_SUBJECTS: Final = {
    SHARED_GRIEVANCE: "{households}反映{category}方面的同一个问题",
    "same_organisation": "{households}的事项涉及同一个单位、项目或场所",
    "scan": "{disputes}{category}方面的事项,在一片地方突然增多",
    "growth": "{disputes}{category}方面的事项,比前几周明显增多",
    "overdue_pile": "{disputes}事项过了期限还没有办完",
    "silence": "登记的情况与往常或邻村相差较大",
}

TOWNSHIP: Final = "township"
COUNTY: Final = "county"
COUNTY_LEAD: Final = "county_lead"
LEVELS: Final = (TOWNSHIP, COUNTY, COUNTY_LEAD)
"""Who owns and decides a finding, the lowest level first."""
LEVEL_UNITS: Final = {TOWNSHIP: "township_government", COUNTY: "county_office", COUNTY_LEAD: "county_lead_office"}
"""The kind of unit that holds a finding at each level."""
LEVEL_DECIDERS: Final = {TOWNSHIP: "乡镇领导", COUNTY: "县级", COUNTY_LEAD: "县级领导"}
WHY_WORDS: Final = {
    "place": "反映的都在这个乡镇",
    "across": "反映的不在一个乡镇",
    "duty": "责任单位不判断自己的事",
    "complained": "被反映的单位要回避",
}
ANSWER_WAYS: Final = {"public": "书面公开答复", "meeting": "开会当面答复"}


def subject_of(kind: str, *, category: str, households: str, disputes: str) -> str:
    """Return in words what a finding is about, after 某地有 or 某地: as its signal counts it.

    Parameters
    ----------
    kind : str
        The signal.
    category : str
        Name of the category.
    households : str
        Such as ``3 户`` or 数户.
    disputes : str
        Such as ``3 件`` or 数件.
    """
    words = _SUBJECTS.get(kind, _SUBJECTS[SHARED_GRIEVANCE])
    return words.format(category=category, households=households, disputes=disputes)


def signal_word(kind: str) -> str:
    """Return the name of a signal; one that nobody has named yet is 其他信号."""
    return SIGNAL_WORDS.get(kind, OTHER_SIGNAL)
