"""Screening rounds: opened, answered, closed, analysed."""
