"""The bundles of front-end modules that set-up made, served as long as their sources are the ones they were made of."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from grid_app.web.field.assets import imported_at_once

FOLDER: Final = "vendor/built"
LISTED: Final = "built.json"


@lru_cache(maxsize=32)
def scripts_of(static: Path, name: str, entry: str) -> tuple[str, ...]:
    """Return the files below ``static`` that make up a page's script, the one to start with first.

    That is the bundle alone; where there is none, or a source is not what it was made of (somebody works on it, or
    updated the program without setting it up again), the modules themselves. Found out once in a process.
    """
    sources = _sources(static, name)
    if sources and all(_digest(static / source) == digest for source, digest in sources.items()):
        return (f"{FOLDER}/{name}.js",)
    return tuple(imported_at_once(static, (entry,)))


def _sources(static: Path, name: str) -> dict[str, str]:
    try:
        listed = json.loads((static / FOLDER / LISTED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(listed.get(name, {})) if (static / FOLDER / f"{name}.js").is_file() else {}


def _digest(source: Path) -> str:
    try:
        return hashlib.sha256(source.read_bytes()).hexdigest()
    except OSError:
        return ""
