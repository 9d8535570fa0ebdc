"""A signed webhook: another system of the county that takes messages in our own form (docs/notifications.md).

A page that answers 200 to everything must not count as a receiver, so success is an answer that repeats the id.
"""

from typing import Final

from notifications.channels.answers import Answer, outcome_of_status
from notifications.channels.robots import TOO_LONG, Line, json_bytes
from notifications.channels.signing import is_algorithm, signed_headers
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater, Sent, dedupe_id
from notifications.ports import Clock
from notifications.rendering import absolute_link
from notifications.targets import Target, WebhookTarget

LONGEST_BODY_BYTES: Final = 20 * 1024
SHORTEST_SECRET: Final = 16


class WebhookChannel:
    """Posts a message as signed JSON.

    Parameters
    ----------
    line
        The outward line; only hosts on its lists are called.
    clock
        Tells the real time, which is signed.
    site
        This site's own address, for links; empty leaves them out.
    """

    kind: Final = "webhook"

    def __init__(self, line: Line, *, clock: Clock, site: str = "") -> None:
        self._line = line
        self._clock = clock
        self._site = site

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means 2xx and a JSON answer whose ``id`` is the message's."""
        if not isinstance(target, WebhookTarget):
            return Refused("wrong_target", "The target is not a webhook.")
        if len(target.secret) < SHORTEST_SECRET or not is_algorithm(target.algorithm):
            return Misconfigured("secret", "The webhook's key is too short or its algorithm unknown.")
        message_id = dedupe_id(message)
        body = json_bytes(self._document(message_id, message))
        if len(body) > LONGEST_BODY_BYTES:
            return TOO_LONG
        headers = signed_headers(
            target.algorithm, target.secret, at=self._clock.now(), message_id=message_id, body=body
        )
        answer = self._line.post(target.url, body, headers)
        return _outcome(answer, message_id) if isinstance(answer, Answer) else answer

    def _document(self, message_id: str, message: Message) -> dict[str, object]:
        return {
            "id": message_id,
            "key": message.key,
            "title": message.title,
            "body": message.body,
            "url": absolute_link(message.url, self._site),
            "urgency": message.urgency,
            "case_code": message.case_code,
            "count": message.count,
        }


def _outcome(answer: Answer, message_id: str) -> Outcome:
    if answer.status == 410:
        return Gone("410")
    other = outcome_of_status(answer)
    if other is not None:
        return other
    if answer.document().get("id") == message_id:
        return Sent(message_id)
    return RetryLater(None, "unreadable", "The answer does not repeat the id: it is not the receiver's.")
