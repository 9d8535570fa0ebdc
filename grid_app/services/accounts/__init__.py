"""Who may work here: accounts, what they act as, their phones, signing in."""
