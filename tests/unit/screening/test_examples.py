import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import screening

MODULES = sorted(f"screening.{found.name}" for found in pkgutil.iter_modules(screening.__path__))
PAGE = Path(__file__).parents[3] / "docs" / "screening.md"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_a_docstring_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_worked_example_of_the_page_is_true() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")

    assert (result.failed, result.attempted > 5) == (0, True)
