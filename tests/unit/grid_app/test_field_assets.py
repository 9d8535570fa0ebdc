"""What the shell needs: every import is found, types and outside addresses are not; a change is a version."""

from __future__ import annotations

from pathlib import Path

import pytest

from grid_app.web.field.assets import assets_of, imports_of, needed_files


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "field" / "screens").mkdir(parents=True)
    (tmp_path / "field" / "app.js").write_text('import "./a.js";\nconst b = () => import("./screens/b.js");', "utf-8")
    (tmp_path / "field" / "a.js").write_text("export { c } from '../c.js';", "utf-8")
    (tmp_path / "field" / "screens" / "b.js").write_text('import "../app.js"; import "./gone.js";', "utf-8")
    (tmp_path / "c.js").write_text('export const c = "image/*"; /* import "./d.js" */', "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('import { a } from "./a.js";', ["./a.js"]),
        ('import{a}from"./a.js";', ["./a.js"]),
        ('import {\n  a,\n  b,\n} from "../a.js";', ["../a.js"]),
        ('export * from "./a.js";', ["./a.js"]),
        ('const load = () => import( "./a.js" );', ["./a.js"]),
        ('new Worker(new URL("./w.js", import.meta.url))', ["./w.js"]),
        ('/** @typedef {import("./types.js").A} A */', []),
        ('import { openDB } from "idb";', []),
        ('import "https://elsewhere.example/x.js";', []),
    ],
)
def test_the_imports_of_a_module_are_found(source, found):
    assert imports_of(source) == found


def test_the_walk_ends_in_circles_and_leaves_out_what_is_missing(static):
    found = needed_files(static, ["field/app.js", "css/gone.css"])

    assert set(found) >= {"field/app.js", "field/a.js", "field/screens/b.js", "c.js"}
    assert not {one for one in found if "gone" in one}


def test_nothing_outside_the_static_files_is_ever_listed(static):
    (static.parent / "secret.js").write_text("", "utf-8")
    (static / "field" / "a.js").write_text('import "../../secret.js"; import "../../../etc/passwd";', "utf-8")

    assert needed_files(static, ["field/a.js"]) == ["field/a.js"]


def test_the_version_follows_every_byte_and_nothing_else(static):
    before = assets_of(static, {"/field/": b"shell"})
    same = assets_of(static, {"/field/": b"shell"})
    (static / "c.js").write_text("export const c = 2;", "utf-8")

    versions = {before.version, assets_of(static, {"/field/": b"shell"}).version}
    versions.add(assets_of(static, {"/field/": b"other"}).version)

    assert same == before
    assert len(versions) == 2 + ("/static/c.js" in before.digests)
