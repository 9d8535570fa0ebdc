"""Text messages through a gateway: an approved template, a number, and two facts.

No free text can be sent by this channel. The generic gateway speaks a form of our own (docs/notifications.md),
for counties whose operator runs one or puts a small program before another; Aliyun has its own file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from notifications.channels.answers import Answer, outcome_of_code, retry_after_seconds
from notifications.channels.robots import Line, json_bytes
from notifications.channels.signing import signed_headers
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater, Sent, dedupe_id
from notifications.ports import Clock
from notifications.rendering import facts_of
from notifications.targets import SmsTarget, Target

_NUMBER = re.compile(r"1[3-9]\d{9}")
PROVIDER_ID = re.compile(r"[\w.\-^]{1,100}", flags=re.ASCII)
OUTCOMES: Final[dict[str, Outcome]] = {
    "BUSY": RetryLater(None, "BUSY", "The gateway is busy."),
    "NUMBER": Gone("NUMBER"),
    "TEMPLATE": Misconfigured("TEMPLATE", "The gateway does not know the template, or its variables differ."),
    "SIGN_NAME": Misconfigured("SIGN_NAME", "The gateway does not know the signature name."),
    "AUTH": Misconfigured("AUTH", "The gateway does not accept the key, or a clock is off."),
    "BALANCE": Misconfigured("BALANCE", "The gateway's account is used up."),
    "REFUSED": Refused("REFUSED", "The gateway does not accept the message."),
}


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """What the operator of text messages has given out.

    ``variables`` names the template's variables and the fact that each stands for: ``count`` or ``case``.
    """

    key_id: str
    key_secret: str = field(repr=False)
    sign_name: str
    template: str
    variables: Mapping[str, str] = field(default_factory=lambda: {"count": "count"})


class Gateway(Protocol):
    """Hands one text message over."""

    def submit(self, number: str, variables: Mapping[str, str], message_id: str) -> Outcome:
        """Return how the handing over ended."""
        ...


class SmsChannel:
    """Sends an approved template to one telephone."""

    kind: Final = "sms"

    def __init__(self, gateway: Gateway, account: SmsAccount) -> None:
        self._gateway = gateway
        self._account = account

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means that the gateway said so in its own words."""
        if not isinstance(target, SmsTarget):
            return Refused("wrong_target", "The target is not a telephone.")
        if not _NUMBER.fullmatch(target.number):
            return Misconfigured("number", "The number is not a mainland mobile number.")
        facts = facts_of(message)
        variables = {name: facts.get(fact, "") for name, fact in self._account.variables.items()}
        return self._gateway.submit(target.number, variables, dedupe_id(message))


class GenericGateway:
    """The gateway of docs/notifications.md: signed JSON out, ``{"code": "OK"}`` back."""

    def __init__(self, line: Line, url: str, account: SmsAccount, *, clock: Clock) -> None:
        self._line = line
        self._url = url
        self._account = account
        self._clock = clock

    def submit(self, number: str, variables: Mapping[str, str], message_id: str) -> Outcome:
        """Return how the handing over ended."""
        account = self._account
        document: dict[str, object] = {
            "id": message_id,
            "key_id": account.key_id,
            "phone": number,
            "sign_name": account.sign_name,
            "template_code": account.template,
            "template_param": dict(variables),
        }
        body = json_bytes(document)
        now = self._clock.now()
        headers = signed_headers("sha256", account.key_secret, at=now, message_id=message_id, body=body)
        answer = self._line.post(self._url, body, headers)
        return _outcome(answer) if isinstance(answer, Answer) else answer


def provider_id(value: object) -> str:
    """Return a gateway's own name for a message when it looks like one, else an empty text."""
    return value if isinstance(value, str) and PROVIDER_ID.fullmatch(value) else ""


def _outcome(answer: Answer) -> Outcome:
    document = answer.document()
    code = document.get("code")
    if code == "LIMIT":
        return RetryLater(retry_after_seconds(answer.headers), "LIMIT", "The gateway takes no more for this number.")
    outcome = outcome_of_code(answer, code, OUTCOMES, good="OK")
    return Sent(provider_id(document.get("message_id"))) if isinstance(outcome, Sent) else outcome
