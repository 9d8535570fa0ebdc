"""The main job end to end, on real input, under a simulated clock: ``python -m bench.acceptance``."""
