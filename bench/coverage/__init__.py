"""A county of many villages and rooms, and the figures of its coverage."""
