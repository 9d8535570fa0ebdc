"""A county of thirty thousand grids with a million disputes, and how fast its map learns the facts."""
