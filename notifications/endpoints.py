"""Which push endpoints this server is willing to post to.

A subscription comes from a browser, so its endpoint is a stranger's word: without a check it would let anyone
make the server knock at addresses inside its own network. An endpoint must be https, on a list of known push
services, and lead to a public address; this is asked when it is stored and again before each sending, since
a name may lead elsewhere tomorrow.
"""

import base64
import binascii
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

DEFAULT_PUSH_HOSTS: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "web.push.apple.com",
)
LONGEST_ENDPOINT: Final = 2048

_PLAIN_URL = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without the blank and the backslash, which readers of URLs take in different ways."""
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class EndpointRefused(ValueError):
    """The endpoint is not posted to; the sentence says why and never repeats the endpoint."""


class EndpointUnresolved(EndpointRefused):
    """The name of the push service has no address at the moment; it may have one later."""


Resolve = Callable[[str, int], Iterable[tuple[object, object, object, object, Sequence[object]]]]
"""Turns a name and a port into address entries, as :func:`socket.getaddrinfo` does."""


@dataclass(frozen=True, slots=True)
class HostRule:
    """The hosts that may be posted to.

    ``hosts`` are exact names or ``*.suffix``, which stands for every name below the suffix but not for the
    suffix itself. ``allow_loopback`` lets tests speak plain http to a receiver on this very machine; nothing
    else may set it.

    Raises
    ------
    ValueError
        An entry is not a host name, or its ``*`` is not alone in front of at least two further labels.
    """

    hosts: tuple[str, ...] = DEFAULT_PUSH_HOSTS
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        """Refuse an entry that would let in more than it says."""
        for host in self.hosts:
            name = host.removeprefix("*.")
            if not _HOST_NAME.fullmatch(name) or "." not in name:
                raise ValueError(f"推送服务名单里的“{host}”不是完整的主机名；请写成 *.example.com 的样子。")

    def lists(self, host: str) -> bool:
        """Tell whether a host name in small letters is on the list."""
        return any(
            host.endswith(entry[1:]) and host != entry[2:] if entry.startswith("*.") else host == entry
            for entry in self.hosts
        )


def check_endpoint(url: str, *, rule: HostRule, resolve: Resolve | None = socket.getaddrinfo) -> None:
    """Return in silence when the endpoint may be posted to.

    Parameters
    ----------
    url
        The endpoint as the browser gave it.
    rule
        The hosts that may be posted to.
    resolve
        Turns the name into addresses; the system's resolver unless a test passes its own. None leaves names to
        the proxy, which alone can resolve them then; an address written as a number is looked at all the same.

    Raises
    ------
    EndpointRefused
        Not https, a user name or a port in it, a host off the list, or an address that is not public
        (private, loopback, link-local, shared by a carrier, mapped or tunnelled IPv4, multicast, reserved).
    EndpointUnresolved
        The name has no address now.
    """
    parts = _split(url)
    host = parts.hostname or ""
    if rule.allow_loopback and _is_loopback_literal(host):
        return
    if parts.scheme != "https" or parts.port not in (None, 443):
        raise EndpointRefused("推送地址必须是https且使用默认端口，没有保存；请在本机浏览器里重新订阅。")
    if not rule.lists(host):
        raise EndpointRefused("推送服务不在允许的名单内，没有保存；需要时请管理员加上它的主机名。")
    for address in _addresses(host, resolve):
        check_address(address)


def plain_parts(url: str) -> SplitResult | None:
    """Return the parts of a URL that every reader takes in the same way, None for any other URL.

    Such a URL is printable ASCII without backslash, has a host, and has neither user name nor fragment.
    """
    try:
        parts = urlsplit(url)
        readable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not readable or len(url) > LONGEST_ENDPOINT or not _PLAIN_URL.fullmatch(url):
        return None
    return None if "@" in parts.netloc or "#" in url else parts


def is_host_name(name: str) -> bool:
    """Tell whether the text is a host name in small letters with at least one dot; a number is none."""
    last = name.rpartition(".")[2]
    return bool(_HOST_NAME.fullmatch(name)) and "." in name and not last[:1].isdigit()


def check_address(address: str) -> None:
    """Return in silence when an IP address is public.

    Raises
    ------
    EndpointRefused
        The address is inside a network, not on the open internet, or cannot be read.
    """
    if not is_public(address):
        raise EndpointRefused("推送地址指向内部网络，没有连接；请在本机浏览器里重新订阅。")


def is_loopback(address: str) -> bool:
    """Tell whether an IP address is this very machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check_subscription_keys(p256dh: str, auth: str) -> None:
    """Return in silence when the two keys of a subscription are usable (RFC 8291: P-256 point, 16 bytes).

    Raises
    ------
    EndpointRefused
        A key is garbled, of the wrong length, or not a point of the curve.
    """
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _unbase64(p256dh))
        auth_length = len(_unbase64(auth))
    except (ValueError, binascii.Error) as error:
        raise EndpointRefused("推送订阅的密钥读不出来，没有保存；请在本机浏览器里重新订阅。") from error
    if auth_length != 16:
        raise EndpointRefused("推送订阅的密钥长度不对，没有保存；请在本机浏览器里重新订阅。")


def _split(url: str) -> SplitResult:
    """Return the parts of a URL that can be read in one way only."""
    if _PLAIN_URL.fullmatch(url) and ("@" in url.partition("://")[2].partition("/")[0] or "#" in url):
        raise EndpointRefused("推送地址里不能带用户名或片段，没有保存；请在本机浏览器里重新订阅。")
    parts = plain_parts(url)
    if parts is None:
        raise EndpointRefused("推送地址读不出来，没有保存；请在本机浏览器里重新订阅。")
    return parts


def _is_loopback_literal(host: str) -> bool:
    """Tell whether the host is written as this very machine."""
    return host == "localhost" or is_loopback(host)


def _addresses(host: str, resolve: Resolve | None) -> list[str]:
    """Return every address of a host, at least one; none for a name that is left to the proxy."""
    if resolve is None:
        return [] if is_host_name(host) else [host]
    try:
        found = [str(entry[4][0]) for entry in resolve(host, 443)]
    except (OSError, UnicodeError) as error:
        raise EndpointUnresolved("现在找不到推送服务的地址；请检查服务器的网络和域名解析。") from error
    if not found:
        raise EndpointUnresolved("现在找不到推送服务的地址；请检查服务器的网络和域名解析。")
    return found


def is_public(text: str) -> bool:
    """Tell whether an address lies on the open internet and carries no other address inside it."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return isinstance(address, ipaddress.IPv4Address) or _is_plain_ipv6(address)


def _is_plain_ipv6(address: ipaddress.IPv6Address) -> bool:
    """Tell whether an IPv6 address is global unicast and neither 6to4 nor Teredo."""
    return address in _GLOBAL_UNICAST and address.sixtofour is None and address.teredo is None


def _unbase64(text: str) -> bytes:
    """Return the bytes of base64 or base64url, with or without padding; other letters are refused."""
    plain = text.replace("+", "-").replace("/", "_").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
