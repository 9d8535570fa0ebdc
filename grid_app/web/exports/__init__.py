"""Pages of exports: ask for a file, see how far it is, fetch it; and the sheets of a superior office."""
