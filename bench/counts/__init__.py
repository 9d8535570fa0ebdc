"""Measuring the growth signal: worlds where nothing happens, planted weeks, and a large file."""
