"""The signals of screening as each county sets them."""
