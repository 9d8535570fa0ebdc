import doctest
import importlib
import pkgutil

import pytest

import geo.coverage

MODULES = sorted(found.name for found in pkgutil.walk_packages(geo.coverage.__path__, "geo.coverage."))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_a_docstring_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
