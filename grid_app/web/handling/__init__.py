"""Handling by the law on one page."""
