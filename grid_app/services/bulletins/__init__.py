"""Bulletins as files: the analysis of a quarter and the bulletin of a screening round, with map and charts."""
