"""What is told, to whom, and how a sending can end.

A message may hold the case number, the place, the category, the grade and the due time, and nothing else:
robot and push services lie outside the government network. Ends are values, not exceptions, so that every
one of them has to be dealt with.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Final, Literal

from notifications.personal_words import PersonalWordsError, assert_no_personal_words
from notifications.targets import PushTarget

__all__ = [
    "ESCALATION_TTL_SECONDS",
    "FACT_LENGTH",
    "URGENCIES",
    "Gone",
    "Message",
    "MessageError",
    "Misconfigured",
    "Outcome",
    "PersonalWordsError",
    "PushTarget",
    "Refused",
    "RetryLater",
    "Sent",
    "Urgency",
    "assert_no_personal_words",
    "compose_digest",
    "compose_escalation",
    "dedupe_id",
    "topic_of",
]

Urgency = Literal["very-low", "low", "normal", "high"]

URGENCIES: Final[tuple[Urgency, ...]] = ("very-low", "low", "normal", "high")
ESCALATION_TTL_SECONDS: Final = 24 * 3600
LONGEST_TTL_SECONDS: Final = 28 * 24 * 3600
"""Push services keep a message at most four weeks."""
FACT_LENGTH: Final = 60
"""Characters of one fact (place, category, ...) in a message; a longer one is cut short."""


class MessageError(ValueError):
    """The message is not one that can be sent: no title, a wrong time to live, a foreign link."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell; checked on making, so a message with a person's number cannot exist.

    ``key`` names the matter: two messages with the same key replace one another on the phone. ``receipt`` is what the
    device answers with once it has shown the message, empty where nobody waits for that; it is a capability.
    ``case_code`` and ``count`` are the facts that a text message may carry beside its approved template: the number
    of the one case, empty for several, and how many matters wait.

    Raises
    ------
    PersonalWordsError
        A number or a name that belongs to a person stands in the key, the title, the body, the link or the case
        number.
    MessageError
        The title or key is empty, the urgency unknown, the count below one, or the time to live is not within
        1 s to 28 days.
    """

    key: str
    title: str
    body: str
    url: str
    urgency: Urgency
    ttl_seconds: int
    receipt: str = field(default="", repr=False)
    case_code: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse what must never leave the house."""
        if not self.key.strip() or not self.title.strip():
            raise MessageError("通知缺少编号或标题，没有发出；请检查生成通知的程序。")
        if self.urgency not in URGENCIES:
            raise MessageError("通知的紧急程度不在四种之内，没有发出。")
        if not 1 <= self.ttl_seconds <= LONGEST_TTL_SECONDS:
            raise MessageError("通知的保留时间应在1秒到28天之间，没有发出。")
        if self.count < 1:
            raise MessageError("通知里的事项数应是正整数，没有发出。")
        for text in (self.key, self.title, self.body, self.url, self.case_code):
            assert_no_personal_words(text)


@dataclass(frozen=True, slots=True)
class Sent:
    """The service took the message; ``provider_id`` is its own name for it, empty if it gave none."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: try again, at the earliest after ``after_seconds`` if the service named a time."""

    after_seconds: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The subscription has ended for ever; drop it and tell a person."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Sending again cannot help: a fault of ours or of the configuration. Tell an operator."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The channel itself is set up wrongly: no message passes until a person mends it, so raise an alarm.

    Final for this message, as sending it again cannot help.
    """

    code: str
    detail: str


Outcome = Sent | RetryLater | Gone | Refused | Misconfigured


def compose_escalation(
    *, case_code: str, place: str, category_name: str, grade_word: str, due_text: str, url: str, key: str
) -> Message:
    """Return the message that asks an office to take up a case.

    Parameters
    ----------
    case_code, place, category_name, grade_word, due_text
        The five facts that may be told, as words for people; line breaks become spaces and a fact longer
        than 60 characters is shortened.
    url
        Link to the escalation: a path on our own site or an https address.
    key
        Names the escalation; a later message with the same key replaces this one on the phone.

    Raises
    ------
    PersonalWordsError, MessageError
        As for :class:`Message`, and for a link that is neither a path nor https.

    Examples
    --------
    >>> compose_escalation(case_code="2026-12", place="云岭村", category_name="土地", grade_word="红色",
    ...                    due_text="今天18时", url="/escalations/7", key="e7").title
    '请确认收到：2026-12（红色）'
    """
    if not _is_our_link(url):
        raise MessageError("通知里的链接应是本系统的地址，没有发出。")
    case, where, what, grade, due = map(_one_line, (case_code, place, category_name, grade_word, due_text))
    return Message(
        key=key,
        title=f"请确认收到：{case}（{grade}）",
        body=f"{where}，{what}，期限：{due}。",
        url=url,
        urgency="high",
        ttl_seconds=ESCALATION_TTL_SECONDS,
        case_code=case,
    )


def compose_digest(count: int, reddest: str, url: str, key: str) -> Message:
    """Return the one message that stands for several, for when a robot may not say more for a while.

    Parameters
    ----------
    count
        How many matters wait to be confirmed.
    reddest
        The word of the highest grade among them, empty when none has a grade.
    url
        Link to the inbox: a path on our own site or an https address.
    key
        Names the digest; a later one with the same key replaces this one.

    Raises
    ------
    PersonalWordsError, MessageError
        As for :func:`compose_escalation`, and for a count below one.

    Examples
    --------
    >>> compose_digest(3, "红色", "/inbox", "digest-7").title
    '3件事项待确认（最高红色）'
    """
    if not _is_our_link(url):
        raise MessageError("通知里的链接应是本系统的地址，没有发出。")
    grade = _one_line(reddest)
    return Message(
        key=key,
        title=f"{count}件事项待确认" + (f"（最高{grade}）" if grade else ""),
        body=f"有{count}件事项等待本单位确认收到，请登录平台逐件确认。",
        url=url,
        urgency="high",
        ttl_seconds=ESCALATION_TTL_SECONDS,
        count=count,
    )


def topic_of(key: str) -> str:
    """Return the push topic of a key: 32 base64url characters, the same for the same key (RFC 8030, 5.4)."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:24]).decode("ascii")


def dedupe_id(message: Message) -> str:
    """Return the name under which a far end may know a message again: the same for every try to send it.

    It is made of everything that is told and of the receipt, which differs between two messages of the same words.
    """
    told = "\0".join((message.key, message.title, message.body, message.url, message.receipt))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _one_line(fact: str) -> str:
    """Return the fact on one line, without control characters, cut to :data:`FACT_LENGTH`."""
    words = " ".join("".join(c if c.isprintable() else " " for c in fact).split())
    return words if len(words) <= FACT_LENGTH else words[: FACT_LENGTH - 1] + "…"


def _is_our_link(url: str) -> bool:
    """Tell whether the link is a path of ours (one leading slash) or an https address."""
    return (url.startswith("/") and not url.startswith(("//", "/\\"))) or url.startswith("https://")
