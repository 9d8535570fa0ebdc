"""Pages of the signals: what each asks, how often it was right, switching it on and off, and the budget."""
