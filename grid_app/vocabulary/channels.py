"""Words of the ways in which an office is reached, and what a person has to mend when one of them fails."""

from __future__ import annotations

from typing import Final

KIND_WORDS: Final = {
    "wecom": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "mail": "电子邮件",
    "sms": "短信",
    "webhook": "其他系统",
    "phone": "值班电话",
}
"""Kinds of endpoints that somebody enters for an office, in the order of the board."""
DEVICES: Final = "webpush"
PHONE: Final = "phone"
ROBOTS: Final = ("wecom", "dingtalk", "feishu")
SHORT_WORDS: Final = {
    DEVICES: "手机、电脑推送",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "mail": "邮件",
    "sms": "短信",
    "webhook": "其他系统",
    "phone": "值班电话",
}
OFFICE_KINDS: Final = ("county_lead_office", "county_office", "department", "township_government")
"""Units that escalations are told to, and whose channels are therefore looked after."""
ANSWERED: Final = "answered"
OUTCOME_WORDS: Final = {ANSWERED: "有人接听", "no_answer": "没有人接", "wrong_number": "号码不对"}

NOT_SENT: Final = "消息还没有发出去"
NO_RECEIPT: Final = "自检通知发出 24 小时,没有设备回应"
WENT: Final = "最后一台开通推送的设备已经失效"

_NETWORK: Final = "连不上对方服务器。请系统管理员检查网络和代理。"
_NOT_LISTED: Final = "对方的主机不在允许连接的名单里。请系统管理员把它加进名单,或核对地址。"
_SAME_IN_ALL: Final = {
    "timeout": "对方服务器没有按时回答。请系统管理员检查网络和代理。",
    "network": _NETWORK,
    "unresolved": "找不到对方的主机。请系统管理员检查域名解析。",
    "resting": _NETWORK,
    "host": _NOT_LISTED,
    "inside": _NOT_LISTED,
    "port": _NOT_LISTED,
    "scheme": _NOT_LISTED,
    "address_form": "地址读不出来。请“换新的”。",
    "unknown_channel": "这种渠道还没有设置。请系统管理员在运行设置里写好。",
    "no_key": "服务器缺少解密的密钥。请系统管理员检查字段密钥。",
    "disabled": "这个通道已经停用。",
    "certificate": "对方的证书不受信任。请系统管理员把签发机构的证书加进设置。",
    "proxy": "代理服务器不放行。请系统管理员检查代理设置。",
    "unreadable": "对方的回答读不懂,可能地址不对。请核对地址,再“换新的”。",
    "key": "机器人的地址不对。请从群里复制机器人的地址,再“换新的”。",
    "secret": "密钥不对。请核对后“换新的”。",
    "number": "号码不对。请核对后“换新的”。",
    "address": "邮箱地址不对。请核对后“换新的”。",
    "too_long": "消息太长,对方不收。请把这一条报告给系统管理员。",
}
_NO_ROBOT: Final = "群里已经没有这个机器人,或者地址不对。请在群里重新添加机器人,再“换新的”。"
_OFF: Final = "机器人被停用了。请在群里把它重新启用。"
_CALLERS: Final = "机器人只许指定的地址调用。请把服务器的出口地址加进机器人的白名单。"
_TOO_MANY: Final = "这个机器人发得太多,被限制了。过一会儿会自动再发。"
_FAULTS: Final = {
    "wecom": {
        "93000": _NO_ROBOT, "40001": _NO_ROBOT, "40014": _NO_ROBOT, "93006": _NO_ROBOT, "93008": _NO_ROBOT,
        "93004": _OFF, "60020": _CALLERS, "45009": _TOO_MANY, "45033": _TOO_MANY,
    },
    "dingtalk": {
        "310000": "安全设置不符。请核对加签密钥,机器人要选“加签”,再“换新的”。",
        "300001": _NO_ROBOT, "300005": _NO_ROBOT, "400101": _NO_ROBOT, "400102": _OFF,
        "130101": _TOO_MANY, "130102": _TOO_MANY, "410100": _TOO_MANY, "90030": _TOO_MANY,
    },
    "feishu": {
        "19001": _NO_ROBOT, "230002": _NO_ROBOT, "230006": _NO_ROBOT, "19003": _OFF, "19022": _CALLERS,
        "19021": "签名不对。请核对签名密钥,再“换新的”;密钥没有错的,请系统管理员校准服务器时间。",
        "19024": "机器人要求有关键词。请在机器人的安全设置里改用“签名校验”。",
        "11232": _TOO_MANY, "11233": _TOO_MANY, "11247": _TOO_MANY, "99991400": _TOO_MANY,
    },
    "mail": {
        "550": "对方邮箱不存在或拒收。请核对邮箱地址,再“换新的”。",
        "552": "对方邮箱已满。请收件单位清理邮箱。",
        "535": "发信账号的密码不对。请系统管理员看邮件设置。",
    },
    "sms": {
        "TEMPLATE": "短信模板没有通过或者写错了。请系统管理员看短信设置。",
        "SIGN_NAME": "短信签名没有通过或者写错了。请系统管理员看短信设置。",
        "AUTH": "短信平台说账号不对。请系统管理员看短信设置。",
        "BALANCE": "短信平台的余额用完了。请充值。",
        "LIMIT": "这个号码今天收得太多,平台不再发。明天会恢复。",
    },
    "webhook": {
        "401": "对方系统说签名不对。请与对方核对密钥和算法,再“换新的”。",
        "403": "对方系统拒绝了我们。请与对方核对密钥和白名单。",
        "404": "对方系统没有这个地址。请核对地址,再“换新的”。",
    },
}  # fmt: skip


def fault_in_words(kind: str, code: str) -> str:
    """Return what is wrong with a channel and what to mend, for the code that the other side answered."""
    known = _FAULTS.get(kind, {}).get(code) or _SAME_IN_ALL.get(code)
    if known:
        return known
    return f"对方回答了错误码 {code}。请系统管理员查对方的说明。" if code else f"{NOT_SENT}。请系统管理员看发送程序。"
