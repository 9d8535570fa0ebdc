"""The one line by which robots, gateways and webhooks are called.

It follows no redirect, keeps no cookie, takes neither proxy nor password from the environment, looks at every
address before the call and once more on the connected socket, and bounds the time and the size of an answer.
Every foreseen end is a value; nothing of an address, which may hold a key, leaves it.
"""

import socket
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from notifications.channels.answers import Answer, outcome_of_fault
from notifications.channels.bounded import FAULTS, ends_within, whole_body
from notifications.channels.quiet import keep_addresses_out_of_the_log
from notifications.channels.sessions import StraightSession
from notifications.endpoints import Resolve
from notifications.messages import Misconfigured, Outcome, RetryLater
from notifications.outward import OutwardRefused, OutwardRule, OutwardUnresolved, check_outward, check_reached

Look = Callable[[str, str], None]
"""Looks at a host and the address it was reached at, and raises to hang up."""


class OutwardLine:
    """Posts to the hosts that a rule allows.

    Parameters
    ----------
    rule
        The hosts that may be called, and the proxy.
    timeout_seconds
        Longest wait for a connection and for each piece of an answer.
    longest_seconds
        Longest wait for a whole answer, once the request is out.
    ca_file
        File of authorities to trust; empty for the ones that come with the program.
    resolve
        Turns names into addresses for the check before the call.
    """

    def __init__(
        self,
        rule: OutwardRule,
        *,
        timeout_seconds: float = 10,
        longest_seconds: float = 20,
        ca_file: str = "",
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._rule = rule
        self._timeout = timeout_seconds
        self._resolve = resolve
        self._direct = _session(self._look, longest_seconds, ca_file)
        self._by_proxy = _session(_leave_to_the_proxy, longest_seconds, ca_file)
        self._by_proxy.proxies = {"https": rule.proxy}
        self._by_proxy.adapters.pop("http://")
        keep_addresses_out_of_the_log()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """Return the far end's answer, or the outcome where none came."""
        try:
            check_outward(url, rule=self._rule, resolve=self._resolve)
            return self._exchange(url, body, headers)
        except OutwardUnresolved as refusal:
            return RetryLater(None, refusal.code, refusal.reason)
        except OutwardRefused as refusal:
            return Misconfigured(refusal.code, refusal.reason)
        except FAULTS as error:
            return outcome_of_fault(error)

    def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        session = self._by_proxy if self._rule.goes_by_proxy(urlsplit(url).hostname or "") else self._direct
        with session.post(url, data=body, headers=dict(headers), timeout=self._timeout, stream=True) as response:
            return Answer(response.status_code, response.headers, whole_body(response.raw))

    def _look(self, host: str, address: str) -> None:
        check_reached(host, address, rule=self._rule)


class _LookedAt(HTTPConnection):
    """Looks at the address it has reached before a word is said."""

    look: Look

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        try:
            self.look(self.host, str(sock.getpeername()[0]))
        except BaseException:
            sock.close()
            raise
        return sock


class _LookedAtTls(_LookedAt, HTTPSConnection):
    """The same by TLS."""


class _LookingAdapter(HTTPAdapter):
    """Hands out connections that look at the address they reached."""

    def __init__(self, pools: dict[str, type[HTTPConnectionPool]]) -> None:
        self._pools = pools
        super().__init__()

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - the signature that requests calls
        **pool_kwargs: object,
    ) -> None:
        """Make the pools of direct calls the looking ones."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        cast(PoolManager, self.poolmanager).pool_classes_by_scheme = self._pools  # set above; the stubs say Any

    def proxy_manager_for(self, proxy: str, **kwargs: object) -> PoolManager:
        """Make the pools of calls by a proxy the looking ones, too."""
        manager = cast(PoolManager, super().proxy_manager_for(proxy, **kwargs))  # the stubs say Any
        manager.pool_classes_by_scheme = self._pools
        return manager


def _session(look: Look, longest: float, ca_file: str) -> StraightSession:
    """Return a session whose connections are looked at, and whose answers end."""
    kept = {"look": staticmethod(look), "response_class": ends_within(longest)}
    plain = type("_Plain", (_LookedAt,), kept)
    tls = type("_Tls", (_LookedAtTls,), kept)
    pools: dict[str, type[HTTPConnectionPool]] = {
        "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("_TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }
    session = StraightSession()
    session.mount("https://", _LookingAdapter(pools))
    session.mount("http://", _LookingAdapter(pools))
    session.verify = ca_file or True
    return session


def _leave_to_the_proxy(host: str, address: str) -> None:
    """Accept the proxy's own address, which the operator has set."""
