"""Which code made a result: a digest of the package that computes it, so that the same bytes can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the name and SHA-256 (first 16 signs) of the sources of the screening package.

    A release number would not do: two checkouts may carry the same one and compute differently.
    """
    digest = hashlib.sha256()
    for name, source in sorted(_sources(files("screening"), "")):
        digest.update(name.encode() + b"\0" + source + b"\0")
    return f"screening-{digest.hexdigest()[:16]}"


def _sources(folder: Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the text of every module, those of the packages inside with their folder before the name."""
    for one in folder.iterdir():
        if one.is_dir():
            yield from _sources(one, f"{above}{one.name}/")
        elif one.name.endswith(".py"):
            yield f"{above}{one.name}", one.read_bytes()
