"""The map in a browser: a made county, the pages that are compared, and the rows of their figures."""
