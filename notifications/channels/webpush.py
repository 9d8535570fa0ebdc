"""Web Push (RFC 8030, 8291, 8292) through pywebpush, the one file that names it.

pywebpush is held by the hand where its defaults would hurt: a time to live of 0 drops what a sleeping phone
misses, no timeout lets a silent service hang the worker, and it would sign our identity anew for every message,
though one signature serves a push service for hours (RFC 8292, 2 and 3).
"""

import json
import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import requests
from py_vapid import Vapid02, VapidException

from notifications.channels.answers import outcome_of_fault, retry_after_seconds
from notifications.channels.sessions import LONGEST_SECONDS, RedirectlessSession, new_session
from notifications.endpoints import (
    EndpointRefused,
    EndpointUnresolved,
    HostRule,
    Resolve,
    check_endpoint,
    check_subscription_keys,
)
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater, Sent, topic_of
from notifications.targets import PushTarget, Target
from notifications.vapid import keypair_of, load_private_key

LONGEST_PAYLOAD: Final = 3993
"""Bytes of clear text that fit a body of 4,096 (RFC 8291, 4): 86 are header, 16 tag, 1 is the end mark."""

_GONE: Final = frozenset({404, 410})
_CONFIGURATION: Final = frozenset({401, 403})
_REFUSED_IDENTITY: Final = frozenset({"401", "403"})
_LATER: Final = frozenset({406, 408, 425, 429})
"""406 is how the Windows service says that its throttle limit is exceeded."""
_PROVIDER_ID_LENGTH: Final = 200

SIGNATURE_SECONDS: Final = 12 * 3600
"""How long a push service may believe a signature; RFC 8292, 2 allows a day at most."""
SIGNED_ANEW_SECONDS: Final = 1800.0
"""How long one is used: so short that a clock that is an hour wrong and is set right does no harm."""
MOST_SIGNATURES: Final = 200

_log = logging.getLogger(__name__)


class WebPushChannel:
    """Sends a message to one browser, whoever its push service is.

    Parameters
    ----------
    vapid_private_key_pem_or_b64
        The server's key in a form that :func:`notifications.vapid.load_private_key` reads.
    subject
        Where a push service finds the operator: ``mailto:someone@example.com`` or an https address.
    timeout_seconds
        Longest wait for a connection and for each piece of the answer.
    longest_seconds
        Longest wait for the whole answer, unless a session is given.
    allowed_hosts
        The push services that may be posted to, asked again before each sending.
    session
        Keeps connections open between sends; by default one that also looks at the address it has reached.
        Redirects are not followed in either. It must stand use by several threads, as one of requests does.
    resolve
        Turns the names of push services into addresses for the check; not asked where a proxy does so.
    older_keys
        Keys that were in use before, newest first: a subscription is bound to the key it was made with.
    machine_seconds
        Seconds since 1970 by this machine: signatures end by the time of push services, which a clock of ours that is
        moved for a trial does not know.
    proxy
        ``http://[user:password@]host:port`` that every call goes through, empty for none.

    Raises
    ------
    ValueError
        A key cannot be read, the subject is neither a mail nor an https address, or the timeout is not
        positive.
    """

    kind: Final = "webpush"
    at_once: Final = 8
    """Threads that may send at once: one works while others wait for an answer."""

    def __init__(
        self,
        vapid_private_key_pem_or_b64: str,
        subject: str,
        *,
        timeout_seconds: float = 10,
        longest_seconds: float = LONGEST_SECONDS,
        allowed_hosts: HostRule,
        session: requests.Session | None = None,
        resolve: Resolve = socket.getaddrinfo,
        older_keys: Sequence[str] = (),
        proxy: str = "",
        machine_seconds: Callable[[], float] = time.time,
    ) -> None:
        if timeout_seconds <= 0:
            raise ValueError("推送的等待时间必须大于零秒；请检查设置。")
        keys = (vapid_private_key_pem_or_b64, *older_keys)
        self._vapids = {keypair_of(key).public_b64url: Vapid02(private_key=load_private_key(key)) for key in keys}
        self._subject = subject
        self._machine_seconds = machine_seconds
        self._timeout_seconds = timeout_seconds
        self._rule = allowed_hosts
        self._resolve = None if proxy else resolve
        self._signed: dict[tuple[Vapid02, str], tuple[float, Mapping[str, str]]] = {}
        self._session = RedirectlessSession(
            session or new_session(allowed_hosts, proxy=proxy, longest_seconds=longest_seconds)
        )
        _check_subject(next(iter(self._vapids.values())), subject)

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended.

        2xx is sent; 404 and 410 mean that the subscription has ended; 406, 408, 425, 429, 5xx and a network
        that fails are for later, after what ``Retry-After`` asks; 400, 413 and a bad target are refused; 401
        and 403 are a fault of the configuration. A subscription made with a key that we have not got any more has
        ended, too. Where it is not known which key it was made with, the keys are tried, newest first: a push
        service refuses the wrong one without showing anything.
        """
        if not isinstance(target, PushTarget):
            return Refused("wrong_target", "The target is not a browser.")
        known = [self._vapids[target.vapid_public]] if target.vapid_public in self._vapids else []
        keys = known if target.vapid_public else list(self._vapids.values())
        payload = _payload_of(message)
        if len(payload) > LONGEST_PAYLOAD:
            return Refused("too_long", f"The message has {len(payload)} bytes, {LONGEST_PAYLOAD} fit.")
        outcome: Outcome = Gone("vapid_key")
        for vapid in keys:
            outcome = self._tried(target, message, payload, vapid)
            if not isinstance(outcome, Misconfigured) or outcome.code not in _REFUSED_IDENTITY:
                return outcome
        if isinstance(outcome, Misconfigured):
            status = int(outcome.code)
            _log.error("push service refuses our VAPID identity with %s", outcome.code, extra={"status": status})
        return outcome

    def _tried(self, target: PushTarget, message: Message, payload: bytes, vapid: Vapid02) -> Outcome:
        """Return how one try ended."""
        from pywebpush import WebPushException  # noqa: PLC0415 - brings a whole HTTP client along, for the first push

        try:
            check_endpoint(target.endpoint, rule=self._rule, resolve=self._resolve)
            check_subscription_keys(target.p256dh, target.auth)
            return _sent(self._post(target, message, payload, vapid))
        except EndpointRefused as error:
            return _outcome_of_refusal(error)
        except WebPushException as error:
            outcome = _outcome_of_answer(error.response)
            if isinstance(outcome, Misconfigured):
                self._signed.clear()  # the next try is signed anew, by a clock that may have been set right
            return outcome
        except requests.RequestException as error:
            return outcome_of_fault(error)

    def _post(self, target: PushTarget, message: Message, payload: bytes, vapid: Vapid02) -> requests.Response:
        """Return the answer of the push service, 200 to 202; other answers come as WebPushException."""
        from pywebpush import webpush  # noqa: PLC0415 - as above

        response: requests.Response = webpush(
            subscription_info={
                "endpoint": target.endpoint,
                "keys": {"p256dh": target.p256dh, "auth": target.auth},
            },
            data=payload,
            content_encoding="aes128gcm",
            timeout=self._timeout_seconds,
            ttl=message.ttl_seconds,
            headers={
                "Topic": topic_of(message.key),
                "Urgency": message.urgency,
                **self._identity(target.endpoint, vapid),
            },
            requests_session=self._session,
        )
        return response

    def _identity(self, endpoint: str, vapid: Vapid02) -> Mapping[str, str]:
        """Return the headers that tell this push service who we are; threads may make the same ones side by side."""
        parts = urlsplit(endpoint)
        of = vapid, f"{parts.scheme}://{parts.netloc}"
        made_at, headers = self._signed.get(of, (float("-inf"), {}))
        now = time.monotonic()
        if now - made_at > SIGNED_ANEW_SECONDS:
            headers = vapid.sign(
                {"sub": self._subject, "aud": of[1], "exp": int(self._machine_seconds()) + SIGNATURE_SECONDS}
            )
            if len(self._signed) >= MOST_SIGNATURES:
                self._signed.clear()
            self._signed[of] = now, headers
        return headers


def _payload_of(message: Message) -> bytes:
    """Return the JSON that the service worker shows and answers; ``tag`` makes a repeat replace the first."""
    shown = {"title": message.title, "body": message.body, "url": message.url, "tag": message.key}
    if message.receipt:
        shown["receipt"] = message.receipt
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def _sent(response: requests.Response) -> Sent:
    """Return the sent outcome under the push service's own name for the message (RFC 8030, 5)."""
    return Sent(response.headers.get("Location", "")[:_PROVIDER_ID_LENGTH])


def _outcome_of_refusal(error: EndpointRefused) -> Outcome:
    """Return what an endpoint that is not posted to means: a name without address may have one later."""
    if isinstance(error, EndpointUnresolved):
        return RetryLater(None, "unresolved", "The push service's name has no address now.")
    return Refused("endpoint", "The endpoint or its keys are not ones that may be posted to.")


def _outcome_of_answer(response: requests.Response | None) -> Outcome:
    """Return what an answer that is no plain success means."""
    if response is None:
        return Refused("subscription", "The subscription could not be used to encrypt the message.")
    status, code = response.status_code, str(response.status_code)
    if 200 <= status < 300:
        return _sent(response)
    if status in _GONE:
        return Gone(code)
    if status in _LATER or status >= 500:
        return RetryLater(retry_after_seconds(response.headers), code, "The push service asks to wait.")
    if status in _CONFIGURATION:
        return Misconfigured(code, "The push service refuses our identity: check the VAPID key and subject.")
    return Refused(code, "The push service does not accept the message.")


def _check_subject(vapid: Vapid02, subject: str) -> None:
    """Raise ValueError for a subject that push services would turn down."""
    try:
        vapid.sign({"sub": subject, "aud": "https://push.example.com"})
    except VapidException as error:
        raise ValueError("推送的联系地址应是 mailto:邮箱 或 https 网址；请检查设置。") from error
