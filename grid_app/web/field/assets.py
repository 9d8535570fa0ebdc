"""What the shell of the field pages needs without a network: found by walking imports, so that no file is forgotten."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STYLES = ("tokens", "base", "forms", "components", "field", "field_shell", "field_app", "field_map")
SEEDS = (*(f"css/{name}.css" for name in STYLES), "icon.svg", "field/app.js")
ALONGSIDE = {"field/mini_map.js": ("vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css")}
"""What a module loads by an address it puts together, which no walk of imports sees."""
FIRST = ("app", "context", "routes", "screens/register", "screens/home")
"""The modules of the first screen; what they import comes with them."""

_DOCUMENTATION = re.compile(r"/\*\*\s.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")
_AT_ONCE = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
_ADDRESS = re.compile(r"""new\s+URL\(\s*["'](\.{1,2}/[^"']+)["']\s*,\s*import\.meta\.url""")


@dataclass(frozen=True)
class Assets:
    """The addresses that work offline, the SHA-256 of each, and one version over all of them."""

    version: str
    digests: Mapping[str, str]


def imports_of(source: str) -> list[str]:
    """Return the relative addresses that a module's text imports; types named in documentation are no imports."""
    code = _DOCUMENTATION.sub("", source)
    return _IMPORT.findall(code) + _ADDRESS.findall(code)


def first_modules(static: Path) -> list[str]:
    """Return the modules of the first screen, so that a browser asks for all at once and not one after another."""
    return imported_at_once(static, (f"field/{name}.js" for name in FIRST))


def imported_at_once(static: Path, seeds: Iterable[str]) -> list[str]:
    """Return some modules and all that they import at once, not later; those that do not exist are left out."""
    found: list[str] = []
    waiting = deque(seeds)
    while waiting:
        name = waiting.popleft()
        if name in found or not (static / name).is_file():
            continue
        found.append(name)
        code = _DOCUMENTATION.sub("", (static / name).read_text("utf-8"))
        waiting.extend(
            posixpath.normpath(posixpath.join(posixpath.dirname(name), one)) for one in _AT_ONCE.findall(code)
        )
    return found


def needed_files(static: Path, seeds: Iterable[str] = SEEDS) -> list[str]:
    """Return the files below ``static`` that the shell needs, sorted; those that do not exist are left out."""
    found: set[str] = set()
    waiting = deque(seeds)
    while waiting:
        name = waiting.popleft()
        path = static / name
        if name in found or name.startswith("..") or not path.is_file():
            continue
        found.add(name)
        waiting.extend(ALONGSIDE.get(name, ()))
        if name.endswith(".js"):
            folder = posixpath.dirname(name)
            waiting.extend(
                posixpath.normpath(posixpath.join(folder, one)) for one in imports_of(path.read_text("utf-8"))
            )
    return sorted(found)


def assets_of(static: Path, pages: Mapping[str, bytes]) -> Assets:
    """Return what must be kept: ``pages`` (address to content) and the files they need."""
    digests = {address: _digest(content) for address, content in pages.items()}
    digests |= {f"/static/{name}": _digest((static / name).read_bytes()) for name in needed_files(static)}
    lines = "\n".join(f"{address} {digest}" for address, digest in sorted(digests.items()))
    return Assets(_digest(lines.encode())[:16], digests)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
