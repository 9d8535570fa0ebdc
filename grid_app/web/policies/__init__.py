"""Pages of time limits and the working calendar."""
