"""What somebody types about a channel: taken apart at the border, and never repeated by a refusal."""

from __future__ import annotations

import pytest

from grid_app.errors import InvalidError
from grid_app.services.channels.reading import read_config
from tests.channels_world import BORDER, DINGTALK_TOKEN, FEISHU_TOKEN, WECOM_KEY

SECRET = "SECabc123"
HOOK = "https://hook.county.example.com/in/9f8e7d6c5b4a"


@pytest.mark.parametrize(
    ("kind", "typed", "held"),
    [
        ("wecom", {"key": WECOM_KEY}, {"key": WECOM_KEY}),
        ("wecom", {"key": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}"}, {"key": WECOM_KEY}),
        (
            "dingtalk",
            {"key": f" https://oapi.dingtalk.com/robot/send?access_token={DINGTALK_TOKEN} ", "secret": SECRET},
            {"token": DINGTALK_TOKEN, "secret": SECRET},
        ),
        (
            "feishu",
            {"key": f"https://open.feishu.cn/open-apis/bot/v2/hook/{FEISHU_TOKEN}", "secret": ""},
            {"token": FEISHU_TOKEN, "secret": ""},
        ),
        ("mail", {"address": "zhiban@Example.Gov.CN"}, {"address": "zhiban@example.gov.cn"}),
        ("sms", {"number": "+86 138-1234-5678"}, {"number": "13812345678"}),
        ("phone", {"number": "0736-1234567 转 801"}, {"number": "0736-1234567-801"}),
        ("phone", {"number": "12345"}, {"number": "12345"}),
        (
            "webhook",
            {"url": HOOK, "secret": "s" * 16, "algorithm": "sm3"},
            {"url": HOOK, "secret": "s" * 16, "algorithm": "sm3"},
        ),
    ],
)
def test_each_kind_keeps_what_it_needs(kind, typed, held):
    assert read_config(kind, typed, border=BORDER).secret == held


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("wecom", {"key": ""}, "key"),
        ("wecom", {"key": "short"}, "key"),
        ("wecom", {"key": f"https://evil.example.com/cgi-bin/webhook/send?key={WECOM_KEY}"}, "key"),
        ("wecom", {"key": f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}"}, "key"),
        ("wecom", {"key": f"https://qyapi.weixin.qq.com@evil.example.com/send?key={WECOM_KEY}"}, "key"),
        ("wecom", {"key": f"{WECOM_KEY}\x00"}, "key"),
        ("dingtalk", {"key": DINGTALK_TOKEN, "secret": ""}, "secret"),
        ("dingtalk", {"key": DINGTALK_TOKEN, "secret": "plain secret"}, "secret"),
        ("feishu", {"key": FEISHU_TOKEN, "secret": "abc"}, "secret"),
        ("feishu", {"key": "https://open.feishu.cn/open-apis/bot/v2/hook/"}, "key"),
        ("mail", {"address": "nobody"}, "address"),
        ("mail", {"address": "a@b.cn\r\nBcc: c@d.cn"}, "address"),
        ("sms", {"number": "0736-1234567"}, "number"),
        ("phone", {"number": "77"}, "number"),
        ("webhook", {"url": "http://hook.county.example.com/x", "secret": "s" * 16, "algorithm": "sha256"}, "url"),
        ("webhook", {"url": "https://10.0.0.1/x", "secret": "s" * 16, "algorithm": "sha256"}, "url"),
        ("webhook", {"url": "https://a:b@hook.county.example.com/x", "secret": "s" * 16, "algorithm": "sm3"}, "url"),
        ("webhook", {"url": HOOK, "secret": "short", "algorithm": "sha256"}, "secret"),
        ("webhook", {"url": HOOK, "secret": "s" * 16, "algorithm": "md5"}, "algorithm"),
    ],
)
def test_what_is_not_right_is_refused_at_its_field_and_not_repeated(kind, typed, field):
    with pytest.raises(InvalidError) as refused:
        read_config(kind, typed, border=BORDER)

    said = refused.value.sentence + "".join(refused.value.fields.values())
    assert set(refused.value.fields) == {field}
    assert not [one for one in typed.values() if len(one) > 6 and one in said]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("wecom", {"key": WECOM_KEY}),
        ("dingtalk", {"key": DINGTALK_TOKEN, "secret": SECRET}),
        ("mail", {"address": "zhiban@example.gov.cn"}),
        ("sms", {"number": "13812345678"}),
        ("webhook", {"url": HOOK, "secret": "s" * 16, "algorithm": "sm3"}),
    ],
)
def test_the_hint_and_what_is_printed_of_it_hold_no_secret(kind, typed):
    config = read_config(kind, typed, border=BORDER)

    shown = f"{config!r}"
    assert not [one for one in config.secret.values() if len(one) > 6 and one in shown]


def test_an_unknown_kind_is_refused():
    with pytest.raises(InvalidError):
        read_config("fax", {}, border=BORDER)
