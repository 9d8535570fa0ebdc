"""Ways outward by settings: what is not set up is not there, and wrong values are named before the start."""

import logging

import pytest
from sqlalchemy import create_engine

from grid_app.settings import SettingsError, outward_rule, settings_from
from grid_app.wiring import make_wiring
from notifications.channels.local import NowhereChannel
from notifications.vapid import new_keypair

MAIL = {"GRID_SMTP_HOST": "mail.county.local", "GRID_SMTP_SENDER": "duty@county.example.gov.cn"}
SMS = {
    "GRID_SMS_GATEWAY": "aliyun",
    "GRID_SMS_KEY_ID": "key-id",
    "GRID_SMS_KEY_SECRET": "sms-secret",
    "GRID_SMS_SIGN_NAME": "云岭县网格",
    "GRID_SMS_TEMPLATE": "SMS_154950909",
}


def kinds_of(environment, tmp_path):
    settings = settings_from({**environment, "GRID_INSTANCE_DIR": str(tmp_path)})
    return set(make_wiring(settings, create_engine("sqlite://"), clock=None).channels)


def test_robots_push_and_webhooks_are_there_by_themselves_and_the_rest_when_set_up(tmp_path):
    standing = {"webpush", "webhook", "wecom", "dingtalk", "feishu"}

    assert kinds_of({}, tmp_path) == standing
    assert kinds_of({**MAIL, **SMS}, tmp_path) == {*standing, "mail", "sms"}
    assert kinds_of({**SMS, "GRID_SMS_GATEWAY": "https://sms.example.gov.cn/send"}, tmp_path) == {*standing, "sms"}
    off = {"GRID_WECOM_URL": "off", "GRID_DINGTALK_URL": "off", "GRID_FEISHU_URL": "off"}
    assert kinds_of(off, tmp_path) == {"webpush", "webhook"}


def test_a_demonstration_reaches_nobody_whatever_is_set_up(tmp_path):
    settings = settings_from({**MAIL, **SMS, "GRID_DEMO": "1", "GRID_INSTANCE_DIR": str(tmp_path)})

    channels = make_wiring(settings, create_engine("sqlite://"), clock=None).channels

    assert set(channels) == {"webpush", "webhook", "wecom", "dingtalk", "feishu", "mail", "sms"}
    assert [kind for kind, one in channels.items() if not isinstance(one, NowhereChannel)] == ["webpush"]


def test_the_hosts_of_robots_and_gateway_are_listed_by_themselves():
    settings = settings_from({**SMS, "GRID_WECOM_URL": "https://im.example.gov.cn:8443/wwopen"})

    hosts = outward_rule(settings).hosts

    assert {"im.example.gov.cn:8443", "oapi.dingtalk.com", "dysmsapi.aliyuncs.com"} <= set(hosts)
    assert "qyapi.weixin.qq.com" not in hosts


def test_a_private_robot_on_the_internal_list_may_speak_plain_http():
    settings = settings_from({"GRID_WECOM_URL": "http://10.1.2.3:8080", "GRID_OUTWARD_INTERNAL_HOSTS": "10.1.2.3:8080"})

    rule = outward_rule(settings)

    assert rule.is_internal("10.1.2.3")
    assert "10.1.2.3:8080" not in rule.hosts


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"GRID_OUTWARD_HOSTS": "*"}, "名单"),
        ({"GRID_OUTWARD_INTERNAL_HOSTS": "127.1"}, "名单"),
        ({"GRID_OUTWARD_PROXY": "socks5://me:hush@p:1"}, "代理"),
        ({"GRID_WECOM_URL": "http://im.example.gov.cn"}, "GRID_WECOM_URL"),
        ({"GRID_FEISHU_URL": "open.feishu.cn"}, "GRID_FEISHU_URL"),
        ({"GRID_SITE_URL": "grid.example.gov.cn"}, "GRID_SITE_URL"),
        ({"GRID_OUTWARD_CA_FILE": "/nowhere/ca.pem"}, "GRID_OUTWARD_CA_FILE"),
        ({"GRID_SMTP_HOST": "mail.county.local"}, "GRID_SMTP_SENDER"),
        ({**MAIL, "GRID_SMTP_SECURITY": "none"}, "GRID_SMTP_SECURITY"),
        ({**MAIL, "GRID_SMTP_USER": "duty"}, "GRID_SMTP_PASSWORD"),
        ({"GRID_SMS_GATEWAY": "aliyun"}, "GRID_SMS_TEMPLATE"),
        ({**SMS, "GRID_SMS_GATEWAY": "http://sms.example.com"}, "GRID_SMS_GATEWAY"),
        ({**SMS, "GRID_SMS_VARIABLES": "name=party"}, "GRID_SMS_VARIABLES"),
    ],
)
def test_a_wrong_value_is_named_before_the_start(environment, named):
    with pytest.raises(SettingsError, match=named) as refused:
        settings_from(environment)

    assert "hush" not in str(refused.value)


def test_no_secret_is_shown_by_the_settings_or_by_starting(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    old = new_keypair().private_b64url
    secrets = {"GRID_SMTP_PASSWORD": "mail-hush", "GRID_OUTWARD_PROXY": "http://me:proxy-hush@10.0.0.9:3128"}
    environment = {**MAIL, **SMS, **secrets, "GRID_SMTP_USER": "duty", "GRID_VAPID_OLD_KEYS": old}
    settings = settings_from({**environment, "GRID_INSTANCE_DIR": str(tmp_path)})

    channels = make_wiring(settings, create_engine("sqlite://"), clock=None).channels

    shown = repr(settings) + repr(channels) + caplog.text
    assert [word for word in ("mail-hush", "proxy-hush", "sms-secret", old) if word in shown] == []
