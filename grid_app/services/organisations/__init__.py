"""Organisations with a duty: their names, the entries that reports make, what the county decides about them."""
