"""The group robot of Feishu 飞书.

Published at https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (format, signature, 20 KB, 100
messages a minute and five a second, full and half hours to be avoided, codes) and
https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code (codes).
"""

import base64
import hashlib
import hmac
from typing import Final

from notifications.channels.answers import Answer, outcome_of_code
from notifications.channels.robots import JSON_HEADERS, TOO_LONG, Line, json_bytes, usable_robot
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater
from notifications.outward import FEISHU_URL
from notifications.ports import Clock
from notifications.rendering import OPEN_IT, absolute_link, title_of
from notifications.targets import RobotTarget, Target

LONGEST_BODY_BYTES: Final = 20 * 1024
MINUTE_SECONDS: Final = 60

_TOO_FAST = "Feishu takes no more messages of this robot for the moment."
_FORMAT = "Feishu does not accept the message's form."
OUTCOMES: Final[dict[str, Outcome]] = {
    "11232": RetryLater(MINUTE_SECONDS, "11232", _TOO_FAST),
    "11233": RetryLater(MINUTE_SECONDS, "11233", _TOO_FAST),
    "11247": RetryLater(MINUTE_SECONDS, "11247", _TOO_FAST),
    "99991400": RetryLater(MINUTE_SECONDS, "99991400", _TOO_FAST),
    "19005": RetryLater(None, "19005", "Feishu is busy."),
    "1500": RetryLater(None, "1500", "Feishu is busy."),
    "19001": Misconfigured("19001", "The token leads to no robot: it was typed wrongly, or the robot was removed."),
    "19003": Misconfigured("19003", "The robot is switched off: switch it on in the group."),
    "19021": Misconfigured("19021", "The secret does not fit, or this server's clock is more than an hour off."),
    "19022": Misconfigured("19022", "This server's address is not on the robot's list of callers."),
    "19024": Misconfigured("19024", "The robot asks for a keyword that our messages do not hold."),
    "230002": Gone("230002"),
    "230006": Gone("230006"),
    "19002": Refused("19002", _FORMAT),
    "9499": Refused("9499", _FORMAT),
    "230001": Refused("230001", _FORMAT),
    "230025": Refused("230025", "The message is too long."),
    "11246": Refused("11246", _FORMAT),
}


def sign_feishu(secret: str, seconds: int) -> str:
    """Return the signature of a moment; the text is the key of the HMAC and what is signed is empty.

    Examples
    --------
    >>> sign_feishu("SECabc123", 1795296000)
    'Rs/t7hl1kP6tQdmgYTs+oxKm3ENZ3Au0I3MDkf+/r1Q='
    """
    return base64.b64encode(hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode("ascii")


class FeishuChannel:
    """Posts a short text with a link to a group by its robot, signed where the robot has a secret.

    Parameters
    ----------
    line, clock, base_url, site
        As for :class:`notifications.channels.dingtalk.DingTalkChannel`.
    """

    kind: Final = "feishu"

    def __init__(self, line: Line, *, clock: Clock, base_url: str = FEISHU_URL, site: str = "") -> None:
        self._line = line
        self._clock = clock
        self._address = f"{base_url.rstrip('/')}/open-apis/bot/v2/hook"
        self._site = site

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means HTTP 2xx and code 0 (StatusCode 0 of older robots)."""
        robot = usable_robot(target)
        if not isinstance(robot, RobotTarget):
            return robot
        body = json_bytes(self._signature(robot) | self._post(message))
        if len(body) > LONGEST_BODY_BYTES:
            return TOO_LONG
        answer = self._line.post(f"{self._address}/{robot.key}", body, JSON_HEADERS)
        return _outcome(answer) if isinstance(answer, Answer) else answer

    def _signature(self, robot: RobotTarget) -> dict[str, object]:
        if not robot.secret:
            return {}
        seconds = int(self._clock.now().timestamp())
        return {"timestamp": str(seconds), "sign": sign_feishu(robot.secret, seconds)}

    def _post(self, message: Message) -> dict[str, object]:
        lines: list[list[dict[str, str]]] = [[{"tag": "text", "text": message.body}]]
        if link := absolute_link(message.url, self._site):
            lines.append([{"tag": "a", "text": OPEN_IT, "href": link}])
        return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": title_of(message), "content": lines}}}}


def _outcome(answer: Answer) -> Outcome:
    """Return what an answer means; 9499 is both a bad form and, in other words, too many at once."""
    document = answer.document()
    code = document.get("code", document.get("StatusCode"))
    said = str(document.get("msg", document.get("StatusMessage", ""))).lower()
    if code == 9499 and "too many" in said:
        return RetryLater(MINUTE_SECONDS, "9499", _TOO_FAST)
    return outcome_of_code(answer, code, OUTCOMES)
