"""The report form of those online."""
