import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import geo.coverage

MODULES = sorted(found.name for found in pkgutil.walk_packages(geo.coverage.__path__, "geo.coverage."))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_a_docstring_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_worked_example_of_the_page_is_true():
    page = Path(__file__).parents[3] / "docs/coverage.md"

    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")

    assert (result.failed, result.attempted > 10) == (0, True)
