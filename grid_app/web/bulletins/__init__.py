"""Asking for bulletins: they are made as exports are, and fetched from the page of exports."""
