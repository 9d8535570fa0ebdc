"""Vector tiles of boundaries: one pyramid per generation, shared borders shared at every zoom."""
