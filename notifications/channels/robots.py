"""What the group robots of WeCom, DingTalk and Feishu have in common.

A robot answers 200 to almost everything; what counts is the code in its answer. Codes are read by tables, one
for each vendor, taken from the documents that the vendor publishes.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, Protocol

from notifications.channels.answers import Answer
from notifications.messages import Misconfigured, Outcome, Refused
from notifications.targets import RobotTarget, Target

_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")
JSON_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
TOO_LONG: Final = Refused("too_long", "The message does not fit into what the vendor takes.")
BAD_KEY: Final = Misconfigured("key", "The robot's key is not one: enter the last part of its address only.")


class Line(Protocol):
    """What a channel needs of the outward line."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """Return the far end's answer, or the outcome where none came."""
        ...


def usable_robot(target: Target) -> RobotTarget | Outcome:
    """Return the target when it is a robot with a key of the usual letters, else the outcome."""
    if not isinstance(target, RobotTarget):
        return Refused("wrong_target", "The target is not a group robot.")
    return target if _KEY.fullmatch(target.key) else BAD_KEY


def json_bytes(document: Mapping[str, object]) -> bytes:
    """Return the document as compact JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
