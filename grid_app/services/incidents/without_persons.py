"""What a report of an incident may not say: who somebody is. Names, numbers of persons, plates.

A sieve and no proof: it catches how people are commonly named, and tells the writer what to write instead. What it lets
through is read by offices alone and is cleared when its period is over.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from grid_app.queries.masking import mask_text
from grid_app.services.organisations.names import tells_of_a_person
from grid_app.vocabulary.organisations import DOUBLE_SURNAMES, SURNAMES
from notifications.messages import PersonalWordsError, assert_no_personal_words

NUMBERS: Final = "这里像是有电话、身份证号、银行卡号或邮箱。请删掉号码;要找谁,写单位和值班室。已填的都还在。"
PLATE: Final = "这里像是有车牌号。请删掉,写“一辆货车”这样的话就够了。已填的都还在。"
NAMED: Final = "这里像是写了人名(“{}”)。请只写事、不写人:改成“当事人”“一名村民”,或者写单位和职务。已填的都还在。"
POST_ONLY: Final = "这里像是人名。请写单位和职务,例如“东河镇值班领导”“县水利局现场工作组”。已填的都还在。"

_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][\s·.\-]?"
    r"(?=[A-HJ-NP-Z0-9]*\d)[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])"
)
_WORDS: Final = re.compile(r"[\u4e00-\u9fff](?![A-Z])")
"""Words between numbers: what looks for names in messages composed of facts finds too many in free text (公安局长)."""
_COMMON: Final = (
    "王李张刘陈杨黄赵吴周徐孙朱胡郭林罗郑梁谢宋唐邓冯韩曹彭曾董潘袁蔡蒋杜魏苏吕丁沈姚卢傅钟崔汪廖熊孟秦邱侯邹薛邵贺龚"
)
"""Surnames that seldom begin another word; of a rarer one only 某 and a form of address after it tell."""
_HAN: Final = r"[\u4e00-\u9fff]"
_SURNAME: Final = f"(?:{'|'.join(DOUBLE_SURNAMES)}|[{_COMMON}])"
_GIVEN: Final = r"(?:(?![村镇乡县市区街社组委会局所站队处厂店路桥山沟坪湾岭塘坝园场院校矿])[\u4e00-\u9fff]){1,2}"
_ADDRESS: Final = (
    "先生|女士|小姐|同志|师傅|老师|医生|律师|警官|老板|大爷|大娘|大妈|大叔|大伯|大婶|大嫂|大哥|大姐|阿姨|奶奶|爷爷"
)
_POST: Final = "支书|书记|主任|镇长|乡长|村长|县长|局长|所长|队长|院长|校长|部长|科长|股长|站长|组长|会长|经理|总"
_WHO: Final = "村民|居民|群众|业主|工人|农民工|代表|组织者|带头人|领头人|当事人|户主|死者|伤者|名叫|姓名|联系人|负责人"
_BOUNDARY: Final = r"(?=[\s说称,,。.、;;::!!??()()“”等和与及]|$)"
_USUAL: Final = frozenset(
    [
        "周边",
        "周围",
        "周末",
        "周转",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "张贴",
        "黄色",
        "黄泥",
        "孙子",
        "林地",
        "林场",
        "林权",
        "林业",
        "钟头",
        "朱红",
        "杨树",
        "杜绝",
        "蔡伦",
        "苏醒",
        "沈阳",
        "徐州",
        "郑州",
        "秦岭",
        "罗列",
        "梁柱",
        "唐突",
        "曾经",
        "董事",
        "彭水",
        "韩国",
        "丁字",
        "汪洋",
        "贺信",
    ]
)
_PATTERNS: Final = (
    re.compile(rf"(?:[{''.join(sorted(SURNAMES))}])某(?:某)?"),
    re.compile(rf"{_SURNAME}(?:{_GIVEN})?(?:{_ADDRESS})"),
    re.compile(rf"{_SURNAME}(?:{_GIVEN})?副?(?:{_POST})(?!{_HAN}?(?:办公室|值班))"),
    re.compile(rf"[老小阿][{_COMMON}]{_BOUNDARY}"),
    re.compile(rf"(?<=[\u4e00-\u9fff])(?:{_WHO})[::为是]?\s*({_SURNAME}{_GIVEN}){_BOUNDARY}"),
    re.compile(rf"^(?:{_WHO})[::为是]?\s*({_SURNAME}{_GIVEN}){_BOUNDARY}"),
    re.compile(rf"[、,,;;]\s*({_SURNAME}{_GIVEN})(?=等\s*(?:\d|{_HAN})*人)"),
)


def trouble_in(text: str) -> str:
    """Return the sentence that says what to change because ``text`` tells who somebody is, or nothing.

    Examples
    --------
    >>> trouble_in("约 30 名村民在镇政府门口,要求答复土地租金")
    ''
    >>> trouble_in("村民王小明、李四等人")[:9]
    '这里像是写了人名'
    """
    plain = unicodedata.normalize("NFKC", text)
    if _PLATE.search(plain.upper()):
        return PLATE
    try:
        assert_no_personal_words(_WORDS.sub("。", plain))
    except PersonalWordsError:
        return NUMBERS
    if mask_text(plain).kinds:
        return NUMBERS
    named = _name_in(plain)
    return NAMED.format(named) if named else ""


def trouble_in_post(text: str) -> str:
    """Return the same of who answers on the spot, where a bare name is one as well."""
    parts = [part.strip() for part in re.split(r"[、,,;;/\s]+", text) if part.strip()]
    if any(tells_of_a_person(part) and not part.endswith(("委", "办", "组", "长", "员", "区")) for part in parts):
        return POST_ONLY
    return trouble_in(text)


def _name_in(plain: str) -> str:
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            found = match.group(match.lastindex or 0)
            if found not in _USUAL and found[:2] not in _USUAL:
                return found
    return ""
