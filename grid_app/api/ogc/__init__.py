"""OGC API - Features, part 1: the layers that the asker may see, for desktop maps such as QGIS."""
