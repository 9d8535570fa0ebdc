"""Which hosts this server may call of itself, and by which way.

Addresses of robots, gateways and webhooks are typed in by people, so each is a stranger's word like a push
endpoint: without a check it would let anyone make the server knock inside its own network. A call goes to a
host on a list, by https to a public address; hosts of the county's own network stand on a second list, which
alone may be private or speak plain http. Where a proxy is set, every call to a public host goes through it.
"""

import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult

from notifications.endpoints import Resolve, is_host_name, is_loopback, is_public, plain_parts

WECOM_URL: Final = "https://qyapi.weixin.qq.com"
DINGTALK_URL: Final = "https://oapi.dingtalk.com"
FEISHU_URL: Final = "https://open.feishu.cn"
ALIYUN_URL: Final = "https://dysmsapi.aliyuncs.com"

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_UNIQUE_LOCAL = ipaddress.ip_network("fc00::/7")
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Where clouds hand out the passwords of a machine, besides the link-local addresses."""


class OutwardRefused(ValueError):
    """The address is not called; ``code`` is for the record, and neither word nor code repeats the address."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class OutwardUnresolved(OutwardRefused):
    """The host's name has no address at the moment; it may have one later."""


@dataclass(frozen=True, slots=True)
class OutwardRule:
    """The hosts that may be called.

    ``hosts`` and ``internal_hosts`` hold exact names, ``*.suffix``, or IPv4 addresses, each with ``:port`` where it is
    not the usual one of its scheme. ``proxy`` is ``http://[user:password@]host:port``, empty for none; calls to
    internal hosts never go through it.

    Raises
    ------
    ValueError
        An entry is not a host, or the proxy is not an address; the sentence repeats an entry but never the proxy.
    """

    hosts: tuple[str, ...] = ()
    internal_hosts: tuple[str, ...] = ()
    proxy: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse an entry that would let in more than it says."""
        for entry in (*self.hosts, *self.internal_hosts):
            if not _is_entry(entry):
                raise ValueError(f"对外连接名单里的“{entry}”不是主机名；请写成 im.example.gov.cn 或 10.1.2.3:8443。")
        if self.proxy and not _is_proxy(self.proxy):
            raise ValueError("代理服务器的地址读不出来；请写成 http://主机:端口 的样子。")

    def is_internal(self, host: str, port: int | None = None) -> bool:
        """Tell whether a host is one of the county's own network; without a port, whether any port of it is."""
        return any(_fits(entry, host, port) for entry in self.internal_hosts)

    def lists(self, host: str, port: int, usual: int) -> bool:
        """Tell whether a host and its port are on the list of public hosts."""
        return any(_fits(entry, host, port, usual) for entry in self.hosts)

    def goes_by_proxy(self, host: str) -> bool:
        """Tell whether calls to a host go through the proxy."""
        return bool(self.proxy) and not self.is_internal(host)


def host_of(url: str) -> str:
    """Return the host of an https address as a list entry, with its port where that is not 443; empty for no address.

    Examples
    --------
    >>> host_of("https://im.example.gov.cn:8443/robots")
    'im.example.gov.cn:8443'
    """
    parts = plain_parts(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS:
        return ""
    usual = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    return str(parts.hostname) if usual else f"{parts.hostname}:{parts.port}"


def check_outward(url: str, *, rule: OutwardRule, resolve: Resolve = socket.getaddrinfo) -> None:
    """Return in silence when the address may be called.

    Raises
    ------
    OutwardRefused
        It can be read in two ways, carries a user name or a fragment, is on neither list, is not https though
        not internal, or leads to an address that its list does not allow.
    OutwardUnresolved
        The name has no address now.
    """
    parts = plain_parts(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS:
        raise OutwardRefused("address_form", "The address is not a plain https address.")
    host = parts.hostname or ""
    _check_list(parts, host, rule)
    if rule.goes_by_proxy(host):
        if not is_host_name(host):
            check_reached(host, host, rule=rule)
        return
    for address in _addresses(host, parts.port or _DEFAULT_PORTS[parts.scheme], resolve):
        check_reached(host, address, rule=rule)


def check_reached(host: str, address: str, *, rule: OutwardRule) -> None:
    """Return in silence when a host may be found at an IP address.

    Raises
    ------
    OutwardRefused
        The address is inside a network though the host is not internal, or is one that no host may have:
        this very machine (unless the list names it so), link-local, the metadata of a cloud, multicast,
        reserved, mapped or tunnelled.
    """
    if not (_may_be_inside(host, address) if rule.is_internal(host) else is_public(address)):
        raise OutwardRefused("inside", "The host's name leads to an address inside a network that it may not have.")


def _check_list(parts: SplitResult, host: str, rule: OutwardRule) -> None:
    """Refuse a host that is on neither list, and plain http to any but internal hosts."""
    usual = _DEFAULT_PORTS[parts.scheme]
    port = parts.port or usual
    if any(_fits(entry, host, port, usual) for entry in rule.internal_hosts):
        return
    if rule.is_internal(host):
        raise OutwardRefused("port", "The port of this internal host is not on the list.")
    if not rule.lists(host, port, usual):
        raise OutwardRefused("host", "The host is not on the list of hosts that may be called.")
    if parts.scheme != "https":
        raise OutwardRefused("scheme", "A public host is called by https only.")


def _addresses(host: str, port: int, resolve: Resolve) -> list[str]:
    """Return every address of a host, at least one."""
    try:
        found = [str(entry[4][0]) for entry in resolve(host, port)]
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise OutwardUnresolved("unresolved", "The host's name has no address now.")
    return found


def _may_be_inside(host: str, text: str) -> bool:
    """Tell whether an internal host may be found at an address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.is_loopback:
        return is_loopback(host)
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _UNIQUE_LOCAL or is_public(text)
    return address not in _THIS_NETWORK


def _is_entry(entry: str) -> bool:
    """Tell whether a list entry is a host name, ``*.suffix`` or IPv4 address, with or without a port."""
    name, colon, port = entry.partition(":")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return False
    return is_host_name(name.removeprefix("*.")) or _is_ipv4(name)


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_proxy(url: str) -> bool:
    """Tell whether the text is the address of a proxy: a host, a port, no path."""
    scheme, _, rest = url.partition("://")
    parts = plain_parts(f"{scheme}://{rest.rpartition('@')[2]}")
    return scheme == "http" and parts is not None and bool(parts.port) and parts.path in ("", "/") and not parts.query


def _fits(entry: str, host: str, port: int | None, usual: int | None = None) -> bool:
    """Tell whether a host, and its port unless that is None, is what an entry stands for."""
    name, _, named = entry.partition(":")
    if port is not None and port != (int(named) if named else usual):
        return False
    return (host.endswith(name[1:]) and host != name[2:]) if name.startswith("*.") else host == name
