"""What the scheduler runs; each body opens its own transactions."""
