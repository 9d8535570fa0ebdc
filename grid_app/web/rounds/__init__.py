"""Pages of screening rounds."""
