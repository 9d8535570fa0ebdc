"""Pages of the intake workspace."""
