"""The ways in which this installation can tell offices outside the inbox, by its settings.

A way that is not set up is simply not there; a message that asks for it ends as a fault of the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grid_app.clock import SystemClock
from grid_app.settings import ALIYUN, OFF, Settings, outward_rule
from notifications.channels.aliyun import AliyunGateway
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.line import OutwardLine
from notifications.channels.local import NowhereChannel
from notifications.channels.mail import MailChannel, MailServer
from notifications.channels.sms import GenericGateway, SmsAccount, SmsChannel
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webpush import WebPushChannel
from notifications.channels.wecom import WeComChannel
from notifications.endpoints import HostRule
from notifications.ports import Channel

OUTWARD: Final = ("wecom", "dingtalk", "feishu", "mail", "sms", "webhook")


def make_channels(settings: Settings, *, vapid_private: str, push_rule: HostRule) -> Mapping[str, Channel]:
    """Return the channels that are set up, each under its kind.

    Signatures hold the machine's own time, whatever moment a demonstration shows. A demonstration tells nobody but the
    browsers of those who try it.
    """
    clock, site = SystemClock(), settings.site_url
    line = OutwardLine(outward_rule(settings), ca_file=settings.outward_ca_file)
    webpush = WebPushChannel(
        vapid_private,
        settings.vapid_subject,
        allowed_hosts=push_rule,
        older_keys=settings.vapid_old_keys,
        proxy=settings.outward_proxy,
    )
    if settings.demo_mode:
        return {webpush.kind: webpush} | {kind: NowhereChannel(kind) for kind in OUTWARD}
    channels: list[Channel] = [webpush, WebhookChannel(line, clock=clock, site=site)]
    if settings.wecom_url != OFF:
        channels.append(WeComChannel(line, base_url=settings.wecom_url, site=site))
    if settings.dingtalk_url != OFF:
        channels.append(DingTalkChannel(line, clock=clock, base_url=settings.dingtalk_url, site=site))
    if settings.feishu_url != OFF:
        channels.append(FeishuChannel(line, clock=clock, base_url=settings.feishu_url, site=site))
    if settings.smtp_host:
        channels.append(MailChannel(_mail_server(settings), clock=clock, site=site))
    if settings.sms_gateway:
        channels.append(_sms_channel(settings, line))
    return {channel.kind: channel for channel in channels}


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_sender,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        ca_file=settings.outward_ca_file,
    )


def _sms_channel(settings: Settings, line: OutwardLine) -> SmsChannel:
    """Return the channel by the gateway that is set: Aliyun, or the one at an address of the county's own."""
    account = SmsAccount(
        key_id=settings.sms_key_id,
        key_secret=settings.sms_key_secret,
        sign_name=settings.sms_sign_name,
        template=settings.sms_template,
        variables=dict(pair.split("=", 1) for pair in settings.sms_variables.split(",")),
    )
    if settings.sms_gateway == ALIYUN:
        return SmsChannel(AliyunGateway(line, account, clock=SystemClock()), account)
    return SmsChannel(GenericGateway(line, settings.sms_gateway, account, clock=SystemClock()), account)
