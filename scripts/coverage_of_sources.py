"""Writes docs/coverage-of-sources.md from tests/scenarios/rows.toml and the names of the tests.

A test proves a row when the row's id stands in its name, `test_S1_18_...`; it may name several rows.
Run `python -m scripts.coverage_of_sources` after a scenario was added; a test compares the page with what this makes.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/coverage-of-sources.md"
ROWS = ROOT / "tests/scenarios/rows.toml"
ROW_ID = re.compile(r"(?<![A-Za-z0-9])(S[0-4])_(\d\d)(?!\d)")
ANY_ID = re.compile(r"(?<![A-Za-z0-9])(S\d)_(\d+)")
SCOPES = {"in": "built", "configured": "built, as configuration", "reduced": "REDUCED", "out": "OUT"}
HEAD = """# Coverage of the sources

Written by `python -m scripts.coverage_of_sources`. Do not edit by hand: add a scenario, then run it again.

The product answers five documents. A title in brackets tells what the document is; its own title was not kept.

| | title | year | by |
|---|---|---|---|
{sources}

Each row of them, in our own words, with the scenario that proves it (`tests/scenarios`, and other tests that name it).
REDUCED and OUT say why; rows of other parts of the product say which. What the documents ask about watching persons is
OUT: the product works on disputes, places, organisations with a duty, and time limits. The refusals are tests of their
own, at the end.
"""


@dataclass(frozen=True)
class Row:
    """One row of ``rows.toml``."""

    id: str
    what: str
    scope: str
    reason: str = ""
    part: str = ""

    @property
    def has_to_be_proven(self) -> bool:
        """Say whether handling has to show it with a scenario."""
        return self.scope in ("in", "configured") and not self.part


@dataclass(frozen=True)
class Scenario:
    """One test: the rows its name begins with, what it says in words, and where it is."""

    rows: tuple[str, ...]
    name: str
    says: str
    file: str
    is_skipped: bool


@cache
def table() -> tuple[list[dict[str, object]], list[Row]]:
    """Return the sources and the rows."""
    data = tomllib.loads(ROWS.read_text("utf-8"))
    return data["source"], [Row(**row) for row in data["row"]]


@cache
def scenarios() -> list[Scenario]:
    """Return every test that pytest collects and whose name holds the id of a row, or is a refusal."""
    found = [one for path in sorted((ROOT / "tests").rglob("test_*.py")) for one in _scenarios_of(path)]
    return sorted(found, key=lambda one: (one.file, one.name))


def _scenarios_of(path: Path) -> Iterator[Scenario]:
    text = path.read_text("utf-8")
    if not ANY_ID.search(text) and "test_negative_" not in text:
        return
    module = ast.parse(text)
    whole = any(
        isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets)
        and _skips(node.value)
        for node in module.body
    )
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            rows = tuple(f"{source}-{number}" for source, number in ANY_ID.findall(node.name))
            if rows or node.name.startswith("test_negative_"):
                skipped = whole or any(_skips(one) for one in node.decorator_list)
                yield Scenario(rows, node.name, _words(node), str(path.relative_to(ROOT)), skipped)


def _skips(node: ast.expr) -> bool:
    return bool(re.search(r"mark\.(skip|xfail)\b", ast.unparse(node)))


def _words(node: ast.FunctionDef) -> str:
    told = (ast.get_docstring(node) or "").split("\n")[0].strip().rstrip(".")
    name = re.sub(r"^(and )+", "", ANY_ID.sub("", node.name.removeprefix("test_")).replace("_", " ").strip())
    name = re.sub(r"^negative (and )?(\d+ )?", "", re.sub(r"\s+", " ", name))
    words = told or name[:1].upper() + name[1:]
    return words.replace("|", "\\|")


def page() -> str:
    """Return the page as it has to be."""
    sources, rows = table()
    heads = "\n".join(f"| {one['id']} | {_title(one)} | {one['year']} | {one['issuer']} |" for one in sources)
    parts = [HEAD.format(sources=heads)]
    for source in sources:
        own = "\n".join(_line(row) for row in rows if row.id.startswith(f"{source['id']}-"))
        head = f"## {source['id']}: {_title(source)} ({source['year']})"
        parts.append(f"{head}\n\n| row | asks | | |\n|---|---|---|---|\n{own}\n")
    refusals = [one for one in scenarios() if one.name.startswith("test_negative_")]
    refusals.sort(key=lambda one: (int(_number(one)) if _number(one).isdigit() else 99, one.name))
    lines = "\n".join(f"| {_number(one)} | {one.says} | `{one.file}` |" for one in refusals)
    parts.append(f"## What the product refuses\n\n| | refused | proven in |\n|---|---|---|\n{lines}\n")
    return "\n".join(parts)


def _number(one: Scenario) -> str:
    found = re.match(r"test_negative_(\d+)_", one.name)
    return found[1] if found else ", ".join(one.rows)


def _title(source: dict[str, object]) -> str:
    return f"《{source['title']}》" if source["exact"] else f"({source['title']})"


def _line(row: Row) -> str:
    if row.part and row.scope in ("in", "configured"):
        state = f"not handling: {row.part}"
    else:
        state = SCOPES[row.scope] + (f"; not handling: {row.part}" if row.part else "")
    proofs = [f"{one.says} (`{one.file}`)" for one in scenarios() if row.id in one.rows]
    if row.has_to_be_proven and not proofs:
        state = "not proven yet"
    told = "<br>".join([row.reason, *proofs] if row.reason else proofs)
    return f"| {row.id} | {row.what} | {state} | {told} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(table()[1])} rows, {len(scenarios())} scenarios")
