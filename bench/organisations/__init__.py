"""Names of organisations as people write them: variants that mean a registered one, and others that mean none."""
