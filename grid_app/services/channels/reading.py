"""Reading what somebody typed about a channel: what is kept sealed, and the little of it that may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from grid_app.errors import InvalidError

NOT_SAVED: Final = "没有保存,请看下面。密钥不会显示出来,要请您再填一次。"
SECRET_SIGNS: Final = range(6, 129)
WEBHOOK_SECRET_SIGNS: Final = range(16, 129)
LONGEST_URL: Final = 500
LONGEST_MAIL: Final = 120
HINT_LENGTH: Final = 80
ALGORITHMS: Final = {"sha256": "HMAC-SHA256", "sm3": "HMAC-SM3(国密)"}

_ROBOT_KEY: Final = {
    "wecom": re.compile(r"[0-9A-Za-z_-]{20,80}"),
    "dingtalk": re.compile(r"[0-9A-Za-z_-]{32,128}"),
    "feishu": re.compile(r"[0-9A-Za-z_-]{20,80}"),
}
_LOOKS: Final = {
    "wecom": "机器人地址里 key= 后面的一段,像 693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "机器人地址里 access_token= 后面的一段,64 个字母和数字",
    "feishu": "机器人地址里 /hook/ 后面的一段,像 5f8bxxxx-6xxx-4fxx-9xxx-xxxxxxxxxxxx",
}
_ASKED: Final = {"wecom": "key", "dingtalk": "access_token"}
_PRINTABLE: Final = re.compile(r"[!-~]+")
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"0\d{2,3}-?[1-9]\d{6,7}(?:-\d{1,6})?")
_SHORT: Final = re.compile(r"400-?\d{3}-?\d{4}|1(?:1[09]|2[02]|2345|23\d\d)")


@dataclass(frozen=True)
class Border:
    """What this installation lets through: where each kind of robot lives, and the check of outside addresses.

    ``robot_bases`` are addresses by kind; ``check_url`` refuses an address with a ``ValueError`` whose words say why.
    """

    robot_bases: Mapping[str, str]
    check_url: Callable[[str], None]


@dataclass(frozen=True)
class Config:
    """What is kept of an endpoint: ``secret`` goes sealed into the table, ``hint`` may be shown."""

    hint: str
    secret: Mapping[str, str] = field(repr=False)


def read_config(kind: str, typed: Mapping[str, str], *, border: Border) -> Config:
    """Return what was typed for an endpoint of ``kind``, checked.

    Raises
    ------
    InvalidError
        A field is missing or is not what this kind needs; no sentence repeats what was typed.
    """
    readers = {"mail": _mail, "sms": _sms, "phone": _phone}
    if kind in _ROBOT_KEY:
        return _robot(kind, typed, border.robot_bases.get(kind, ""))
    if kind == "webhook":
        return _webhook(typed, border)
    if kind in readers:
        return readers[kind](typed)
    raise InvalidError("没有这种渠道。请从“通道”页重新进入。")


def _robot(kind: str, typed: Mapping[str, str], base: str) -> Config:
    problems: dict[str, str] = {}
    key = _robot_key(kind, typed.get("key", "").strip(), base, problems)
    secret = typed.get("secret", "").strip()
    if kind == "wecom":
        secret = ""
    elif secret and not (_PRINTABLE.fullmatch(secret) and len(secret) in SECRET_SIGNS):
        problems["secret"] = "密钥应是 6 到 128 个字母和数字,中间没有空格。"  # noqa: S105 - a sentence
    elif kind == "dingtalk" and not secret.startswith("SEC"):
        problems["secret"] = "请在机器人的安全设置里选“加签”,把 SEC 开头的密钥填在这里。"  # noqa: S105 - a sentence
    if problems:
        raise InvalidError(NOT_SAVED, fields=problems)
    held = {"key": key} if kind == "wecom" else {"token": key, "secret": secret}
    return Config(hint=f"尾号 {key[-4:]}", secret=held)


def _robot_key(kind: str, typed: str, base: str, problems: dict[str, str]) -> str:
    """Return the key of a robot, taken out of the whole address where that was pasted."""
    found = typed
    if "/" in typed:
        parts, ours = _split(typed), _split(base)
        if parts is None or ours is None or (parts.scheme, parts.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            problems["key"] = f"这不是{_host_of(base)}上的机器人地址,没有保存。请从群里复制机器人的地址。"
            return ""
        found = parts.path.rpartition("/")[2]
        if kind in _ASKED:
            found = parse_qs(parts.query).get(_ASKED[kind], [""])[0]
    if not _ROBOT_KEY[kind].fullmatch(found):
        problems["key"] = f"请填机器人的整个地址,或者{_LOOKS[kind]}。"
    return found


def _mail(typed: Mapping[str, str]) -> Config:
    address = typed.get("address", "").strip()
    if len(address) > LONGEST_MAIL or not _MAIL.fullmatch(address):
        raise InvalidError(NOT_SAVED, fields={"address": "请写一个完整的邮箱地址,例如 zhiban@example.gov.cn。"})
    name, _, domain = address.rpartition("@")
    return Config(hint=f"{name[0]}***@{domain}"[:HINT_LENGTH], secret={"address": f"{name}@{domain.lower()}"})


def _sms(typed: Mapping[str, str]) -> Config:
    number = _plain_number(typed)
    if not _MOBILE.fullmatch(number):
        raise InvalidError(NOT_SAVED, fields={"number": "请写值班手机的 11 位号码;座机收不到短信。"})
    return Config(hint=f"{number[:3]}****{number[-4:]}", secret={"number": number})


def _phone(typed: Mapping[str, str]) -> Config:
    number = _plain_number(typed)
    if not any(form.fullmatch(number) for form in (_MOBILE, _LANDLINE, _SHORT)):
        raise InvalidError(NOT_SAVED, fields={"number": "请写能打通的手机或座机号码,座机带区号,例如 0736-1234567。"})
    return Config(hint=f"{number[:3]}****{number[-2:]}", secret={"number": number})


def _webhook(typed: Mapping[str, str], border: Border) -> Config:
    problems: dict[str, str] = {}
    url, secret = typed.get("url", "").strip(), typed.get("secret", "").strip()
    parts = _split(url)
    if parts is None or parts.scheme != "https" or len(url) > LONGEST_URL or parts.username or parts.fragment:
        problems["url"] = f"请写 https:// 开头的完整地址,最多 {LONGEST_URL} 个字,不带用户名。"
    else:
        try:
            border.check_url(url)
        except ValueError as error:
            problems["url"] = f"{error}"
    if not (_PRINTABLE.fullmatch(secret) and len(secret) in WEBHOOK_SECRET_SIGNS):
        problems["secret"] = "密钥应是 16 到 128 个字母和数字,双方各存一份。"  # noqa: S105 - a sentence
    if typed.get("algorithm", "") not in ALGORITHMS:
        problems["algorithm"] = "请选双方约定的签名算法。"
    if problems or parts is None:
        raise InvalidError(NOT_SAVED, fields=problems)
    held = {"url": url, "secret": secret, "algorithm": typed["algorithm"]}
    return Config(hint=f"{parts.hostname}"[:HINT_LENGTH], secret=held)


def _plain_number(typed: Mapping[str, str]) -> str:
    number = re.sub(r"[\s()()]", "", typed.get("number", "")).replace("转", "-")
    number = re.sub(r"^(?:\+|00)86-?", "", number)
    mobile = number.replace("-", "")
    return mobile if _MOBILE.fullmatch(mobile) else number


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address that every reader takes alike, or ``None``."""
    try:
        parts = urlsplit(url)
        readable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if readable and _PRINTABLE.fullmatch(url) and "\\" not in url else None


def _host_of(base: str) -> str:
    parts = _split(base)
    return f"“{parts.hostname}”" if parts else "已设置的服务器"
