"""Which registered organisation, project or site a name written freely means, and when nothing can be said."""
