"""The far ends of the bench: push service, robots, webhook and mail server, which misbehave by chance while told to.

Each keeps when it took what, by the machine's clock, so that what was sent after an answer can be told.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.escalations.child import PATIENCE_SECONDS
from tests.fake_vendors import DingTalkRobot, FakeVendor, FeishuRobot, WebhookReceiver, WeComRobot
from tests.far_end import CUT, HANG, PORTAL, Asked, Reply, says
from tests.mail_server import CountyMail
from tests.push_receiver import Answer, Delivery
from tests.push_service.service import PushService

CASE: Final = re.compile(r"990101-2026-\d{5}")
HANGS_FOR: Final = PATIENCE_SECONDS * 2
PUSH_MIX: Final = (
    (70.0, Answer(201, keeps=True)),
    (3.0, Answer(201, keeps=True, cut=True)),
    (3.0, Answer(201, cut=True)),
    (3.0, Answer(201, hang_seconds=HANGS_FOR)),
    (2.0, Answer(201, keeps=True, hang_seconds=HANGS_FOR)),
    (7.0, Answer(500)),
    (5.0, Answer(429, {"Retry-After": "20"})),
    (2.0, Answer(400)),
    (2.0, Answer(413)),
    (1.0, Answer(403)),
    (1.0, Answer(404)),
    (1.0, Answer(410)),
)
"""Weights of answers; what ``keeps`` was taken although the sender is not told so."""
BUSY: Final[Mapping[str, Reply]] = {
    "wecom": says({"errcode": 45009, "errmsg": "api freq out of limit"}),
    "dingtalk": says({"errcode": 130101, "errmsg": "send too fast"}),
    "feishu": says({"code": 11232, "msg": "frequency limited"}),
    "webhook": Reply(503, headers={"Retry-After": "10"}),
}
WRONG: Final[Mapping[str, Reply]] = {
    "wecom": says({"errcode": 93000, "errmsg": "invalid webhook url"}),
    "dingtalk": says({"errcode": 310000, "errmsg": "keywords not in content"}),
    "feishu": says({"code": 19021, "msg": "sign match fail"}),
    "webhook": Reply(401),
}


SHARES: Final = {
    "busy": 0.08, "wrong": 0.02, "500": 0.05, "portal": 0.02, "hang": 0.03, "cut": 0.03, "slow": 0.1
}  # fmt: skip
"""How often a robot or the webhook misbehaves in which way."""
SLOW_SECONDS: Final = PATIENCE_SECONDS * 0.6
"""A slow answer, soon enough to be waited for."""


@dataclass(frozen=True)
class Taken:
    """One message that a far end took: when, by which channel, and what names it: a receipt, or case numbers."""

    at: float
    channel: str
    receipt: str = ""
    cases: tuple[str, ...] = ()


@dataclass
class Ledger:
    """What all far ends took, and how often each misbehaved; ``rough`` says whether they may misbehave now."""

    chance: random.Random
    rough: bool = False
    taken: list[Taken] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, channel: str, *, receipt: str = "", words: str = "") -> None:
        """Note that a message was taken now."""
        with self.lock:
            self.taken.append(Taken(time.time(), channel, receipt, tuple(dict.fromkeys(CASE.findall(words)))))

    def draw(self, channel: str, shares: Mapping[str, float]) -> str:
        """Return the fault that chance picks, empty for none."""
        with self.lock:
            if not self.rough:
                return ""
            at = self.chance.random()
            for name, share in shares.items():
                at -= share
                if at < 0:
                    self.faults[f"{channel} {name}"] += 1
                    return name
        return ""


class RoughPush(PushService):
    """The push service; each message carries the receipt by which it is known again."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    def scripted(self) -> Answer | None:
        """Return the answer that chance picks, ``None`` for a plain 201."""
        with self._ledger.lock:
            if not self._ledger.rough:
                return None
            answer = self._ledger.chance.choices([one for _, one in PUSH_MIX], [weight for weight, _ in PUSH_MIX])[0]
            if answer == Answer(201, keeps=True):
                return None
            kind = "hang" if answer.hang_seconds else "cut" if answer.cut else str(answer.status)
            self._ledger.faults[f"webpush {kind}"] += 1
        return answer

    def pass_on(self, delivery: Delivery, body: bytes) -> None:  # noqa: ARG002 - as the service calls it
        """Note a message that was accepted."""
        found = re.search(rb'"receipt": ?"([^"]+)"', delivery.payload)
        self._ledger.take("webpush", receipt=found[1].decode() if found else "")


def _rough(vendor: FakeVendor, kind: str, ledger: Ledger) -> FakeVendor:
    """Let a vendor misbehave: busy, set up wrongly, failing, showing a page to sign in, silent, or hanging up."""
    plain, shares = vendor.judge, SHARES
    replies = {"busy": BUSY[kind], "wrong": WRONG[kind], "500": Reply(500), "portal": PORTAL, "hang": HANG, "cut": CUT}

    def judge(asked: Asked) -> Reply:
        fault = ledger.draw(kind, shares)
        if fault in replies and fault != "cut":
            return replies[fault]
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        reply = plain(asked)
        if _is_success(reply):
            ledger.take(kind, words=asked.body.decode(errors="replace"))
        return replies["cut"] if fault == "cut" else reply

    vendor.judge = judge  # type: ignore[method-assign]  # the far end asks whatever stands here
    vendor.far_end._judge = judge  # noqa: SLF001 - as above
    return vendor


def _is_success(reply: Reply) -> bool:
    """Say whether a vendor's own answer means that it took the message."""
    document: dict[str, Any] = (
        json.loads(reply.body) if reply.status == 200 and reply.body else {"errcode": reply.status}
    )
    return bool(document.get("errcode", document.get("code", 0)) == 0)


class RoughMail(CountyMail):
    """The mail server: greylists, does not know the mailbox for a while, hangs and hangs up."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to a mailbox."""
        fault = self._ledger.draw("mail", {"greylisted": 0.3, "busy": 0.05})
        if fault:
            return "451 4.7.1 Greylisted, try again later" if fault == "greylisted" else "421 4.3.2 Busy"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Answer to a letter; one cut short was taken all the same."""
        fault = self._ledger.draw("mail", {"cut": 0.04, "452": 0.04, "554": 0.02, "slow": 0.1})
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if fault in {"452", "554"}:
            return "452 4.3.1 Full" if fault == "452" else "554 5.7.1 Refused"
        answer = await super().handle_DATA(server, session, envelope)
        self._ledger.take("mail", words=str(self.letters[-1]["Subject"]))
        if fault == "cut" and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]  # the stubs know no kind of transport that can
        return answer


@dataclass
class FarEnds:
    """All far ends, running."""

    ledger: Ledger
    push: RoughPush
    vendors: dict[str, FakeVendor]
    mail: RoughMail

    def settings(self) -> dict[str, Any]:
        """Return the settings by which the product reaches them."""
        origins = {kind: vendor.far_end.origin for kind, vendor in self.vendors.items()}
        account = self.mail.account()
        return {
            "outward_internal_hosts": [vendor.far_end.host for vendor in self.vendors.values()],
            "wecom_url": origins["wecom"],
            "dingtalk_url": origins["dingtalk"],
            "feishu_url": origins["feishu"],
            "smtp_host": account.host,
            "smtp_port": account.port,
            "smtp_security": account.security,
            "smtp_user": account.user,
            "smtp_password": account.password,
            "smtp_sender": account.sender,
            "push_allow_loopback": True,
        }


@contextmanager
def far_ends(seed: int) -> Iterator[FarEnds]:
    """Give the far ends, well-behaved until the ledger is told otherwise."""
    ledger = Ledger(random.Random(f"far ends {seed}"))  # noqa: S311 - faults of a bench, no secret
    made: dict[str, FakeVendor] = {
        "wecom": WeComRobot(), "dingtalk": DingTalkRobot(), "feishu": FeishuRobot(), "webhook": WebhookReceiver(),
    }  # fmt: skip
    push, mail = RoughPush(ledger), RoughMail(ledger)
    with ExitStack() as stack:
        stack.enter_context(push)
        stack.enter_context(mail)
        vendors = {kind: stack.enter_context(_rough(vendor, kind, ledger)) for kind, vendor in made.items()}
        yield FarEnds(ledger, push, vendors, mail)
