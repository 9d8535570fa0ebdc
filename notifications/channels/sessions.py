"""The HTTP session that push messages go out on: kept open for speed, shut to everything it need not do.

A name can be checked and then lead elsewhere when it is asked again (DNS rebinding). So the address is looked
at once more where it cannot change any more: on the connected socket, before a byte of the request is sent.
"""

import io
from http.cookiejar import DefaultCookiePolicy
from typing import Final, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from notifications.channels.bounded import FAULTS, ends_within, whole_body
from notifications.channels.quiet import keep_addresses_out_of_the_log
from notifications.endpoints import EndpointRefused, HostRule, check_address, is_loopback

_KEPT_CONNECTIONS: Final = 8
"""Push services a county meets in practice are four; the rest is room."""
LONGEST_SECONDS: Final = 20.0
"""Longest wait for a whole answer, once the request is out."""


class RedirectlessSession:
    """Posts without following redirects, which could lead where no check has been, and reads no endless answer.

    pywebpush offers no way to say so; it uses nothing of a session but ``post``.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def post(self, url: str, *, data: bytes | None, headers: dict[str, str], timeout: float) -> requests.Response:
        """Return the answer of the first server, a redirect included.

        Its head says what became of the message: a body that does not end is left out, so that nobody sends again what
        was taken.
        """
        response = self._session.post(
            url, data=data, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        )
        try:
            body = whole_body(response.raw)
        except FAULTS:
            body = b""
        response.raw = io.BytesIO(body)
        return response


class StraightSession(requests.Session):
    """Goes nowhere but where it is sent: no redirects, no cookies, no proxies or passwords of the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.headers.update({"User-Agent": "grid-app", "Accept-Encoding": "identity"})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is nowhere to go, so that no body is read on the way there either."""


def new_session(rule: HostRule, *, proxy: str = "", longest_seconds: float = LONGEST_SECONDS) -> requests.Session:
    """Return a session that connects to public addresses by https and, if the rule says so, to this machine.

    It keeps connections open, and hangs up on an answer that takes longer as a whole. With a proxy every https call
    goes through it, and the proxy's own address is not looked at: the operator has set it.
    """
    keep_addresses_out_of_the_log()
    session = StraightSession()
    session.proxies = {"https": proxy} if proxy else {}
    session.mount("https://", _GuardedAdapter(longest_seconds))
    if rule.allow_loopback:
        session.mount("http://", _GuardedAdapter(longest_seconds))
    return session


class _PublicConnection(HTTPSConnection):
    """Speaks https to public addresses only."""

    def connect(self) -> None:
        """Connect, then hang up unless the other end is on the open internet."""
        super().connect()
        try:
            check_address(_peer_of(self))
        except EndpointRefused:
            self.close()
            raise


class _LoopbackConnection(HTTPConnection):
    """Speaks plain http to this very machine only."""

    def connect(self) -> None:
        """Connect, then hang up unless the other end is this machine."""
        super().connect()
        if not is_loopback(_peer_of(self)):
            self.close()
            raise EndpointRefused("推送地址不是本机，没有连接。")


class _GuardedAdapter(HTTPAdapter):
    """Hands out connections that look at the address they reached, and whose answers end."""

    def __init__(self, longest_seconds: float) -> None:
        ending = {"response_class": ends_within(longest_seconds)}
        public = type("_Public", (_PublicConnection,), ending)
        loopback = type("_Loopback", (_LoopbackConnection,), ending)
        self._pools: dict[str, type[HTTPConnectionPool]] = {
            "http": type("_LoopbackPool", (HTTPConnectionPool,), {"ConnectionCls": loopback}),
            "https": type("_PublicPool", (HTTPSConnectionPool,), {"ConnectionCls": public}),
        }
        proxied = type("_Proxied", (HTTPSConnection,), ending)
        self._by_proxy: dict[str, type[HTTPConnectionPool]] = {
            "https": type("_ProxiedPool", (HTTPSConnectionPool,), {"ConnectionCls": proxied})
        }
        super().__init__(pool_maxsize=_KEPT_CONNECTIONS)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - the signature that requests calls
        **pool_kwargs: object,
    ) -> None:
        """Make the pools of this adapter the guarded ones."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        pools = cast(PoolManager, self.poolmanager)  # set by the line above; the stubs say Any
        pools.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: object) -> PoolManager:
        """Let answers that come by a proxy end, too."""
        manager = cast(PoolManager, super().proxy_manager_for(proxy, **kwargs))  # the stubs say Any
        manager.pool_classes_by_scheme = self._by_proxy
        return manager


def _peer_of(connection: HTTPConnection) -> str:
    """Return the address at the other end of a connected socket."""
    if connection.sock is None:
        raise EndpointRefused("没有连上推送服务。")
    return str(connection.sock.getpeername()[0])
