"""Setting up the front end again changes nothing, and what is missing is told in one sentence."""

import json
import stat
from pathlib import Path

import pytest

from scripts import npm_ci, vendor

ROOT = Path(__file__).resolve().parents[2]


def make_program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_a_package_that_is_not_installed_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor, "PACKAGES", tmp_path)

    assert vendor.main() == 1
    said = capsys.readouterr().err
    assert "leaflet/dist/leaflet.js is not installed: run scripts/npm_ci.py first." in said
    assert said.count("\n") == 1


def test_copying_twice_writes_once_and_mends_what_was_changed(tmp_path: Path) -> None:
    packages, static = tmp_path / "node_modules", tmp_path / "static"
    for source in vendor.FILES:
        (packages / source).parent.mkdir(parents=True, exist_ok=True)
        (packages / source).write_text(source)

    assert vendor.copy_files(packages, static) == len(vendor.FILES)
    assert vendor.copy_files(packages, static) == 0

    (static / "leaflet" / "leaflet.js").write_text("cut sho")
    assert vendor.copy_files(packages, static) == 1
    assert (static / "leaflet" / "leaflet.js").read_text() == "leaflet/dist/leaflet.js"


def test_the_bundles_that_were_built_are_of_the_sources_that_lie_here() -> None:
    listed = json.loads((vendor.BUILT / "built.json").read_text("utf-8"))

    assert listed.keys() == vendor.BUNDLES.keys()
    for name, entry in vendor.BUNDLES.items():
        assert entry in listed[name]
        assert len(listed[name]) > 5
        assert "import " not in (vendor.BUILT / f"{name}.js").read_text("utf-8").replace("import(", "")
    assert "vendor/pbf/index.js" in listed["map_frame"]


@pytest.mark.parametrize(
    ("answer", "major"), [("v20.20.2\n", 20), ("v8.1.0", 8), ("", 0), ("command not found", 0), ("20.1.0", 0)]
)
def test_the_version_of_node_is_read_or_nothing_is_assumed(answer: str, major: int) -> None:
    assert npm_ci.node_version(answer) == major


def test_a_node_that_is_too_old_or_without_npm_does_not_count(tmp_path: Path) -> None:
    make_program(tmp_path / "old", "node", "v16.20.0")
    make_program(tmp_path / "old", "npm", "8.0.0")
    make_program(tmp_path / "bare", "node", "v22.1.0")

    assert npm_ci.installed_npm(str(tmp_path / "old")) is None
    assert npm_ci.installed_npm(str(tmp_path / "bare")) is None


def test_a_node_that_is_new_enough_is_used_as_it_is(tmp_path: Path) -> None:
    make_program(tmp_path / "new", "node", "v18.0.0")
    make_program(tmp_path / "new", "npm", "9.0.0")

    found = npm_ci.installed_npm(str(tmp_path / "new"))

    assert found == npm_ci.Npm((str(tmp_path / "new" / "npm"),), str(tmp_path / "new"))


def test_an_npm_that_fails_leaves_no_stamp_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_ci, "STAMP", tmp_path / "stamp")

    with pytest.raises(npm_ci.Refused, match="running this again is safe"):
        npm_ci.install(npm_ci.Npm(("false",), "/usr/bin:/bin"), parts="pages")

    assert not (tmp_path / "stamp").exists()


def test_packages_from_the_same_lock_are_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_ci, "STAMP", tmp_path / "stamp")
    broken = npm_ci.Npm(("false",), "/usr/bin:/bin")

    npm_ci.install(npm_ci.Npm(("true",), "/usr/bin:/bin"), parts="all")
    npm_ci.install(broken, parts="all")
    npm_ci.install(broken, parts="pages")


def test_what_pages_need_is_not_enough_for_the_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_ci, "STAMP", tmp_path / "stamp")
    npm_ci.install(npm_ci.Npm(("true",), "/usr/bin:/bin"), parts="pages")

    with pytest.raises(npm_ci.Refused):
        npm_ci.install(npm_ci.Npm(("false",), "/usr/bin:/bin"), parts="all")


def test_the_lock_pins_every_package_by_its_hash_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert "node_modules/leaflet" in packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "://" not in text
