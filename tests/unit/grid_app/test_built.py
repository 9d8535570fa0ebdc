"""A page's script is its bundle, or its modules as soon as one of them is not what the bundle was made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from grid_app.web.built import scripts_of

MODULES = {
    "office/entry.js": 'import { a } from "./near.js";\nimport { b } from "../shared/far.js";\nexport { a, b };\n',
    "office/near.js": "export const a = 1;\n",
    "shared/far.js": "export const b = 2;\n",
}
ALL = ("office/entry.js", "office/near.js", "shared/far.js")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    folder = tmp_path / "vendor" / "built"
    folder.mkdir(parents=True)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in MODULES.items()}
    (folder / "built.json").write_text(json.dumps({"entry": digests}))
    (folder / "entry.js").write_text("const c = 3; export { c };")
    return tmp_path


def test_a_bundle_of_these_very_sources_is_served_alone(static):
    assert scripts_of(static, "entry", "office/entry.js") == ("vendor/built/entry.js",)


@pytest.mark.parametrize("changed", ALL)
def test_the_modules_are_served_when_one_of_them_was_changed(static, changed):
    (static / changed).write_text(MODULES[changed] + "// mended")

    assert sorted(scripts_of(static, "entry", "office/entry.js")) == sorted(ALL)
    assert scripts_of(static, "entry", "office/entry.js")[0] == "office/entry.js"


@pytest.mark.parametrize("lost", ["vendor/built/built.json", "vendor/built/entry.js", "shared/far.js"])
def test_what_is_missing_is_no_reason_to_serve_what_is_old(static, lost):
    (static / lost).unlink()

    assert scripts_of(static, "entry", "office/entry.js")[0] == "office/entry.js"


def test_a_list_that_was_cut_short_counts_as_none(static):
    (static / "vendor/built/built.json").write_text('{"entry": {"office')

    assert scripts_of(static, "entry", "office/entry.js")[0] == "office/entry.js"
