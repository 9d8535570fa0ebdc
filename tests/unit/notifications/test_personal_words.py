"""No number and no name of a person leaves by any channel; real places and our own numbers do."""

import csv
from pathlib import Path

import pytest

from notifications.messages import Message, PersonalWordsError, compose_digest, compose_escalation
from notifications.personal_words import assert_no_personal_words

PERSONAL = {
    "a mobile number": ["电话13800001111", "138-0000-1111", "１３８００００１１１１", "+86 138 0000 1111"],
    "a landline": ["0736-7712345", "(0736)7712345", "010 62345678", "0571-87654321", "电话：7712345"],
    "an ID number": ["430726199001011234", "430726 19900101 123X"],
    # 6222 0000 0000 0000 000 with the check digit of ISO/IEC 7812-1; 4111... is the test number of its annex
    "a bank card": ["6222000000000000004", "6222 0000 0000 0000 004", "4111-1111-1111-1111"],
    "a licence plate": ["湘A12345", "湘J·8B123", "沪AD12345", "湘JA123学"],
    "a mail address": ["zhang.san@example.com", "a_b@mail.example.gov.cn"],
    "a form of address": ["张三先生", "王阿姨", "欧阳女士", "刘大爷反映", "李建国同志", "陈主任", "周老师，请速办"],
    "a post": ["王支书", "李建国队长", "张组长，请到场", "赵大夫"],
    "what a label says": [
        "姓名：阿依古丽",
        "姓名: Alim",
        "身份证后四位1234",
        "身份证号43072619",
        "手机尾号 5678",
        "微信：zhang_san88",
    ],
    "somebody": ["李某某", "王某", "赵某甲", "张×", "刘XX"],
    "a labelled name": ["联系人：王五", "当事人张三", "户主 赵小六", "姓名:欧阳锋"],
}
OURS = [
    "案件 430726-2026-00012",
    "4307262026000123",
    "430726104203",
    "4307261042030107",
    "期限：3月2日18:00",
    "2026-03-02 18:00",
    "/escalations/019f0c2e-7b1d-7a52-9d7e-138000011112",
    "escalation-20261123",
    "https://grid.example.gov.cn/inbox",
    "3件事项待确认（最高红色）",
    "涉及约30户",
    "李先生巷",
    "王婆婆桥社区",
    "张家村",
    "龙潭桥镇长茂岭村",
    "罗坪乡长梯隘村委会",
    "联系人员未明确",
    "12345热线转办",
    "县人民政府信访局",
    "GB/T 31000",
    "请核对身份证件",
    "请安排律师和法官到场",
    "应由主任会议决定",
    "姓名没有写明",
    "第3组长冲",
    "请12345电话回复",
    "五组队长茂村",
    "电话没有人接",
    "微信群机器人",
]


@pytest.mark.parametrize("text", [text for texts in PERSONAL.values() for text in texts])
def test_what_belongs_to_a_person_is_refused_and_not_repeated(text):
    with pytest.raises(PersonalWordsError) as refusal:
        assert_no_personal_words(f"云岭村，{text}，红色")

    assert text not in str(refusal.value)


@pytest.mark.parametrize("text", ["王家坪", "王家平", "张三和李四"])
def test_a_bare_name_is_not_seen(text):
    """It cannot be told from a place: messages are composed of facts, and this lock is the last, not the first."""
    assert_no_personal_words(text)


@pytest.mark.parametrize("text", OURS)
def test_our_own_numbers_and_real_places_pass(text):
    assert_no_personal_words(text)


@pytest.mark.parametrize("field", ["key", "title", "body", "url", "case_code"])
def test_a_message_is_looked_at_in_every_part(field):
    facts = {"key": "e-1", "title": "请确认收到", "body": "云岭村", "url": "/e/1", "case_code": "2026-1"}
    with pytest.raises(PersonalWordsError):
        Message(**{**facts, field: f"{facts[field]} 13800001111"}, urgency="high", ttl_seconds=60)


def test_every_real_village_can_be_named(test_data: Path):
    names = set()
    for folder in ("changde", "pingjiang"):
        with (test_data / folder / "villages.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                names |= {row["name"], f"{row['county']}{row['town']}{row['name']}"}

    for name in names:
        compose_escalation(
            case_code="430726-2026-00012",
            place=name,
            category_name="土地承包经营",
            grade_word="红色",
            due_text="3月2日18:00",
            url="/escalations/7",
            key="e7",
        )
    assert len(names) > 4000


def test_a_digest_says_how_many_and_how_grave():
    digest = compose_digest(3, "红色", "/inbox", "digest-7")

    assert digest.title == "3件事项待确认（最高红色）"
    assert (digest.count, digest.case_code) == (3, "")
    assert compose_digest(2, "", "/inbox", "digest-8").title == "2件事项待确认"


@pytest.mark.parametrize(("count", "url"), [(0, "/inbox"), (2, "http://elsewhere.example/inbox"), (2, "//elsewhere")])
def test_a_digest_of_nothing_or_with_a_foreign_link_is_refused(count, url):
    with pytest.raises(ValueError, match="没有发出"):
        compose_digest(count, "红色", url, "digest-7")
