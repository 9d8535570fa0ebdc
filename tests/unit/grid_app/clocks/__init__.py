"""Tests of the application's own pure parts."""
