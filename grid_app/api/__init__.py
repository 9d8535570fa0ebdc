"""JSON for phones and machines under /api/v1."""
