"""The words and times of day of opening hours, and what days and minutes they mean."""

import re
from typing import Final

Span = tuple[int, int]

DAY_MINUTES: Final = 24 * 60
WORKDAYS: Final = frozenset(range(5))
EVERY_DAY: Final = frozenset(range(7))

_TO = "[-–—―~至到]+"
_DAY = "[一二三四五六日天]"
_DIGIT = r"[1-7](?![\d:.点时])"
_WEEK = "每?(?:周|星期|礼拜)"
_UNTIL = f"(?:{_TO}(?:{_WEEK})?(?:{_DAY}|{_DIGIT}))?"
_PART = "(上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|晚)?"
_CLOCK = r"(?::(\d{2})|\.(\d{2})|[点时](半|\d{1,2})?分?)"
TOKENS: Final = re.compile(
    "|".join(
        (
            r"(?P<blank>[\s,、:()/|·和及]+)",
            r"(?P<end>[;。!\n]+)",
            r"(?P<always>(?:全天|每天|每日)?(?:7[x×*])?(?:24|二十四)小时(?:开放|值班|服务)?|7[x×*]24|全天候|昼夜)",
            r"(?P<strange>逢[^\d,;周星]*|赶[集场圩街]日?|[集场圩]日|每月[^\d,;周星]*|[单双隔]周|第[一二三四五]个?"
            r"|节假日|法定节日|[春夏秋冬][季令天]?(?=[\d\s:上早]))",
            r"(?P<but>除了?)",
            r"(?P<outside>[之以]?外)",
            f"(?P<days>{_WEEK}(?:{_DAY}|{_DIGIT}){_UNTIL}"
            f"(?:[、,和及/]?(?:{_WEEK})?{_DAY}(?![点时楼月号常内]){_UNTIL})*|每?周末|双休日|工作日|每天|每日|天天|一周七天)",
            rf"(?P<span>{_PART}(?<!\d)(?<!\d[:.-])(\d{{1,2}}){_CLOCK}?{_TO}(次日|第二天|翌日)?{_PART}(\d{{1,2}}){_CLOCK}(?!\d))",
            r"(?P<named>上午|下午|全天|全日)",
            r"(?P<closed>(?:中午)?休息|午休|(?:暂停|停止|暂不|不)(?:开放|使用|对外开放|办公|接待|服务)"
            r"|关闭|关门|闭门|停用|除外|已撤销?)",
            r"(?P<word>开放时间|开放|办公|接待|值班|坐班|时间|中午|均可|调解)",
        )
    )
)
_ONE = re.compile(f"({_DAY}|[1-7])(?:{_TO}(?:{_WEEK})?({_DAY}|[1-7]))?")
_WHOLE = {"末": frozenset({5, 6}), "双休日": frozenset({5, 6}), "工作日": WORKDAYS}


def days_of(text: str) -> frozenset[int]:
    """Return the weekdays that a piece named ``days`` by `TOKENS` means; 0 is Monday.

    Examples
    --------
    >>> sorted(days_of("周六至周一、三"))
    [0, 2, 5, 6]
    """
    if not text.startswith(("每周", "每星期", "每礼拜", "周", "星期", "礼拜")) or text.endswith("末"):
        return _WHOLE.get(text.removeprefix("每").removeprefix("周"), EVERY_DAY)
    return frozenset(
        day for first, last in _ONE.findall(text) for day in _from_to(_number(first), _number(last or first))
    )


def _number(sign: str) -> int:
    return int(sign) - 1 if sign.isdigit() else "一二三四五六日天".index(sign) - (sign == "天")


def _from_to(first: int, last: int) -> list[int]:
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def span_of(text: str) -> Span | None:
    """Return the minutes of a piece named ``span`` by `TOKENS`, ``None`` when there is no such time of day.

    The end of a span that lasts into the next day is above `DAY_MINUTES`.

    Examples
    --------
    >>> span_of("下午2点半至5点"), span_of("20:00-次日6:00"), span_of("25:00-26:00")
    ((870, 1020), (1200, 1800), None)
    """
    found = re.fullmatch(rf"{_PART}(\d{{1,2}}){_CLOCK}?{_TO}(次日|第二天|翌日)?{_PART}(\d{{1,2}}){_CLOCK}", text)
    if found is None:
        return None
    part, hour, *minute, tomorrow, later, until, m1, m2, m3 = found.groups()
    begin = _minute(part, hour, minute)
    end = _minute(later or (part if int(until) >= int(hour) or part != "上午" else None), until, [m1, m2, m3])
    if begin is None or end is None:
        return None
    return begin, end + DAY_MINUTES * bool(tomorrow)


def _minute(part: str | None, hour: str, minutes: list[str | None]) -> int | None:
    told = next((one for one in minutes if one), "0")
    hours, minute = int(hour), 30 if told == "半" else int(told)
    if (part in {"下午", "傍晚", "晚上", "晚"} and hours < 12) or (part == "中午" and hours < 6):
        hours += 12
    elif part in {"晚上", "晚"} and hours == 12:
        hours = 24
    total = hours * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None
