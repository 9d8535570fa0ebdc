"""Pairs of real messages that are, or are not, about one matter: known issues, traps, and hard ones made of them."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from random import Random

WINDOW_DAYS = 90
MOST_PER_ISSUE = 40
OTHERS_EACH = 60
COPIES = 150
LOST, SWAPPED = 0.06, 0.03
RIGHT = ("same issue", "copy with wrong letters")
"""Kinds of pairs that are about one matter; all others are not."""


@dataclass(frozen=True)
class Told:
    """A message: when it was written, by whom, its title and its body."""

    name: str
    user: str
    written: datetime
    title: str
    body: str

    def text(self, whole: bool) -> str:  # noqa: FBT001 - what of it is compared
        """Return the title, or the title with the body."""
        return f"{self.title}\n{self.body.strip()}" if whole else self.title


@dataclass(frozen=True)
class Known:
    """All messages by name, the issues and traps with their members, and the name of each issue's place."""

    messages: dict[str, Told]
    issues: dict[str, tuple[str, ...]]
    traps: dict[str, tuple[str, ...]]
    places: dict[str, str]


Pair = tuple[str, str]


def read_known(folder: Path) -> Known:
    """Return the messages and what people found in them by reading."""
    messages = {
        row["message_id"]: Told(
            row["message_id"], row["user_id"], datetime.fromisoformat(row["created_at"]), row["title"], row["body"]
        )
        for row in _rows(folder / "messages_dev.csv")
    }
    issues = _groups(_rows(folder / "gold_members_dev.csv"), "issue_id", messages)
    traps = _groups(_rows(folder / "traps_dev.csv"), "trap_id", messages)
    told = {row["issue_id"]: row["place"] for row in _rows(folder / "gold_hot_issues_dev.csv")}
    places = {issue: _place(told[issue], [messages[one].title for one in names]) for issue, names in issues.items()}
    return Known(messages, issues, traps, places)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _groups(rows: Iterable[dict[str, str]], key: str, known: dict[str, Told]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["message_id"] in known:
            found[row[key]].append(row["message_id"])
    return {name: tuple(sorted(members)) for name, members in found.items()}


def _place(told: str, titles: Sequence[str]) -> str:
    """Return the longest piece of the place, as the key tells it, that half of the titles have."""
    pieces = {told[at:end] for at in range(len(told)) for end in range(at + 2, len(told) + 1)}
    han = [piece for piece in sorted(pieces) if re.fullmatch(r"[\u4e00-\u9fff]+", piece)]
    most = {piece: sum(piece in title for title in titles) for piece in han}
    often = [piece for piece in han if most[piece] * 2 >= len(titles)] or [max(han, key=lambda piece: most[piece])]
    return max(often, key=len).lstrip("市区县")


def pairs_of(known: Known, *, whole: bool, seed: int) -> dict[str, list[Pair]]:
    """Return the pairs by kind; of each issue at most so many, so that the largest does not speak for all."""
    rng = Random(seed)  # noqa: S311
    found: dict[str, list[Pair]] = defaultdict(list)
    for issue, members in sorted(known.issues.items()):
        _same_issue(found, known, members, rng, whole=whole)
        _other_place(found, known, issue, rng, whole=whole)
        _other_matter(found, known, issue, rng, whole=whole)
    for trap, issue, kind in (("T1", "H04", "place"), ("T2", "H01", "matter"), ("T3", "H04", "matter")):
        for one in known.traps.get(trap, ()):
            for other in rng.sample(known.issues[issue], 8):
                found[f"trap: other {kind}"].append(_texts(known, one, other, whole))
    for name in rng.sample(sorted(known.messages), COPIES):
        text = known.messages[name].text(whole)
        found[RIGHT[1]].append((text, with_wrong_letters(text, rng)))
    return dict(found)


def _texts(known: Known, one: str, other: str, whole: bool) -> Pair:  # noqa: FBT001 - as in Told.text
    return known.messages[one].text(whole), known.messages[other].text(whole)


def _near(known: Known, one: str, other: str) -> bool:
    return abs((known.messages[one].written - known.messages[other].written).days) <= WINDOW_DAYS


def _same_issue(
    found: dict[str, list[Pair]], known: Known, members: Sequence[str], rng: Random, *, whole: bool
) -> None:
    near = [pair for pair in combinations(members, 2) if _near(known, *pair)]
    told = [_texts(known, *pair, whole) for pair in rng.sample(near, min(MOST_PER_ISSUE, len(near)))]
    found[RIGHT[0]] += [(one, other) for one, other in told if one != other]
    everything = sorted(known.messages)
    for one in members:
        others = [other for other in rng.sample(everything, OTHERS_EACH) if other not in members]
        found["any other message"] += [_texts(known, one, other, whole) for other in others if _near(known, one, other)]


def _other_place(found: dict[str, list[Pair]], known: Known, issue: str, rng: Random, *, whole: bool) -> None:
    """Add members whose place was replaced by that of another issue, beside themselves and beside another member."""
    place, members = known.places[issue], known.issues[issue]
    away = [other for other in sorted(set(known.places.values())) if other != place]
    for one in members:
        text = known.messages[one].text(whole)
        like = known.messages[rng.choice([other for other in members if other != one])].text(whole)
        if place in text:
            found["same words, other place"].append((text, text.replace(place, rng.choice(away))))
        if place in text and place in like:
            found["like words, other place"].append((text, like.replace(place, rng.choice(away))))


def _other_matter(found: dict[str, list[Pair]], known: Known, issue: str, rng: Random, *, whole: bool) -> None:
    """Add other messages about the same place: real ones, and those of another issue with this one's place put in."""
    place, members = known.places[issue], known.issues[issue]
    real = [one for one, told in sorted(known.messages.items()) if one not in members and place in told.title]
    for one in real:
        found["same place, other matter"] += [
            _texts(known, one, other, whole) for other in rng.sample(members, min(3, len(members)))
        ]
    elsewhere = [name for name in sorted(known.places) if known.places[name] != place]
    for one in members:
        other = rng.choice(elsewhere)
        text = known.messages[rng.choice(known.issues[other])].text(whole)
        own = known.messages[one].text(whole)
        if known.places[other] in text and place in own:
            found["same place, other matter (made)"].append((own, text.replace(known.places[other], place)))


def with_wrong_letters(text: str, rng: Random) -> str:
    """Return a text without some letters and with some neighbours swapped."""
    letters = [letter for letter in text if rng.random() >= LOST]
    for at in range(len(letters) - 1):
        if rng.random() < SWAPPED:
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)
