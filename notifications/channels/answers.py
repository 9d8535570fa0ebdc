"""What a far end said, and what that means while it has not said anything of its own yet.

Nothing of an answer's words and nothing of an error's words passes on: both repeat addresses, and with them
the keys of robots. Details are sentences of ours.
"""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from notifications.messages import Misconfigured, Outcome, Refused, RetryLater, Sent

PROVIDER_ID_LENGTH: Final = 200
_LATER: Final = frozenset({408, 425, 429})
_CONFIGURATION: Final = frozenset({401, 403, 404, 405, 407, 410})
_PROXY_REFUSES = re.compile(r"Tunnel connection failed: 40[37]")


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, the headers and the whole body of an answer, which fits the line's limit."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def document(self) -> dict[str, object]:
        """Return the JSON object that the body holds, empty when it holds anything else."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}


def outcome_of_code(answer: Answer, code: object, table: Mapping[str, Outcome], *, good: object = 0) -> Outcome:
    """Return what a vendor's own code means; success is the good code together with a good status.

    A code that the table does not know is tried again: it is cheaper to be refused once more than to lose a
    message to a trouble that passes. An answer without a code is not the vendor's, whatever its status.
    """
    if not isinstance(code, int | str) or isinstance(code, bool) or code == "":
        return outcome_of_status(answer) or RetryLater(None, "unreadable", "The answer is not one of the vendor's.")
    if code == good:
        return outcome_of_status(answer) or Sent("")
    known = str(code) if re.fullmatch(r"-?[\w.]{1,60}", str(code), flags=re.ASCII) else "unknown"
    return table.get(known, RetryLater(None, known, "The vendor refuses with a code that is not in our table."))


def outcome_of_status(answer: Answer) -> Outcome | None:
    """Return what a status other than 2xx means, None for 2xx."""
    status, code = answer.status, str(answer.status)
    if 200 <= status < 300:
        return None
    if status in _LATER or status >= 500:
        return RetryLater(retry_after_seconds(answer.headers), code, "The far end asks to wait.")
    if 300 <= status < 400:
        return Misconfigured(code, "The far end sends us on to another address: set that address itself.")
    if status in _CONFIGURATION:
        return Misconfigured(code, "The far end does not take us: check the address, the key and its list of callers.")
    return Refused("too_long" if status == 413 else code, "The far end does not accept the message.")


def outcome_of_fault(error: Exception) -> Outcome:
    """Return what a call that came to no answer means."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Misconfigured("certificate", "The far end's certificate is not trusted: name its authority.")
    if any(_PROXY_REFUSES.search(str(cause)) for cause in causes):
        return Misconfigured("proxy", "The proxy does not take us: check its address, user and list of hosts.")
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return RetryLater(None, "timeout", "The far end did not answer in time.")
    return RetryLater(None, "network", type(error).__name__)


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that ``Retry-After`` asks for, None when it is missing or cannot be read.

    A date is counted from the answer's own ``Date``, so that a wrong clock on either side does no harm; one
    that lies in the past gives 0.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return int(asked[:9])
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0, wait // timedelta(seconds=1))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that it came from, as its library wrapped them."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 20:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args[:2]]
    yield from seen
