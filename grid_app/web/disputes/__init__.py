"""The list of disputes, one dispute with its cards, and its steps."""
