"""Figures of boundary administration for the page of benchmarks."""
