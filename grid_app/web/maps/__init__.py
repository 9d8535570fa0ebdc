"""The map, its layers and tables, one village."""
