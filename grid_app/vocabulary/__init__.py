"""Committed code lists and words: categories, tiles, roles, states. Data, no behaviour."""
