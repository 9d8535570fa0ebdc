"""The words of a message in each dress: markdown for robots, plain text for mail, two facts for text messages.

The one place that knows how a message looks; channels only carry it. Every dress begins with the name of the
sender, which is also the keyword that a robot may ask for.
"""

from typing import Final

from notifications.messages import Message

SENDER: Final = "网格平台"
"""The keyword to enter at a robot that is guarded by keywords."""
OPEN_IT: Final = "打开平台确认"

_MARKS: Final = str.maketrans("*_[]<>`#~|\\@", "＊＿［］＜＞｀＃～｜＼＠")
"""What markdown would take for a mark, a link or a call of a person, in its full-width form."""


def absolute_link(url: str, site: str) -> str:
    """Return the whole address of a message's link, empty when the site's own address is not known."""
    if url.startswith("https://"):
        return url
    return f"{site.rstrip('/')}{url}" if site else ""


def title_of(message: Message) -> str:
    """Return the title on one line, with the sender's name before it."""
    return f"【{SENDER}】{_one_line(message.title)}"


def as_markdown(message: Message, site: str, *, most_bytes: int) -> str:
    """Return the message as markdown that every robot reads alike, empty when even its title does not fit.

    Facts stand in it as they are: what markdown would read as a mark is shown in full width. A body that is too
    long is cut short; title and link are not.
    """
    link = absolute_link(message.url, site)
    return _fitting(
        f"**{title_of(message).translate(_MARKS)}**\n\n",
        _one_line(message.body).translate(_MARKS),
        f"\n\n[{OPEN_IT}]({_link_mark(link)})" if link else "",
        most_bytes,
    )


def as_plain(message: Message, site: str) -> str:
    """Return the message as plain text of a few lines."""
    link = absolute_link(message.url, site) or "请登录平台查看。"
    return f"{_one_line(message.title)}\n{_one_line(message.body)}\n\n{OPEN_IT}：{link}\n"


def facts_of(message: Message) -> dict[str, str]:
    """Return the two facts that may stand beside an approved template: how many matters, and the one case's number."""
    return {"count": str(message.count), "case": _one_line(message.case_code)}


def cut_to_bytes(text: str, most_bytes: int) -> str:
    """Return the text, cut short at a whole character so that it takes at most so many bytes of UTF-8.

    Examples
    --------
    >>> cut_to_bytes("云岭村，土地", 12)
    '云岭村…'
    """
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    return raw[: max(0, most_bytes - len("…".encode()))].decode(errors="ignore") + "…"


def _fitting(head: str, body: str, foot: str, most_bytes: int) -> str:
    """Return the parts as one text that fits, with the body cut, or empty when head and foot alone do not fit."""
    left = most_bytes - len((head + foot).encode())
    return head + cut_to_bytes(body, left) + foot if left >= len("…".encode()) else ""


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _link_mark(link: str) -> str:
    """Return a link that cannot end its markdown early."""
    return link.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
