"""Exports: files that people ask for, made in the background, and the sheets of a superior office."""
