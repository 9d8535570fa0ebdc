import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import screening

MODULES = sorted(found.name for found in pkgutil.walk_packages(screening.__path__, "screening."))
DOCS = Path(__file__).parents[3] / "docs"
PAGES = {"screening.md": 5, "statistics.md": 20}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_a_docstring_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.xdist_group("scan")  # the loops are compiled once
@pytest.mark.parametrize("page", PAGES)
def test_the_worked_example_of_a_page_is_true(page: str) -> None:
    result = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")

    assert (result.failed, result.attempted > PAGES[page]) == (0, True)
