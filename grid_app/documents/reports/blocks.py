"""What a report is made of: words, drawings, legends and tables, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True)
class Heading:
    """A heading of the first or second level."""

    text: str
    level: int = 1

    def as_data(self) -> dict[str, Any]:
        """Return the block as the typesetter takes it."""
        return {"kind": "heading", "text": self.text, "level": self.level}

    def told(self) -> list[str]:
        """Return everything it says."""
        return [self.text]


@dataclass(frozen=True)
class Words:
    """A paragraph; a small one is a note."""

    text: str
    is_small: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return the block as the typesetter takes it."""
        return {"kind": "words", "text": self.text, "small": self.is_small}

    def told(self) -> list[str]:
        """Return everything it says."""
        return [self.text]


@dataclass(frozen=True)
class KeyItem:
    """One line of a legend: a swatch (an SVG) or a sign, what it means, and how many there are."""

    label: str
    count: str = ""
    swatch: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) over the whole width (small: three quarters), its words, and a legend below or beside it.

    ``note`` says below it how to read it, and stays on its page; so does the paragraph before it.
    """

    svg: str
    title: str
    legend: tuple[KeyItem, ...] = ()
    is_beside: bool = False
    is_small: bool = False
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return the block as the typesetter takes it."""
        return {
            "kind": "picture",
            "svg": self.svg,
            "title": self.title,
            "beside": self.is_beside,
            "small": self.is_small,
            "note": self.note,
            "legend": [
                {"label": one.label, "count": one.count, "swatch": one.swatch, "sign": one.sign} for one in self.legend
            ],
        }

    def told(self) -> list[str]:
        """Return everything it says."""
        return [self.title, self.svg, self.note, *(f"{one.sign}{one.label}{one.count}" for one in self.legend)]


@dataclass(frozen=True)
class Grid:
    """A table: columns are (label, holds numbers), ``foot`` the row of sums."""

    caption: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the block as the typesetter takes it."""
        return {
            "kind": "grid",
            "caption": self.caption,
            "columns": [{"label": label, "number": is_number} for label, is_number in self.columns],
            "rows": [list(row) for row in self.rows],
            "foot": list(self.foot),
        }

    def told(self) -> list[str]:
        """Return everything it says."""
        cells = [cell for row in (*self.rows, self.foot) for cell in row]
        return [self.caption, *(label for label, _ in self.columns), *cells]


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""

    def as_data(self) -> dict[str, Any]:
        """Return the block as the typesetter takes it."""
        return {"kind": "page"}

    def told(self) -> list[str]:
        """Return nothing."""
        return []


Block: TypeAlias = Heading | Words | Picture | Grid | NewPage
Paper: TypeAlias = Literal["a4", "a3"]


@dataclass(frozen=True)
class Report:
    """A whole report; ``line`` stands below the title, ``foot`` on every page beside its number."""

    title: str
    line: str
    blocks: tuple[Block, ...]
    foot: str = ""
    author: str = ""
    paper: Paper = "a4"
    is_wide: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return the report as the typesetter takes it."""
        return {
            "title": self.title,
            "line": self.line,
            "foot": self.foot,
            "author": self.author,
            "paper": self.paper,
            "wide": self.is_wide,
            "blocks": [block.as_data() for block in self.blocks],
        }

    def told(self) -> str:
        """Return everything that stands in it."""
        return "\n".join([self.title, self.line, self.foot, *(text for one in self.blocks for text in one.told())])
