"""Robots, text messages, webhooks and mail obey the law of the port against far ends that check as the vendors do."""

from dataclasses import replace
from typing import ClassVar

import pytest

from grid_app.clock import SystemClock
from notifications.channels.aliyun import AliyunGateway
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.mail import MailChannel
from notifications.channels.sms import GenericGateway, SmsAccount, SmsChannel
from notifications.channels.webhook import WebhookChannel
from notifications.channels.wecom import WeComChannel
from notifications.messages import RetryLater
from notifications.ports import Channel
from notifications.targets import MailTarget, RobotTarget, SmsTarget, Target, WebhookTarget
from tests.contracts.channel_contract import OutwardContract, a_message
from tests.fake_vendors import (
    KEY,
    SECRET,
    AliyunSms,
    DingTalkRobot,
    FakeVendor,
    FeishuRobot,
    SmsGateway,
    WebhookReceiver,
    WeComRobot,
    template_says,
)
from tests.far_end import CUT, DRIP, HANG, PORTAL, QUICK_SECONDS, Reply, says
from tests.mail_server import PASSWORD, CountyMail

NUMBER = "13800001111"
SITE = "https://grid.example.gov.cn"
ACCOUNT = SmsAccount("key-id", SECRET, "云岭县网格", "SMS_154950909", {"count": "count", "case": "case"})


class OverTheLine(OutwardContract):
    """What all channels over the outward line have in common."""

    vendor: FakeVendor
    fake: type[FakeVendor]
    ends: ClassVar[dict[str, Reply]]

    @pytest.fixture(autouse=True)
    def _vendor(self):
        self.elsewhere = ""
        with self.fake() as vendor:
            self.vendor = vendor
            yield

    @property
    def origin(self) -> str:
        return self.elsewhere or self.vendor.far_end.origin

    def told(self) -> list[str]:
        return self.vendor.titles

    def secrets(self) -> tuple[str, ...]:
        return (KEY, SECRET)

    def let_it(self, happen: str) -> None:
        ends = {"hang": HANG, "cut": CUT, "drip": DRIP, "portal": PORTAL, **self.ends}
        if happen == "nobody":
            self.vendor.far_end.__exit__()
        elif happen in ends:
            self.vendor.far_end.answer_next(ends[happen])

    def test_a_page_that_answers_200_to_everything_is_no_success(self) -> None:
        outcome = self.send("portal")

        assert outcome == RetryLater(None, "unreadable", outcome.detail)

    def test_an_answer_that_never_ends_does_not_hold_the_sender(self) -> None:
        assert isinstance(self.send("drip"), RetryLater)

    def test_an_answer_of_any_size_is_not_read(self) -> None:
        self.vendor.far_end.answer_next(Reply(200, b" " * 1_000_000))

        assert isinstance(self.make_channel().send(self.make_target(), a_message()), RetryLater)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_is_not_followed(self, status) -> None:
        self.vendor.far_end.answer_next(Reply(status, b"x" * 10, {"Location": f"{self.origin}/elsewhere"}))

        outcome = self.make_channel().send(self.make_target(), a_message())

        assert outcome.code == str(status)
        assert len(self.vendor.far_end.asked) == 1


class TestWeComChannel(OverTheLine):
    fake = WeComRobot
    vendor_wait = 60
    ends: ClassVar = {
        "rate_limited": says({"errcode": 45009, "errmsg": f"api freq out of limit {KEY}"}),
        "gone": says({"errcode": 93008, "errmsg": "not in group"}),
        "refused": says({"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}),
        "misconfigured": says({"errcode": 93000, "errmsg": f"invalid webhook url {KEY}"}),
    }

    def make_channel(self) -> Channel:
        return WeComChannel(self.vendor.far_end.line(), base_url=self.origin, site=SITE)

    def make_target(self) -> Target:
        return RobotTarget(KEY)


class TestDingTalkChannel(OverTheLine):
    fake = DingTalkRobot
    vendor_wait = 600
    ends: ClassVar = {
        "rate_limited": says({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}),
        "gone": says({"errcode": 400013, "errmsg": "群已被解散"}),
        "refused": says({"errcode": 460101, "errmsg": "message too long"}),
        "misconfigured": says({"errcode": 310000, "errmsg": f"sign not match {SECRET}"}),
    }

    def make_channel(self) -> Channel:
        return DingTalkChannel(self.vendor.far_end.line(), clock=SystemClock(), base_url=self.origin, site=SITE)

    def make_target(self) -> Target:
        return RobotTarget(KEY, SECRET)


class TestFeishuChannel(OverTheLine):
    fake = FeishuRobot
    vendor_wait = 60
    ends: ClassVar = {
        "rate_limited": says({"code": 11232, "msg": "create message trigger rate limit"}),
        "gone": says({"code": 230002, "msg": "The bot can not be outside the group."}),
        "refused": says({"code": 9499, "msg": "Bad Request"}, 400),
        "misconfigured": says({"code": 19024, "msg": "Key Words Not Found"}),
    }

    def make_channel(self) -> Channel:
        return FeishuChannel(self.vendor.far_end.line(), clock=SystemClock(), base_url=self.origin, site=SITE)

    def make_target(self) -> Target:
        return RobotTarget(KEY, SECRET)


class TestWebhookChannel(OverTheLine):
    fake = WebhookReceiver
    vendor_wait = 30
    ends: ClassVar = {
        "rate_limited": Reply(429, headers={"Retry-After": "30"}),
        "gone": Reply(410),
        "refused": Reply(422),
        "misconfigured": Reply(401),
    }

    def make_channel(self) -> Channel:
        return WebhookChannel(self.vendor.far_end.line(), clock=SystemClock(), site=SITE)

    def make_target(self) -> Target:
        return WebhookTarget(f"{self.origin}/in/{KEY}", SECRET, "sha256")


class TemplateOnly(OverTheLine):
    """Text messages carry no title; what arrives is the template with two facts."""

    def secrets(self) -> tuple[str, ...]:
        return (SECRET, NUMBER)

    def make_target(self) -> Target:
        return SmsTarget(NUMBER)

    def test_a_message_that_arrives_is_sent(self) -> None:
        outcome = self.make_channel().send(self.make_target(), a_message())

        assert outcome.provider_id
        assert self.told() == [template_says({"count": "1", "case": ""})]

    def test_messages_arrive_in_order_and_each_once(self) -> None:
        for number in range(3):
            self.make_channel().send(self.make_target(), a_message(f"key-{number}"))

        assert len(self.told()) == 3


class TestGenericSms(TemplateOnly):
    fake = SmsGateway
    vendor_wait = 3600
    ends: ClassVar = {
        "rate_limited": says({"code": "LIMIT"}, **{"Retry-After": "3600"}),
        "gone": says({"code": "NUMBER", "said": NUMBER}),
        "refused": says({"code": "REFUSED"}),
        "misconfigured": says({"code": "BALANCE"}),
    }

    def make_channel(self) -> Channel:
        gateway = GenericGateway(self.vendor.far_end.line(), f"{self.origin}/sms", ACCOUNT, clock=SystemClock())
        return SmsChannel(gateway, ACCOUNT)


class TestAliyunSms(TemplateOnly):
    fake = AliyunSms
    vendor_wait = 3600
    ends: ClassVar = {
        "rate_limited": says({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控Permits:5"}),
        "gone": says({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": NUMBER}),
        "refused": says({"Code": "isv.PARAM_LENGTH_LIMIT", "Message": "参数超出长度限制"}),
        "misconfigured": says({"Code": "SignatureDoesNotMatch", "Message": SECRET}, 400),
    }

    def make_channel(self) -> Channel:
        gateway = AliyunGateway(self.vendor.far_end.line(), ACCOUNT, clock=SystemClock(), base_url=self.origin)
        return SmsChannel(gateway, ACCOUNT)


class TestMailChannel(OutwardContract):
    vendor_wait = 300

    @pytest.fixture(autouse=True)
    def _server(self):
        with CountyMail() as server:
            self.server = server
            self.account = server.account()
            yield

    def make_channel(self) -> Channel:
        return MailChannel(self.account, clock=SystemClock(), site=SITE)

    def make_target(self) -> Target:
        return MailTarget("zhiban@township.example.gov.cn")

    def told(self) -> list[str]:
        return [letter["Subject"].removeprefix("【网格平台】") for letter in self.server.letters]

    def secrets(self) -> tuple[str, ...]:
        return (PASSWORD, "mail-password-wrong", "zhiban@township")

    def let_it(self, happen: str) -> None:
        answers = {
            "rate_limited": ("rcpt", "451 4.7.1 greylisted, zhiban@township.example.gov.cn"),
            "gone": ("rcpt", "550 5.1.1 zhiban@township.example.gov.cn: user unknown"),
            "refused": ("data", "554 5.7.1 spam"),
            "hang": ("manner", "hang"),
            "cut": ("manner", "cut"),
        }
        if happen in answers:
            setattr(self.server, *answers[happen])
        changes = {
            "misconfigured": {"password": "mail-password-wrong"},
            "hang": {"timeout_seconds": QUICK_SECONDS},
            "nobody": {"port": 9},
        }
        self.account = replace(self.account, **changes.get(happen, {}))
