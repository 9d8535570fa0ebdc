"""Words that never appear: in what people read, and in what the project says of itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_IN_PAGES = ("重点人员", "稳控", "上访户", "排名", "息诉息访", "必赢")
OUTSIDE = re.compile(r"https?://(?!127\.0\.0\.1|localhost|www\.w3\.org|\{|grid-app\.invalid)[a-z0-9.-]+", re.IGNORECASE)


def _tracked(*endings: str) -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    return [ROOT / name for name in names if name.endswith(endings) and (ROOT / name).exists()]


def test_pages_never_use_the_words_of_control():
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in _tracked(".html", ".js", ".json", ".csv")
        if not path.name.startswith("package")
        for word in FORBIDDEN_IN_PAGES
        if word in path.read_text("utf-8")
    ]

    assert not found


def test_no_template_or_script_names_an_outside_address():
    found = [
        (str(path.relative_to(ROOT)), match)
        for path in _tracked(".html", ".js", ".css")
        if "tests" not in path.parts
        for match in OUTSIDE.findall(path.read_text("utf-8"))
    ]

    assert not found


def test_nothing_tracked_carries_a_path_of_a_machine():
    pattern = re.compile(r"(?<![\w.])/(?:work|home|root)/[a-z]")
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked(".py", ".md", ".toml", ".html", ".js", ".sh", "Makefile", "run")
        if pattern.search(path.read_text("utf-8")) and path != Path(__file__)
    ]

    assert not found


def test_no_template_has_an_inline_handler_or_style():
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked(".html")
        if re.search(r"\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']", path.read_text("utf-8"))
    ]

    assert not found
