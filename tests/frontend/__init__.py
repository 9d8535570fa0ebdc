"""Tests of the templates, sheets and modules, apart from the application."""
