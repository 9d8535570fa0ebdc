"""Reports from the field: read, checked, placed, stored once, proved by a receipt."""
