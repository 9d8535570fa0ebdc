"""Text messages and webhooks: published signatures, what is told and what is not, and each id once."""

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from grid_app.clock import SystemClock
from notifications.channels import aliyun, sms
from notifications.channels.aliyun import AliyunGateway, acs3_headers
from notifications.channels.answers import Answer
from notifications.channels.signing import sign, signed_headers
from notifications.channels.sms import GenericGateway, SmsAccount, SmsChannel
from notifications.channels.webhook import WebhookChannel
from notifications.messages import Message, Misconfigured, Refused, Sent, compose_digest, compose_escalation, dedupe_id
from notifications.targets import SmsTarget, WebhookTarget
from tests.fake_vendors import SECRET, WebhookReceiver
from tests.fakes import FrozenClock

NOW = datetime.fromtimestamp(1795296000, UTC)
ACCOUNT = SmsAccount("key-id", SECRET, "云岭县网格", "SMS_154950909", {"n": "count", "no": "case"})
NUMBER = "13800001111"


class Wire:
    def __init__(self, document, status=200):
        self.answer = Answer(status, {}, json.dumps(document).encode())
        self.sent = []

    def post(self, url, body, headers):
        self.sent.append((url, body, headers))
        return self.answer


def an_escalation():
    return compose_escalation(
        case_code="430726-2026-00012",
        place="云岭村",
        category_name="土地",
        grade_word="红色",
        due_text="今天18时",
        url="/escalations/7",
        key="e7",
    )


def test_the_signature_of_aliyun_is_the_one_of_its_published_example():
    # help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, "固定参数示例"
    account = SmsAccount("YourAccessKeyId", "YourAccessKeySecret", "", "")

    headers = acs3_headers(
        account,
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
        query={"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
    )

    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_sm3_is_the_national_one():
    # GB/T 32905-2016, A.1; HMAC: GM/T 0042-2015, the example with the key 01 02 ... 20
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    keyed = HMAC(bytes(range(1, 33)), hashes.SM3())
    keyed.update(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2)

    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert keyed.finalize().hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"


def test_a_webhook_is_signed_by_either_algorithm():
    for algorithm in ("sha256", "sm3"):
        wire = Wire({"id": dedupe_id(an_escalation())})
        target = WebhookTarget("https://hook.example.com/in", SECRET, algorithm)

        outcome = WebhookChannel(wire, clock=FrozenClock(NOW)).send(target, an_escalation())

        _, body, headers = wire.sent[0]
        right = sign(algorithm, SECRET, seconds=1795296000, message_id=headers["X-Grid-Id"], body=body)
        assert headers["X-Grid-Signature"] == f"{algorithm}={right}"
        assert headers["X-Grid-Timestamp"] == "1795296000"
        assert outcome == Sent(headers["X-Grid-Id"])


def test_every_try_of_a_message_has_the_same_id_and_another_message_another():
    message = an_escalation()
    ids = {dedupe_id(message), dedupe_id(an_escalation())}
    others = {dedupe_id(replace(message, receipt="r2")), dedupe_id(replace(message, key="e8"))}

    assert len(ids) == 1
    assert len(ids | others) == 3


def test_a_receiver_counts_a_repeated_try_once():
    with WebhookReceiver() as vendor:
        channel = WebhookChannel(vendor.far_end.line(), clock=SystemClock())
        target = WebhookTarget(f"{vendor.far_end.origin}/in", SECRET)

        ends = [type(channel.send(target, an_escalation())) for _ in range(3)]

    assert ends == [Sent] * 3
    assert len(vendor.titles) == 1


def test_the_verification_in_the_documents_takes_ours_and_nothing_else():
    page = (Path(__file__).parents[3] / "docs/notifications.md").read_text("utf-8")
    block = re.search(r"```python\n(def is_ours.*?)```", page, flags=re.DOTALL)[1]
    names = {"hmac": hmac, "hashlib": hashlib}
    exec(block, names)  # noqa: S102 - the example that receivers copy
    headers = signed_headers("sha256", SECRET, at=NOW, message_id="a1", body=b"{}")
    is_ours = names["is_ours"]

    assert is_ours(headers, b"{}", SECRET, 1795296000 + 299)
    assert not is_ours(headers, b"{}", SECRET, 1795296000 + 301)
    assert not is_ours(headers, b"{ }", SECRET, 1795296000)
    assert not is_ours({**headers, "X-Grid-Id": "a2"}, b"{}", SECRET, 1795296000)
    assert not is_ours(headers, b"{}", "another key of theirs", 1795296000)


def test_an_answer_with_another_id_is_no_success():
    outcome = WebhookChannel(Wire({"id": "other"}), clock=FrozenClock(NOW)).send(
        WebhookTarget("https://hook.example.com/in", SECRET), an_escalation()
    )

    assert outcome.code == "unreadable"


@pytest.mark.parametrize("target", [WebhookTarget("https://a", "short"), WebhookTarget("https://a", SECRET, "md5")])
def test_a_webhook_without_a_fit_key_is_a_fault_of_the_configuration(target):
    wire = Wire({})

    assert isinstance(WebhookChannel(wire, clock=FrozenClock(NOW)).send(target, an_escalation()), Misconfigured)
    assert wire.sent == []


def the_gateways(wire):
    clock = FrozenClock(NOW)
    return [
        GenericGateway(wire, "https://sms.example.com/send", ACCOUNT, clock=clock),
        AliyunGateway(wire, ACCOUNT, clock=clock),
    ]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("message", "facts"),
    [
        (an_escalation(), {"n": "1", "no": "430726-2026-00012"}),
        (compose_digest(3, "红色", "/inbox", "d"), {"n": "3", "no": ""}),
    ],
)
def test_a_text_message_tells_two_facts_and_nothing_else(which, message, facts):
    wire = Wire({"code": "OK", "Code": "OK"})

    outcome = SmsChannel(the_gateways(wire)[which], ACCOUNT).send(SmsTarget(NUMBER), message)

    url, body, _ = wire.sent[0]
    told = json.loads(body)["template_param"] if which == 0 else None
    assert outcome == Sent("")
    assert told in (facts, None)
    assert "云岭村" not in body.decode()
    assert "%E4%BA%91%E5%B2%AD%E6%9D%91" not in url


CODES = [(0, *pair) for pair in sms.OUTCOMES.items()] + [(1, *pair) for pair in aliyun.OUTCOMES.items()]


@pytest.mark.parametrize(("which", "code", "outcome"), CODES)
def test_every_code_of_a_gateway_is_an_outcome_whatever_the_status(which, code, outcome):
    for status in (200, 400):
        wire = Wire({"code": code, "Code": code, "Message": NUMBER}, status)

        assert SmsChannel(the_gateways(wire)[which], ACCOUNT).send(SmsTarget(NUMBER), an_escalation()) == outcome
        assert outcome.code == code


@pytest.mark.parametrize(
    "number", ["", "12345", "0736-7712345", "+8613800001111", "13800001111,13900002222", "１３８００００１１１１"]
)
def test_only_one_mainland_mobile_number_is_written_to(number):
    wire = Wire({"code": "OK"})

    outcome = SmsChannel(the_gateways(wire)[0], ACCOUNT).send(SmsTarget(number), an_escalation())

    assert outcome == Misconfigured("number", outcome.detail)
    assert wire.sent == []


def test_a_story_of_any_length_is_refused_by_a_webhook():
    long = Message("e-1", "请确认收到", "很长" * 4000, "/e/1", "high", 60)

    outcome = WebhookChannel(Wire({}), clock=FrozenClock(NOW)).send(WebhookTarget("https://a", SECRET), long)

    assert outcome == Refused("too_long", outcome.detail)
