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
}
_FAULTS: Final = {
    ("wecom", "93000"): "群里已经没有这个机器人,或者地址不对。请在群里重新添加机器人,再“换新的”。",
    ("wecom", "45009"): "这个机器人发得太多,被限制了。过一会儿会自动再发。",
    ("wecom", "45033"): "这个机器人发得太快,被限制了。过一会儿会自动再发。",
    ("dingtalk", "310000"): "安全设置不符。请核对加签密钥,机器人要选“加签”,再“换新的”。",
    ("dingtalk", "300001"): "群里已经没有这个机器人,或者地址不对。请在群里重新添加机器人,再“换新的”。",
    ("dingtalk", "400101"): "群里已经没有这个机器人,或者地址不对。请在群里重新添加机器人,再“换新的”。",
    ("dingtalk", "400102"): "机器人被停用了。请在群里把它重新启用。",
    ("dingtalk", "130101"): "这个机器人发得太多,被限制 10 分钟。之后会自动再发。",
    ("dingtalk", "410100"): "这个机器人发得太快,被限制了。过一会儿会自动再发。",
    ("feishu", "19001"): "群里已经没有这个机器人,或者地址不对。请在群里重新添加机器人,再“换新的”。",
    ("feishu", "19021"): "签名不对。请核对签名密钥,再“换新的”;密钥没有错的,请系统管理员校准服务器时间。",
    ("feishu", "19022"): "机器人只许指定的地址调用。请把服务器的出口地址加进机器人的白名单。",
    ("feishu", "19024"): "机器人要求有关键词。请在机器人的安全设置里改用“签名校验”。",
    ("feishu", "11232"): "这个机器人发得太多,被限制了。过一会儿会自动再发。",
    ("mail", "550"): "对方邮箱不存在或拒收。请核对邮箱地址,再“换新的”。",
    ("mail", "552"): "对方邮箱已满。请收件单位清理邮箱。",
    ("mail", "535"): "发信账号的密码不对。请系统管理员看邮件设置。",
    ("webhook", "401"): "对方系统说签名不对。请与对方核对密钥和算法,再“换新的”。",
    ("webhook", "403"): "对方系统拒绝了我们。请与对方核对密钥和白名单。",
    ("webhook", "404"): "对方系统没有这个地址。请核对地址,再“换新的”。",
}  # fmt: skip


def fault_in_words(kind: str, code: str) -> str:
    """Return what is wrong with a channel and what to mend, for the code that the other side answered."""
    known = _FAULTS.get((kind, code)) or _SAME_IN_ALL.get(code)
    if known:
        return known
    return f"对方回答了错误码 {code}。请系统管理员查对方的说明。" if code else f"{NOT_SENT}。请系统管理员看发送程序。"
