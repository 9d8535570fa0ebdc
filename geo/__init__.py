"""Shapes and places."""
