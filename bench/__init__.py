"""Measurements of speed and memory, and the main job on real data; nothing here is installed."""
