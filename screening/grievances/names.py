"""Where in a text a place or an organisation is probably named: after a district, before 小区 or 公司, in quotes.

A hint only, and often wrong. The corpus corrects it: a pair of letters is a piece of a name as far as it stands in such
spots wherever it is written (``screening.grievances.vectors``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

AFTER_DISTRICT = 6
"""Letters after the name of a district that are taken for a name."""
LONGEST_STEM = 6
"""Letters before 小区, 路, 公司 ... that are taken for its name."""

_KINDS = (
    "小区|社区|公寓|别墅|大厦|大道|高速公路|高速|号线|立交|街道办事处|街道办|街道|胡同|小学|中学|"
    "大学|学院|学校|幼儿园|医院|有限责任|有限公司|公司|集团|银行|物业|房地产|地产|置业|建筑|建设|投资|超市|市场|酒店|平台|公园|"
    "水库|车站|火车站|地铁站|机场|派出所|停车场|工地|楼盘|项目部|项目"
)
"""Kinds of places and organisations: what stands before is the name, the kind itself is none."""
_PARTS = (
    "国际|花园|家园|山庄|广场|新村|公馆|城(?![管市乡区镇建])|苑|湾|府|园|郡|庭|路(?![边口面灯上段人过况程途基])|街(?![道上])|"
    "巷|桥|村(?!民)|组(?!织)|镇|乡"
)
"""The same where people feel it as a part of the name."""
_ENDING = re.compile(f"(?P<kind>{_KINDS})|{_PARTS}")
_GENERAL = (
    "开发商|业委会|居委会|村委会|办事处|自来水|供水|水务|供电|电力|燃气|天然气|"
    "公安局|教育局|国土局|规划局|交警|法院|施工队|农民工|地铁|公交车|公交|轻轨|城铁|高铁|铁路|"
    "出租车|网约车|单车|线路|站台|停车|车位|车库|公积金|社保|医保|养老|人才|新政|落户|户口|户籍|学位|入学|教师|老师|学生|士官|转业|"
    "退役|军人|事业单位|公务员|招聘|考试|职称|公租房|廉租房|安置房|保障房|商品房|经适房|二手房|学区房|精装|毛坯|洋房|棚改|旧城|拆迁|"
    "征收|购房|买房|租房|限购|补贴|房产证|网贷|p2p|理财|金融|诈骗|传销|麻将馆|健身|会所|培训|夜宵|门面|商铺|商户|[0-9]期|[0-9]栋"
)
"""What every county has: offices, services, kinds of housing and trade. Names do not consist of them."""
_DISTRICT = re.compile(
    r"[a-z]\d{0,3}[市区县州]|[\u4e00-\u9fff]{2}(?:[市县旗](?!场)|省|街道|镇|乡)"
    r"|(?<![小社校园景辖片库城地市郊])[\u4e00-\u9fff](?![小社校园景辖片库城地市郊])[\u4e00-\u9fff]区"
)
_NO_NAME = re.compile(
    f"{_GENERAL}|"
    "附近|位于|关于|我们|他们|投诉|反映|举报|咨询|请问|请求|建议|质疑|希望|要求|业主|居民|村民|违规|违法|非法|政府|城管|什么|"
    "[的在于了和与对是有我们到从向把被请求为由及或这那该某等将给让问旁边内外至就也都不没能可以吗呢]"
)
_QUOTED = re.compile(r"[“\"「《巜‘]([^“”\"「」《》‘’\n]{2,12})[”\"」》’]")
_MARK = re.compile(r"[^\w]|_")


def name_spots(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of every stretch that may be a name, without kinds such as 小区; they may overlap.

    Examples
    --------
    >>> text = "a3区云湖花园旁边施工"
    >>> sorted({text[begin:end] for begin, end in name_spots(text)})
    ['云湖花园']
    """
    for found in _QUOTED.finditer(text):
        yield found.span(1)
    words = _NO_NAME.sub(lambda found: " " * len(found[0]), _MARK.sub(" ", text))
    runs: defaultdict[int, tuple[list[int], list[re.Match[str]]]] = defaultdict(lambda: ([], []))
    for found in _DISTRICT.finditer(words):
        runs[words.rfind(" ", 0, found.start()) + 1][0].append(found.end())
    for found in _ENDING.finditer(words):
        runs[words.rfind(" ", 0, found.start()) + 1][1].append(found)
    for start, (districts, endings) in runs.items():
        end = words.find(" ", start)
        yield from _spots_of(start, len(words) if end < 0 else end, districts, endings)


def _spots_of(
    start: int, run_end: int, districts: list[int], endings: list[re.Match[str]]
) -> Iterator[tuple[int, int]]:
    """Yield the spots of one run of letters, given where districts end in it and what ends a name there."""
    for begin in districts:
        kinds = (found.start() for found in endings if found.start() >= begin and found["kind"])
        end = min(run_end, begin + AFTER_DISTRICT, next(kinds, run_end))
        if end > begin:
            yield begin, end
    after_last = start
    for found in endings:
        begin = max([after_last, found.start() - LONGEST_STEM, *(at for at in districts if at <= found.start())])
        end = found.start() if found["kind"] else found.end()
        if end > begin + 1:
            yield begin, end
        after_last = found.end()
