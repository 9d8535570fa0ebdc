"""The three robots: published vectors, forms and limits, and what every code of a vendor means."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from grid_app.clock import SystemClock
from notifications.channels import dingtalk, feishu, wecom
from notifications.channels.answers import Answer
from notifications.channels.dingtalk import DingTalkChannel, sign_dingtalk
from notifications.channels.feishu import FeishuChannel, sign_feishu
from notifications.channels.wecom import WeComChannel
from notifications.messages import Gone, Message, Misconfigured, Refused, RetryLater, Sent
from notifications.targets import RobotTarget
from tests.fake_vendors import KEY, SECRET, DingTalkRobot, FeishuRobot
from tests.fakes import FrozenClock

NOW = datetime.fromtimestamp(1795296000, UTC)
SITE = "https://grid.example.gov.cn"


class Wire:
    """Keeps what would be sent and answers as it is told."""

    def __init__(self, document, status=200):
        self.answer = Answer(status, {}, json.dumps(document).encode())
        self.sent = []

    def post(self, url, body, headers):
        self.sent.append((url, body))
        return self.answer


def a_message(**change):
    fields = {"key": "e-1", "title": "请确认收到：2026-1（红色）", "body": "云岭村，土地，期限：3月2日18:00。"}
    return Message(**{**fields, "url": "/escalations/1", "urgency": "high", "ttl_seconds": 3600, **change})


def the_three(wire):
    clock = FrozenClock(NOW)
    return [
        WeComChannel(wire, site=SITE),
        DingTalkChannel(wire, clock=clock, site=SITE),
        FeishuChannel(wire, clock=clock, site=SITE),
    ]


def test_signatures_are_the_ones_that_the_documents_lead_to():
    # computed from the vendors' sample programs for the secret SECabc123 at 2026-11-22T00:00:00Z
    assert sign_dingtalk("SECabc123", 1795296000000) == "dC1k5d2tZz3m22IIaxUbtbtFGZQAIbVAs1DnRNzfvNQ="
    assert sign_feishu("SECabc123", 1795296000) == "Rs/t7hl1kP6tQdmgYTs+oxKm3ENZ3Au0I3MDkf+/r1Q="


def test_wecom_is_told_markdown_under_its_key():
    wire = Wire({"errcode": 0})

    WeComChannel(wire, site=SITE).send(RobotTarget(KEY), a_message())

    url, body = wire.sent[0]
    assert url == f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    assert json.loads(body) == {
        "msgtype": "markdown",
        "markdown": {
            "content": "**【网格平台】请确认收到：2026-1（红色）**\n\n云岭村，土地，期限：3月2日18:00。\n\n"
            f"[打开平台确认]({SITE}/escalations/1)"
        },
    }


def test_dingtalk_is_told_the_signature_encoded_once():
    wire = Wire({"errcode": 0})

    DingTalkChannel(wire, clock=FrozenClock(NOW)).send(RobotTarget(KEY, "SECabc123"), a_message())

    url, body = wire.sent[0]
    assert url == (
        f"https://oapi.dingtalk.com/robot/send?access_token={KEY}&timestamp=1795296000000"
        "&sign=dC1k5d2tZz3m22IIaxUbtbtFGZQAIbVAs1DnRNzfvNQ%3D"
    )
    assert "%253D" not in url
    assert json.loads(body)["markdown"]["title"] == "【网格平台】请确认收到：2026-1（红色）"


def test_a_robot_without_secret_is_not_signed_for():
    for channel_type, name in ((DingTalkChannel, "sign"), (FeishuChannel, "timestamp")):
        wire = Wire({"errcode": 0, "code": 0})

        channel_type(wire, clock=FrozenClock(NOW)).send(RobotTarget(KEY), a_message())

        url, body = wire.sent[0]
        assert name not in parse_qs(url.partition("?")[2])
        assert name not in json.loads(body)


def test_feishu_is_told_a_post_with_the_signature_in_its_body():
    wire = Wire({"code": 0})

    FeishuChannel(wire, clock=FrozenClock(NOW), site=SITE).send(RobotTarget(KEY, "SECabc123"), a_message())

    url, body = wire.sent[0]
    document = json.loads(body)
    assert url == f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"
    assert (document["timestamp"], document["sign"]) == ("1795296000", "Rs/t7hl1kP6tQdmgYTs+oxKm3ENZ3Au0I3MDkf+/r1Q=")
    assert document["content"]["post"]["zh_cn"]["content"][1][0]["href"] == f"{SITE}/escalations/1"


@pytest.mark.parametrize("private", ["https://im.example.gov.cn/wwopen", "https://im.example.gov.cn/wwopen/"])
def test_a_private_installation_is_called_at_its_own_address(private):
    wire = Wire({"errcode": 0})

    WeComChannel(wire, base_url=private).send(RobotTarget(KEY), a_message())

    assert wire.sent[0][0].startswith("https://im.example.gov.cn/wwopen/cgi-bin/webhook/send?key=")


CODES = [
    (kind, code, outcome)
    for kind, table in ((0, wecom.OUTCOMES), (1, dingtalk.OUTCOMES), (2, feishu.OUTCOMES))
    for code, outcome in table.items()
]


@pytest.mark.parametrize(("kind", "code", "outcome"), CODES)
def test_every_code_of_a_vendor_is_an_outcome_whatever_the_status(kind, code, outcome):
    for status in (200, 400):
        wire = Wire({"errcode" if kind < 2 else "code": int(code), "errmsg": f"said {KEY}"}, status)

        assert the_three(wire)[kind].send(RobotTarget(KEY, SECRET), a_message()) == outcome
        assert outcome.code == code


def test_the_waits_are_the_vendors():
    assert wecom.OUTCOMES["45009"].after_seconds == 60
    assert dingtalk.OUTCOMES["130101"].after_seconds == 600
    assert feishu.OUTCOMES["11232"].after_seconds == 60
    assert isinstance(feishu.OUTCOMES["19021"], Misconfigured)
    assert isinstance(dingtalk.OUTCOMES["400106"], Gone)


def test_an_older_feishu_robot_says_its_code_in_other_words():
    channel = FeishuChannel(Wire({"StatusCode": 0, "StatusMessage": "success"}), clock=FrozenClock(NOW))

    assert channel.send(RobotTarget(KEY), a_message()) == Sent("")


def test_feishu_means_two_things_by_9499():
    target = RobotTarget(KEY)
    often = FeishuChannel(Wire({"code": 9499, "msg": "too many request"}), clock=FrozenClock(NOW))
    badly = FeishuChannel(Wire({"code": 9499, "msg": "Bad Request"}), clock=FrozenClock(NOW))

    assert often.send(target, a_message()).after_seconds == 60
    assert isinstance(badly.send(target, a_message()), Refused)


@pytest.mark.parametrize(
    "document",
    [{}, [], "ok", None, {"errcode": None}, {"errcode": False}, {"errcode": "", "code": ""}, {"errcode": [0]}],
)
def test_an_answer_without_a_code_is_no_success(document):
    for channel in the_three(Wire(document)):
        outcome = channel.send(RobotTarget(KEY), a_message())

        assert isinstance(outcome, RetryLater), outcome


def test_a_good_code_under_a_bad_status_is_no_success():
    for channel in the_three(Wire({"errcode": 0, "code": 0}, 502)):
        assert channel.send(RobotTarget(KEY), a_message()).code == "502"


def test_a_code_that_no_document_names_is_tried_again_and_not_repeated_at_length():
    for channel in the_three(Wire({"errcode": 987654, "code": 987654})):
        assert isinstance(channel.send(RobotTarget(KEY), a_message()), RetryLater)
    for channel in the_three(Wire({"errcode": f"no {KEY}!", "code": f"no {KEY}!"})):
        assert channel.send(RobotTarget(KEY), a_message()).code == "unknown"


@pytest.mark.parametrize("key", ["", "a/../b", "https://qyapi.weixin.qq.com/x?key=1", "a b", "k" * 201, "鍵"])
def test_a_key_that_could_lead_elsewhere_is_not_used(key):
    wire = Wire({"errcode": 0})

    assert [type(channel.send(RobotTarget(key), a_message())) for channel in the_three(wire)] == [Misconfigured] * 3
    assert wire.sent == []


def test_a_long_body_is_cut_to_the_bytes_that_each_vendor_takes_and_the_link_stays():
    wire = Wire({"errcode": 0, "code": 0})
    long = a_message(body="很长" * 2500)

    ends = [channel.send(RobotTarget(KEY), long) for channel in the_three(wire)]

    bodies = [json.loads(body) for _, body in wire.sent]
    content = bodies[0]["markdown"]["content"]
    assert [type(end) for end in ends] == [Sent, Sent, Sent]
    assert 4090 < len(content.encode()) <= 4096
    assert content.endswith(f"…\n\n[打开平台确认]({SITE}/escalations/1)")
    assert len(wire.sent[1][1]) <= 20_000
    assert len(wire.sent[2][1]) <= 20 * 1024


def test_a_title_that_does_not_fit_at_all_is_refused_before_it_is_sent():
    wire = Wire({"errcode": 0, "code": 0})

    outcomes = [channel.send(RobotTarget(KEY), a_message(title="很长" * 4000)) for channel in the_three(wire)]

    assert [outcome.code for outcome in outcomes] == ["too_long"] * 3
    assert wire.sent == []


def test_facts_cannot_write_markdown_or_call_people():
    wire = Wire({"errcode": 0})

    WeComChannel(wire, site=SITE).send(RobotTarget(KEY), a_message(body="[点这里](https://evil) <@all> **急**\n# 大"))

    content = json.loads(wire.sent[0][1])["markdown"]["content"]
    assert "［点这里］(https://evil) ＜＠all＞ ＊＊急＊＊ ＃ 大" in content


@pytest.mark.parametrize(("robot", "channel_type"), [(DingTalkRobot, DingTalkChannel), (FeishuRobot, FeishuChannel)])
@pytest.mark.parametrize("off", [timedelta(hours=-2), timedelta(hours=2)])
def test_a_clock_that_is_far_off_is_a_fault_of_the_configuration(robot, channel_type, off):
    with robot() as vendor:
        clock = FrozenClock(SystemClock().now() + off)
        channel = channel_type(vendor.far_end.line(), clock=clock, base_url=vendor.far_end.origin)

        outcome = channel.send(RobotTarget(KEY, SECRET), a_message())

    assert isinstance(outcome, Misconfigured)
    assert vendor.titles == []
