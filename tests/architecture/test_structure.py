"""The shape of the code: import direction, sizes, docstrings, settings, clocks, commits, locks."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grid_app.settings import ENVIRONMENT, Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("geo", "screening", "notifications", "grid_app")
PURE = ("geo", "screening", "notifications", "grid_app/clocks", "grid_app/documents")
LONGEST_FILE = 300
LONGEST_FUNCTION = {"geo": 60, "screening": 60}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Give the functions of a module and of its classes, not those inside functions."""
    module = ast.parse(path.read_text("utf-8"))
    for owner in (module, *(node for node in module.body if isinstance(node, ast.ClassDef))):
        yield from (node for node in owner.body if isinstance(node, ast.FunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, decorators and docstring left out."""
    body = function.body
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_imports_keep_their_direction_and_have_no_cycles():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_is_longer_than_its_readers_patience():
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files(*PACKAGES, "bench", "tests", "scripts")
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }

    assert not long


def test_functions_are_short():
    sizes: dict[str, int] = {}
    for package in PACKAGES:
        for path in python_files(package):
            for function in functions(path):
                sizes[f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"] = lines_of(function)
    too_long = {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION.get(name.split("/")[0], 50)}

    assert not too_long
    assert statistics.median(sizes.values()) <= 8
    assert statistics.quantiles(sizes.values(), n=10)[8] <= 30


def test_the_median_file_is_short():
    counts = [len(path.read_text("utf-8").splitlines()) for package in PACKAGES for path in python_files(package)]

    assert statistics.median(counts) <= 120


def test_every_public_function_of_the_pure_packages_is_documented():
    bare = [
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in python_files(*PURE)
        for function in public_functions(path)
        if not function.name.startswith("_") and ast.get_docstring(function) is None
    ]

    assert not bare


def _calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr


def test_only_the_transaction_edge_commits():
    allowed = {ROOT / "grid_app/database/transaction.py"}
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("grid_app")
        if path not in allowed
        for line, name in _calls(path)
        if name in ("commit", "rollback")
    ]
    nested = [line for line in offenders if "begin_nested" not in line]

    assert not nested


def test_only_the_clock_reads_the_time():
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files(*PACKAGES)
        if path != ROOT / "grid_app/clock.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"\b(datetime|date)\.(now|today|utcnow)\(|\btime\.time\(", line)
    ]

    assert not offenders


def test_flushes_say_why():
    silent = []
    for path in python_files("grid_app"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if "session.flush()" in line and "#" not in line:
                silent.append(f"{path.relative_to(ROOT)}:{number}")

    assert not silent


def test_no_log_call_formats_its_own_message():
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*PACKAGES)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("debug", "info", "warning", "error", "exception")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "_log", "logger", "LOG")
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
    ]

    assert not offenders


def test_services_take_the_session_first_and_names_after():
    odd = []
    for path in python_files("grid_app/services"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = [argument.arg for argument in node.args.args]
                if "session" in names and names[0] != "session":
                    odd.append(f"{path.name}:{node.name}")

    assert not odd


def test_every_setting_is_documented_and_every_documented_setting_exists():
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))

    assert documented == set(ENVIRONMENT.values())
    assert set(ENVIRONMENT) == set(Settings.__dataclass_fields__)


def test_every_setting_has_a_reader():
    code = "\n".join(path.read_text("utf-8") for path in python_files("grid_app"))

    unread = [name for name in ENVIRONMENT if not re.search(rf"settings\.{name}\b|KEY_FIELDS.*|\.{name}\b", code)]

    assert not unread


def test_migrations_are_numbered_without_a_gap_and_single_headed():
    numbers = sorted(path.name[1:5] for path in (ROOT / "migrations/versions").glob("m*.py"))

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    for number in numbers[1:]:
        text = next((ROOT / "migrations/versions").glob(f"m{number}_*.py")).read_text("utf-8")
        assert f'down_revision = "{int(number) - 1:04d}"' in text
        assert "grid_app" not in text


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-build.txt"])
def test_locks_carry_hashes_and_no_hosts(name: str):
    text = (ROOT / name).read_text("utf-8")

    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert "://" not in text
    assert "index" not in text
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_front_end_lock_carries_hashes_and_no_hosts():
    text = (ROOT / "package-lock.json").read_text("utf-8")

    assert '"integrity": "sha512-' in text
    assert '"resolved"' not in text


def test_no_third_party_code_is_committed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()

    assert not [name for name in tracked if "/vendor/" in name or name.endswith(".min.js") or "node_modules" in name]
