"""Which code made a result: a digest of the package that computes it, so that the same bytes can be made again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return the name and SHA-256 (first 16 signs) of the sources of the screening package.

    A release number would not do: two checkouts may carry the same one and compute differently.
    """
    digest = hashlib.sha256()
    sources = {one.name: one.read_bytes() for one in files("screening").iterdir() if one.name.endswith(".py")}
    for name, source in sorted(sources.items()):
        digest.update(name.encode() + b"\0" + source + b"\0")
    return f"screening-{digest.hexdigest()[:16]}"
