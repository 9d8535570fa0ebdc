"""What the map keeps of the past."""
