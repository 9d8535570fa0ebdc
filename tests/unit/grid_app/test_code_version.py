"""The digest of the code that makes results."""

from __future__ import annotations

from importlib.resources import files

from grid_app.services.upkeep import code_version


def test_every_module_counts_those_of_packages_inside_too(tmp_path):
    (tmp_path / "inside").mkdir()
    for name in ("one.py", "inside/one.py", "inside/notes.txt"):
        (tmp_path / name).write_text(name)

    assert dict(code_version._sources(tmp_path, "")) == {"one.py": b"one.py", "inside/one.py": b"inside/one.py"}
    assert "signals/raised.py" in dict(code_version._sources(files("screening"), ""))
