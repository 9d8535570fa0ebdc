"""Scenarios in plain words, one or more for each row of the source documents."""
