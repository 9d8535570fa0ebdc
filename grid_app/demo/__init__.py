"""The invented demonstration county."""
