"""What may not stand in any message, by whatever channel: numbers and names that belong to a person.

A message is composed of facts about places and deadlines, so this never finds anything in good order; it is the
last lock, for the day when somebody composes one of other words. A place called after a person is a place: what
is followed by a word for a place (李先生巷, 王婆婆桥) passes.
"""

import re
import unicodedata
from typing import Final

_GAP = r"[\s\-.·]?"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)")
_DATE = rf"(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_NUMBER = re.compile(rf"(?<!\d)[1-9]\d{{5}}(?:\d{{11}}|{_GAP}{_DATE}{_GAP}\d{{3}})[\dXx](?!\d)")
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b")
_LANDLINE = re.compile(
    r"(?<![\d\-])(?:0(?:10|2\d|[3-9]\d\d)|\((?:010|02\d|0[3-9]\d\d)\))[\s\-]{0,2}[2-8]\d{6,7}(?!\d)"
    r"|(?:电话|座机|来电|致电|手机)[::]?\s*\d{7,8}(?!\d)"
)
_CARD = re.compile(
    r"(?<!\d)(?:6[02]\d{2}|[345]\d{3}(?=[ \-]))(?:[ \-]?\d{4}){2}(?:[ \-]?\d{4}(?:[ \-]?\d{1,3})?)(?!\d)"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][\s·.\-]?"
    r"(?=[A-HJ-NP-Z\d]*\d)[A-HJ-NP-Z\d]{4,5}[A-HJ-NP-Z\d挂学警港澳](?![A-Za-z\d])"
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")

_SURNAMES = (
    "丁万上东严乐乔习于仇从代任伍何佘余佟侯俞倪傅储党全关冉农冯冷凌刘包匡华卓单卞卢卫印厉叶司吉向吕吴周唐喻夏姚姜姬娄孔孙孟季"
    "安宋宗宣容寇封尚尤尹居屈岑岳崔左巩常庄应庞康廉廖张强彭徐慕戚戴房敖文方施易晏曲曹曾朱权李杜束杨杭林柏柯柳柴栾桂桑梁梅樊"
    "欧武段殷毕毛江池汤汪沈沙洪涂温游湛滕潘焦熊燕牛牧狄王班甄甘田申白盖盛瞿石祁祖祝秦程穆窦章童竺符管籍粟索纪缪罗翁翟耿聂肖胡"
    "臧舒艾花苏苗范茅茹荀莫萧葛董蒋蒙蒲蔡薛虞融袁裴褚覃解詹许谈谢谭贡费贺贾赖赵路车连邓邢邬邰邱邵邹郁郎郑郝郭鄂金钟钱闵闻阎阚"
    "阮陆陈陶雷霍靳韦韩项顾颜饶马骆高魏鱼鲁鲍麻黄黎齐龙龚"
)
_NAME = rf"(?:欧阳|上官|司马|诸葛|皇甫|慕容|令狐|司徒|夏侯|[{_SURNAMES}])"
_FORMS_OF_ADDRESS = (
    "先生|女士|小姐|太太|夫人|阿姨|大爷|大妈|大叔|大伯|大娘|大嫂|大哥|大姐|奶奶|爷爷|婆婆|叔叔|伯伯|婶婶|老汉|老师|师傅|同志|"
    "书记|支书|主任|局长|科长|所长|站长|律师|医生|大夫|校长|警官|法官|老板|"
    "(?:镇长|乡长|村长|县长|组长|队长|会长|院长)(?![\u4e00-\u9fff])"
)
"""长 begins the names of many villages: 龙潭桥镇长茂岭村."""
_LABELS = (
    "当事人|联系人|反映人|信访人|上访人|投诉人|举报人|申请人|被申请人|报案人|户主|姓名|负责人|承包人|受害人|死者|伤者"
)
_TOLD_APART = re.compile(
    r"(?:姓名|曾用名|真实名字)\s*:\s*[\u4e00-\u9fffA-Za-z]"
    r"|身份证(?:号码?|件)?(?:尾号|末尾|[后末][四六4-8]位)?(?:是|为)?\s*:?\s*\d{4,17}[\dXx]?"
    r"|(?:手机|电话|银行卡|卡号)(?:尾号|[后末][四4]位)(?:是|为)?\s*:?\s*\d{4}"
    r"|(?:微信号?|QQ号?)\s*:?\s*[A-Za-z0-9_\-]{5,}"
)
"""What a label says is a person's own, whatever it looks like: rare surnames, half a number, names of accounts."""
_PLACE = r"(?![巷路街桥村组湾冲坪屋院塘山岭弄里胡社祠庙墓坟碑洞井渡堂寺观田地坡沟坳园])"
_NO_NAME = "(?!安排|应由|应当|全体|全部|管理)"
"""Words that begin like a name: 请安排律师到场."""
_ADDRESSED = re.compile(rf"{_NO_NAME}{_NAME}[\u4e00-\u9fff]{{0,2}}(?:{_FORMS_OF_ADDRESS}){_PLACE}")
_SOMEBODY = re.compile(rf"{_NAME}(?:某[某甲乙丙丁]?|[XxＸ×*]{{1,2}}){_PLACE}(?![A-Za-z])")
_LABELLED = re.compile(rf"(?:{_LABELS})(?:[::]\s*|\s+|(?:是|为|系)?)(?:{_NAME}[\u4e00-\u9fff]{{1,2}}){_PLACE}")

_FINDINGS: Final = (
    (_ID_NUMBER, "像身份证号的号码"),
    (_MOBILE, "像手机号的号码"),
    (_LANDLINE, "像电话号码的号码"),
    (_PLATE, "像车牌号的号码"),
    (_ADDRESS, "像邮箱的地址"),
    (_ADDRESSED, "像个人的称呼"),
    (_SOMEBODY, "像个人的称呼"),
    (_LABELLED, "像个人的姓名"),
    (_TOLD_APART, "标明是个人的姓名或号码"),
)


class PersonalWordsError(ValueError):
    """The text holds a number or a name that belongs to a person; the sentence never repeats it."""


def assert_no_personal_words(text: str) -> None:
    """Return in silence when the text holds no number and no name that looks like a person's.

    Looked for are mobile and landline numbers, ID numbers, bank cards, licence plates, mail addresses, and names
    that come with a form of address, a post or a label (张三先生, 王支书, 李某某, 联系人:王五, 姓名:阿依古丽).
    Full-width digits and the usual separators (``138-1234-5678``) are seen through. Identifiers of ours (UUIDs) are
    left out of the search: their hexadecimal digits mean nothing. A bare name is not found: 王家坪 and 王家平 look the
    same.

    Raises
    ------
    PersonalWordsError
        Something of that kind stands in the text.

    Examples
    --------
    >>> assert_no_personal_words("案件 430726-2026-00012，李先生巷，红色")
    """
    plain = _UUID.sub(" ", unicodedata.normalize("NFKC", text))
    for pattern, what in _FINDINGS:
        if pattern.search(plain):
            raise PersonalWordsError(f"通知文字里有{what}，没有发出；请改用案件编号。")
    if any(_is_card(found.group()) for found in _CARD.finditer(plain)):
        raise PersonalWordsError("通知文字里有像银行卡号的号码，没有发出；请改用案件编号。")


def _is_card(text: str) -> bool:
    """Tell whether the digits are of a card's length, pass its check (ISO/IEC 7812-1, annex B), and are not ours."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    if not 16 <= len(digits) <= 19 or digits[6:8] == [2, 0]:  # the year of a case number behind its county
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
