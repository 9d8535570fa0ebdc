"""Sending pushes: the world of the measurement, the ways of sending, the storm, and the rows of the page."""
