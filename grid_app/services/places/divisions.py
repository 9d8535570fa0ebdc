"""How the division tree changes when a boundary generation is activated: planned first, written then.

What counts as missing: a file of one level speaks for the counties its codes begin with (for county files: for the
prefecture). A division of that level and county which has a boundary now and none in the new generation has ended,
and what lies under it ends with it. It lives on when the new generation names it as somebody's parent, or when it
never had a boundary: a file of shapes says nothing about divisions without a shape.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from geo.codes import LEVELS, Level, level_of, parent_code
from grid_app.models.places import Division
from grid_app.queries.boundaries import Entry, Node

GRID_WORDS = {"J": "网格", "Z": "专属网格"}


@dataclass(frozen=True)
class Renamed:
    """A division whose name changes."""

    code: str
    before: str
    after: str


@dataclass(frozen=True)
class Moved:
    """A division that gets another parent; what lies under it moves along."""

    code: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class TreePlan:
    """What activation would do to the tree.

    Attributes
    ----------
    added : tuple of Node
        Divisions the tree does not know yet, parents first; ``created`` names those among them without a boundary.
    created : tuple of str
        Codes of parents that neither the tree nor the generation has: they come into being without a boundary.
    changed : tuple of Node
        Known divisions as they will be, whatever of them changes (also those of which only the path does).
    renamed, moved : tuple
        What people should read of the changes.
    revived : tuple of str
        Codes that had ended and are named again.
    ended : tuple of str
        Codes that get an end date.
    kept : tuple of str
        Codes that the file lacks, and that live on because something in the generation lies under them.
    """

    added: tuple[Node, ...]
    created: tuple[str, ...]
    changed: tuple[Node, ...]
    renamed: tuple[Renamed, ...]
    moved: tuple[Moved, ...]
    revived: tuple[str, ...]
    ended: tuple[str, ...]
    kept: tuple[str, ...]


def region_of(code: str, level: Level) -> str:
    """Return for which area a file with this code speaks: its county, or its prefecture for a county."""
    return code[:4] if level == "county" else code[:6]


def missing_from(entries: Iterable[Entry], bounded: Mapping[str, Level]) -> set[str]:
    """Return the codes with a boundary now (``bounded``: code to level) that the entries should hold and do not."""
    held: dict[tuple[Level, str], set[str]] = {}
    for entry in entries:
        held.setdefault((entry.level, region_of(entry.code, entry.level)), set()).add(entry.code)
    return {
        code
        for code, level in bounded.items()
        if (group := held.get((level, region_of(code, level)))) is not None and code not in group
    }


def unknown_parents(entries: Collection[Entry], known: Collection[str]) -> list[str]:
    """Return the parents named by entries that are neither among them nor known, and their own unknown parents."""
    there = {entry.code for entry in entries} | set(known)
    unknown: set[str] = set()
    wanted = [entry.parent_code for entry in entries]
    while wanted:
        code = wanted.pop()
        if code is not None and code not in there and code not in unknown:
            unknown.add(code)
            wanted.append(parent_code(code))
    return sorted(unknown)


def plan_tree(tree: Mapping[str, Node], entries: Sequence[Entry], bounded: Mapping[str, Level]) -> TreePlan:
    """Return what activating ``entries`` does to ``tree``.

    Parameters
    ----------
    tree : mapping of str to Node
        Every known division by code.
    entries : sequence of Entry
        What the new generation was given, carried-over boundaries left out.
    bounded : mapping of str to Level
        The codes that have a boundary in the active generation.
    """
    created = unknown_parents(entries, tree)
    future = dict(tree) | _as_nodes(entries, tree, created)
    missing = missing_from(entries, bounded)
    named = {entry.code for entry in entries} | _ancestors((entry.code for entry in entries), future)
    kept = missing & named
    ended = _with_descendants({code for code in missing - named if code in tree and tree[code].alive}, future, named)
    future = _with_paths(
        {
            code: replace(node, alive=code in named or (node.alive and code not in ended))
            for code, node in future.items()
        }
    )
    changed = [node for code, node in future.items() if code in tree and _differs(node, tree[code])]
    return TreePlan(
        added=tuple(_parents_first(node for code, node in future.items() if code not in tree)),
        created=tuple(created),
        changed=tuple(_parents_first(changed)),
        renamed=tuple(Renamed(n.code, tree[n.code].name, n.name) for n in changed if n.name != tree[n.code].name),
        moved=tuple(
            Moved(n.code, tree[n.code].parent_code, n.parent_code)
            for n in changed
            if n.parent_code != tree[n.code].parent_code
        ),
        revived=tuple(n.code for n in changed if n.alive and not tree[n.code].alive),
        ended=tuple(sorted(ended)),
        kept=tuple(sorted(kept)),
    )


def future_tree(tree: Mapping[str, Node], plan: TreePlan) -> dict[str, Node]:
    """Return the tree as it will be once ``plan`` is written: every division, ended ones not alive."""
    future = dict(tree) | {node.code: node for node in (*plan.changed, *plan.added)}
    return {
        code: replace(node, alive=(node.alive or code in plan.revived) and code not in plan.ended)
        for code, node in future.items()
    }


def apply_plan(session: Session, *, plan: TreePlan, on: date, successors: Mapping[str, str]) -> None:
    """Write a plan into the tree, in the caller's transaction.

    ``on`` is the day new divisions begin and missing ones end; ``successors`` maps ended codes to living ones.
    """
    if plan.added:
        rows = [_row(node) | {"valid_from": on} for node in plan.added]
        session.execute(insert(Division), rows)
    if plan.changed:
        session.execute(update(Division), [_row(node) for node in plan.changed])
    if plan.revived:
        rows = [{"code": code, "valid_to": None, "successor_code": None} for code in plan.revived]
        session.execute(update(Division), rows)
    if plan.ended:
        session.execute(update(Division), [{"code": code, "valid_to": on} for code in plan.ended])
    if successors:
        session.execute(
            update(Division), [{"code": old, "successor_code": new} for old, new in sorted(successors.items())]
        )


def _as_nodes(entries: Sequence[Entry], tree: Mapping[str, Node], created: Iterable[str]) -> dict[str, Node]:
    """Return the divisions that the generation names, still without paths."""
    names = {code: node.name for code, node in tree.items()} | {entry.code: entry.name for entry in entries}
    nodes = {code: Node(code, level_of(code), code, "", parent_code(code), "") for code in created}
    for entry in entries:
        name = entry.name or _default_name(entry, names)
        nodes[entry.code] = Node(entry.code, entry.level, name, entry.kind, entry.parent_code, "")
    return nodes


def _default_name(entry: Entry, names: Mapping[str, str]) -> str:
    """Name a grid without a name after its village and number."""
    village = names.get(entry.parent_code or "") or entry.parent_code
    return f"{village}第{int(entry.code[13:])}{GRID_WORDS[entry.code[12]]}"


def _ancestors(codes: Iterable[str], nodes: Mapping[str, Node]) -> set[str]:
    found: set[str] = set()
    for code in codes:
        above = nodes[code].parent_code
        while above is not None and above not in found:
            found.add(above)
            above = nodes[above].parent_code
    return found


def _with_descendants(codes: Collection[str], nodes: Mapping[str, Node], named: Collection[str]) -> set[str]:
    """Return the codes and every living division under them that the generation does not name."""
    children: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.parent_code is not None and node.alive and node.code not in named:
            children.setdefault(node.parent_code, []).append(node.code)
    found, waiting = set(codes), list(codes)
    while waiting:
        below = [code for code in children.get(waiting.pop(), ()) if code not in found]
        found.update(below)
        waiting.extend(below)
    return found


def _with_paths(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """Return the nodes with the paths that follow from their parents; parents have the higher level."""
    placed: dict[str, Node] = {}
    for node in _parents_first(nodes.values()):
        above = placed[node.parent_code].path if node.parent_code is not None else "/"
        placed[node.code] = replace(node, path=f"{above}{node.code}/")
    return placed


def _parents_first(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: (LEVELS.index(node.level), node.code))


def _differs(node: Node, before: Node) -> bool:
    return node != replace(before, alive=node.alive) or (node.alive and not before.alive)


def _row(node: Node) -> dict[str, object]:
    return {
        "code": node.code,
        "level": node.level,
        "name": node.name,
        "kind": node.kind,
        "parent_code": node.parent_code,
        "path": node.path,
    }
