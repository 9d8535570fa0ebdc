"""Parts of the measurement of the duplicate hint."""
