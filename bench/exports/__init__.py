"""What files of 100,000 disputes cost."""
