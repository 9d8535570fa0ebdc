"""Measure how soon the platform answers and how much memory it takes, with the demonstration county.

Run from the root of the repository: ``python -m bench.bench_start [--starts 5] [--no-first-run] [--json]``.

*First run*: a fresh clone of what is committed, ``make run`` until a page answers; done twice, so that the second
finds the package cache warm. *Start*: ``grid-app demo --serve`` with the county present, until a page answers; the
median of several. *Memory*: the peaks (VmHWM) of every process of the tree, summed, after the start, one map page with
all it fetches, and one round closed and analysed. Exits with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

from bench.acceptance.browser import Browser, Shown
from bench.report_rows import MEMORY_BAR_MB, READY_BAR_SECONDS, START_BAR_SECONDS

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-c", "from grid_app.cli.main import main; main()")
ADDRESS = re.compile(r"https?://[0-9.]+:[0-9]+/")
LONGEST_SECONDS = 900.0
STOP_SECONDS = 15.0
MB = 1024.0


@contextlib.contextmanager
def running(command: Sequence[str], *, folder: Path, instance: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a command that serves; give its process and its address, and stop its whole group after."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("GRID_", "DATABASE_URL"))}
    process = subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, start_new_session=True,
        env={**plain, "GRID_INSTANCE_DIR": str(instance)},
    )  # fmt: skip
    try:
        yield process, _address(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    for line in process.stdout:
        found = ADDRESS.search(line)
        if found:
            return found[0]
    raise RuntimeError(f"the command ended with {process.wait()} before it told an address")


def seconds_to_a_page(command: Sequence[str], *, folder: Path, instance: Path) -> float:
    """Return the seconds from starting a command until the sign-in page answers."""
    began = time.perf_counter()
    with running(command, folder=folder, instance=instance) as (_, address):
        Browser(address).look("/sign-in")
        return time.perf_counter() - began


def first_run_seconds(scratch: Path) -> float:
    """Return the seconds of ``make run`` in a fresh clone whose packages are in the cache already."""
    seconds = 0.0
    for attempt in ("cold", "warm"):
        clone = scratch / attempt
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=LONGEST_SECONDS)
        seconds = seconds_to_a_page(("make", "run"), folder=clone, instance=clone / "instance")
        shutil.rmtree(clone)
    return seconds


def memory_mb(instance: Path) -> float:
    """Return the summed peak memory after the start, one map page and one round, in MB."""
    with running((*COMMAND, "demo", "--serve"), folder=ROOT, instance=instance) as (process, address):
        browser = Browser(address)
        account = next(one for one in accounts(instance) if one["role"] == "county_officer")
        browser.sign_in(account["login"], account["password"])
        look_at_the_map(browser)
        analyse_a_round(browser)
        return sum(_peak_mb(number) for number in tree(process.pid))


def look_at_the_map(browser: Browser) -> None:
    """Open the map and everything that it fetches: its frame, its facts, its geometry."""
    page = browser.look("/map")
    for address in _addresses(page, "iframe", "src"):
        framed = browser.look(address)
        for part in re.findall(r'"(/map/[^"]+)"', framed.soup.decode()):
            if "CODE" not in part:
                browser.ask(part.replace("\\u0026", "&").replace("&amp;", "&"))


def analyse_a_round(browser: Browser) -> None:
    """Close an open round of the county and let it be analysed, as its officer does."""
    for link in browser.look("/rounds").links("/rounds/"):
        page = browser.ask(link)
        if page.status == 200 and any("/run" in str(form.get("action", "")) for form in page.soup.find_all("form")):
            browser.send(page, "/run", {})
            return
    raise RuntimeError("the county has no round that its officer may analyse")


def accounts(instance: Path) -> list[dict[str, str]]:
    """Return the demonstration accounts with their passwords."""
    found: list[dict[str, str]] = json.loads((instance / "demo-accounts.json").read_text("utf-8"))
    return found


def tree(root: int) -> list[int]:
    """Return the ids of a process and of all processes under it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
    found = [root]
    for number in found:
        found += [child for child, parent in parents.items() if parent == number]
    return found


def _peak_mb(number: int) -> float:
    status = Path(f"/proc/{number}/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / MB if found else 0.0


def _addresses(page: Shown, tag: str, name: str) -> list[str]:
    return [urljoin(page.url, str(one[name])) for one in page.soup.find_all(tag, attrs={name: True})]


def measure(*, starts: int = 5, first_run: bool = True) -> dict[str, float | None]:
    """Return the figures: seconds of the first run (``None`` when left out) and of a start, memory in MB."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as name:
        scratch = Path(name)
        instance = scratch / "instance"
        subprocess.run(
            [*COMMAND, "demo"], cwd=ROOT, check=True, timeout=LONGEST_SECONDS, stdout=subprocess.DEVNULL,
            env={**os.environ, "GRID_INSTANCE_DIR": str(instance)},
        )  # fmt: skip
        serve = (*COMMAND, "demo", "--serve")
        taken = [seconds_to_a_page(serve, folder=ROOT, instance=instance) for _ in range(starts)]
        return {
            "first_run_seconds": round(first_run_seconds(scratch), 1) if first_run else None,
            "start_seconds": round(median(taken), 2),
            "memory_mb": round(memory_mb(instance)),
        }


def main() -> int:
    """Measure, print the figures, and return 1 when one misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_start", description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--no-first-run", action="store_true", help="leave out the fresh clone")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    found = measure(starts=options.starts, first_run=not options.no_first_run)
    print(json.dumps(found) if options.json else "\n".join(f"{name}: {figure}" for name, figure in found.items()))
    bars = {"first_run_seconds": READY_BAR_SECONDS, "start_seconds": START_BAR_SECONDS, "memory_mb": MEMORY_BAR_MB}
    return int(any((found[name] or 0.0) >= bar for name, bar in bars.items()))


if __name__ == "__main__":
    sys.exit(main())
