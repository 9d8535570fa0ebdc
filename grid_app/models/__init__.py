"""Tables, one family per file. No behaviour beyond what a column means."""
