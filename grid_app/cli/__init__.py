"""The grid-app command."""
