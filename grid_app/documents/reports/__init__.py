"""Reports with pictures and tables: plain blocks in, PDF or Word out."""
