"""The group robot of WeCom 企业微信, and of 政务微信 where the county runs it itself.

Published at https://developer.work.weixin.qq.com/document/path/91770 (format, 4,096 bytes of markdown, 20
messages a minute) and https://developer.work.weixin.qq.com/document/path/90313 (codes). It has no signature:
the key in the address is the secret.
"""

from typing import Final
from urllib.parse import urlencode

from notifications.channels.answers import Answer, outcome_of_code
from notifications.channels.robots import JSON_HEADERS, TOO_LONG, Line, json_bytes, usable_robot
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater
from notifications.outward import WECOM_URL
from notifications.rendering import as_markdown
from notifications.targets import RobotTarget, Target

LONGEST_MARKDOWN_BYTES: Final = 4096
MINUTE_SECONDS: Final = 60

_BUSY = RetryLater(None, "-1", "WeCom is busy.")
_FORMAT = "WeCom does not accept the message's form."
OUTCOMES: Final[dict[str, Outcome]] = {
    "-1": _BUSY,
    "6000": RetryLater(None, "6000", "WeCom met two changes at once."),
    "45009": RetryLater(MINUTE_SECONDS, "45009", "The robot's 20 messages of this minute are used up."),
    "45033": RetryLater(MINUTE_SECONDS, "45033", "WeCom takes no more calls at once."),
    "93000": Misconfigured("93000", "The key leads to no robot: it was typed wrongly, or the robot was removed."),
    "93004": Misconfigured("93004", "The robot is switched off: switch it on in the group."),
    "93006": Gone("93006"),
    "93008": Gone("93008"),
    "60020": Misconfigured("60020", "This server's address is not on the robot's list of callers."),
    "40001": Misconfigured("40001", "The key is not valid."),
    "40014": Misconfigured("40014", "The key is not valid."),
    "40008": Refused("40008", _FORMAT),
    "40033": Refused("40033", _FORMAT),
    "40035": Refused("40035", _FORMAT),
    "40058": Refused("40058", _FORMAT),
    "44004": Refused("44004", "WeCom finds the message empty."),
    "45002": Refused("45002", "The message is too long."),
    "47001": Refused("47001", _FORMAT),
}


class WeComChannel:
    """Posts markdown to a group by its robot.

    Parameters
    ----------
    line
        The outward line.
    base_url
        The vendor's address, or the county's own where 政务微信 runs privately.
    site
        This site's own address, for links; empty leaves them out.
    """

    kind: Final = "wecom"

    def __init__(self, line: Line, *, base_url: str = WECOM_URL, site: str = "") -> None:
        self._line = line
        self._address = f"{base_url.rstrip('/')}/cgi-bin/webhook/send"
        self._site = site

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means HTTP 2xx and errcode 0."""
        robot = usable_robot(target)
        if not isinstance(robot, RobotTarget):
            return robot
        content = as_markdown(message, self._site, most_bytes=LONGEST_MARKDOWN_BYTES)
        if not content:
            return TOO_LONG
        body = json_bytes({"msgtype": "markdown", "markdown": {"content": content}})
        answer = self._line.post(f"{self._address}?{urlencode({'key': robot.key})}", body, JSON_HEADERS)
        return (
            outcome_of_code(answer, answer.document().get("errcode"), OUTCOMES)
            if isinstance(answer, Answer)
            else answer
        )
