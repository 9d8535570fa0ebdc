"""A message can hold the facts of a case and nothing of a person."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.messages import (
    ESCALATION_TTL_SECONDS,
    Message,
    MessageError,
    PersonalWordsError,
    PushTarget,
    assert_no_personal_words,
    compose_escalation,
    topic_of,
)

FACTS = {
    "case_code": "430726-2026-00012",
    "place": "云岭村",
    "category_name": "土地权属",
    "grade_word": "红色",
    "due_text": "3月2日18:00",
    "url": "/escalations/0195ab3e-1111-7222-8333-139123456789",
    "key": "escalation:0195ab3e-1111-7222-8333-139123456789",
}


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "8613812345678",
        "0086 13812345678",
        "１３８１２３４５６７８",
        "tel13812345678",
        "19912345678转2",
    ],
)
def test_a_mobile_number_is_refused_and_not_repeated(number):
    with pytest.raises(PersonalWordsError) as refusal:
        assert_no_personal_words(f"联系{number}。")

    assert "手机号" in str(refusal.value)
    assert not re.search(r"\d", str(refusal.value))


@pytest.mark.parametrize(
    "number",
    [
        "430726199001011234",
        "43072619900101123X",
        "43072619900101123x",
        "430726 19900101 1234",
        "４３０７２６１９９００１０１１２３４",
    ],
)
def test_an_id_number_is_refused_and_not_repeated(number):
    with pytest.raises(PersonalWordsError) as refusal:
        assert_no_personal_words(f"证号{number}")

    assert "身份证" in str(refusal.value)
    assert not re.search(r"\d", str(refusal.value))


@pytest.mark.parametrize("fact", ["case_code", "place", "category_name", "grade_word", "due_text", "url", "key"])
def test_no_fact_of_an_escalation_can_carry_a_mobile_number(fact):
    with pytest.raises(PersonalWordsError):
        compose_escalation(**{**FACTS, fact: "/13812345678"})


@pytest.mark.parametrize(
    "url",
    ["", "escalations/1", "//evil.example.com/", "/\\evil.example.com", "http://a.example.com/", "javascript:alert(1)"],
)
def test_a_link_that_leads_elsewhere_is_refused(url):
    with pytest.raises(MessageError):
        compose_escalation(**{**FACTS, "url": url})


@pytest.mark.parametrize(
    "change",
    [
        {"key": " "},
        {"title": ""},
        {"urgency": "urgent"},
        {"ttl_seconds": 0},
        {"ttl_seconds": -1},
        {"ttl_seconds": 28 * 24 * 3600 + 1},
    ],
)
def test_a_message_that_cannot_be_sent_is_refused_on_making(change):
    fields = {"key": "k", "title": "t", "body": "b", "url": "/", "urgency": "high", "ttl_seconds": 60}

    with pytest.raises(MessageError) as refusal:
        Message(**{**fields, **change})

    assert "没有发出" in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "430726-2026-00012",
        "4307262026000123",
        "村码430726101001",
        "期限2026-03-02 18:00",
        "0195ab3e-1111-7222-8333-a13912345678",
        "0195ab3e111172228333a13912345678",
        "1234567890123456789012345",
        "",
    ],
)
def test_our_own_numbers_pass(text):
    assert_no_personal_words(text)


def test_an_escalation_tells_its_five_facts_and_nothing_else():
    message = compose_escalation(**FACTS)

    assert message.title == "请确认收到：430726-2026-00012（红色）"
    assert message.body == "云岭村，土地权属，期限：3月2日18:00。"
    assert (message.url, message.key) == (FACTS["url"], FACTS["key"])
    assert (message.urgency, message.ttl_seconds) == ("high", ESCALATION_TTL_SECONDS)


def test_a_fact_is_one_short_line():
    message = compose_escalation(**{**FACTS, "place": "云岭村\n三组\x00" + "很长" * 100})

    assert "\n" not in message.body
    assert "\x00" not in message.body
    assert message.body.startswith("云岭村 三组 很长")
    assert len(message.body) < 100


@given(st.text(max_size=300))
def test_a_topic_is_what_push_services_accept(key):
    topic = topic_of(key)

    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", topic)
    assert topic == topic_of(key)


def test_different_keys_have_different_topics():
    assert len({topic_of(f"escalation-{number}") for number in range(1000)}) == 1000


def test_a_target_does_not_show_its_secrets():
    shown = repr(PushTarget("https://push.example.com/secret", "p-secret", "a-secret"))

    assert "secret" not in shown
