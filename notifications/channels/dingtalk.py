"""The group robot of DingTalk 钉钉, and of 浙政钉 where it runs privately.

Published at https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages (format, 20,000 bytes,
20 messages a minute and then ten minutes of silence, codes) and
https://open.dingtalk.com/document/orgapp/customize-robot-security-settings (signature, keywords, callers).
"""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import urlencode

from notifications.channels.answers import Answer, outcome_of_code
from notifications.channels.robots import JSON_HEADERS, TOO_LONG, Line, json_bytes, usable_robot
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater
from notifications.outward import DINGTALK_URL
from notifications.ports import Clock
from notifications.rendering import as_markdown, title_of
from notifications.targets import RobotTarget, Target

LONGEST_BODY_BYTES: Final = 20_000
LONGEST_MARKDOWN_BYTES: Final = 15_000
"""Leaves room in the body for the title, the frame, and what JSON writes as two letters."""
BLOCKED_SECONDS: Final = 600

_TOO_FAST = "The robot's 20 messages of this minute are used up; DingTalk is silent for ten minutes."
_NO_TOKEN = "The token leads to no robot: it was typed wrongly, or the robot was removed."  # noqa: S105 - a sentence
_WORDS = "DingTalk finds something in the message that it does not let through."
OUTCOMES: Final[dict[str, Outcome]] = {
    "-1": RetryLater(None, "-1", "DingTalk is busy."),
    "130101": RetryLater(BLOCKED_SECONDS, "130101", _TOO_FAST),
    "130102": RetryLater(BLOCKED_SECONDS, "130102", _TOO_FAST),
    "410100": RetryLater(BLOCKED_SECONDS, "410100", _TOO_FAST),
    "90030": RetryLater(3600, "90030", "The robot has used up what its address may be called."),
    "90018": RetryLater(None, "90018", "DingTalk takes no more calls at once."),
    "310000": Misconfigured("310000", "The robot's signature, keyword or list of callers does not fit."),
    "300001": Misconfigured("300001", _NO_TOKEN),
    "300005": Misconfigured("300005", _NO_TOKEN),
    "400101": Misconfigured("400101", _NO_TOKEN),
    "400102": Misconfigured("400102", "The robot is switched off: switch it on in the group."),
    "400013": Gone("400013"),
    "400106": Gone("400106"),
    "400105": Refused("400105", "DingTalk does not know the message's form."),
    "40035": Refused("40035", "DingTalk cannot read the message."),
    "43004": Refused("43004", "DingTalk cannot read the message."),
    "460101": Refused("460101", "The message is too long."),
    "430101": Refused("430101", _WORDS),
    "430102": Refused("430102", _WORDS),
    "430103": Refused("430103", _WORDS),
    "430104": Refused("430104", _WORDS),
}


def sign_dingtalk(secret: str, milliseconds: int) -> str:
    """Return the signature of a moment: base64 of HMAC-SHA256, not yet written for an address.

    Examples
    --------
    >>> sign_dingtalk("SECabc123", 1795296000000)
    'dC1k5d2tZz3m22IIaxUbtbtFGZQAIbVAs1DnRNzfvNQ='
    """
    told = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), told, hashlib.sha256).digest()).decode("ascii")


class DingTalkChannel:
    """Posts markdown to a group by its robot, signed where the robot has a secret.

    Parameters
    ----------
    line, base_url, site
        As for :class:`notifications.channels.wecom.WeComChannel`.
    clock
        Tells the real time: a signature holds for an hour.
    """

    kind: Final = "dingtalk"

    def __init__(self, line: Line, *, clock: Clock, base_url: str = DINGTALK_URL, site: str = "") -> None:
        self._line = line
        self._clock = clock
        self._address = f"{base_url.rstrip('/')}/robot/send"
        self._site = site

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means HTTP 2xx and errcode 0."""
        robot = usable_robot(target)
        if not isinstance(robot, RobotTarget):
            return robot
        text = as_markdown(message, self._site, most_bytes=LONGEST_MARKDOWN_BYTES)
        body = json_bytes({"msgtype": "markdown", "markdown": {"title": title_of(message), "text": text}})
        if not text or len(body) > LONGEST_BODY_BYTES:
            return TOO_LONG
        answer = self._line.post(f"{self._address}?{self._query(robot)}", body, JSON_HEADERS)
        return (
            outcome_of_code(answer, answer.document().get("errcode"), OUTCOMES)
            if isinstance(answer, Answer)
            else answer
        )

    def _query(self, robot: RobotTarget) -> str:
        """Return the query with the token and, once percent-encoded and never twice, the signature."""
        query = {"access_token": robot.key}
        if robot.secret:
            milliseconds = round(self._clock.now().timestamp() * 1000)
            query |= {"timestamp": str(milliseconds), "sign": sign_dingtalk(robot.secret, milliseconds)}
        return urlencode(query)
