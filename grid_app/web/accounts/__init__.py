"""Pages of accounts, phones, delegations and offices."""
