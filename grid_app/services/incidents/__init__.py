"""Urgent incidents: known, reported within the hour, followed up, ended; reports are only ever added."""
