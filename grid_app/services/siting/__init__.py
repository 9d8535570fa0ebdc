"""Searching where the next mediation rooms reach most: what is asked, and the run on record."""
