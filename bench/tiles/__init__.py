"""Cutting vector tiles of real and made counties, and serving one of them."""
