"""Findings of screening: kept across rounds, faded, decided by a person."""
